import JSON
public import Ledger
public import Payments

/// What automatic recovery has given up on, and an operator's word on it. No tool leads here
/// (DESIGN §4, invariant 10).
public enum DeadLetters {
  /// All of them, the longest waiting first: a table for people, or one JSON object a line.
  ///
  /// - Returns: how many there are, and the report.
  public static func list(
    ledger path: String, json: Bool, currencies: CurrencyTable, at now: Instant
  ) throws(LedgerError) -> (count: Int, report: [UInt8]) {
    var held: [Operation] = []
    var deliveries: [Undelivered] = []
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      (held, deliveries) = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        (try books.deadLetters(limit: .max), try books.undelivered())
      }
    }
    let count = held.count + deliveries.count
    if json {
      let entries = held.map { Report.entry($0) } + deliveries.map(\.entry)
      return (count, Report.lines(entries.map { .object($0) }))
    }
    if count == 0 { return (0, Array("There are no dead letters.\n".utf8)) }
    var rows = held.map { operation in
      [
        "for \(age(since: operation.updated, at: now))", operation.id.text,
        operation.kind.rawValue, operation.deadLetter ?? "",
        currencies.text(operation.terms.money), quoted(operation.reference),
      ]
    }
    rows += deliveries.map { delivery in
      [
        "for \(age(since: delivery.at, at: now))", delivery.id, "delivery", delivery.why,
        "tried \(delivery.tries) times", delivery.isAsked ? "to be tried again" : "",
      ]
    }
    return (count, Array((Report.table(rows).joined(separator: "\n") + "\n").utf8))
  }

  /// A delivery that was given up, by its name, with the event it was of; nil when there is none.
  public static func delivery(
    _ id: String, ledger path: String, json: Bool
  ) throws(LedgerError) -> [UInt8]? {
    guard let (sequence, sink) = Undelivered.parts(of: id), sequence > 0 else { return nil }
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) -> [UInt8]? in
      let found = try books.undelivered().first {
        $0.sequence == sequence && isSame($0.sink, sink)
      }
      guard let found else { return nil }
      var whole = found.entry
      if let event = try books.events(after: sequence - 1, limit: 1).first {
        let name = try books.name() ?? LedgerEvent.unchained
        whole["event"] = .object(LedgerEvent(event, ledger: name).object)
      }
      if json { return Report.lines([.object(whole)]) }
      let rows = whole.members.map { member in
        let value = member.value.string ?? String(decoding: member.value.compact, as: UTF8.self)
        return "\(member.key): \(value)\n"
      }
      return Array(rows.joined().utf8)
    }
  }

  /// Puts a dead letter back to look-ups, or a delivery that was given up to one more try; the next
  /// `settle` or server does them.
  ///
  /// - Parameter namespace: whose operations may be meant; nil for everybody's.
  public static func retry(
    _ id: String, in namespace: String? = nil, ledger path: String, at reading: Instant
  ) throws(LedgerError) -> WishOutcome {
    if let (sequence, sink) = Undelivered.parts(of: id) {
      return try retry(sequence, to: sink, ledger: path)
    }
    return try change(id, in: namespace, ledger: path, at: reading) {
      operation, _, now throws(ResolutionMistake) in
      Transition(
        before: operation, after: try operation.retriedByOperator(at: now),
        reason: "retried_by_operator")
    }
  }

  /// Brings a dead letter to its end by an operator's word.
  ///
  /// - Parameters:
  ///   - namespace: whose operations may be meant; nil for everybody's.
  ///   - evidence: what the word rests on, for whoever asks later; kept in the history.
  ///   - livemode: whether the configured credentials move real money.
  public static func resolve(
    _ id: String, in namespace: String? = nil, as resolution: Resolution, evidence: String,
    livemode: Bool, ledger path: String, at reading: Instant
  ) throws(LedgerError) -> WishOutcome {
    let mistake = wordMistake(
      in: evidence, called: "evidence", expected: "what was seen, and where")
    if let mistake { return .refused(mistake) }
    return try change(id, in: namespace, ledger: path, at: reading) {
      operation, attempts, now throws(ResolutionMistake) in
      Transition(
        before: operation,
        after: try operation.resolvedByOperator(
          as: resolution, livemode: livemode, evidence: attempts.compactMap(\.outcome), at: now),
        reason: Code.resolved, note: evidence)
    }
  }

  private static func retry(
    _ sequence: Int64, to sink: String, ledger path: String
  ) throws(LedgerError) -> WishOutcome {
    guard Ledger.exists(at: path) else { return .refused("There is no ledger at \(path) yet.") }
    var ledger = try Ledger(path: path)
    let isAsked = try ledger.commit { (books: inout Books) throws(LedgerError) in
      try books.askAgain(sequence, to: sink)
    }
    let name = "entry \(sequence) to the sink \(quoted(sink))"
    return isAsked
      ? .done("The delivery of \(name) is tried once more.")
      : .refused("No delivery of \(name) was given up.")
  }

  private static func change(
    _ id: String, in namespace: String?, ledger path: String, at reading: Instant,
    _ transition: (Operation, [Attempt], Instant) throws(ResolutionMistake) -> Transition
  ) throws(LedgerError) -> WishOutcome {
    guard Ledger.exists(at: path) else { return .refused("There is no ledger at \(path) yet.") }
    var ledger = try Ledger(path: path)
    return try ledger.commit { (books: inout Books) throws(LedgerError) -> WishOutcome in
      guard let operation = try books.operation(OperationID(id)) else {
        return .refused("There is no operation \(quoted(id)) in \(path).")
      }
      if let mistake = namespace.flatMap({ foreignMistake(operation, to: $0) }) {
        return .refused(mistake)
      }
      let now = try books.time(at: reading)
      let attempts = try books.attempts(of: operation.id)
      let change: Transition
      do throws(ResolutionMistake) {
        change = try transition(operation, attempts, now)
      } catch {
        return .refused(error.sentence(about: operation))
      }
      // From here on the word is taken.
      let written = try books.write(change, at: now)
      try books.mark(now, at: reading)
      return .done("\(operation.id.text) is \(written.standing) now.")
    }
  }

  /// How long it has been held, in whole units.
  static func age(since: Instant, at now: Instant) -> String {
    let minutes = max(0, since.duration(to: now).milliseconds) / 60_000
    if minutes < 120 { return "\(minutes) min" }
    return minutes < 48 * 60 ? "\(minutes / 60) h" : "\(minutes / 60 / 24) d"
  }
}

