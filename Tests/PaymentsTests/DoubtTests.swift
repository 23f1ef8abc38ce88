import Payments
import Testing

/// What may be done while it is not known what happened. Each test is a way to lose or double
/// money.
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

  /// The first confirmation is lost and may still be executed; the second is turned away because
  /// the card was declined too often (C25), which is kept under no key.
  @Test func aDeclineThatIsNotKeptEndsNothingThatIsUnknown() {
    let tooOften = Decline(
      reference: "pi_1", code: "card_decline_rate_limit_exceeded", advice: .later, isKept: false)
    let lost = Fixture.authorised().attempted(.unknown(Fixture.timeout))
    #expect(lost.unknownSince != nil && lost.next == .confirm)
    let refused = lost.attempted(.declined(tooOften))
    #expect(refused.state == .authorised && refused.next == .retrieve)
    #expect(refused.attempted(.captured("pi_1", livemode: false)).state == .captured)
    // Nothing is unknown: then it is a decline like any other.
    #expect(Fixture.authorised().attempted(.declined(tooOften)).state == .declined)
  }

  @Test func whatWaitsForApprovalIsNeverSentAgain() {
    var charge = Fixture.authorised().attempted(.deferred("apreq_1"))
    var refund = Fixture.refund().attempted(.deferred("apreq_1"))
    var now = Fixture.now
    while now < Fixture.now.advanced(by: .seconds(19 * 3600)) {
      now = now.advanced(by: .seconds(60))
      charge = charge.attempted(.created("pi_1"), at: now)
      refund = refund.attempted(.absent, at: now)
      #expect(charge.next == .retrieve && charge.code == Code.approval)
      #expect(refund.next == .findRefund && refund.code == Code.approval)
    }
    #expect(charge.attempted(.captured("pi_1", livemode: true), at: now).state == .captured)
    #expect(refund.attempted(.refunded("re_1", livemode: true), at: now).state == .refunded)
    let late = Fixture.now.advanced(by: .seconds(86_400))
    #expect(charge.attempted(.created("pi_1"), at: late.advanced(by: .seconds(-1))).next == .cancel)
    #expect(refund.attempted(.absent, at: late).deadLetter == "apreq_1")
  }

  @Test func aSavedErrorIsNotSentAgainWhenThePolicyAllowsMoreAttempts() {
    var setting = ProcessorSetting()
    setting.attempts = 20
    let profile = Profile(
      name: "toy", currencies: Fixture.table, keyLength: 255, keyRetention: .seconds(20 * 3600),
      quiescence: .seconds(600))
    let generous = RetryRule(setting, profile, inFlight: 16)
    let charge = Fixture.authorised().attempted(.unknown(Fixture.savedError))
    let refund = Fixture.refund().attempted(.unknown(Fixture.savedError))
    let soon = Fixture.now.advanced(by: .seconds(1))
    #expect(charge.followed(by: .created("pi_1"), generous, at: soon)?.after.next == .cancel)
    #expect(refund.followed(by: .absent, generous, at: soon)?.after.next == .findRefund)
  }

  @Test func absenceCountsOnlyWhenTheLastLostRequestIsQuiet() {
    let hour = Duration.seconds(3600)
    var refund = Fixture.refund().attempted(.unknown(Fixture.brokenAnswer))
    refund = refund.attempted(.throttled(retryAfter: hour), at: Fixture.now.advanced(by: hour))
    let last = Fixture.now.advanced(by: hour + hour)
    refund = refund.attempted(.unknown(Fixture.timeout), at: last)
    #expect(refund.tries == 3 && refund.next == .findRefund)
    let early = last.advanced(by: .seconds(599))
    #expect(refund.attempted(.absent, at: early).next == .findRefund)
    let quiet = last.advanced(by: .seconds(600))
    #expect(refund.attempted(.absent, at: quiet).code == Code.notExecuted)
  }

  @Test func lookUpsDoNotPutOffTheDayAfterWhichAPersonIsAsked() {
    var refund = Fixture.refund().attempted(.unknown(Fixture.savedError))
    let later = Fixture.now.advanced(by: .seconds(86_399))
    refund = refund.attempted(.inProgress, at: later)
    #expect(refund.unknownSince == Fixture.now)
    #expect(refund.attempted(.inProgress, at: later.advanced(by: .seconds(1))).deadLetter != nil)
  }

  @Test func anEarlierDeclineIsNoAnswerToTheNextPaymentMethod() {
    let again = Fixture.authorised { $0.confirmation = 1 }
    let lost = again.attempted(.unknown(Fixture.savedError))
    let decline = Decline(reference: "pi_1", code: "generic_decline", advice: .anotherMethod)
    let read = lost.attempted(.declined(decline))
    #expect(read.state == .authorised && read.next == .cancel)
    #expect(read.attempted(.captured("pi_1", livemode: false)).state == .captured)
    #expect(read.attempted(.voided("pi_1")).state == .voided)

    let silent = again.attempted(.unknown(Fixture.timeout)).attempted(.unknown(Fixture.timeout))
    #expect(silent.next == .retrieve)
    let resent = silent.attempted(.declined(decline))
    #expect(resent.next == .confirm)
    #expect(resent.attempted(.declined(decline)).state == .declined)
  }

  @Test func theFirstPaymentMethodsDeclineMayBeRead() {
    let lost = Fixture.authorised().attempted(.unknown(Fixture.savedError))
    let decline = Decline(reference: "pi_1", code: "generic_decline", advice: .anotherMethod)
    #expect(lost.attempted(.declined(decline)).state == .declined)
  }

  @Test func aCancellationThatDecidesIsNotGivenUpBeforeItWasTried() {
    let monday = Fixture.now.advanced(by: .seconds(3 * 86_400))
    let slept = Fixture.authorised().attempted(.unknown(Fixture.timeout))
      .attempted(.unknown(Fixture.timeout))
    let read = slept.attempted(.created("pi_1"), at: monday)
    #expect(read.next == .cancel && read.deadLetter == nil)
    #expect(read.attempted(.voided("pi_1"), at: monday).state == .voided)
    let unanswered = read.attempted(.unknown(Fixture.timeout), at: monday)
    #expect(unanswered.deadLetter != nil && unanswered.next == nil)
    let found = unanswered.followed(by: .created("pi_1"), Fixture.rule, at: monday)
    #expect(found?.after.next == nil && found?.after.deadLetter != nil)
  }

  @Test func aCancellationThatCancelsNothingIsNotRepeatedAtOnce() {
    let cancelling = Fixture.authorised {
      $0.next = .cancel
      $0.tries = 3
      $0.unknownSince = Fixture.now.advanced(by: .seconds(-100))
    }
    let after = cancelling.attempted(.created("pi_1"))
    #expect(after.next == .retrieve)
    #expect(after.due == Fixture.now.advanced(by: RetryRule.longestWait))
    let day = Fixture.now.advanced(by: .seconds(86_400))
    #expect(cancelling.attempted(.created("pi_1"), at: day).deadLetter != nil)
  }

  @Test func aRefundInHandThatCanNoLongerBeReadBecomesADeadLetter() {
    let submitted = Fixture.refund().attempted(.submitted("re_1"))
    let refusals: [Finding] = [
      .absent, .rejected(Refusal(code: "resource_missing")), .unknown(.mismatch),
      .misconfigured(Refusal(code: "invalid_api_key")), .captured("re_1", livemode: false),
    ]
    let day = Fixture.now.advanced(by: RetryRule.lookUpFor)
    for refusal in refusals {
      let doubted = submitted.attempted(refusal)
      #expect(doubted.unknownSince == Fixture.now && doubted.next == .retrieveRefund)
      #expect(doubted.attempted(refusal, at: day).deadLetter != nil)
      #expect(doubted.attempted(.submitted("re_1")).unknownSince == nil)
      #expect(doubted.attempted(.refunded("re_1", livemode: false), at: day).state == .refunded)
    }
    let patient = submitted.attempted(.submitted("re_1"), at: day.advanced(by: .seconds(1)))
    #expect(patient.deadLetter == nil && patient.next == .retrieveRefund)
  }

  @Test func aChargeInHandThatCanNoLongerBeReadBecomesADeadLetter() {
    let inHand = Fixture.authorised().attempted(.processing("pi_1"))
    #expect(inHand.unknownSince == nil && inHand.next == .retrieve)
    let doubted = inHand.attempted(.absent)
    #expect(doubted.unknownSince == Fixture.now)
    let day = Fixture.now.advanced(by: RetryRule.lookUpFor)
    #expect(doubted.attempted(.absent, at: day).deadLetter != nil)
  }

  @Test func aKeyThatGrewTooOldWhileItWaitedIsNotSent() {
    let friday = Fixture.now
    let monday = friday.advanced(by: .seconds(3 * 86_400))
    let lost = Fixture.refund().attempted(.unknown(Fixture.brokenAnswer))
    #expect(lost.next == .refund)
    #expect(lost.beginning(by: 1, Fixture.rule, at: monday).next == .findRefund)
    let turned = Fixture.refund().attempted(.throttled(retryAfter: nil))
    #expect(turned.beginning(by: 1, Fixture.rule, at: monday).next == .findRefund)
    #expect(turned.attempted(.absent, at: monday).code == Code.notExecuted)
    let confirming = Fixture.authorised().attempted(.unknown(Fixture.timeout))
    #expect(confirming.beginning(by: 1, Fixture.rule, at: monday).next == .retrieve)
    let creating = Fixture.charge().attempted(.throttled(retryAfter: nil))
    #expect(creating.beginning(by: 1, Fixture.rule, at: monday).next == .find)
    let earlier = friday.advanced(by: .seconds(-1))
    #expect(lost.beginning(by: 1, Fixture.rule, at: earlier).next == .findRefund)
    #expect(lost.beginning(by: 1, Fixture.rule, at: friday).next == .refund)
  }
}
