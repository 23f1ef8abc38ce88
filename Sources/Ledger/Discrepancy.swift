public import Payments

/// Where the books and the processor's own list disagree (DESIGN §2): found once, kept until it is
/// gone.
public struct Discrepancy: Sendable, Equatable {
  /// In what they disagree.
  public enum Kind: String, Sendable, CaseIterable {
    /// The processor has an object of ours, and the books have no such operation.
    case missingHere = "missing_here"
    /// The books say that money moved, and the processor's list does not have it.
    case missingThere = "missing_there"
    /// The processor took or gave back the money of an operation that ended here without.
    case executed
    /// A second object moved money for an operation that has one already.
    case secondObject = "second_object"
    /// They say different things about where it is in its life.
    case state
    case amount
    case currency
    case customer
    /// One speaks of real money, the other does not.
    case livemode
    /// Other sums were given back of a charge.
    case refunds
    /// A refund gives back another charge.
    case charge
    /// The payer's bank disputes a charge, or did: the processor may have taken its money back.
    case disputed
  }

  /// The processor's name for the object, or the operation's id where the processor has nothing.
  public let subject: String
  /// In what they disagree.
  public let kind: Kind
  /// The operation it is about; nil when the books have none.
  public let operation: OperationID?
  /// What the books say and what the processor says, as canonical JSON on one line, at most 1 KiB.
  public let detail: String
  /// When the object was made, or the operation recorded: which spans of time cover it.
  public let created: Instant
  /// When it was first found.
  public let found: Instant
  /// When it was last found.
  public let seen: Instant

  /// A discrepancy as it is found now.
  public init(
    subject: String, kind: Kind, operation: OperationID?, detail: String, created: Instant,
    at now: Instant
  ) {
    self.init(
      subject: subject, kind: kind, operation: operation, detail: detail, created: created,
      found: now, seen: now)
  }

  fileprivate init(
    subject: String, kind: Kind, operation: OperationID?, detail: String, created: Instant,
    found: Instant, seen: Instant
  ) {
    self.subject = subject
    self.kind = kind
    self.operation = operation
    self.detail = detail
    self.created = created
    self.found = found
    self.seen = seen
  }
}

extension Books {
  /// Where the books and the processor disagree, as found at or after an instant, by subject; at
  /// most `limit`.
  public func discrepancies(
    seenSince: Instant, limit: Int
  ) throws(LedgerError) -> [Discrepancy] {
    try discrepancies(.discrepancies, [.instant(seenSince), .integer(limit)])
  }

  /// What is known to be wrong about an operation.
  public func discrepancies(of operation: OperationID) throws(LedgerError) -> [Discrepancy] {
    try discrepancies(.discrepanciesOfOperation, [.text(operation.text)])
  }

  /// What is known to be wrong about an object.
  public func discrepancies(ofSubject subject: String) throws(LedgerError) -> [Discrepancy] {
    try discrepancies(.discrepanciesOfSubject, [.text(subject)])
  }

  /// What was found before an instant and not since, of objects made at or after `since`.
  public func goneDiscrepancies(
    before: Instant, since: Instant
  ) throws(LedgerError) -> [Discrepancy] {
    try discrepancies(.goneDiscrepancies, [.instant(before), .instant(since)])
  }

  /// How many discrepancies are known.
  public func discrepancyCount() throws(LedgerError) -> Int {
    try only(.discrepancyCount, []) { row throws(LedgerError) in try row.number() } ?? 0
  }

  /// How many discrepancies of each kind are known, in the order of the kinds; those of which none
  /// is are left out.
  public func discrepancyCounts() throws(LedgerError) -> [(kind: Discrepancy.Kind, count: Int64)] {
    let found = try connection.rows(.discrepancyCounts, []) { row throws(LedgerError) in
      (kind: try row.word() as Discrepancy.Kind, count: try row.integer())
    }
    return Discrepancy.Kind.allCases.flatMap { kind in found.filter { $0.kind == kind } }
  }

  /// Notes a discrepancy, and writes it into the history the first time, and when it says something
  /// else than before. Gives back whether it is new in that sense.
  public mutating func note(_ discrepancy: Discrepancy) throws(LedgerError) -> Bool {
    let key: [Value] = [.text(discrepancy.subject), .text(discrepancy.kind.rawValue)]
    let known = try discrepancies(.discrepancy, key).first
    try change(
      .noteDiscrepancy,
      key + [
        .maybe(discrepancy.operation?.text), .text(discrepancy.detail),
        .instant(discrepancy.created), .instant(discrepancy.seen),
      ])
    if let known, isSame(known.detail, discrepancy.detail) { return false }
    try record("discrepancy_found", detail: discrepancy.detail, at: discrepancy.seen)
    return true
  }

  /// Takes a discrepancy that is there no more out, and writes that into the history.
  public mutating func forget(_ discrepancy: Discrepancy, at now: Instant) throws(LedgerError) {
    let key: [Value] = [.text(discrepancy.subject), .text(discrepancy.kind.rawValue)]
    guard try change(.deleteDiscrepancy, key) == 1 else { return }
    try record("discrepancy_gone", detail: discrepancy.detail, at: now)
  }

  private func discrepancies(
    _ query: Query, _ arguments: [Value]
  ) throws(LedgerError) -> [Discrepancy] {
    try connection.rows(query, arguments) { row throws(LedgerError) in
      Discrepancy(
        subject: try row.text(), kind: try row.word(),
        operation: try row.textOrNil().map { OperationID($0) }, detail: try row.text(),
        created: try row.instant(), found: try row.instant(), seen: try row.instant())
    }
  }
}
