import Ledger
import Payments

/// The ledger, opened when it is first needed and not before: a client may start the server only to
/// see what it is, twice at once, and kill it (`reference/mcp.md` §A.4).
struct LedgerDoor: ~Copyable {
  /// How long one step waits for another process that is writing. What needs no books is not
  /// answered meanwhile, so that longer waits are made of steps.
  static let patience = Duration.milliseconds(250)

  private let path: String
  private let vfs: String?
  private var ledger: Ledger?

  init(path: String, vfs: String?) {
    self.path = path
    self.vfs = vfs
  }

  var isOpen: Bool { ledger != nil }

  /// Whether there are books already, so that something may be pending in them.
  var exists: Bool { Ledger.exists(at: path, vfs: vfs) }

  /// Whether anybody else wrote since this was last asked. Takes no lock.
  mutating func changedByOthers() throws(LedgerError) -> Bool {
    ledger == nil ? false : try ledger!.changedByOthers()
  }

  /// Whether other programs have attempts in flight or put something off, an operator left
  /// something to be done, or there is what one of the sinks is to be told (or told again).
  mutating func othersWork(
    in namespace: String?, sinks names: [String]
  ) throws(LedgerError) -> Bool {
    guard ledger != nil else { return false }
    return try ledger!.read { (books: borrowing Books) throws(LedgerError) -> Bool in
      if try books.nextDue(in: namespace) != nil { return true }
      if try !books.owners(besides: 0, in: namespace).isEmpty { return true }
      guard !names.isEmpty else { return false }
      if try !books.askedAgain().isEmpty { return true }
      let last = try books.lastLine()
      return try books.sinks().contains { row in
        row.cursor < last && names.contains { isSame($0, row.name) }
      }
    }
  }

  mutating func commit(
    _ body: (inout Books) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try open()
    try ledger!.commit(body)
  }

  mutating func read(
    _ body: (borrowing Books) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try open()
    try ledger!.read(body)
  }

  private mutating func open() throws(LedgerError) {
    if ledger == nil { ledger = try Ledger(path: path, vfs: vfs, busyTimeout: Self.patience) }
  }
}
