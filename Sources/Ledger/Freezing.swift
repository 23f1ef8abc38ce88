public import Payments

/// What an operator froze: judged in the same transaction as everything else, so that it counts in
/// every process from the moment it is written.
extension Books {
  /// Everything that is frozen, in the order of its name.
  public func freezes() throws(LedgerError) -> [Freeze] {
    try connection.rows(.freezes, [], Self.freeze)
  }

  /// The freeze a demand is caught by; nil when it is free. Of several the widest.
  public func freeze(of demand: Demand) throws(LedgerError) -> Freeze? {
    try connection.rows(.freeze, demand.freezable.map { Value.text($0.text) }, Self.freeze).first
  }

  /// Freezes, or says anew why.
  public mutating func freeze(_ freeze: Freeze) throws(LedgerError) {
    try change(
      .insertFreeze, [.text(freeze.extent.text), .text(freeze.why), .instant(freeze.at)])
    try record("frozen", detail: "\(freeze.extent.text) \(freeze.why)", at: freeze.at)
  }

  /// Takes a freeze back, and opens a run that was closed. Gives back whether anything changed.
  public mutating func thaw(
    _ extent: Freeze.Extent, why: String, at now: Instant
  ) throws(LedgerError) -> Bool {
    var changed = try change(.deleteFreeze, [.text(extent.text)]) > 0
    if case .run(let run, let namespace) = extent {
      let reopened = try change(.reopenRun, [.text(namespace), .text(run)]) > 0
      changed = changed || reopened
    }
    if changed { try record("thawed", detail: "\(extent.text) \(why)", at: now) }
    return changed
  }

  /// The newest policy that was recorded as accepted; nil when none was.
  public func lastPolicy() throws(LedgerError) -> HistoryEntry? {
    try only(.lastPolicy, []) { row throws(LedgerError) in try HistoryEntry(&row) }
  }

  private static func freeze(_ row: inout Row) throws(LedgerError) -> Freeze {
    guard let extent = Freeze.Extent(text: try row.text()) else {
      throw .damaged("A freeze in the ledger is of nothing that can be frozen.")
    }
    return Freeze(extent, why: try row.text(), at: try row.instant())
  }
}
