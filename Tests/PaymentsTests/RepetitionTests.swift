import Payments
import Testing

/// What a repeated call leads to, for every state and every kind of difference.
@Suite struct RepetitionTests {
  private static let changes: [(field: String, change: @Sendable (inout Terms) -> Void)] = [
    ("charge", { $0.charge = OperationID("op_other") }),
    ("customer", { $0.customer = "cus_2" }),
    ("amount", { $0.money = Money(5000, Fixture.usd) }),
    ("currency", { $0.money = Money(4999, Fixture.jpy) }),
    ("payment_method", { $0.paymentMethod = "pm_2" }),
    ("payment_method", { $0.paymentMethod = nil }),
  ]

  private static let later = Fixture.now.advanced(by: .seconds(31))

  private func ended(
    _ state: State, _ code: String? = nil, _ change: (inout Operation) -> Void = { _ in }
  ) -> Operation {
    Fixture.charge {
      $0.state = state
      $0.code = code
      $0.next = nil
      $0.due = nil
      $0.updated = Fixture.now
      change(&$0)
    }
  }

  private func again(
    _ operation: Operation, _ change: (inout Terms) -> Void = { _ in },
    at now: Instant = Self.later
  ) -> Operation? {
    var terms = operation.terms
    change(&terms)
    guard case .again(let again) = operation.repeated(with: terms, Fixture.rule, at: now) else {
      return nil
    }
    #expect(again.terms == terms && again.id == operation.id && again.version == operation.version)
    #expect(again.code == nil && again.tries == 0 && again.unknownSince == nil)
    return again
  }

  @Test func eachDifferenceIsNamedWithBothValues() {
    let terms = Fixture.charge().terms
    for (field, change) in Self.changes {
      var other = terms
      change(&other)
      let found = other.differences(from: terms)
      #expect(found.map(\.field) == [field])
      #expect(found.allSatisfy { !isSame($0.recorded, $0.sent) })
    }
    var same = terms
    same.description = "another text"
    same.reason = "requested_by_customer"
    #expect(same.differences(from: terms).isEmpty)
  }

  @Test func composedAndDecomposedLettersAreDifferentCustomers() {
    var terms = Fixture.charge().terms
    terms.customer = "cus_\u{e9}"
    var other = terms
    other.customer = "cus_e\u{301}"
    #expect(other.differences(from: terms).map(\.field) == ["customer"])
  }

  @Test func whatMovedOrMayMoveIsTheSameOrAConflict() {
    for state in State.allCases where state.holds || state.moved || state == .initiated {
      let operation = ended(state)
      #expect(operation.repeated(with: operation.terms, Fixture.rule, at: Self.later) == .same)
      for (field, change) in Self.changes {
        var terms = operation.terms
        change(&terms)
        guard
          case .conflict(let differences) = operation.repeated(
            with: terms, Fixture.rule, at: Self.later)
        else {
          Issue.record("\(state) with another \(field) is no conflict")
          continue
        }
        #expect(differences.map(\.field) == [field])
      }
    }
  }

  @Test func aDeniedOperationIsJudgedAgainWithWhateverIsAskedNow() {
    let denied = ended(.denied, Code.denied) { $0.rule = "one charge" }
    for (_, change) in Self.changes {
      let again = again(denied, change)
      #expect(again?.state == .validated && again?.next == .create && again?.round == 0)
      #expect(again?.rule == nil)
    }
    #expect(again(denied)?.next == .create)
  }

  @Test func aDeclinedChargeTakesOnlyAnotherPaymentMethodAndOnlySoOften() {
    let declined = ended(.declined, Code.declined) {
      $0.processorReference = "pi_1"
      $0.firstSent = Fixture.now
      $0.tries = 2
    }
    #expect(declined.repeated(with: declined.terms, Fixture.rule, at: Self.later) == .same)
    for (field, change) in Self.changes {
      let again = again(declined, change)
      #expect((again != nil) == (field == "payment_method"))
      guard let again else { continue }
      #expect(again.state == .authorised && again.next == .confirm)
      #expect(again.confirmation == 1 && again.round == 0 && again.firstSent == nil)
      #expect(again.processorReference == "pi_1")
    }
    var often = declined
    often.confirmation = 5
    #expect(again(often) { $0.paymentMethod = "pm_2" } == nil)
    var nameless = declined
    nameless.processorReference = nil
    #expect(again(nameless) { $0.paymentMethod = "pm_2" } == nil)
  }

