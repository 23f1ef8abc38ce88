import Foundation
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// What a simulation says is what would have happened.
@Suite struct PolicySimulationTests {
  private static let usd = "\"currency\": \"USD\""
  private static let unlimited = """
    {"caps": [{"name": "all", "per": "run", "amount": "9999999.00", \(usd)}],
     "nearDuplicates": {"action": "allow"},
     "rates": {"perMinute": 1000000, "stopsPerRun": 1000000}}
    """

  private func simulate(
    _ policy: Policy, _ path: String, since: Instant? = nil
  ) throws -> PolicySimulation {
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try PolicySimulation(policy, of: books, since: since)
    }
  }

  /// Charges, refunds of some, and declined ones tried again, over three days and over midnights.
  private func calls(_ dice: inout Dice) -> [ReplayedCall] {
    var now: Int64 = 1_795_165_200_000 + dice.roll(0...86_400_000)
    var calls: [ReplayedCall] = []
    var refundable: [(reference: String, amount: Int64)] = []
    for number in 0..<60 {
      now += dice.pick([30, 900, 20_000, 59_970, 60_000, 700_000, 3_600_000, 9_000_000])
      let run = "run-\(dice.roll(0...3))"
      let at = Instant(milliseconds: now)
      if dice.roll(0...5) == 0, let charge = refundable.popLast() {
        let arguments =
          #"{"charge":"\#(charge.reference)","reference":"CN-\#(number)","amount":\#(charge.amount)}"#
        calls.append(ReplayedCall(at: at, tool: "refund", run: run, arguments: arguments))
        continue
      }
      let amount: Int64 = dice.pick([100, 500, 1_000, 1_050, 2_500, 4_000])
      let reference = "INV-\(number)"
      let customer = "cus_\(dice.roll(0...3))"
      let cards =
        dice.roll(0...4) == 0 ? ["pm_card_chargeDeclined", "pm_card_visa"] : ["pm_card_visa"]
      for card in cards {
        let arguments =
          #"{"reference":"\#(reference)","customer":"\#(customer)","amount":\#(amount),"#
          + #""currency":"USD","payment_method":"\#(card)"}"#
        calls.append(
          ReplayedCall(
            at: Instant(milliseconds: now), tool: "charge", run: run, arguments: arguments))
        if cards.count == 2 { now += 400_000 }
      }
      refundable.append((reference, amount / 2))
    }
    return calls
  }

  /// One to four caps of any kind, and sometimes a rule of another kind.
  private func policy(_ dice: inout Dice) -> String {
    var caps: [String] = []
    for number in 0...dice.roll(0...3) {
      let extent = dice.pick(["operation", "run", "customer", "namespace"])
      let windows = [
        #""1m""#, #""90s""#, #""1h""#, #""24h""#, #""lifetime""#, #""day""#, #""month""#,
        #""day", "utcOffset": "+05:30""#, #""month", "utcOffset": "-11:00""#,
      ]
      let window = extent == "operation" ? "" : #""window": \#(dice.pick(windows)),"#
      let amount = #""amount": "\#(dice.pick(["10.00", "25.00", "60.00", "150.00"]))","#
      let count = dice.roll(0...2) == 0 ? #""count": \#(dice.roll(1...6)),"# : ""
      caps.append(
        #"{"name": "cap \#(number)", "per": "\#(extent)", \#(window) \#(amount) \#(count) \#(Self.usd)}"#
      )
    }
    let expiry = dice.roll(0...2) == 0 ? #""run": {"expiresIn": "2h"},"# : ""
    let refuse = dice.roll(0...3) == 0 ? #""customers": {"refuse": ["cus_3"]},"# : ""
    let tools = dice.roll(0...5) == 0 ? #""tools": ["charge"],"# : ""
    let refunds =
      #"{"name": "back", "per": "run", "window": "1h", "amount": "20.00", \#(Self.usd)}"#
    return """
      {"caps": [\(caps.joined(separator: ", "))], \(expiry) \(refuse) \(tools)
       "refunds": {"restoreBudget": \(dice.roll(0...1) == 0),
         "caps": [\(dice.roll(0...1) == 0 ? refunds : "")]},
       "nearDuplicates": {"action": "allow"},
       "rates": {"perMinute": 1000000, "stopsPerRun": 1000000}}
      """
  }

  @Test(arguments: 1...12)
  func aSimulationSaysWhatTheSameCallsLiveAreTold(seed: UInt64) throws {
    var dice = Dice(state: seed)
    let policy = try accepted(policy(&dice))
    let calls = calls(&dice)
    let recorded = try Replay(.accepted(try accepted(Self.unlimited)))
    try recorded.play(calls)
    let live = try Replay(.accepted(policy))
    try live.play(calls)
    let simulation = try simulate(policy, recorded.ledger)
    #expect(simulation.trials.count > 50)
    var books = try Ledger(path: live.ledger)
    var seen: Set<OperationID> = []
    for trial in simulation.trials {
      #expect(trial.then == nil)
      let code = live.codes[trial.at]
      let isRefused = code.map { !Self.outcomes.contains($0) } ?? false
      #expect(isRefused == (trial.now != nil), "\(trial.at) \(code ?? "-") \(trial.now ?? "-")")
      // The books keep the rule of the first denial as long as the code stays the same.
      guard seen.insert(trial.operation.id).inserted, let rule = trial.now else { continue }
      let known = try books.read { (books: borrowing Books) throws(LedgerError) in
        try books.operation(trial.operation.id)
      }
      if let known, known.state == .denied { #expect(known.rule == rule) }
    }
    try recorded.remove()
    try live.remove()
  }

  /// What a call may be told that the policy let pass.
  private static let outcomes: Set = [
    "captured", "refunded", "replayed", "pending", "card_declined",
  ]

  /// Not a test of anything: makes the ledger that `Tests/simulate-bench.sh` measures with.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["BURSAR_BENCH_LEDGER"] != nil))
  func aLedgerOfAHundredThousandOperationsIsMade() throws {
    let path = ProcessInfo.processInfo.environment["BURSAR_BENCH_LEDGER"] ?? ""
    var ledger = try Ledger(path: path)
    var dice = Dice(state: 7)
    try ledger.commit { (books: inout Books) throws(LedgerError) in
      for number in 0..<100_000 {
        let now = Instant(milliseconds: 1_790_000_000_000 + Int64(number) * 26_000)
        var operation = Operation(
          id: OperationID("op_\(number)"), kind: .charge, namespace: "default",
          reference: "INV-\(number)",
          terms: Terms(
            customer: "cus_\(dice.roll(0...499))",
            money: Money(dice.roll(100...20_000), Currency("USD")!), paymentMethod: nil,
            description: nil),
          run: "run-\(number / 20)", task: nil, step: nil, checkpoint: nil, state: .validated,
          processorReference: nil, round: 0, confirmation: 0, next: .create, due: now,
          attempt: nil, tries: 0, attempts: 0, unknownSince: nil, firstSent: nil, code: nil,
          detail: nil, deadLetter: nil, owner: nil, livemode: false, created: now, updated: now,
          policy: "00ff", rule: nil, version: 0)
        operation = try books.write(
          Transition(before: nil, after: operation, reason: "requested"), at: now)
        for state in [State.authorised, .captured] {
          var after = operation
          after.state = state
          after.next = nil
          after.due = nil
          operation = try books.write(
            Transition(before: operation, after: after, reason: "processor_\(state.rawValue)"),
            at: now.advanced(by: .seconds(1)))
        }
      }
    }
    let count = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(newest: .max).count
    }
    #expect(count == 100_000)
  }
}
