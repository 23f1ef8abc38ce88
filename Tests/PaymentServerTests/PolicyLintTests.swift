import PaymentServer
import Payments
import Processors
import Testing

/// What is allowed and probably not meant.
@Suite struct PolicyLintTests {
  private func codes(_ policy: Policy, _ calls: [ReplayedCall] = []) throws -> [String] {
    try warnings(policy, calls).map(\.code)
  }

  private func warnings(
    _ judging: Policy, _ calls: [ReplayedCall] = []
  ) throws -> [PolicyWarning] {
    let world = try Replay(.accepted(try policy(cap("all", "run", "99999.00"))))
    if !calls.isEmpty { try world.play(calls) }
    let found = try lint(judging, ledger: world.ledger, currencies: Stripe.currencies)
    try world.remove()
    return found
  }

  @Test func anOrdinaryPolicyWarnsOfNothing() throws {
    let ordinary = try policy(
      cap("one", "operation", "50.00"), cap("run", "run", "100.00"),
      cap("customer", "customer", "150.00", #", "window": "24h""#),
      cap("day", "namespace", "500.00", #", "window": "day", "count": 50"#))
    #expect(try codes(ordinary) == [])
    #expect(try codes(ordinary, [.charge("A", 4000), .charge("B", 1500, minute: 1)]) == [])
  }

  @Test(arguments: [(4999, true), (5000, false), (5001, false)])
  func aCapBelowTheLargestPaymentIsNamed(amount: Int, warns: Bool) throws {
    let major = "\(amount / 100).\(amount % 100 < 10 ? "0" : "")\(amount % 100)"
    let found = try codes(try policy(cap("one", "operation", major)), [.charge("A", 5000)])
    #expect(found == (warns ? ["cap_below_largest"] : []))
  }

  @Test func whatDidNotMoveIsNoReasonToWarn() throws {
    let declined = ReplayedCall.charge("A", 9000, card: "pm_card_chargeDeclined")
    #expect(try codes(try policy(cap("one", "operation", "50.00")), [declined]) == [])
  }

  @Test(arguments: [("200.00", false), ("200.01", true)])
  func aRunsCapOfMoreThanTwiceWhatARunUsedIsNamed(amount: String, warns: Bool) throws {
    let calls: [ReplayedCall] = [
      .charge("A", 6000), .charge("B", 4000, minute: 1), .charge("C", 9000, minute: 2, run: "r2"),
    ]
    let found = try warnings(try policy(cap("run", "run", amount)), calls)
    #expect(found.map(\.code) == (warns ? ["cap_loose"] : []))
    if warns {
      #expect(
        found.first?.message
          == "cap \"run\" is 200.01 USD, and no run ever used more than 100.00 USD: one and a half "
          + "times to twice that is 150.00 USD to 200.00 USD.")
    }
  }

  @Test(arguments: [
    (cap("a", "run", "100.00"), cap("b", "run", "90.00"), 1),
    (cap("a", "run", "100.00"), cap("b", "run", "100.00"), 1),
    (cap("a", "operation", "90.00"), cap("b", "run", "90.00"), 0),
    (cap("a", "operation", "100.00"), cap("b", "run", "90.00"), 1),
    (cap("a", "run", "90.00"), cap("b", "customer", "90.00", #", "window": "lifetime""#), 0),
    (cap("a", "run", "90.00"), cap("b", "namespace", "90.00", #", "window": "lifetime""#), 1),
    (cap("a", "run", "90.00"), cap("b", "namespace", "90.00", #", "window": "30d""#), 0),
    (
      cap("a", "customer", "90.00", #", "window": "day""#),
      cap("b", "customer", "90.00", #", "window": "24h""#), 1
    ),
    (
      cap("a", "customer", "90.00", #", "window": "day""#),
      cap("b", "customer", "90.00", #", "window": "23h""#), 0
    ),
    (
      cap("a", "customer", "90.00", #", "window": "day", "utcOffset": "+01:00""#),
      cap("b", "customer", "90.00", #", "window": "day""#), 0
    ),
    (
      cap("a", "customer", "90.00", #", "window": "day""#),
      cap("b", "customer", "90.00", #", "window": "month""#), 1
    ),
    (cap("a", "run", "100.00", #", "count": 5"#), cap("b", "run", "90.00"), 0),
  ]) func aCapThatNothingReachesIsNamed(first: String, second: String, warnings: Int) throws {
    #expect(try codes(try policy(first, second)).count { $0 == "unreachable" } == warnings)
    #expect(try codes(try policy(second, first)).count { $0 == "unreachable" } == warnings)
  }

  @Test func aRuleThatNothingReachesIsNamed() throws {
    let usual = cap("run", "run", "100.00")
    let refunds = #", "tools": ["charge"], "refunds": {"caps": [\#(usual)]}"#
    #expect(try codes(try policy(usual, members: refunds)) == ["unreachable"])
    let closed = #", "customers": {"allow": ["cus_*", "vip_1"], "refuse": ["vip_*"]}"#
    #expect(try codes(try policy(usual, members: closed)) == ["unreachable"])
    let euro = #", "currencies": ["EUR"]"#
    #expect(
      try codes(try policy(usual, members: euro)) == ["currency_without_cap", "unreachable"])
  }

  @Test func aPolicyThatAllowsNoChargeAtAllIsNamed() throws {
    let counted = #"{"name": "n", "per": "run", "count": 3, "currency": "USD"}"#
    #expect(try codes(try policy("")) == ["nothing_allowed"])
    #expect(try codes(try policy(counted)) == ["nothing_allowed"])
  }

  @Test func realMoneyWithoutACapOnOneChargeIsNamed() throws {
    let live = #", "environment": "live", "processor": {"kind": "stripe", "apiKey": {"env": "K"}}"#
    let euro = #"{"name": "e", "per": "run", "amount": "5.00", "currency": "EUR"}"#
    let one = cap("one", "operation", "50.00")
    let run = cap("run", "run", "100.00")
    #expect(try codes(try policy(run, members: live)) == ["live_without_threshold"])
    #expect(try codes(try policy(one, run, members: live)) == [])
    #expect(try codes(try policy(one, run, euro, members: live)) == ["live_without_threshold"])
    #expect(try codes(try policy(run)) == [])
  }

  @Test func aBatchNeedsOneAndAHalfTimesToTwiceItself() throws {
    let usd = try #require(Currency("USD"))
    let one = try #require(CapSize(batch: 1, of: Money(50_000, usd)))
    #expect(one.low == Money(75_000, usd))
    #expect(one.high == Money(100_000, usd))
    #expect(CapSize(batch: 3, of: Money(1, usd))?.low == Money(5, usd))
    #expect(CapSize(batch: 0, of: Money(1, usd)) == nil)
    #expect(CapSize(batch: 2, of: Money(.max / 2, usd)) == nil)
    let said = Report.size(
      batch: 1, of: Money(50_000, usd), json: false, currencies: Stripe.currencies)
    #expect(
      String(decoding: said ?? [], as: UTF8.self).hasPrefix(
        "One operation of at most 500.00 USD in a run: a cap of 750.00 to 1000.00 USD"))
  }
}
