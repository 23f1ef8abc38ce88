import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// What an operator reads of policies, in words and as JSON.
@Suite struct PolicyReportTests {
  private let usd = Currency("USD")!
  private let now = Instant(milliseconds: 1_795_165_200_000 + 120 * 60_000)

  private func text(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func world(_ calls: ReplayedCall...) throws -> Replay {
    let world = try Replay(.accepted(try policy(cap("run", "run", "100.00"))))
    try world.play(calls)
    return world
  }

  @Test func aDifferenceIsSaidKeyByKeyAndCapByCap() throws {
    let old = try policy(
      cap("one", "operation", "50.00"), cap("run", "run", "100.00"), cap("gone", "run", "7.00"))
    let new = try policy(
      cap("one", "operation", "40.00"), cap("run", "run", "150.00", #", "window": "24h""#),
      cap("new", "run", "5.00"),
      members: #", "respondWithin": "2s", "warnAt": [0.25, 1], "customers": {"refuse": ["cus_x"]}"#)
    let said = text(
      Report.difference(from: old, to: new, json: false, currencies: Stripe.currencies))
    #expect(
      said == [
        "respondWithin goes from 4s to 2s",
        "customers.refuse goes from none to cus_x",
        "warnAt goes from 0.5, 0.8, 0.95 to 0.25, 1",
        "cap \"one\" goes from 50.00 USD per operation to 40.00 USD per operation (tighter)",
        "cap \"run\" goes from 100.00 USD per run to 150.00 USD per run in any 24 hours",
        "cap \"gone\" is gone; it was 7.00 USD per run (looser)",
        "cap \"new\" is new: 5.00 USD per run (tighter)",
      ])
  }

  @Test func twoFilesThatSayTheSameDoNotDiffer() throws {
    let old = try policy(cap("run", "run", "100.00"))
    let new = try policy(
      cap("run", "run", "100.00", #", "window": "lifetime""#),
      members: #", "respondWithin": "4000ms""#)
    #expect(old.hash != new.hash)
    #expect(policyChanges(from: old, to: new, currencies: Stripe.currencies) == [])
    let swapped = try policy(cap("a", "run", "2.00"), cap("b", "run", "1.00"))
    let back = try policy(cap("b", "run", "1.00"), cap("a", "run", "2.00"))
    #expect(policyChanges(from: swapped, to: back, currencies: Stripe.currencies).count == 1)
  }

  @Test func everyKeyThatDiffersIsNoticed() throws {
    let old = try policy(cap("run", "run", "100.00"))
    let members = [
      #", "namespace": "n""#, #", "identity": "task_step""#, #", "ledger": {"path": "x"}"#,
      #", "processor": {"timeout": "9s"}"#, #", "processor": {"attempts": 1}"#,
      #", "run": {"from": ["env"]}"#, #", "run": {"expiresIn": "1h"}"#, #", "tools": []"#,
      #", "currencies": ["USD"]"#, #", "customers": {"allow": ["a"]}"#,
      #", "refunds": {"caps": [\#(cap("r", "run", "1.00"))]}"#, #", "rates": {"inFlight": 3}"#,
      #", "results": {"flagFix": false}"#, #", "refunds": {"restoreBudget": true}"#,
      #", "declines": {"limit": 3}"#, #", "declines": {"window": "7d"}"#,
      #", "alerts": {"retries": 5}"#, #", "alerts": {"window": "1h"}"#,
      #", "reconcile": {"every": "2h"}"#,
      #", "reconcile": {"since": "4d"}"#, #", "orphans": "refund""#,
      #", "webhooks": {"secret": {"env": "A"}}"#,
    ]
    for member in members {
      let new = try policy(cap("run", "run", "100.00"), members: member)
      let changes = policyChanges(from: old, to: new, currencies: Stripe.currencies)
      #expect(changes.count == 1, "\(member)")
      #expect(changes.first?.subject != "something else", "\(member)")
    }
  }

  @Test func usageSaysHowFullEachCapIsNow() throws {
    let world = try world(
      .charge("A", 6000), .charge("B", 2500, minute: 1, run: "run-2", customer: "cus_2"))
    let policy = try policy(
      cap("run", "run", "100.00"), cap("hour", "customer", "80.00", #", "window": "1h""#))
    let said = text(
      try Report.usage(
        of: policy, ledger: world.ledger, at: now, json: false, currencies: Stripe.currencies))
    #expect(
      said == [
        "cap run: 100.00 USD per run",
        "  \"run-1\"  [############........]  60 %  60.00 of 100.00 USD  left 40.00 USD",
        "  \"run-2\"  [#####...............]  25 %  25.00 of 100.00 USD  left 75.00 USD",
        "cap hour: 80.00 USD per customer in any 1 hour",
        "  nothing used",
      ])
    try world.remove()
  }

  private func explain(
    _ world: Replay, _ policy: Policy, _ reference: String, _ amount: Int64
  ) throws -> JSONValue {
    let question = PolicyQuestion(
      reference: reference, customer: "cus_1", money: Money(amount, usd), run: "run-1")
    return try JSONValue(
      reading: try Report.explanation(
        of: policy, question, ledger: world.ledger,
        dialect: Stripe.dialect(profileName: "sandbox"), at: now, json: true))
  }

  @Test func anExplanationNamesTheRuleThatDecidesAndWhatIsLeft() throws {
    let world = try world(.charge("A", 6000))
    let policy = try policy(cap("one", "operation", "50.00"), cap("run", "run", "100.00"))
    let granted = try explain(world, policy, "B", 4000)
    #expect(granted["outcome"]?.string == "granted")
    #expect(granted["caps"]?.array?.map { $0["left"]?.integer } == [5000, 4000])
    #expect(granted["caps"]?.array?.map { $0["allows"]?.bool } == [true, true])
    let stopped = try explain(world, policy, "B", 4001)
    #expect(stopped["rule"]?.string == "cap run")
    #expect(stopped["caps"]?.array?.map { $0["allows"]?.bool } == [true, false])
    #expect(try explain(world, policy, "B", 5001)["rule"]?.string == "cap one")
    #expect(try explain(world, policy, "A", 6000)["outcome"]?.string == "known")
    #expect(try explain(world, policy, "A", 6001)["outcome"]?.string == "conflict")
    #expect(try explain(world, policy, "B", 1)["outcome"]?.string == "impossible")
    try world.remove()
  }

  @Test func anExplanationSeesWhatAChargeResembles() throws {
    let world = try world(.charge("INV-7", 6000))
    let policy = try accepted(#"{"caps": [\#(cap("run", "run", "500.00"))]}"#)
    let found = try explain(world, policy, "inv 7".replacing(" ", with: "-"), 1000)
    #expect(found["outcome"]?.string == "held_back")
    #expect(found["rule"]?.string == "nearDuplicates")
    #expect(try explain(world, policy, "INV-8", 1000)["outcome"]?.string == "granted")
    try world.remove()
  }

  @Test func aNearDuplicateStaysHeldBackInASimulation() throws {
    let usual = try accepted(#"{"caps": [\#(cap("run", "run", "500.00"))]}"#)
    let world = try Replay(.accepted(usual))
    try world.play([.charge("INV-7", 6000), .charge("inv-7", 6000, minute: 5)])
    #expect(try simulate(world, usual)["refused"]?["requests"]?.integer == 1)
    let open = try policy(cap("run", "run", "500.00"))
    #expect(try simulate(world, open)["would_pass"]?["requests"]?.integer == 1)
    try world.remove()
  }

  @Test func askingForAnExplanationWritesNothing() throws {
    let world = try world(.charge("A", 6000))
    var ledger = try Ledger(path: world.ledger)
    func history(_ ledger: inout Ledger) throws -> Int {
      try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.history(after: 0, limit: 100).count
      }
    }
    let before = try history(&ledger)
    _ = try explain(world, try policy(cap("run", "run", "1.00")), "B", 4001)
    #expect(try history(&ledger) == before)
    #expect(try ledger.changedByOthers() == false)
    try world.remove()
  }

  private func simulate(_ world: Replay, _ policy: Policy, since: Instant? = nil) throws
    -> JSONValue
  {
    try JSONValue(
      reading: try Report.simulation(
        of: policy, ledger: world.ledger, since: since, json: true,
        currencies: Stripe.currencies))
  }

  @Test func aSimulationListsWhatWouldHaveBeenStoppedAndWhatWouldHavePassed() throws {
    let world = try world(
      .charge("A", 6000), .charge("B", 6000, minute: 10), .charge("C", 2500, minute: 20),
      .refund("R", of: "A", 1000, minute: 30))
    let wider = try simulate(world, try policy(cap("run", "run", "130.00")))
    #expect(wider["would_pass"]?["list"]?.array?.map { $0["reference"]?.string } == ["B"])
    // B takes the budget that C had.
    #expect(wider["would_be_stopped"]?["list"]?.array?.map { $0["reference"]?.string } == ["C"])
    let narrow = try simulate(world, try policy(cap("run", "run", "30.00")))
    let stopped = narrow["would_be_stopped"]?["list"]?.array
    #expect(stopped?.map { $0["reference"]?.string } == ["A", "R"])
    #expect(stopped?.map { $0["now"]?.string } == ["cap run", "its charge"])
    #expect(narrow["refused"]?["requests"]?.integer == 1)
    #expect(narrow["passed"]?["amounts"]?.array?.first?["amount"]?.integer == 2500)
    try world.remove()
  }

  @Test func whatWasBeforeCountsAsItWas() throws {
    let world = try world(.charge("A", 6000), .charge("B", 3000, minute: 10))
    let start = Instant(milliseconds: 1_795_165_200_000 + 5 * 60_000)
    let strict = try policy(cap("one", "operation", "50.00"), cap("run", "run", "80.00"))
    #expect(try simulate(world, strict)["would_be_stopped"]?["requests"]?.integer == 1)
    let recent = try simulate(world, strict, since: start)
    #expect(recent["requests"]?.integer == 1)
    #expect(
      recent["would_be_stopped"]?["list"]?.array?.map { $0["now"]?.string } == ["cap run"])
    try world.remove()
  }

  @Test func aChartShowsHowFullACapWasAndWhereItStopped() throws {
    let world = try world(
      .charge("A", 1000), .charge("B", 5000, minute: 30), .charge("C", 9000, minute: 60))
    let said = text(
      try Report.simulation(
        of: try policy(cap("run", "run", "100.00")), ledger: world.ledger, since: nil, json: false,
        currencies: Stripe.currencies))
    let chart = said.drop { !$0.hasPrefix("cap run") }
    let gap = String(repeating: " ", count: 29)
    #expect(
      chart.prefix(7) == [
        "cap run: 100.00 USD per run",
        "  100 % |\(gap) \(gap)x|", "   80 % |\(gap) \(gap) |",
        "   60 % |\(gap)#\(gap)#|", "   40 % |\(gap)#\(gap)#|",
        "   20 % |.\(gap.dropLast())#\(gap)#|",
        "  2026-11-20T09:00:00Z to 2026-11-20T10:00:00Z; at most 60.00 of 100.00 USD (60 %); "
          + "stopped 1",
      ])
    try world.remove()
  }
}
