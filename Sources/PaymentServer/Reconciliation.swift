import JSON
import Ledger
public import Payments

/// The processor's own list, read page by page and compared with the books both ways.
///
/// A value like the server: answers go in, requests and log lines come out; each page is one
/// transaction, and no clock is looked at. It holds what the order of the two lists differs by, not
/// the lists.
public struct Reconciliation: ~Copyable {
  /// How it ended.
  public enum Outcome: Sendable {
    /// Everything was compared.
    case finished(ComparisonCount)
    /// It could not be; why, in a sentence. What was compared by then stays noted.
    case stopped(String)
  }

  /// How often one page is asked for.
  static let tries = 8
  /// How long somebody else may write in the books before it stops waiting for them.
  static let patience = Duration.seconds(30)
  /// How far the processor's clock may be behind ours.
  static let skew = Duration.seconds(300)
  /// How long after it was made a refund may still bounce: 30 days at Stripe (`processors.md`
  /// §2.6), and some for the time it was under way.
  public static let bounces = Duration.seconds(35 * 86_400)

  /// How it ended; nil while it goes on.
  public private(set) var outcome: Outcome?
  /// When to call ``step(_:at:)`` although no answer has come; nil while one is awaited.
  public private(set) var wake: Instant?
  /// When it began, by the books' time once they were read: what was found is seen since then.
  public private(set) var began: Instant

  private let dialect: StatementDialect
  private let since: Span
  private var books: LedgerDoor
  private var comparison: Comparison
  private var matching: Matching
  private var question: StatementQuestion?
  private var page: (entries: [StatementEntry], more: Bool)?
  private let start: Instant
  private var asked: Instant
  private var sent = 0
  private var isOut = false
  private var failures = 0
  private var busySince: Instant?
  private var outputs: [Output] = []

  /// A comparison of everything that was made at or after an instant.
  ///
  /// - Parameters:
  ///   - setting: as for a server; its policy must be in force.
  ///   - since: operations recorded before are not looked for at the processor.
  ///   - refundsSince: the same of refunds, where they are to be looked for further back.
  public init(
    _ setting: Setting, _ policy: Policy, since: Instant, refundsSince: Instant? = nil,
    at now: Instant
  ) {
    dialect = setting.dialect.statement
    books = LedgerDoor(path: setting.ledger, vfs: setting.vfs)
    comparison = Comparison(setting, policy)
    self.since = Span(charges: since, refunds: min(since, refundsSince ?? since))
    matching = Matching(namespace: policy.namespace, since: self.since)
    began = now
    start = now
    asked = now
    wake = now
    question = self.since.first(of: .refund)
  }

  /// Whether an answer is the one that is awaited, for whoever carries the answers of others too.
  public func awaits(_ id: DispatchID) -> Bool {
    isOut && id == DispatchID(operation: Self.name, attempt: sent)
  }

  /// What requests of a statement are called in place of an operation.
  private static let name = OperationID("statement")

  /// Takes answers, compares what came, and says what leaves then.
  public mutating func step(_ inputs: [Input], at reading: Instant) -> [Output] {
    for input in inputs {
      switch input {
      case .answer(let id, let answer) where awaits(id):
        receive(answer, at: reading)
      case .answer, .line, .oversizedLine, .delivered, .policy, .ended, .tick: break
      }
    }
    guard outcome == nil else { return handOut() }
    do throws(LedgerError) {
      try advance(at: reading)
      busySince = nil
    } catch {
      wait(for: error, at: reading)
    }
    return handOut()
  }

  private mutating func handOut() -> [Output] {
    defer { outputs = [] }
    return outputs + comparison.handOut()
  }

  private mutating func receive(_ answer: Answer, at reading: Instant) {
    guard let question else { return }
    isOut = false
    wake = reading
    switch dialect.answer(question, answer) {
    case .entries(let entries, let more):
      failures = 0
      page = (entries, more)
    case .absent: page = ([], false)
    case .refused(let refusal):
      let detail = refusal.detail.map { " (\($0))" } ?? ""
      stop("The processor does not give out its list: \(refusal.code)\(detail).", at: reading)
    case .later(let reason, let after):
      failures += 1
      guard failures < Self.tries else {
        return stop(
          "The processor's list could not be read in \(failures) tries: \(reason).", at: reading)
      }
      let own = Duration.seconds(1 << min(failures - 1, 5))
      wake = reading.advanced(by: max(own, min(after ?? .zero, RetryRule.longestWait)))
    }
  }

  private mutating func advance(at reading: Instant) throws(LedgerError) {
    if isOut || (wake.map { $0 > reading } ?? false) { return }
    if let page { try take(page, at: reading) }
    if let question { return ask(question, at: reading) }
    try finish(at: reading)
  }

  private mutating func ask(_ question: StatementQuestion, at reading: Instant) {
    sent += 1
    isOut = true
    asked = reading
    wake = nil
    let id = DispatchID(operation: Self.name, attempt: sent)
    outputs.append(.send(Dispatch(id: id, request: dialect.request(question), reads: true)))
  }

