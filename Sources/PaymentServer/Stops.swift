import JSON
import Ledger
import Payments

/// How long a run asks the processor nothing more after a proxy's cap was used up: those caps are a
/// day's (`processors.md` §2.9).
private let upstreamDay = Duration.seconds(86_400)

extension Operation {
  /// Where it is counted that a proxy's cap ended operations of this run.
  fileprivate var upstreamCaps: Scope { .stops(for: Code.capped, run: run, in: namespace) }
}

extension Policy {
  /// Why nothing new may be paid at all: a freeze, or a run that is closed; nil when it may. Asked
  /// within the transaction, so that it counts in every process at once.
  func closure(
    of candidate: Operation, _ texts: Texts, in books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> (verdict: Verdict, rule: String)? {
    if let freeze = try books.freeze(of: candidate.demand) {
      return (texts.frozen(freeze), "freeze")
    }
    let stops = try books.run(candidate.run, namespace: candidate.namespace)?.stops ?? 0
    if stops >= rates.stopsPerRun {
      return (texts.runClosed(stops: stops), "rates.stopsPerRun")
    }
    guard stops > 0 else { return nil }
    let day = now.advanced(by: .zero - upstreamDay)
    let caps = try books.exposure(of: candidate.upstreamCaps, since: day).count
    return caps > 0 ? (texts.sessionCap, Code.capped) : nil
  }
}

/// What ends a loop: an agent that goes on after STOP is answered from the books, in firmer words
/// each time, until its run is closed for money.
extension Desk {
  /// Counts a proxy's cap that ended an operation: its run asks nothing more that costs money,
  /// under whatever name (`requirements.md` F3-14).
  mutating func noteUpstreamCap(
    _ operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard operation.state == .failed, isSame(operation.code, Code.capped) else { return }
    try books.note(run: operation.run, namespace: operation.namespace, at: now, stop: true)
    try books.count(operation.upstreamCaps, calls: 1, at: now)
  }

  /// Counts a STOP and gives it in the words its number calls for. A freeze is not the agent's
  /// doing: it does not count towards the run's end.
  ///
  /// - Parameter subject: what was refused again: a cap, or one operation.
  mutating func stopping(
    _ verdict: Verdict, for subject: String, run: String, _ policy: Policy, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) -> Verdict {
    hasWritten = true
    let counts = !isSame(verdict.code, "frozen")
    try books.note(run: run, namespace: policy.namespace, at: now, stop: counts)
    let stops = try books.run(run, namespace: policy.namespace)?.stops ?? 0
    if counts, stops == policy.rates.stopsPerRun {
      log("run_closed", [("run", .string(run)), ("stops", .integer(stops))])
      try books.record("run_closed", detail: "\(policy.namespace) \(run)", at: now)
    }
    if isSame(verdict.code, "run_closed") { return verdict }
    let scope = Scope.stops(for: subject, run: run, in: policy.namespace)
    try books.count(scope, calls: 1, at: now)
    return texts.firmer(verdict, stops: try books.exposure(of: scope, since: nil).count)
  }
}
