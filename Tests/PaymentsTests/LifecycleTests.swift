import Payments
import Testing

/// Every state with every next step, certainty, number of tries and finding.
@Suite struct LifecycleTests {
  private struct Case {
    let before: Operation
    let finding: Finding
    let after: Operation
  }

  private static let ages: [Duration?] = [
    nil, .zero, .seconds(600), .seconds(20 * 3600), .seconds(86_400), .seconds(-60),
  ]

  private static let steps: [(Operation.Kind, State, Instruction.Kind)] = [
    (.charge, .validated, .create), (.charge, .validated, .find),
    (.charge, .authorised, .confirm), (.charge, .authorised, .retrieve),
    (.charge, .authorised, .cancel), (.refund, .validated, .refund),
    (.refund, .validated, .findRefund), (.refund, .submitted, .retrieveRefund),
  ]

  private static func befores() -> [Operation] {
    steps.flatMap { kind, state, next in
      [0, 1, 3, 4].flatMap { tries in
        [0, 1].flatMap { confirmation in
          ages.flatMap { firstSent in
            ages.map { unknown in
              Fixture.operation(kind) {
                $0.state = state
                $0.next = next
                $0.tries = tries
                $0.confirmation = confirmation
                $0.attempts = tries + 1
                $0.attempt = tries + 1
                $0.owner = 1
                $0.processorReference =
                  state == .validated ? nil : kind == .charge ? "pi_1" : "re_1"
                $0.firstSent = firstSent.map { Fixture.now.advanced(by: .zero - $0) }
                $0.unknownSince = unknown.map { Fixture.now.advanced(by: .zero - $0) }
              }
            }
          }
        }
      }
    }
  }

  private static let cases: [Case] = befores().flatMap { before in
    Fixture.findings.compactMap { finding in
      before.followed(by: finding, Fixture.rule, at: Fixture.now).map {
        Case(before: before, finding: finding, after: $0.after)
      }
    }
  }