  /// Compares a page, and looks for its operations in the books: one transaction.
  private mutating func take(
    _ page: (entries: [StatementEntry], more: Bool), at reading: Instant
  ) throws(LedgerError) {
    guard case .page(let kind, let since, _)? = question else { return }
    var (comparison, matching) = (comparison, matching)
    let sinceAsked = asked.duration(to: reading)
    try books.commit { (books: inout Books) throws(LedgerError) in
      let now = try books.time(at: reading)
      for entry in page.entries {
        let operation = try comparison.compare(
          entry, asked: now.advanced(by: .zero - sinceAsked), in: &books, now)
        if let operation { matching.met(entry, operation) }
      }
      let end = page.more ? page.entries.last?.created : nil
      try matching.scan(kind, downTo: end, books)
    }
    self.comparison = comparison
    self.matching = matching
    self.page = nil
    if page.more, let last = page.entries.last {
      question = .page(kind, since: since, after: last.reference)
      return
    }
    // Refunds come first, so that a charge is judged by what became of them.
    switch kind {
    case .refund:
      self.matching.turn()
      question = self.since.first(of: .charge)
    case .charge: question = nil
    }
  }

  /// What the processor's list did not have, and what is wrong no longer.
  private mutating func finish(at reading: Instant) throws(LedgerError) {
    var comparison = comparison
    let (missing, since, sinceStart) = (matching.missing, since, start.duration(to: reading))
    var began = began
    let namespace = comparison.policy.namespace
    try books.commit { (books: inout Books) throws(LedgerError) in
      let now = try books.time(at: reading)
      began = now.advanced(by: .zero - sinceStart)
      for id in missing {
        guard let operation = try books.operation(id), operation.state.moved,
          operation.updated <= began.advanced(by: .zero - Comparison.margin)
        else { continue }
        try comparison.report(
          .missingThere, subject: id.text, created: operation.created, operation,
          "moved \(operation.terms.money.words)", "nothing", in: &books, now)
      }
      for gone in try books.goneDiscrepancies(before: began, since: since.refunds) {
        let operation = try gone.operation.flatMap { id throws(LedgerError) in
          try books.operation(id)
        }
        // What this list cannot show: another namespace may be of another account.
        if let operation, !isSame(operation.namespace, namespace) { continue }
        // What nobody owns is looked for where everything is.
        guard gone.created >= since[operation?.kind ?? .charge] else { continue }
        try books.forget(gone, at: now)
      }
    }
    self.comparison = comparison
    self.began = began
    let tally = comparison.tally
    outcome = .finished(tally)
    wake = nil
    outputs.append(logLine("reconciled", tally.members, at: reading))
  }

  private mutating func wait(for error: LedgerError, at reading: Instant) {
    switch error {
    case .busy, .conflict:
      let since = busySince ?? reading
      busySince = since
      if since.duration(to: reading) < Self.patience {
        wake = reading.advanced(by: .milliseconds(10))
        return
      }
    case .full, .damaged, .unusable: break
    }
    stop("The ledger cannot be used: \(error.reason)", at: reading)
  }

  private mutating func stop(_ sentence: String, at reading: Instant) {
    outcome = .stopped(sentence)
    wake = nil
    outputs.append(
      logLine("reconciliation_stopped", [("reason", .string(sentence))], at: reading))
  }
}

/// From when on everything is compared.
private struct Span {
  let charges: Instant
  let refunds: Instant

  subscript(kind: Operation.Kind) -> Instant {
    switch kind {
    case .charge: charges
    case .refund: refunds
    }
  }

  /// What is asked for first of a kind.
  func first(of kind: Operation.Kind) -> StatementQuestion {
    .page(kind, since: self[kind].advanced(by: .zero - Reconciliation.skew), after: nil)
  }
}

/// Which operations of the books the processor's list has met, both read from the newest on: it
/// keeps only those that one of them has and the other has not come to yet.
private struct Matching {
  private struct Name: Hashable {
    let text: String
    static func == (left: Name, right: Name) -> Bool { isSame(left.text, right.text) }
  }

  let namespace: String
  let since: Span
  /// In the list, and not yet in the books.
  private var met: Set<Name> = []
  /// In the books, and not yet in the list.
  private var awaited: [Name: OperationID] = [:]
  private var last: (created: Instant, id: OperationID)?
  /// What of the refunds was never met, before the charges begin.
  private var left: [OperationID] = []

  init(namespace: String, since: Span) {
    self.namespace = namespace
    self.since = since
  }

  /// The operations the list did not have, in the order of their names.
  var missing: [OperationID] {
    (left + awaited.values).sorted { precedes($0.text, $1.text) }
  }

  mutating func met(_ entry: StatementEntry, _ operation: Operation) {
    guard operation.created >= since[entry.kind],
      isSame(operation.processorReference, entry.reference)
    else { return }
    let name = Name(text: entry.reference)
    if awaited.removeValue(forKey: name) == nil, operation.state.moved { met.insert(name) }
  }

  /// Goes through the books down to an instant, or to the end.
  mutating func scan(
    _ kind: Operation.Kind, downTo end: Instant?, _ books: borrowing Books
  ) throws(LedgerError) {
    while last.map({ $0.created >= end ?? since[kind] }) ?? true {
      let found = try books.moved(
        kind, namespace: namespace, since: since[kind], behind: last, limit: 200)
      for operation in found {
        last = (operation.created, operation.id)
        // Nothing of an operation that moved money without a name can be found by it.
        let name = Name(text: operation.processorReference ?? operation.id.text)
        if met.remove(name) == nil { awaited[name] = operation.id }
      }
      if found.isEmpty { return }
    }
  }

  /// From refunds to charges.
  mutating func turn() {
    left = Array(awaited.values)
    awaited = [:]
    met = []
    last = nil
  }
}

extension ComparisonCount {
  /// As the log and a program read it.
  var members: [(String, JSONValue)] {
    [
      ("compared", compared), ("foreign", foreign), ("young", young), ("resolved", resolved),
      ("bounced", bounced), ("settled", settled), ("discrepancies", discrepancies),
    ].map { ($0.0, .integer(Int64($0.1))) }
  }
}
