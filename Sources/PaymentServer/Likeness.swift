import JSON
import Ledger
import MCP
import Payments

/// Charges that may be another charge under another name (DESIGN §7, `nearDuplicates`).
extension Desk {
  /// What is wrong with saying that a charge is distinct from another one; nil when nothing is.
  func mistake(
    in draft: Draft, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> Mistake? {
    guard let distinct = draft.distinct else { return nil }
    if let other = try books.operation(distinct), isSame(other.namespace, policy.namespace),
      isSame(other.terms.customer, draft.terms.customer)
    {
      return nil
    }
    return Mistake(
      "distinct_from",
      "must be the id of an earlier operation of the same customer (op_...), as the answer with code "
        + "near_duplicate named it; \(quoted(distinct.text)) is none. Leave it out otherwise.")
  }

  /// What an agent is told of a charge that is held back; nil when it is none to hold back. Saying
  /// which charge it is distinct from helps against exactly that one, the newest.
  mutating func holdingBack(
    _ candidate: Operation, distinctFrom distinct: OperationID?, _ policy: Policy,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Verdict? {
    let rule = policy.nearDuplicates
    guard candidate.kind == .charge, rule.action != .allow,
      let (other, why) = try books.lookalike(
        of: candidate, since: now.advanced(by: .zero - rule.window))
    else { return nil }
    guard rule.action == .ask, other.id == distinct else {
      log("near_duplicate", [("resembles", .string(other.id.text))])
      return texts.nearDuplicate(of: other, why, rule, at: now)
    }
    try books.record(
      "said_distinct", detail: "\(candidate.id.text) from \(other.id.text)", at: now)
    return nil
  }
}
