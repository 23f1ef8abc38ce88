import Payments
import Testing

/// Something agents do, in the order in which it happens.
struct Workload: CustomTestStringConvertible {
  let name: String
  let moves: [Move]
  var policy = Workload.widePolicy
  /// What its policy allows to be taken, in minor units.
  var cap: Int64 = 1_000_000
  /// Whether its end depends on who comes first.
  var isRace = false
  /// What an agent says once more when everything is over; nil for all that was said.
  var repeated: [String]?

  var testDescription: String { name }

  /// What an agent says once more when everything is over, in that order.
  var lines: [String] {
    if let repeated { return repeated }
    return moves.flatMap { move -> [String] in
      if case .say(_, let lines) = move { return lines }
      return []
    }
  }

  /// The processes agents talk to.
  var askers: [Int] {
    let askers = moves.compactMap { move -> Int? in
      if case .say(let asker, _) = move { return asker }
      return nil
    }
    return Set(askers).sorted()
  }

  /// Whether no process ends before the workload does, so that every call is answered.
  var everybodyStays: Bool {
    moves.allSatisfy { move in
      switch move {
      case .leave, .kill: false
      case .say, .deliver, .wait, .tick, .policy, .glance: true
      }
    }
  }

  static let widePolicy = """
    {"caps": [{"name": "run", "per": "run", "amount": "10000.00", "currency": "USD"}],
      "nearDuplicates": {"action": "allow"}}
    """

  static let small: [Workload] = [
    charge, duplicates, refunds, decline, cap, twoProcesses, killed, farewell, otherRules,
  ]

  static let charge = Workload(
    name: "one charge", moves: [.say(1, [charge("INV-1", 4999)]), .deliver])

  static let duplicates = Workload(
    name: "the same charge twice at once, and once more",
    moves: [
      .say(1, [charge("INV-1", 4999), charge("INV-1", 4999)]), .deliver,
      .say(1, [charge("INV-1", 4999)]), .deliver,
    ])

  static let refunds = Workload(
    name: "a charge and its refunds",
    moves: [
      .say(1, [charge("INV-1", 4999)]), .deliver, .wait(.seconds(2)),
      .say(1, [refund("CN-1", of: "INV-1", 1000)]), .deliver,
      .say(1, [refund("CN-2", of: "INV-1", 3999)]), .deliver,
      .say(1, [refund("CN-3", of: "INV-1", 1)]), .deliver,
    ], isRace: true)

  static let decline = Workload(
    name: "a declined card, then another",
    moves: [
      .say(1, [charge("INV-1", 4999, "pm_card_chargeDeclinedInsufficientFunds")]), .deliver,
      .wait(.seconds(5)),
      .say(1, [charge("INV-1", 4999, "pm_card_visa")]), .deliver,
    ])

  static let cap = Workload(
    name: "a cap that is reached",
    moves: [
      .say(1, [charge("INV-1", 6000)]), .deliver,
      .say(1, [charge("INV-2", 4000), charge("INV-3", 50)]), .deliver,
      .say(1, [charge("INV-3", 50)]), .deliver,
    ],
    policy: """
      {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
        "nearDuplicates": {"action": "allow"}}
      """, cap: 10_000, isRace: true)

  static let twoProcesses = Workload(
    name: "two processes at once",
    moves: [
      .say(1, [charge("INV-1", 1000)]), .say(2, [charge("INV-1", 1000), charge("INV-2", 2000)]),
      .deliver, .wait(.milliseconds(30)), .tick(2), .tick(1), .deliver,
      .say(1, [charge("INV-2", 2000), charge("INV-3", 3000)]), .deliver,
    ])

  static let killed = Workload(
    name: "a process killed with a request out, and its successor",
    moves: [
      .say(1, [charge("INV-1", 1000)]), .deliver, .say(1, [charge("INV-2", 2000)]), .kill(1),
      .say(2, [charge("INV-2", 2000)]), .deliver, .wait(.seconds(3)), .tick(2), .deliver,
      .wait(.seconds(3)), .tick(2), .deliver,
    ])

  static let farewell = Workload(
    name: "a process that ends as it should, and the next",
    moves: [
      .say(1, [charge("INV-1", 1000)]), .deliver, .leave(1),
      .say(2, [charge("INV-1", 1000), charge("INV-2", 2000)]), .deliver, .leave(2),
    ])

  /// A process goes by one file and its successor by another; then both are at work at once.
  static let otherRules = Workload(
    name: "the policy changes between two processes",
    moves: [
      .policy(narrowPolicy), .say(1, [charge("INV-1", 1000), charge("INV-2", 6000)]), .deliver,
      .policy(widePolicy), .say(2, [charge("INV-2", 6000)]), .deliver,
      .say(1, [charge("INV-3", 500)]), .deliver, .leave(1),
      .say(2, [charge("INV-4", 6000)]), .deliver,
    ])

  static let narrowPolicy = """
    {"caps": [{"name": "run", "per": "run", "amount": "50.00", "currency": "USD"}],
      "nearDuplicates": {"action": "allow"}}
    """

  /// What a server does about what its predecessors left, with nobody asking.
  static let recovery: [Move] = [
    .tick(1), .deliver, .wait(.seconds(3)), .tick(1), .deliver, .wait(.seconds(3)), .tick(1),
    .deliver,
  ]

  /// Enough for the log to be copied into the ledger on the way.
  static let long = Workload(
    name: "forty charges",
    moves: (1...40).flatMap { number -> [Move] in
      [.say(1, [charge("INV-\(number)", 100 + number)]), .deliver, .wait(.seconds(2))]
    })

  static func charge(_ reference: String, _ amount: Int, _ method: String? = nil) -> String {
    let method = method.map { #","payment_method":"\#($0)""# } ?? ""
    return call(
      "charge",
      #"{"reference":"\#(reference)","customer":"cus_ada","amount":\#(amount),"currency":"USD"\#(method)}"#
    )
  }

  static func refund(_ reference: String, of charge: String, _ amount: Int) -> String {
    call("refund", #"{"charge":"\#(charge)","reference":"\#(reference)","amount":\#(amount)}"#)
  }

  static func status(_ reference: String) -> String {
    call("status", #"{"reference":"\#(reference)","wait_seconds":3}"#)
  }

  private static func call(_ tool: String, _ arguments: String) -> String {
    let meta =
      #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
      + #""io.modelcontextprotocol/clientCapabilities":{}}"#
    return #""method":"tools/call","params":{"name":"\#(tool)","#
      + #""arguments":\#(arguments),"_meta":\#(meta)}}"#
  }
}
