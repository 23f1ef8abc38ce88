public import Ledger
public import Payments

/// What can be said of a ledger without reading all of it.
public struct LedgerGlance: Sendable {
  /// Everything that is frozen.
  public let freezes: [Freeze]
  /// How many operations have something left to be done.
  public let open: Int
  /// The latest instant the books know; nil in new ones.
  public let latest: Instant?

  /// Looks at a ledger, which must exist.
  public init(ledger path: String) throws(LedgerError) {
    var ledger = try Ledger(path: path)
    self = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      LedgerGlance(
        freezes: try books.freezes(), open: try books.pendingCount(), latest: try books.latest())
    }
  }

  private init(freezes: [Freeze], open: Int, latest: Instant?) {
    self.freezes = freezes
    self.open = open
    self.latest = latest
  }
}