  @Test func aVoidedChargeBeginsAgainUnderNewKeysFiveTimes() {
    var voided = ended(.voided, Code.voided) {
      $0.processorReference = "pi_1"
      $0.confirmation = 2
    }
    for round in 1...5 {
      let next = again(voided)
      #expect(next?.round == round && next?.state == .validated && next?.next == .create)
      #expect(next?.processorReference == nil && next?.confirmation == 0)
      voided.round = round
    }
    #expect(voided.repeated(with: voided.terms, Fixture.rule, at: Self.later) == .same)
    #expect(again(voided) { $0.customer = "cus_2" } == nil)
  }

  @Test func aRejectionIsRepeatedUntilSomethingIsCorrected() {
    let rejected = ended(.failed, Code.rejected)
    #expect(rejected.repeated(with: rejected.terms, Fixture.rule, at: Self.later) == .same)
    for (_, change) in Self.changes {
      #expect(again(rejected, change)?.round == 1)
    }
  }

  @Test func aMendedFailureGoesOnUnderTheSameKeyAfterAPause() {
    for code in [Code.misconfigured, Code.blocked, Code.unreachable, Code.exhausted] {
      let failed = ended(.failed, code) { $0.firstSent = Fixture.now }
      let soon = Fixture.now.advanced(by: .milliseconds(29_999))
      #expect(failed.repeated(with: failed.terms, Fixture.rule, at: soon) == .same)
      let resumed = again(failed, at: Fixture.now.advanced(by: .seconds(30)))
      #expect(resumed?.round == 0 && resumed?.next == .create && resumed?.firstSent != nil)
      let known = ended(.failed, code) {
        $0.processorReference = "pi_1"
        $0.firstSent = Fixture.now
      }
      #expect(again(known)?.next == .confirm && again(known)?.state == .authorised)
      #expect(again(failed) { $0.money = Money(5000, Fixture.usd) }?.round == 1)
    }
  }

  @Test func aFailureThatMovedNothingGoesOnUnderANewKeyOnceTheOldOneIsTooOld() {
    for code in [Code.misconfigured, Code.blocked, Code.unreachable, Code.exhausted] {
      let failed = ended(.failed, code) {
        $0.firstSent = Fixture.now
        $0.processorReference = "pi_1"
      }
      let monday = Fixture.now.advanced(by: .seconds(3 * 86_400))
      let next = again(failed, at: monday)
      #expect(next?.round == 1 && next?.firstSent == nil && next?.processorReference == nil)
    }
  }

  @Test func aLostCreationBeginsAgainUnderANewKey() {
    let lost = Fixture.charge().attempted(.unknown(Fixture.savedError)).attempted(.absent)
    #expect(lost.state == .failed)
    #expect(again(lost)?.round == 1)
  }

  @Test func aRefundThatWasNotExecutedIsSentAgainOnlyUnderAFreshKeyThatIsNotUsedUp() {
    var rest = Fixture.refund {
      $0.state = .failed
      $0.code = Code.notExecuted
      $0.next = nil
      $0.due = nil
      $0.tries = 3
      $0.firstSent = Fixture.now
      $0.updated = Fixture.now
    }
    #expect(again(rest)?.next == .refund && again(rest)?.round == 0)
    #expect(again(rest) { $0.money = Money(1, Fixture.usd) } == nil)
    #expect(again(rest, at: Fixture.now.advanced(by: .seconds(20 * 3600))) == nil)
    #expect(again(rest, at: Fixture.now.advanced(by: .seconds(-31))) == nil)
    let saved = Fixture.refund().attempted(.unknown(Fixture.savedError))
    let quiet = Fixture.now.advanced(by: .seconds(600))
    rest = saved.attempted(.absent, at: quiet)
    #expect(rest.code == Code.notExecuted)
    #expect(again(rest, at: quiet.advanced(by: .seconds(31))) == nil)
  }

  @Test func whatAPersonMustDecideIsNotBegunAgain() {
    for code in [Code.approval, Code.refundFailed] {
      let failed = ended(.failed, code)
      #expect(failed.repeated(with: failed.terms, Fixture.rule, at: Self.later) == .same)
      #expect(again(failed) { $0.paymentMethod = "pm_2" } == nil)
    }
  }
}
