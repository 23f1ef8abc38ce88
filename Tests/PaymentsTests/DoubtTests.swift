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

  @Test func anObjectThatStaysUnconfirmedIsCancelledNotConfirmedForEver() {
    var charge = Fixture.authorised()
    var sent: [Instruction.Kind] = []
    for _ in 1...10 {
      guard let next = charge.next else { break }
      sent.append(next)
      charge = charge.attempted(next == .cancel ? .voided("pi_1") : .created("pi_1"))
    }
    #expect(sent == [.confirm, .confirm, .confirm, .cancel])
    #expect(charge.state == .voided)
  }

  @Test func aKeyThatIsTooOldConfirmsNothingEvenWhenNothingIsUnknown() {
    let old = Fixture.authorised {
      $0.next = .retrieve
      $0.tries = 1
      $0.firstSent = Fixture.now.advanced(by: .seconds(-20 * 3600))
    }
    #expect(old.attempted(.created("pi_1")).next == .cancel)
  }
}
