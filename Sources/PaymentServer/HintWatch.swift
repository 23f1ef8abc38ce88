import JSON
public import Ledger
public import Payments

/// What webhooks say, taken for no more than it is: each object they name is read at the processor
/// and compared with the books like an entry of its list.
///
/// A value like the server: hints and answers go in, requests and log lines come out.
public struct HintWatch: ~Copyable {
  /// What became of a hint.
  public enum Reception: Sendable {
    /// It is in the books, and its object will be read.
    case taken
    /// The same event came before.
    case known
    /// It names nothing that could be ours; it is in the books so that it counts once.
    case unrelated
  }

  /// When to call ``step(_:at:)`` although no answer has come; nil while nothing is to be read.
  public private(set) var wake: Instant?

  private let dialect: StatementDialect
  private let policy: Policy
  private let setting: Setting
  private var books: LedgerDoor
  private var hint: Hint?
  private var answer: StatementAnswer?
  private var asked = Instant(milliseconds: 0)
  private var sent = 0
  private var isOut = false
  private var failures = 0
  /// Hints whose objects may not be read, and until when they are left alone.
  private var postponed: [(hint: String, until: Instant)] = []
  private static let pause = Duration.seconds(3600)
  private var outputs: [Output] = []

  /// A watch that first reads what an earlier one left unread.
  public init(_ setting: Setting, _ policy: Policy) {
    dialect = setting.dialect.statement
    books = LedgerDoor(path: setting.ledger, vfs: setting.vfs)
    self.policy = policy
    self.setting = setting
    wake = Instant(milliseconds: 0)
  }

  /// Writes a hint into the books; when it returns, the hint survives everything.
  /// - Throws: what the ledger throws; then its sender has to send it again.
  public mutating func take(
    _ hint: Hint, at reading: Instant
  ) throws(LedgerError) -> Reception {
    var isNew = false
    try books.commit { (books: inout Books) throws(LedgerError) in
      isNew = try books.note(hint, at: try books.time(at: reading))
    }
    guard isNew else { return .known }
    guard hint.reference != nil else { return .unrelated }
    if !isOut, failures == 0 { wake = reading }
    return .taken
  }

  /// Takes the answer that is awaited, compares its object, and says what leaves then.
  public mutating func step(_ inputs: [Input], at reading: Instant) -> [Output] {
    for input in inputs {
      switch input {
      case .answer(let id, let answer) where isOut && id.attempt == sent:
        receive(answer, at: reading)
      case .answer, .line, .oversizedLine, .delivered, .policy, .ended, .tick: break
      }
    }
    do throws(LedgerError) {
      try advance(at: reading)
    } catch {
      outputs.append(
        logLine(
          "ledger", [("error", .string(error.code)), ("reason", .string(error.reason))],
          at: reading))
      wake = reading.advanced(by: .seconds(1))
    }
    defer { outputs = [] }
    return outputs
  }

  private mutating func receive(_ answer: Answer, at reading: Instant) {
    guard let question else { return }
    isOut = false
    wake = reading
    let said = dialect.answer(question, answer)
    switch said {
    case .entries, .absent:
      failures = 0
      self.answer = said
    case .refused(let refusal): postpone(refusal.code, at: reading)
    case .later(let reason, let after): put(off: reason, after, at: reading)
    }
  }

  /// Asks again later: a hint is not lost because its object cannot be read now.
  private mutating func put(off reason: String, _ after: Duration?, at reading: Instant) {
    failures += 1
    let own = Duration.seconds(1 << min(failures - 1, 6))
    wake = reading.advanced(by: min(max(own, after ?? .zero), RetryRule.longestWait))
    outputs.append(logLine("hint_put_off", [("reason", .string(reason))], at: reading))
  }

  /// Leaves one object that may not be read for later, and goes on with the next: what is wrong
  /// with it need not be wrong with others.
  private mutating func postpone(_ reason: String, at reading: Instant) {
    if let hint { postponed.append((hint.id, reading.advanced(by: Self.pause))) }
    hint = nil
    failures = 0
    outputs.append(logLine("hint_put_off", [("reason", .string(reason))], at: reading))
  }

  private var question: StatementQuestion? {
    hint.flatMap { hint in hint.reference.map { .one(hint.kind, $0) } }
  }

  private mutating func advance(at reading: Instant) throws(LedgerError) {
    if isOut || (wake.map { $0 > reading } ?? true) { return }
    if let hint, let answer { try compare(hint, answer, at: reading) }
    if hint == nil {
      guard books.isOpen || books.exists else {
        wake = nil
        return
      }
      postponed.removeAll { $0.until <= reading }
      let waiting = postponed.map(\.hint)
      var next: Hint?
      try books.commit { (books: inout Books) throws(LedgerError) in
        next = try books.hintsToCheck(limit: waiting.count + 1)
          .first { hint in !waiting.contains { isSame($0, hint.id) } }
      }
      hint = next
    }
    guard let question else {
      wake = postponed.map(\.until).min()
      return
    }
    sent += 1
    isOut = true
    asked = reading
    wake = nil
    let id = DispatchID(operation: OperationID("hint"), attempt: sent)
    outputs.append(.send(Dispatch(id: id, request: dialect.request(question), reads: true)))
  }

  /// The comparison and the note that the hint was followed up: one transaction.
  private mutating func compare(
    _ hint: Hint, _ answer: StatementAnswer, at reading: Instant
  ) throws(LedgerError) {
    var comparison = Comparison(setting, policy)
    let sinceAsked = asked.duration(to: reading)
    try books.commit { (books: inout Books) throws(LedgerError) in
      let now = try books.time(at: reading)
      if case .entries(let entries, _) = answer {
        for entry in entries {
          try comparison.compare(
            entry, asked: now.advanced(by: .zero - sinceAsked), in: &books, now)
        }
      }
      try books.check(hint, at: now)
    }
    self.hint = nil
    self.answer = nil
    outputs += comparison.handOut()
    outputs.append(
      logLine(
        "hint",
        [("event_id", .string(hint.id)), ("object", .string(hint.reference ?? ""))]
          + comparison.tally.members, at: reading))
  }
}
