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
    let isAny = try only(.hasFreezes, []) { row throws(LedgerError) in try row.flag() }
    guard isAny == true else { return nil }
    let names = demand.freezable.map(\.text)
    let found = try connection.rows(.freeze, names.map { Value.text($0) }, Self.freeze)
    for name in names {
      if let freeze = found.first(where: { isSame($0.extent.text, name) }) { return freeze }
    }
    return nil
  }

  /// Freezes, or says anew why.
  public mutating func freeze(_ freeze: Freeze) throws(LedgerError) {
    try change(
      .insertFreeze, [.text(freeze.extent.text), .text(freeze.why), .instant(freeze.at)])
    try record("frozen", detail: "\(freeze.extent.text) \(freeze.why)", at: freeze.at)
  }

  /// Freezes a namespace because a rule about money is broken in it: the one function that does so
  /// by itself. It counts from this transaction on, as every freeze.
  ///
  /// What broke is a line of the history each time. The freeze keeps the reason it was first given,
  /// so that nothing hides what a person has to look into.
  public mutating func freeze(for violation: Violation, at now: Instant) throws(LedgerError) {
    violations.append(violation)
    try record("violation", detail: violation.words, at: now)
    let freeze = Freeze(for: violation, at: now)
    let name = freeze.extent.text
    if try freezes().contains(where: { isSame($0.extent.text, name) }) { return }
    try self.freeze(freeze)
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
