import Payments

/// What has happened and how often: a few names, kept beside the books, so that nobody has to count
/// a million rows to know. Each is changed at most once in a transaction, the one that does what it
/// counts; so a count is exact whichever program writes.
public struct Tally: Sendable, Equatable {
  /// What is counted, in words with a space between them, the first of which says what the others
  /// mean; no word comes from an agent.
  public let words: [String]
  /// How often it happened; of `operations`, how many are there now; of a `sum`, milliseconds.
  public let count: Int64
}

/// Upper bounds of the classes that lengths of time are counted in, in milliseconds, ascending;
/// what is longer is in the class `more`.
public enum LengthClass {
  /// From a tenth of a second to a day.
  public static let bounds: [Int64] = [
    100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 3_600_000,
    86_400_000,
  ]

  /// The class of a length: its upper bound, or `more`.
  static func name(of milliseconds: Int64) -> String {
    bounds.first { milliseconds <= $0 }.map { String($0) } ?? "more"
  }
}

extension Books {
  /// All tallies, by name.
  public func tallies() throws(LedgerError) -> [Tally] {
    try connection.rows(.tallies, []) { row throws(LedgerError) in
      let name = try row.text()
      return Tally(words: name.split(separator: " ").map(String.init), count: try row.integer())
    }
  }

  /// Counts something that happened, with the transaction.
  public mutating func tally(_ words: String..., by count: Int64 = 1) {
    counted[words.joined(separator: " "), default: 0] += count
  }

  /// Writes the counts of this transaction down, each once.
  mutating func closeTallies() throws(LedgerError) {
    for (name, count) in counted.sorted(by: { $0.key < $1.key }) where count != 0 {
      try change(.tally, [.text(name), .integer(count)])
    }
    counted = [:]
  }

  /// Counts what a change to an operation means: where operations are now, and how long it took.
  mutating func tally(_ after: Operation, since before: Operation?, at now: Instant) {
    let kind = after.kind.rawValue
    if before?.state != after.state {
      if let before { tally("operations", kind, before.state.rawValue, by: -1) }
      tally("operations", kind, after.state.rawValue)
    }
    let isHeld = after.deadLetter != nil
    if before == nil {
      tally("calls", kind, "miss")
    } else if before?.state.holds == false, after.state.holds {
      tally("calls", kind, "again")
    }
    if (before?.deadLetter != nil) != isHeld { tally("held", kind, by: isHeld ? 1 : -1) }
    guard let before else { return }
    if before.state.holds, !after.state.holds, !isHeld {
      tally("latency", kind, after.created.duration(to: now))
    }
    if let since = before.unknownSince, after.unknownSince == nil {
      tally("resolution", kind, since.duration(to: now))
    }
  }

  private mutating func tally(_ what: String, _ kind: String, _ length: Duration) {
    let milliseconds = max(0, length.milliseconds)
    tally(what, kind, LengthClass.name(of: milliseconds))
    tally(what, kind, "sum", by: milliseconds)
  }

  /// Counts an attempt that sends again what was sent before.
  mutating func tally(beginning attempt: Attempt) throws(LedgerError) {
    guard let key = attempt.key, attempt.number > 1 else { return }
    let earlier = try only(
      .earlierAttempt, [.text(attempt.operation.text), .text(key), .integer(attempt.number)]
    ) { row throws(LedgerError) in try row.integer() }
    if earlier != nil { tally("retries", attempt.instruction.rawValue) }
  }

  /// Counts what came of an attempt, by the stable part of the word for it.
  mutating func tally(
    finishing number: Int, of operation: OperationID, outcome: String
  ) throws(LedgerError) {
    let word = outcome.split(separator: ":").first.map(String.init) ?? "none"
    if let instruction = try instruction(of: number, of: operation) {
      tally("attempts", instruction, word)
    }
  }

  /// What an attempt was at: what its operation has to do next until the attempt is finished.
  private func instruction(
    of number: Int, of operation: OperationID
  ) throws(LedgerError) -> String? {
    if let known = known[operation], known.attempt == number, let next = known.next {
      return next.rawValue
    }
    return try only(.attemptedInstruction, [.text(operation.text), .integer(number)]) {
      row throws(LedgerError) in try row.text()
    }
  }
}
