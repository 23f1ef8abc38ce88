public import Payments

/// How far a sink was told, and who is telling it.
public struct SinkRow: Sendable, Equatable {
  /// What it is known by.
  public let name: String
  /// The last line of the history it was told of, or need not be.
  public var cursor: Int64
  /// How often what comes next was tried without success.
  public var tries: Int
  /// When it may be tried again; nil for at once.
  public var due: Instant?
  /// The process that is telling it (its epoch in the ledger); nil when nobody is.
  public var lessee: Int64?
  /// Until when that process is left alone.
  public var until: Instant?

  init(_ row: inout Row) throws(LedgerError) {
    name = try row.text()
    cursor = try row.integer()
    tries = try row.number()
    due = try row.instantOrNil()
    lessee = try row.integerOrNil()
    until = try row.instantOrNil()
  }
}

/// A delivery that was given up: a dead letter of a sink.
public struct Undelivered: Sendable, Equatable {
  /// To which sink.
  public let sink: String
  /// Of which line of the history.
  public let sequence: Int64
  /// When it was given up.
  public let at: Instant
  /// How often it was tried.
  public let tries: Int
  /// A stable word for what went wrong last.
  public let why: String
  /// Whether an operator asked for one more try that was not made yet.
  public let isAsked: Bool

  init(_ row: inout Row) throws(LedgerError) {
    sink = try row.text()
    sequence = try row.integer()
    at = try row.instant()
    tries = try row.number()
    why = try row.text()
    isAsked = try row.flag()
  }
}

extension Books {
  /// Every sink that was ever registered, in the order of their names.
  public func sinks() throws(LedgerError) -> [SinkRow] {
    try connection.rows(.sinks, []) { row throws(LedgerError) in try SinkRow(&row) }
  }

  /// Registers a sink, which is told of everything from here on. One that is known stays as it is.
  public mutating func register(sink name: String) throws(LedgerError) {
    try change(.insertSink, [.text(name), .integer(try lastLine())])
  }

  /// Writes down how far a sink was told and who is telling it.
  public mutating func write(_ sink: SinkRow) throws(LedgerError) {
    try change(
      .updateSink,
      [
        .text(sink.name), .integer(sink.cursor), .integer(sink.tries), .maybe(sink.due),
        .maybe(sink.lessee), .maybe(sink.until),
      ])
  }

  /// The last line of the history; 0 before the first.
  public func lastLine() throws(LedgerError) -> Int64 {
    if let chain { return chain.sequence }
    if let stored = try storedChain() { return stored.sequence }
    return try only(.lastLine, []) { row throws(LedgerError) in try row.integer() } ?? 0
  }

  /// The deliveries that were given up, sink by sink, each in the order of the history.
  public func undelivered() throws(LedgerError) -> [Undelivered] {
    try connection.rows(.undelivered, []) { row throws(LedgerError) in try Undelivered(&row) }
  }

  /// Those of them an operator asked to be tried once more.
  public func askedAgain() throws(LedgerError) -> [Undelivered] {
    try connection.rows(.askedAgain, []) { row throws(LedgerError) in try Undelivered(&row) }
  }

  /// Gives a delivery up, or says anew why it did not come about.
  public mutating func giveUp(
    _ sequence: Int64, to sink: String, at now: Instant, tries: Int, why: String
  ) throws(LedgerError) {
    try change(
      .insertUndelivered,
      [.text(sink), .integer(sequence), .instant(now), .integer(tries), .text(why)])
  }

  /// Asks for one more try of a delivery that was given up. Gives back whether there is one.
  public mutating func askAgain(
    _ sequence: Int64, to sink: String
  ) throws(LedgerError) -> Bool {
    try change(.askAgain, [.text(sink), .integer(sequence)]) > 0
  }

  /// Takes a delivery that came about after all from the dead letters.
  public mutating func delivered(_ sequence: Int64, to sink: String) throws(LedgerError) {
    try change(.deleteUndelivered, [.text(sink), .integer(sequence)])
  }
}
