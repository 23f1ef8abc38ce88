public import Payments

/// What webhooks said, remembered until the objects they name were read.
extension Books {
  /// How long an event's name is remembered, so that the same one is not taken twice; its sender
  /// gives up after days.
  static let hintsKept = Duration.seconds(30 * 86_400)

  /// Remembers a hint. Gives back whether it was not known yet.
  public mutating func note(_ hint: Hint, at now: Instant) throws(LedgerError) -> Bool {
    try change(.deleteOldHints, [.instant(now.advanced(by: .zero - Self.hintsKept))])
    let subject = hint.reference.map { "\(hint.kind.rawValue) \($0)" }
    return try change(.insertHint, [.text(hint.id), .instant(now), .maybe(subject)]) == 1
  }

  /// Hints whose objects were not read yet, the oldest first, at most `limit`.
  public func hintsToCheck(limit: Int) throws(LedgerError) -> [Hint] {
    try connection.rows(.hintsToCheck, [.integer(limit)]) { row throws(LedgerError) in
      let id = try row.text()
      let parts = try row.text().split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let kind = Operation.Kind(rawValue: String(parts[0])) else {
        throw .damaged("A hint in the ledger is of nothing that can be read.")
      }
      return Hint(id: id, kind: kind, reference: String(parts[1]))
    }
  }

  /// Notes that the object of a hint was read.
  public mutating func check(_ hint: Hint, at now: Instant) throws(LedgerError) {
    try change(.checkHints, [.text(hint.id), .instant(now)])
  }
}
