import Payments
import Testing

/// What may be done while it is not known what happened. Each test is a way to lose or double money.
@Suite struct DoubtTests {
  @Test func aLookUpForACreatedObjectIsNotRepeatedForEver() {
    var charge = Fixture.charge().attempted(.unknown(Fixture.savedError))
    #expect(charge.next == .find)
    var now = Fixture.now
    for _ in 1...10 where charge.next != nil {
      now = charge.due ?? now
      charge = charge.attempted(.unknown(Fixture.brokenAnswer), at: now)
    }
    #expect(charge.state == .failed)
    #expect(charge.code == Code.exhausted)
    #expect(charge.attempts == 1 + Fixture.rule.attempts)
  }
}
