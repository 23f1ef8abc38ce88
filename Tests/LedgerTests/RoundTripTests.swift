import Payments
import Testing

@testable import Ledger

@Suite struct RoundTripTests {
  let scratch = Scratch()

  @Test func everyFieldOfAnOperationComesBackAsItWas() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let full = Operation(
      id: OperationID("op_full"), kind: .refund, namespace: "acme \u{0} é", reference: "e\u{301}",
      terms: Terms(
        customer: "cus_9", money: Money(.max, Currency("JPY")!), paymentMethod: "pm_1",
        description: "text\u{0}after NUL", charge: OperationID("op_charge"),
        chargeReference: "pi_1", reason: "duplicate"),
      run: "run-9", task: "task", step: "step", checkpoint: "", state: .failed,
      processorReference: "re_1", round: 3, confirmation: 4, next: .findRefund, due: at(-5),
      attempt: 6, tries: 7, attempts: 8, unknownSince: at(9), firstSent: at(10), code: "code",
      detail: "detail", deadLetter: "given_up", owner: 11, livemode: true, created: at(12),
      updated: at(13), policy: "policy", rule: "rule", version: 0)
    let written = try ledger.add(full, at: at(14))
    var expected = full
    expected.updated = at(14)
    expected.version = 1
    #expect(written == expected)
    let read = try ledger.read { books throws(LedgerError) in
      try books.operation(OperationID("op_full"))
    }
    #expect(read == expected)
    // Swift takes composed and decomposed letters for equal; the books must not have changed them.
    #expect(read.map { Array($0.reference.utf8) } == Array("e\u{301}".utf8))
  }
}