extension Undelivered {
  /// What it is called here: the entry and the sink, `41@hook`.
  fileprivate var id: String { "\(sequence)@\(sink)" }

  /// The entry and the sink in such a name; nil when it is none.
  fileprivate static func parts(of id: String) -> (sequence: Int64, sink: String)? {
    let parts = id.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let sequence = Int64(parts[0]) else { return nil }
    return (sequence, String(parts[1]))
  }

  fileprivate var entry: JSONObject {
    JSONObject([
      ("delivery", .string(id)), ("sink", .string(sink)), ("entry", .integer(sequence)),
      ("why", .string(why)), ("tries", .integer(Int64(tries))),
      ("given_up", .string(timestamp(at))), ("asked_again", .bool(isAsked)),
    ])
  }
}

extension Operation {
  /// Where it stands, in an operator's words.
  fileprivate var standing: String {
    next == nil ? state.rawValue : "being looked up"
  }
}

extension ResolutionMistake {
  /// Why an operator's word is not taken, and what could be done instead.
  fileprivate func sentence(about operation: Operation) -> String {
    let name = operation.id.text
    switch self {
    case .notDeadLetter:
      return operation.next == nil
        ? "\(name) is no dead letter: it is \(operation.state.rawValue), and stays so."
        : "\(name) is no dead letter: it is still being looked up; bursar settle goes on with it."
    case .ofAnotherKind:
      return operation.kind == .charge
        ? "\(name) is a charge: it was captured or it failed; it cannot be refunded."
        : "\(name) is a refund: it was refunded or it failed; it cannot be captured."
    case .unnamed:
      return "\(name) has no object at the processor, so nothing can have been captured for it."
    case .contradicted(let word):
      return "The processor itself said last that \(name) is \(word); if that has changed since, "
        + "bursar dead-letters retry \(name) finds out."
    }
  }
}
