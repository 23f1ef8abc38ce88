import Payments
import Testing

/// What the policy grants and refuses, to the minor unit.
@Suite struct CapTests {
  private static let declines = Scope.declines(of: nil, customer: "cus_1", in: "acme")

  /// What the judge asked the books for.
  private final class Asked {
    var scopes: [Scope] = []
    var starts: [Instant?] = []
  }

  private func cap(
    _ extent: Cap.Extent, amount: Int64? = 1000, count: Int64? = nil, window: Window = .lifetime,
    currency: Currency = Fixture.usd
  ) -> Cap {
    Cap(
      name: extent.rawValue, extent: extent, window: window, currency: currency, amount: amount,
      count: count)
  }

  private func policy(_ caps: [Cap], refunds: [Cap] = []) -> Policy {
    var policy = Policy(hash: "hash")
    policy.caps = caps
    policy.refundCaps = refunds
    return policy
  }

  private func demand(
    _ amount: Int64, _ currency: Currency = Fixture.usd, kind: Operation.Kind = .charge
  ) -> Demand {
    Demand(
      kind: kind, namespace: "acme", run: "run-1", customer: "cus_1",
      money: Money(amount, currency))
  }

  private func judge(
    _ policy: Policy, _ demand: Demand, used: Exposure = .zero, declined: Int64 = 0,
    asked: Asked = Asked()
  ) -> Judgement {
    policy.judge(demand, runStarted: Fixture.now, at: Fixture.now) { scope, start in
      asked.scopes.append(scope)
      asked.starts.append(start)
      return scope == Self.declines ? Exposure(amount: 0, count: declined) : used
    }
  }

  @Test func everyCapAllowsItsLastMinorUnitAndNotOneMore() {
    for extent in [Cap.Extent.run, .customer, .namespace] {
      let policy = policy([cap(extent)])
      let used = Exposure(amount: 400, count: 3)
      #expect(judge(policy, demand(599), used: used).isGranted)
      #expect(judge(policy, demand(600), used: used).isGranted)
      let usage = CapUsage(cap: policy.caps[0], used: used)
      #expect(judge(policy, demand(601), used: used) == .refused(.capExhausted(usage)))
      #expect(usage.amountLeft == 600)
    }
    let single = policy([cap(.operation)])
    let used = Exposure(amount: 1_000_000, count: 1000)
    #expect(judge(single, demand(999), used: used).isGranted)
    #expect(judge(single, demand(1000), used: used).isGranted)
    #expect(judge(single, demand(1001)) == .refused(.operationTooLarge(single.caps[0])))
  }

  @Test func everyCapAllowsItsLastOperationAndNotOneMore() {
    for extent in [Cap.Extent.run, .customer, .namespace] {
      let policy = policy([cap(extent, amount: nil, count: 3), cap(.operation)])
      #expect(judge(policy, demand(1), used: Exposure(amount: 0, count: 1)).isGranted)
      #expect(judge(policy, demand(1), used: Exposure(amount: 0, count: 2)).isGranted)
      let full = Exposure(amount: 0, count: 3)
      let usage = CapUsage(cap: policy.caps[0], used: full)
      #expect(judge(policy, demand(1), used: full) == .refused(.capExhausted(usage)))
      #expect(usage.countLeft == 0 && usage.amountLeft == nil)
    }
  }

  @Test func aSumThatDoesNotFitIsRefused() {
    let policy = policy([cap(.run, amount: 1_000_000)])
    let used = Exposure(amount: .max, count: 1)
    #expect(judge(policy, demand(1), used: used).isGranted == false)
  }