  /// One message for the first of many cases: a million expectations would drown the reader.
  private func always(
    _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: (Case) -> Bool
  ) {
    let broken = Self.cases.filter { !holds($0) }
    let none = broken.isEmpty
    #expect(
      none,
      """
      \(broken.count) of \(Self.cases.count): \(sentence); first: \(broken.first.map {
        "\($0.before.kind) \($0.before.state) next \(String(describing: $0.before.next)) tries "
        + "\($0.before.tries) \($0.finding) -> \($0.after.state) "
        + "next \(String(describing: $0.after.next)) unknown \($0.after.unknownSince != nil)"
      } ?? "")
      """,
      sourceLocation: sourceLocation)
  }

  @Test func everyCombinationIsAnswered() {
    #expect(Self.cases.count == Self.befores().count * Fixture.findings.count)
    #expect(Self.cases.count > 50_000)
  }

  @Test func whatIsAtRestFollowsNothing() {
    for state in State.allCases where Fixture.charge({ $0.state = state }).isAtRest {
      for finding in Fixture.findings {
        for kind in Operation.Kind.allCases {
          let resting = Fixture.operation(kind) {
            $0.state = state
            $0.next = nil
            $0.due = nil
          }
          #expect(resting.followed(by: finding, Fixture.rule, at: Fixture.now) == nil)
        }
      }
    }
  }

  @Test func whatWasGivenBackFailsByTheWordOfItsOwnObjectOnly() throws {
    let refunded = Fixture.refund {
      $0.state = .refunded
      $0.processorReference = "re_1"
      $0.next = nil
      $0.due = nil
    }
    for finding in Fixture.findings + [.refundFailed("re_2")] {
      let followed = refunded.followed(by: finding, Fixture.rule, at: Fixture.now)
      #expect((followed != nil) == (finding == .refundFailed("re_1")), "\(finding)")
    }
    let bounce = Finding.refundFailed("re_1")
    let (after, reason) = try #require(
      refunded.followed(by: bounce, Fixture.rule, at: Fixture.now))
    #expect(after.state == .failed && after.code == Code.refundFailed && reason == after.code)
    #expect(after.processorReference == "re_1" && after.isAtRest && after.next == nil)
    #expect(after.movements(from: refunded).first?.spent == Exposure(amount: -4999, count: -1))
    // That it was given back before is old news, and not money that moved unseen.
    #expect(after.violation(by: .refunded("re_1", livemode: false)) == nil)
    #expect(after.violation(by: .refunded("re_2", livemode: false)) == .executed)
    let earlier = Finding.refunded("re_1", livemode: false)
    #expect(after.followed(by: earlier, Fixture.rule, at: Fixture.now) == nil)
    // A person's word is nobody's to take back.
    var said = refunded
    said.code = Code.resolved
    #expect(said.followed(by: bounce, Fixture.rule, at: Fixture.now) == nil)
  }

  @Test func theStateIsAmongItsDocumentedSuccessors() {
    let successors: [State: Set<State>] = [
      .validated: [.authorised, .captured, .submitted, .refunded, .declined, .failed, .voided],
      .authorised: [.captured, .declined, .failed, .voided],
      .submitted: [.refunded, .failed],
    ]
    always("a documented successor or the same state") {
      $0.after.state == $0.before.state
        || successors[$0.before.state]?.contains($0.after.state) == true
    }
  }

  @Test func chargesAndRefundsKeepToTheirOwnStates() {
    always("a charge is never refunded, a refund never captured") {
      switch $0.after.kind {
      case .charge: $0.after.state != .refunded && $0.after.state != .submitted
      case .refund:
        ![.captured, .settled, .authorised, .declined, .voided].contains($0.after.state)
      }
    }
  }

  @Test func theNextStepFitsTheState() {
    let fitting: [State: Set<Instruction.Kind>] = [
      .authorised: [.confirm, .retrieve, .cancel], .submitted: [.retrieveRefund],
    ]
    let validated: [Operation.Kind: Set<Instruction.Kind>] = [
      .charge: [.create, .find], .refund: [.refund, .findRefund],
    ]
    always("next fits") { one in
      guard let next = one.after.next else { return true }
      return (fitting[one.after.state] ?? validated[one.after.kind])?.contains(next) == true
    }
  }

  @Test func thereIsANextStepExactlyUntilRestOrADeadLetter() {
    always("next == nil iff at rest or dead letter") {
      ($0.after.next == nil) == ($0.after.isAtRest || $0.after.deadLetter != nil)
    }
    always("due iff next") { ($0.after.due == nil) == ($0.after.next == nil) }
    always("never due before now") { $0.after.due.map { $0 >= Fixture.now } ?? true }
    always("never due later than an hour and the longest wait") {
      $0.after.due.map { $0 <= Fixture.now.advanced(by: RetryRule.longestRequestedWait) } ?? true
    }
  }

  @Test func theAttemptIsOverAndTheRestUntouched() {
    always("attempt and owner cleared, updated now") {
      $0.after.attempt == nil && $0.after.owner == nil && $0.after.updated == Fixture.now
    }
    always("names, terms, creation and version untouched") {
      $0.after.id == $0.before.id && $0.after.kind == $0.before.kind
        && $0.after.terms == $0.before.terms && $0.after.reference == $0.before.reference
        && $0.after.created == $0.before.created && $0.after.version == $0.before.version
        && $0.after.run == $0.before.run && $0.after.round == $0.before.round
        && $0.after.confirmation == $0.before.confirmation
        && $0.after.attempts == $0.before.attempts && $0.after.policy == $0.before.policy
    }
  }

  @Test func atRestNothingIsUnknown() {
    always("no doubt and no dead letter at rest") {
      !$0.after.isAtRest || ($0.after.unknownSince == nil && $0.after.deadLetter == nil)
    }
    always("a refusal has a code, a success none") {
      !$0.after.isAtRest || ($0.after.code == nil) == $0.after.state.moved
    }
  }

  /// DESIGN §4, invariant 7. The evidence: the object's own end, or its absence after quiescence.
  @Test func theUnknownEndsByEvidenceOnly() {
    always("unknown ends by evidence") { one in
      guard one.before.unknownSince != nil,
        one.before.state != .validated || one.after.kind == .refund,
        one.after.isAtRest
      else { return true }
      switch one.finding {
      case .captured, .voided, .refunded, .refundFailed: return true
      case .declined:
        // A read after another payment method may show the earlier refusal.
        return one.before.confirmation == 0 || one.before.next == .confirm
      case .absent:
        guard let unknown = one.before.unknownSince else { return false }
        return one.before.state == .validated
          && unknown.duration(to: Fixture.now) >= Fixture.rule.quiescence
      case .created, .processing, .unauthenticated, .submitted, .rejected, .misconfigured,
        .blocked, .deferred, .notSent, .throttled, .inProgress, .unknown:
        return false
      }
    }
  }

  @Test func theUnknownIsForgottenOnlyWhenTheProcessorHasTheThingInHand() {
    always("doubt cleared") { one in
      guard one.before.unknownSince != nil, one.after.unknownSince == nil, !one.after.isAtRest
      else { return true }
      if case .created = one.finding { return one.before.state == .validated }
      if case .processing = one.finding { return true }
      if case .submitted = one.finding { return true }
      return false
    }
  }

  @Test func anUnansweredAttemptThatMovesMoneyIsUnknownFromThenOn() {
    always("doubt begun") { one in
      guard one.before.next == .confirm || one.before.next == .refund else { return true }
      let isDoubt =
        switch one.finding {
        case .unknown, .inProgress, .deferred: true
        case .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
          .submitted,
          .refundFailed, .absent, .rejected, .misconfigured, .blocked, .notSent, .throttled:
          false
        }
      return !isDoubt || one.after.unknownSince == Fixture.now
    }
  }

  /// `processors.md` §2.3, S04: it could take the money by itself, so it holds its budget.
  @Test func whatWaitsForTheCustomerIsCancelledBeforeItIsGivenUp() throws {
    let asked = Fixture.authorised().attempted(.unauthenticated("pi_1"))
    #expect(asked.state == .authorised && asked.next == .cancel && asked.state.holds)
    #expect(asked.unknownSince == Fixture.now && asked.due == Fixture.now)
    // A refused or lost cancellation decides nothing, and the object is asked again.
    let refusal = Refusal(code: "payment_intent_unexpected_state")
    for finding in [Finding.rejected(refusal), .unknown(Fixture.timeout), .unauthenticated("pi_1")]
    {
      let looking = asked.attempted(finding)
      #expect(looking.state == .authorised && looking.next == .retrieve)
      #expect(looking.attempted(.unauthenticated("pi_1")).next == .cancel)
      #expect(looking.attempted(.captured("pi_1", livemode: false)).state == .captured)
      let late = Fixture.now.advanced(by: RetryRule.lookUpFor)
      #expect(looking.attempted(.unknown(Fixture.timeout), at: late).deadLetter != nil)
    }
    let ended = asked.attempted(.voided("pi_1"))
    #expect(ended.state == .declined && ended.code == Code.authentication && ended.isAtRest)
    #expect(ended.repeated(with: ended.terms, Fixture.rule, at: Fixture.now) == .same)
    var other = ended.terms
    other.paymentMethod = "pm_2"
    guard case .again(let again) = ended.repeated(with: other, Fixture.rule, at: Fixture.now)
    else { throw Missing() }
    #expect(again.next == .create && again.round == 1 && again.processorReference == nil)
    // What is found again without its name in the books is cancelled too.
    let found = Fixture.charge { $0.next = .find }.attempted(.unauthenticated("pi_1"))
    #expect(found.state == .authorised && found.next == .cancel)
    #expect(found.processorReference == "pi_1")
  }

  private struct Missing: Error {}

  @Test func theBooksConserve() {
    always("nothing is held at rest, and held and spent add up") { one in
      let movements = one.after.movements(from: one.before)
      guard let first = movements.first else {
        return one.after.state.holds == one.before.state.holds
          && one.after.state.moved == one.before.state.moved
      }
      let full = Exposure(amount: 4999, count: 1)
      let spent = one.after.state.moved ? full : .zero
      return movements.count == 3 && movements.allSatisfy { $0.held == first.held }
        && first.held == Exposure(amount: -4999, count: -1) && first.spent == spent
        && one.after.isAtRest
    }
  }

  @Test func aKeyTooOldOrFromTheFutureIsNeverSentAgain() {
    always("stale keys send nothing that moves money") { one in
      guard let firstSent = one.before.firstSent, one.before.state == one.after.state else {
        return true
      }
      let age = firstSent.duration(to: Fixture.now)
      guard age < .zero || age >= Fixture.rule.keyRetention else { return true }
      return one.after.next?.writes != true || one.after.next == .cancel
    }
  }

  @Test func noMoreIsSentThanAllowed() {
    always("bounded") { one in
      guard one.before.tries >= Fixture.rule.attempts, one.before.state == one.after.state else {
        return true
      }
      return one.after.next?.writes != true || one.after.next == .cancel
    }
  }

  @Test func aDayOfLookUpsEndsInADeadLetterAndKeepsTheHold() {
    always("dead letter") { one in
      guard one.after.deadLetter != nil else { return true }
      guard let unknown = one.after.unknownSince else { return false }
      return unknown.duration(to: Fixture.now) >= RetryRule.lookUpFor && one.after.state.holds
    }
  }
}
