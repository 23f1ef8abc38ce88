import Payments
import Testing

@testable import Processors

/// Which of Stripe's words show a rule about money broken.
@Suite struct ViolationTests {
  private let dialect = Stripe.dialect()

  private func broken(
    _ kind: Instruction.Kind, _ body: String, status: Int = 200, livemode: Bool = false
  ) -> Violation.Kind? {
    dialect.proof(sampleInstruction(kind, livemode: livemode), answer(status, body)).violation
  }

  @Test func anOrdinaryAnswerBreaksNothing() {
    for status in ["requires_confirmation", "succeeded", "processing", "canceled"] {
      for kind in [Instruction.Kind.create, .confirm, .retrieve, .cancel] {
        #expect(broken(kind, sampleIntent(status, more: #","amount_received":1099"#)) == nil)
      }
    }
    #expect(broken(.refund, sampleRefund("succeeded")) == nil)
    #expect(
      broken(.find, sampleList([sampleIntent("succeeded"), sampleIntent("canceled")])) == nil)
    #expect(broken(.find, sampleList([])) == nil)
    #expect(broken(.confirm, "no JSON") == nil)
    let lost = TransportFailure(cause: .timeout, sent: true)
    #expect(dialect.proof(sampleInstruction(.confirm), .failure(lost)).violation == nil)
  }

  @Test func whatIsNotOursFreezesNothing() {
    let foreign = sampleIntent("succeeded", amount: "9900", operation: "op_2", livemode: "true")
    #expect(broken(.confirm, foreign) == nil)
    #expect(broken(.find, sampleList([foreign, foreign, sampleIntent("succeeded")])) == nil)
    // An error may quote anything.
    #expect(broken(.confirm, sampleIntent("succeeded", amount: "1"), status: 402) == nil)
  }

  @Test func anotherModeIsBroken() {
    #expect(broken(.create, sampleIntent("requires_confirmation", livemode: "true")) == .livemode)
    #expect(broken(.retrieve, sampleIntent("succeeded"), livemode: true) == .livemode)
    #expect(broken(.find, sampleList([sampleIntent("canceled", livemode: "true")])) == .livemode)
    #expect(broken(.refund, sampleRefund("succeeded"), livemode: true) == nil)
  }

  @Test func anotherAmountIsBrokenOnceItMoved() {
    #expect(broken(.retrieve, sampleIntent("succeeded", amount: "1100")) == .amount)
    #expect(broken(.retrieve, sampleIntent("succeeded", currency: "eur")) == .amount)
    #expect(broken(.confirm, sampleIntent("succeeded", amount: "1100")) == nil)
    let more = sampleIntent("succeeded", more: #","amount_received":1098"#)
    #expect(broken(.retrieve, more) == .amount)
    #expect(broken(.retrieve, sampleIntent("requires_confirmation", amount: "1100")) == nil)
    #expect(broken(.findRefund, sampleList([sampleRefund("succeeded", amount: "1")])) == .amount)
    #expect(broken(.findRefund, sampleList([sampleRefund("failed", amount: "1")])) == nil)
  }

  @Test func twiceIsBroken() {
    let two = [sampleIntent("succeeded"), sampleIntent("succeeded", id: "pi_y")]
    #expect(broken(.find, sampleList(two)) == .doubled)
    let refunds = [sampleRefund("succeeded"), sampleRefund("succeeded", id: "re_y")]
    #expect(broken(.findRefund, sampleList(refunds)) == .doubled)
  }
}
