public import Payments

/// One line of the append-only history: a change to an operation, or an event that concerns none.
public struct HistoryEntry: Sendable, Equatable {
  /// Its place: grows by at least one from line to line and is never used again.
  public let sequence: Int64
  /// When.
  public let at: Instant
  /// Which operation changed; nil when it concerns none.
  public let operation: OperationID?
  /// The operation's version after the change.
  public let version: Int64?
  /// The state before; nil when the operation was recorded for the first time.
  public let from: State?
  /// The state after.
  public let to: State?
  /// A stable snake_case word for why.
  public let reason: String
  /// Of an operation its `code` and `detail` and the transition's note, with spaces between; else
  /// whatever was recorded.
  public let detail: String

  /// A line as it stands in the books.
  public init(
    sequence: Int64, at: Instant, operation: OperationID?, version: Int64?, from: State?,
    to: State?, reason: String, detail: String
  ) {
    self.sequence = sequence
    self.at = at
    self.operation = operation
    self.version = version
    self.from = from
    self.to = to
    self.reason = reason
    self.detail = detail
  }
}

extension HistoryEntry {
  /// In the order of the columns.
  var values: [Value] {
    [
      .integer(sequence), .instant(at), .maybe(operation?.text), .maybe(version),
      .maybe(from?.rawValue), .maybe(to?.rawValue), .text(reason), .text(detail),
    ]
  }

  /// Whether the money moved then.
  public var isSpending: Bool { to?.moved == true && from?.moved != true }

  init(_ row: inout Row) throws(LedgerError) {
    self.init(
      sequence: try row.integer(), at: try row.instant(),
      operation: try row.textOrNil().map { OperationID($0) }, version: try row.integerOrNil(),
      from: try row.wordOrNil(), to: try row.wordOrNil(), reason: try row.text(),
      detail: try row.text())
  }
}

/// A line of the history with all that is told of it as an event.
public struct EventEntry: Sendable, Equatable {
  /// The line.
  public let entry: HistoryEntry
  /// Where the chain ends with it; nil for a line from before there was a chain.
  public let head: Anchor?
  /// What its operation's particulars were then, as canonical JSON; nil when it has none.
  public let particulars: String?
}

extension EventEntry {
  init(_ row: inout Row) throws(LedgerError) {
    entry = try HistoryEntry(&row)
    particulars = try row.textOrNil()
    switch try row.next() {
    case .blob(let link): head = Anchor(sequence: entry.sequence, hash: hexadecimal(link))
    case .null, .integer, .text, nil: head = nil
    }
  }
}

/// One agent run, as far as the books know it.
public struct Run: Sendable, Equatable {
  /// When it first called.
  public let firstSeen: Instant
  /// When it last called.
  public let lastCall: Instant
  /// How often it was told to stop.
  public let stops: Int64

  /// A run as it stands in the books.
  public init(firstSeen: Instant, lastCall: Instant, stops: Int64) {
    self.firstSeen = firstSeen
    self.lastCall = lastCall
    self.stops = stops
  }
}
