import JSON
public import Ledger
public import Payments

/// What an operator reads of the books: text for people, one JSON line an entry for programs.
public enum Report {
  /// Why the books could not be read, in a sentence.
  public static func reason(_ error: LedgerError) -> String { error.reason }

  /// The same of an error whose type was lost on the way.
  public static func reason(_ error: any Error) -> String {
    (error as? LedgerError)?.reason ?? "\(error)"
  }

  /// The newest operations, the newest last.
  ///
  /// - Parameters:
  ///   - path: the ledger; it must exist.
  ///   - limit: at most that many.
  ///   - json: one JSON object a line instead of a table.
  public static func operations(
    ledger path: String, newest limit: Int, json: Bool, currencies: CurrencyTable
  ) throws(LedgerError) -> [UInt8] {
    var ledger = try Ledger(path: path)
    let operations = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(newest: limit)
    }
    if json { return lines(operations.map { JSONValue.object(entry($0)) }) }
    if operations.isEmpty { return Array("No operations yet.\n".utf8) }
    let rows = operations.map { operation in
      [
        timestamp(operation.updated), operation.id.text, operation.kind.rawValue,
        operation.deadLetter == nil ? operation.state.rawValue : "dead letter",
        currencies.text(operation.terms.money), quoted(operation.reference),
      ]
    }
    return Array((table(rows).joined(separator: "\n") + "\n").utf8)
  }

  /// What automatic recovery has still to do, and the dead letters it has given up on.
  public struct Unresolved: Sendable {
    /// How many there are.
    public let count: Int
    /// A table of them for people, or one JSON object a line.
    public let report: [UInt8]
  }

  /// What is not at rest in a namespace, or rests as a dead letter, the oldest first; nothing
  /// without a ledger.
  public static func unresolved(
    ledger path: String, namespace: String, json: Bool, currencies: CurrencyTable
  ) throws(LedgerError) -> Unresolved {
    var open: [Operation] = []
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      open = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.due(at: Instant(milliseconds: .max), in: namespace, limit: .max)
          + books.deadLetters(limit: .max).filter { isSame($0.namespace, namespace) }
      }
    }
    open.sort { left, right in
      left.created != right.created
        ? left.created < right.created
        : precedes(left.id.text, right.id.text)
    }
    let report =
      if json {
        lines(open.map { JSONValue.object(entry($0)) })
      } else if open.isEmpty {
        Array("Nothing is pending.\n".utf8)
      } else {
        Array((table(open.map { row($0, currencies) }).joined(separator: "\n") + "\n").utf8)
      }
    return Unresolved(count: open.count, report: report)
  }

  /// When, which, where it stands and why, how much, for what.
  private static func row(_ operation: Operation, _ currencies: CurrencyTable) -> [String] {
    let state =
      operation.deadLetter.map { "dead letter: \($0)" }
      ?? "pending: \(operation.code ?? operation.state.rawValue)"
    return [
      timestamp(operation.updated), operation.id.text, operation.kind.rawValue, state,
      currencies.text(operation.terms.money), quoted(operation.reference),
    ]
  }

  /// One operation with its attempts and its whole history; nil when there is none of that name.
  public static func operation(
    ledger path: String, id: String, json: Bool, currencies: CurrencyTable
  ) throws(LedgerError) -> [UInt8]? {
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) -> [UInt8]? in
      guard let operation = try books.operation(OperationID(id)) else { return nil }
      let attempts = try books.attempts(of: operation.id)
      let history = try books.history(of: operation.id)
      let discrepancies = try books.discrepancies(of: operation.id)
      if json {
        var whole = entry(operation)
        whole["attempt_log"] = .array(attempts.map { .object(entry($0)) })
        whole["history"] = .array(history.map { .object(entry($0)) })
        if !discrepancies.isEmpty { whole["discrepancies"] = .array(discrepancies.map(\.document)) }
        return lines([.object(whole)])
      }
      return text(operation, attempts, history, discrepancies, currencies)
    }
  }

  /// What `bursar check` says of a ledger.
  public struct Inspection: Sendable {
    /// Sentences about what was found.
    public internal(set) var remarks: [String]
    /// The rules about money that it shows broken.
    public internal(set) var violations: [Violation] = []
  }

  /// Looks through a ledger, and holds it against itself. Writes nothing.
  public static func inspection(ledger path: String) throws(LedgerError) -> Inspection {
    guard Ledger.exists(at: path) else {
      return Inspection(remarks: [
        "The ledger \(path) does not exist yet; it is made by the first payment."
      ])
    }
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.verify()
      let violations = try books.contradictions()
      let pending = try books.pendingCount()
      let latest = try books.latest().map { ", last changed \(timestamp($0))" } ?? ""
      let state = violations.isEmpty ? "is sound" : "contradicts itself"
      return Inspection(
        remarks: ["The ledger \(path) \(state)\(latest); \(pending) operations are pending."],
        violations: violations)
    }
  }

  /// Why a ledger's file cannot be relied on, in a sentence; nil when it is whole, is not there
  /// yet, or cannot be looked at now. Writes nothing.
  public static func damage(ledger path: String) -> String? {
    guard Ledger.exists(at: path) else { return nil }
    do throws(LedgerError) {
      var ledger = try Ledger(path: path)
      try ledger.read { (books: borrowing Books) throws(LedgerError) in try books.verify() }
      return nil
    } catch {
      switch error {
      case .damaged(let reason), .unusable(let reason): return reason
      case .busy, .conflict, .full: return nil
      }
    }
  }

  private static func text(
    _ operation: Operation, _ attempts: [Attempt], _ history: [HistoryEntry],
    _ discrepancies: [Discrepancy], _ currencies: CurrencyTable
  ) -> [UInt8] {
    var rows: [String] = []
    for member in entry(operation).members {
      let value = member.value.string ?? String(decoding: member.value.compact, as: UTF8.self)
      rows.append("\(member.key): \(value)")
    }
    rows.append("money: \(currencies.text(operation.terms.money))")
    for discrepancy in discrepancies {
      rows.append("discrepancy: \(quoted(discrepancy.detail, limit: 1200))")
    }
    rows.append("history:")
    for entry in history {
      let from = entry.from?.rawValue ?? "-"
      let to = entry.to?.rawValue ?? "-"
      let detail = entry.detail.isEmpty ? "" : "  \(quoted(entry.detail, limit: 1200))"
      rows.append("  \(timestamp(entry.at))  \(from) -> \(to)  \(entry.reason)\(detail)")
    }
    rows.append("attempts:")
    for attempt in attempts {
      let outcome = attempt.outcome ?? "no answer yet"
      rows.append(
        "  \(timestamp(attempt.started))  \(attempt.number)  \(attempt.instruction.rawValue)  \(outcome)"
      )
    }
    return Array((rows.joined(separator: "\n") + "\n").utf8)
  }

  static func entry(_ operation: Operation) -> JSONObject {
    var entry = JSONObject([
      ("operation", .string(operation.id.text)), ("kind", .string(operation.kind.rawValue)),
      ("namespace", .string(operation.namespace)), ("reference", .string(operation.reference)),
      ("state", .string(operation.state.rawValue)),
      ("customer", .string(operation.terms.customer)),
      ("amount", .integer(operation.terms.money.amount)),
      ("currency", .string(operation.terms.money.currency.code)),
      ("run", .string(operation.run)), ("created", .string(timestamp(operation.created))),
      ("updated", .string(timestamp(operation.updated))),
      ("attempts", .integer(Int64(operation.attempts))), ("policy", .string(operation.policy)),
      ("livemode", .bool(operation.livemode)),
    ])
    let optional: [(String, String?)] = [
      ("processor_reference", operation.processorReference), ("code", operation.code),
      ("detail", operation.detail), ("rule", operation.rule), ("task_id", operation.task),
      ("step_id", operation.step), ("charge", operation.terms.charge?.text),
      ("next", operation.next?.rawValue), ("due", operation.due.map(timestamp)),
      ("unknown_since", operation.unknownSince.map(timestamp)),
      ("dead_letter", operation.deadLetter), ("traceparent", operation.trace?.text),
    ]
    for (key, value) in optional {
      if let value { entry[key] = .string(value) }
    }
    return entry
  }

  private static func entry(_ attempt: Attempt) -> JSONObject {
    var entry = JSONObject([
      ("number", .integer(Int64(attempt.number))),
      ("instruction", .string(attempt.instruction.rawValue)),
      ("started", .string(timestamp(attempt.started))),
      ("path", .string(attempt.request.path)),
    ])
    if let finished = attempt.finished {
      entry["latency_ms"] = .integer(attempt.started.duration(to: finished).milliseconds)
    }
    if let outcome = attempt.outcome { entry["outcome"] = .string(outcome) }
    if let status = attempt.status { entry["status"] = .integer(Int64(status)) }
    if let key = attempt.key { entry["idempotency_key"] = .string(key) }
    return entry
  }

  private static func entry(_ change: HistoryEntry) -> JSONObject {
    var entry = JSONObject([
      ("sequence", .integer(change.sequence)), ("at", .string(timestamp(change.at))),
      ("reason", .string(change.reason)), ("detail", .string(change.detail)),
    ])
    if let from = change.from { entry["from"] = .string(from.rawValue) }
    if let to = change.to { entry["to"] = .string(to.rawValue) }
    return entry
  }

  static func lines(_ values: [JSONValue]) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values {
      value.write(to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Columns as wide as their widest cell, two spaces apart.
  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0[column].utf8.count }.max() ?? 0
    }
    return rows.map { row in
      let line = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.utf8.count)
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