  @Test func theBooksAreAskedForTheRightScopeAndStart() {
    let asked = Asked()
    let day = Window.rolling(.seconds(86_400))
    let caps = [
      cap(.operation), cap(.run), cap(.customer, window: day),
      cap(.namespace, window: .day(offset: 0)), cap(.run, currency: Fixture.jpy),
    ]
    #expect(judge(policy(caps), demand(1), asked: asked).isGranted)
    #expect(
      asked.scopes == [
        .run("run-1", in: "acme", .charge, Fixture.usd),
        .customer("cus_1", in: "acme", .charge, Fixture.usd),
        .namespace("acme", .charge, Fixture.usd), Self.declines,
      ])
    let midnight = Window.day(offset: 0).start(at: Fixture.now)
    let dayAgo = Fixture.now.advanced(by: .seconds(-86_400))
    #expect(asked.starts == [nil, dayAgo, midnight, nil])
  }

  @Test func aMethodIsChargedUntilItsLastDeclineAndRefundsAskForNone() {
    let policy = policy([cap(.run)], refunds: [cap(.run)])
    #expect(judge(policy, demand(1), declined: 7).isGranted)
    for declined: Int64 in [8, 9] {
      #expect(
        judge(policy, demand(1), declined: declined)
          == .refused(.declinedTooOften(nil, policy.declines)))
      #expect(judge(policy, demand(1, kind: .refund), declined: declined).isGranted)
    }
  }

  @Test func onlyBecomingDeclinedIsADecline() {
    let charge = Fixture.authorised()
    var declined = charge
    declined.state = .declined
    let movement = declined.decline(from: charge)
    #expect(movement?.spent == Exposure(amount: 0, count: 1) && movement?.held == .zero)
    #expect(
      movement?.scope
        == .declines(
          of: charge.terms.paymentMethod, customer: charge.terms.customer, in: charge.namespace))
    #expect(declined.decline(from: declined) == nil)
    #expect(charge.decline(from: declined) == nil)
    #expect(charge.decline(from: nil) == nil)
    // That the customer has to do something in person is not the issuer's word.
    declined.code = Code.authentication
    #expect(declined.decline(from: charge) == nil)
    declined.state = .denied
    declined.code = Code.declinedTooOften
    #expect(declined.nextSteps == [.changePaymentMethod, .tellUser])
  }

  @Test func noTwoScopesShareTheirText() {
    let texts = Operation.Kind.allCases.flatMap { kind in
      [Fixture.usd, Fixture.jpy].flatMap { currency in
        [
          Scope.namespace("a", kind, currency), .run("a", in: "a", kind, currency),
          .customer("a", in: "a", kind, currency), .calls(run: "a", in: "a"),
          .declines(of: "a", customer: "a", in: "a"),
        ].map(\.text)
      }
    }
    #expect(Set(texts).count == texts.count - 6)
  }

  @Test func refundsHaveTheirOwnCapsAndNeedNone() {
    let policy = policy([cap(.run, amount: 10)], refunds: [cap(.customer, amount: 100, count: 2)])
    let asked = Asked()
    #expect(judge(policy, demand(100, kind: .refund), asked: asked).isGranted)
    #expect(asked.scopes == [.customer("cus_1", in: "acme", .refund, Fixture.usd)])
    #expect(judge(policy, demand(101, kind: .refund)).isGranted == false)
    #expect(judge(policy, demand(500, Fixture.jpy, kind: .refund)).isGranted)
  }

  @Test func aCurrencyWithoutACapOnItsAmountMayNotBeCharged() {
    let counted = policy([cap(.run, amount: nil, count: 9)])
    #expect(judge(counted, demand(1)) == .refused(.currencyWithoutCap(Fixture.usd)))
    let other = policy([cap(.run, currency: Fixture.jpy)])
    #expect(judge(other, demand(1)) == .refused(.currencyWithoutCap(Fixture.usd)))
    #expect(judge(other, demand(1, Fixture.jpy)).isGranted)
  }

  @Test func plainRefusalsAskNoBooks() {
    var policy = policy([cap(.run)])
    let asked = Asked()
    policy.tools = ["refund", "status"]
    #expect(judge(policy, demand(1), asked: asked) == .refused(.toolNotAllowed("charge")))
    policy.tools = ["charge"]
    policy.currencies = [Fixture.jpy]
    #expect(
      judge(policy, demand(1), asked: asked)
        == .refused(.currencyNotAllowed(Fixture.usd, allowed: [Fixture.jpy])))
    policy.currencies = nil
    policy.customers.refuse = ["cus_*"]
    #expect(judge(policy, demand(1), asked: asked) == .refused(.customerNotAllowed))
    #expect(asked.scopes.isEmpty)
  }

  @Test func aRunExpiresToTheMillisecond() {
    var policy = policy([cap(.run)])
    policy.run.expiresIn = .seconds(1800)
    func judgement(after milliseconds: Int64) -> Judgement {
      policy.judge(
        demand(1), runStarted: Fixture.now,
        at: Fixture.now.advanced(by: .milliseconds(milliseconds))
      ) { _, _ in .zero }
    }
    #expect(judgement(after: 1_799_999).isGranted)
    #expect(judgement(after: 1_800_000) == .refused(.runExpired))
    #expect(judgement(after: 1_800_001) == .refused(.runExpired))
  }

  @Test func aWarningIsGivenOnceWhenItsMarkIsReached() {
    var policy = policy([cap(.run, amount: 1000), cap(.operation, amount: 1000)])
    policy.warnAt = [500, 800]
    func warned(_ before: Int64, _ amount: Int64) -> Bool {
      let used = Exposure(amount: before, count: 1)
      guard case .granted(let warnings) = judge(policy, demand(amount), used: used) else {
        return false
      }
      let after = Exposure(amount: before + amount, count: 2)
      #expect(warnings.allSatisfy { $0.used == after && $0.cap.extent == .run })
      return !warnings.isEmpty
    }
    #expect(!warned(0, 499) && warned(0, 500) && warned(499, 1) && !warned(500, 299))
    #expect(warned(500, 300) && !warned(800, 200) && warned(0, 1000))
    policy.warnAt = []
    #expect(!warned(0, 1000))
  }

  @Test func customersAreAllowedByNameOrPrefixAndRefusedFirst() {
    var rule = CustomerRule()
    #expect(rule.allows("anybody"))
    rule.allow = ["cus_*", "vip"]
    rule.refuse = ["cus_bad*", "cus_7"]
    #expect(rule.allows("cus_1") && rule.allows("vip") && rule.allows("cus_"))
    #expect(!rule.allows("cus_bad1") && !rule.allows("cus_7") && rule.allows("cus_77"))
    #expect(!rule.allows("CUS_1") && !rule.allows("vip2") && !rule.allows(""))
    rule.allow = ["caf\u{e9}"]
    #expect(!rule.allows("cafe\u{301}"))
  }
}

extension Judgement {
  fileprivate var isGranted: Bool {
    if case .granted = self { true } else { false }
  }
}
