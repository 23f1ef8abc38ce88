import Ledger
import Payments

/// Rules about money, judged where the evidence arrives. What is broken freezes the namespace in
/// the same transaction; what happened is recorded all the same, because it is true.
extension Desk {
  /// What an answer shows broken.
  mutating func judge(
    _ broken: Violation.Kind?, of operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard let broken else { return }
    try books.freeze(for: Violation(broken, of: operation), at: now)
  }

  /// What an answer to an attempt that is no longer ours shows broken: it changes no operation, but
  /// money that moved where the books say that none did is nothing to be silent about.
  mutating func judgeLate(
    _ answer: Answer, of id: DispatchID, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard let operation = try books.operation(id.operation),
      let attempt = try books.attempt(id.attempt, of: id.operation)
    else { return }
    let asked = instruction(attempt.instruction, operation)
    let proof = setting.dialect.proof(asked, answer)
    let broken = operation.violation(by: proof.finding)
    try judge(broken ?? proof.violation, of: operation, in: &books, now)
  }

  /// Whether the refunds of a charge came to more than it, when one of them moved.
  mutating func judgeRefund(
    _ refund: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard refund.kind == .refund, refund.state.moved, let id = refund.terms.charge,
      let charge = try books.operation(id), !refund.compensates(charge)
    else { return }
    var left = charge.terms.money.amount
    for other in try books.refunds(of: id) where other.state.moved && !other.compensates(charge) {
      let (rest, overflow) = left.subtractingReportingOverflow(other.terms.money.amount)
      left = overflow ? .min : rest
    }
    if !charge.state.moved || left < 0 {
      try judge(.overRefunded, of: refund, in: &books, now)
    }
  }
}
