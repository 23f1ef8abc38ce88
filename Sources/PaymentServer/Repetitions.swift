import JSON
import Ledger
import Payments

/// How much is repeated, by agents and by ourselves: an unusual volume is told to the operator.
extension Desk {
  /// How many repetitions are worth a sync of their own: a call that is answered from the books
  /// writes nothing else.
  static let repetitionsWorthWriting: Int64 = 10

  /// Counts what was repeated, together with whatever else this step writes. The alert is given
  /// when the policy's number is reached, and again when it was fewer in between.
  mutating func countRepetitions(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let isWriting = hasWritten || !touched.isEmpty
    guard repetitions > 0,
      isWriting || isEnding || repetitions >= Self.repetitionsWorthWriting
    else { return }
    hasWritten = true
    let scope = Scope.retries(in: policy.namespace)
    let alerts = policy.alerts
    let before = try books.exposure(of: scope, since: now.advanced(by: .zero - alerts.window))
    try books.count(scope, calls: repetitions, at: now)
    let count = before.count + repetitions
    repetitions = 0
    guard before.count < alerts.retries, count >= alerts.retries else { return }
    log(
      "retries_unusual",
      [
        ("namespace", .string(policy.namespace)), ("retries", .integer(count)),
        ("within", .string(spell(alerts.window))),
      ])
    try books.record(
      "retries_unusual", detail: "\(policy.namespace) \(count) within \(spell(alerts.window))",
      at: now)
  }
}
