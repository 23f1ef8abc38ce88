import JSON
import Payments
import Processors
import Testing

/// An operation on its way through the sandbox, as the engine would drive it.
private struct Journey {
  let dialect = Stripe.dialect(profileName: "sandbox")
  var sandbox = Sandbox()
  var operation: Payments.Operation

  mutating func go(_ kind: Instruction.Kind) -> Finding {
    let instruction = Instruction(
      kind: kind, operation: operation, key: IdempotencyKey("b1_\(operation.id.text)"),
      livemode: false)
    let response = sandbox.answer(dialect.request(instruction), at: noon)
    return dialect.finding(instruction, .response(response))
  }
}

private let first = "pi_sandbox_000001"

@Suite struct DialectOnSandboxTests {
  private func charge(_ method: String? = "pm_card_visa") -> Journey {
    Journey(operation: sampleOperation(method: method, processorReference: nil, firstSent: noon))
  }

  @Test func aChargeGoesItsWay() {
    var journey = charge()
    #expect(journey.go(.find) == .absent)
    #expect(journey.go(.create) == .created(first))
    #expect(journey.go(.find) == .created(first))
    journey.operation.processorReference = first
    #expect(journey.go(.retrieve) == .created(first))
    #expect(journey.go(.confirm) == .captured(first, livemode: false))
    #expect(journey.go(.confirm) == .captured(first, livemode: false))
    #expect(journey.go(.retrieve) == .captured(first, livemode: false))
    #expect(journey.go(.find) == .captured(first, livemode: false))
    #expect(journey.go(.cancel) == .captured(first, livemode: false))
    #expect(journey.sandbox.intents.count == 1)
    #expect(journey.sandbox.intents[0].amountReceived == 1099)
  }

  @Test func aRefundGoesItsWay() {
    var journey = charge()
    _ = journey.go(.create)
    journey.operation.processorReference = first
    _ = journey.go(.confirm)

    var terms = journey.operation.terms
    terms.chargeReference = first
    terms.reason = "requested_by_customer"
    terms.money = Money(500, terms.money.currency)
    journey.operation = sampleOperation(.refund, processorReference: nil, id: "op_2")
    journey.operation.terms = terms
    #expect(journey.go(.findRefund) == .absent)
    #expect(journey.go(.refund) == .refunded("re_sandbox_000001", livemode: false))
    #expect(journey.go(.refund) == .refunded("re_sandbox_000001", livemode: false))
    #expect(journey.go(.findRefund) == .refunded("re_sandbox_000001", livemode: false))
    journey.operation.processorReference = "re_sandbox_000001"
    #expect(journey.go(.retrieveRefund) == .refunded("re_sandbox_000001", livemode: false))
    #expect(journey.sandbox.refunds.count == 1)

    journey.operation = sampleOperation(.refund, processorReference: nil, id: "op_3")
    journey.operation.terms = terms
    journey.operation.terms.money = Money(600, terms.money.currency)
    #expect(journey.go(.refund) == .rejected(Refusal(code: "amount_too_large", detail: "amount")))
    journey.operation.round = 1
    journey.operation.terms.money = Money(599, terms.money.currency)
    #expect(journey.go(.refund) == .refunded("re_sandbox_000002", livemode: false))
    journey.operation.round = 2
    #expect(journey.go(.refund) == .rejected(Refusal(code: "charge_already_refunded")))
  }

  @Test func aDeclinedChargeIsPaidWithAnotherMethod() {
    var journey = charge("pm_card_chargeDeclinedInsufficientFunds")
    _ = journey.go(.create)
    journey.operation.processorReference = first
    let decline = Finding.declined(
      Decline(reference: first, code: "insufficient_funds", advice: .later))
    #expect(journey.go(.confirm) == decline)
    #expect(journey.go(.confirm) == decline)
    #expect(journey.go(.retrieve) == decline)
    journey.operation.terms.paymentMethod = "pm_card_visa"
    #expect(journey.go(.confirm) == unknown("idempotency_conflict", .lookUp))
    journey.operation.confirmation = 1
    #expect(journey.go(.confirm) == .captured(first, livemode: false))
    #expect(journey.sandbox.intents[0].charges.count == 2)
  }

  @Test func aCancelledChargeIsNeverPaid() {
    var journey = charge(nil)
    #expect(journey.go(.create) == .created(first))
    journey.operation.processorReference = first
    #expect(journey.go(.cancel) == .voided(first))
    #expect(journey.go(.confirm) == .voided(first))
    #expect(journey.go(.retrieve) == .voided(first))
  }

  @Test func aCustomersDefaultMethodPays() {
    var journey = charge(nil)
    _ = journey.go(.create)
    journey.operation.processorReference = first
    #expect(journey.go(.confirm) == .captured(first, livemode: false))
  }

  @Test func aThiefLearnsNothing() {
    var journey = charge("pm_card_visa_chargeDeclinedStolenCard")
    _ = journey.go(.create)
    journey.operation.processorReference = first
    let decline = Decline(reference: first, code: "generic_decline", advice: .anotherMethod)
    #expect(journey.go(.confirm) == .declined(decline))
    #expect(journey.go(.retrieve) == .declined(decline))
  }

  @Test func wrongArgumentsAreNamed() {
    var journey = charge("pm_card_unheard")
    #expect(
      journey.go(.create)
        == .rejected(Refusal(code: "resource_missing", detail: "payment_method")))
    journey.operation.terms.paymentMethod = nil
    journey.operation.terms.customer = "cus_missing"
    #expect(
      journey.go(.create) == .rejected(Refusal(code: "resource_missing", detail: "customer")))
    journey.operation.terms.customer = "cus_1"
    journey.operation.terms.money = Money(1, journey.operation.terms.money.currency)
    #expect(journey.go(.create) == .rejected(Refusal(code: "amount_too_small", detail: "amount")))
  }

  @Test func anObjectOfAnotherAccountIsAMatterOfConfiguration() {
    var journey = charge()
    journey.operation.processorReference = "pi_elsewhere"
    #expect(
      journey.go(.retrieve)
        == .misconfigured(Refusal(code: "resource_missing", detail: "intent")))
  }

  @Test func anEarlierBeginningIsNotTakenForTheLaterOne() {
    var journey = charge()
    _ = journey.go(.create)
    journey.operation.processorReference = first
    _ = journey.go(.cancel)
    journey.operation.processorReference = nil
    journey.operation.round = 1
    #expect(journey.go(.find) == .absent)
    #expect(journey.go(.create) == .created("pi_sandbox_000002"))
    #expect(journey.go(.find) == .created("pi_sandbox_000002"))
  }

  @Test func moneyThatMovedInAnEarlierRoundIsAlwaysFound() {
    var journey = charge()
    _ = journey.go(.create)
    journey.operation.processorReference = first
    _ = journey.go(.confirm)
    journey.operation.processorReference = nil
    journey.operation.round = 1
    #expect(journey.go(.find) == .captured(first, livemode: false))
    _ = journey.go(.create)
    #expect(journey.go(.find) == .captured(first, livemode: false))
  }
}
