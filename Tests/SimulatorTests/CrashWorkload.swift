import Payments
import Testing

/// Something agents do, in the order in which it happens.
struct Workload: CustomTestStringConvertible {
  let name: String
  let moves: [Move]
  var policy = Workload.widePolicy

  var testDescription: String { name }

  /// All the lines agents say, in order, as one of them would repeat them.
  var lines: [String] {
    moves.flatMap { move -> [String] in
      if case .say(_, let lines) = move { return lines }
      return []
    }
  }

  static let widePolicy = """
    {"caps": [{"name": "run", "per": "run", "amount": "10000.00", "currency": "USD"}]}
    """

  static let small: [Workload] = [
    charge, duplicates, refunds, decline, cap, twoProcesses, killed, farewell,
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
    ])

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
      .say(1, [charge("INV-1", 5000)]), .deliver,
      .say(1, [charge("INV-2", 5000), charge("INV-3", 50)]), .deliver,
      .say(1, [charge("INV-3", 50)]), .deliver,
    ],
    policy: """
      {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}]}
      """)

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

  /// Enough for the log to be copied into the ledger on the way.
  static let long = Workload(
    name: "forty charges",
    moves: (1...40).flatMap { number -> [Move] in
      [.say(1, [charge("INV-\(number)", 100)]), .deliver, .wait(.seconds(2))]
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

  private static func call(_ tool: String, _ arguments: String) -> String {
    let meta =
      #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
      + #""io.modelcontextprotocol/clientCapabilities":{}}"#
    return #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","#
      + #""arguments":\#(arguments),"_meta":\#(meta)}}"#
  }
}
