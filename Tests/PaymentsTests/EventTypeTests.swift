import Payments
import Testing

@Suite struct EventTypeTests {
  private static let none: State? = nil

  @Test(
    arguments: [
      (nil, .validated, "requested", .requested), (nil, .denied, "denied_frozen", .denied),
      (.denied, .denied, "denied_run_closed", .denied),
      (.denied, .validated, "requested_again", .requested),
      (.declined, .authorised, "requested_again", .requested),
      (.failed, .authorised, "requested_again", .requested),
      (.validated, .authorised, "processor_created", .authorised),
      (.authorised, .authorised, "attempt_due", .updated),
      (.authorised, .authorised, "unknown_retry_due", .unknown),
      (.validated, .validated, "owner_died_unknown_looking_up", .unknown),
      (.validated, .validated, "owner_died_retry_due", .updated),
      (.authorised, .captured, "processor_captured", .captured),
      (.captured, .settled, "funds_available", .settled),
      (.captured, .captured, "discrepancy_found", .discrepancy),
      (.validated, .submitted, "processor_submitted", .submitted),
      (.submitted, .refunded, "processor_refunded", .refunded),
      (.refunded, .failed, "refund_failed", .failed),
      (.authorised, .declined, "card_declined", .declined),
      (.authorised, .voided, "voided", .voided),
      (.authorised, .authorised, "given_up", .deadLetter),
      (.authorised, .authorised, "owner_died_given_up", .deadLetter),
      (nil, nil, "cap_warning", .capWarning), (nil, nil, "policy_accepted", .policyChanged),
      (nil, nil, "delivery_given_up", .deadLetter), (nil, nil, "frozen", .freezeChanged),
      (nil, nil, "thawed", .freezeChanged), (nil, nil, "run_closed", .runClosed),
      (nil, nil, "discrepancy_found", .discrepancy), (nil, nil, "said_distinct", .noted),
      (nil, nil, "", .noted),
    ] as [(State?, State?, String, EventType)])
  func everyLineIsAnEvent(_ from: State?, _ to: State?, _ reason: String, _ type: EventType) {
    #expect(EventType(from: from, to: to, reason: reason) == type)
  }

  @Test func whereMoneyMovedTheTypeSaysSoWhateverTheReason() {
    for from in [Self.none] + State.allCases.map({ $0 }) {
      for (to, type) in [
        (State.captured, EventType.captured), (.settled, .settled), (.refunded, .refunded),
      ] where from != to {
        #expect(EventType(from: from, to: to, reason: "resolved_by_operator") == type)
      }
    }
  }

  @Test func theReasonSaysWhenAnOutcomeBecomesUnknownAndWhenItIsGivenUp() throws {
    let now = Fixture.now
    let sent = Fixture.authorised().beginning(by: 1, Fixture.rule, at: now)
    let lost = try #require(
      sent.followed(by: .unknown(Fixture.timeout), Fixture.rule, at: now))
    #expect(lost.reason == "unknown_retry_due")
    let again = lost.after.beginning(by: 1, Fixture.rule, at: now)
    let still = try #require(
      again.followed(by: .unknown(Fixture.timeout), Fixture.rule, at: now))
    #expect(still.reason == "looking_up")
    let looking = still.after.beginning(by: 1, Fixture.rule, at: now)
    let late = now.advanced(by: RetryRule.lookUpFor)
    let over = try #require(
      looking.followed(by: .unknown(Fixture.brokenAnswer), Fixture.rule, at: late))
    #expect(over.after.deadLetter != nil)
    #expect(over.reason == "given_up")
  }
}
