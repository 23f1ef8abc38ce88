import Ledger
import Payments

/// The books as an outsider reads them: line by line of their history as it grows, and whole.
///
/// Its reader is process 0 of the disk. It is closed at a loss of power, and before a server closes
/// its own books, so that the last one out is the server.
final class WatchedBooks {
  static let path = "/ledger.db"
  static let reader = 0

  /// What is known of an operation from the history alone.
  struct Story {
    var state: State
    var version: Int64
    /// When what it holds became spent.
    var spent: Instant?
  }

  let disk: SimulatedDisk
  private var ledger: Ledger?
  private(set) var stories: [OperationID: Story] = [:]
  private(set) var latest = Instant(milliseconds: 0)
  private var sequence: Int64 = 0
  private var history = Digest()
  /// How much the disk had done when the history was read last; nil when it must be read again.
  private var actsRead: Int?

  init(_ disk: SimulatedDisk) {
    self.disk = disk
  }

  /// Lets go of the books.
  func close() {
    disk.enter(process: WatchedBooks.reader)
    ledger = nil
    actsRead = nil
  }

  /// Reads the books, if there are any.
  func read<Result>(
    _ body: (borrowing Books) throws(LedgerError) -> Result
  ) throws(Breach) -> Result? {
    disk.enter(process: WatchedBooks.reader)
    do throws(LedgerError) {
      if ledger == nil {
        guard Ledger.exists(at: WatchedBooks.path, vfs: disk.name) else { return nil }
        ledger = try Ledger(path: WatchedBooks.path, vfs: disk.name)
      }
      return try ledger!.read(body)
    } catch {
      throw Breach(.booksStayOpen, "\(error)")
    }
  }

  /// The lines of the history since the last time.
  func news() throws(Breach) -> [HistoryEntry] {
    // Whatever changes the books is an act of their disk, or a loss of power.
    guard actsRead != disk.acts else { return [] }
    let after = sequence
    let read = try self.read { (books: borrowing Books) throws(LedgerError) in
      (try books.history(after: after, limit: 10_000), try books.latest())
    }
    guard let (entries, latest) = read else { return [] }
    if let latest {
      guard latest >= self.latest else {
        throw Breach(.timeKept, "the books say \(latest.milliseconds), and said later before")
      }
      self.latest = latest
    }
    for entry in entries {
      try follow(entry)
      add(entry, to: &history)
      sequence = entry.sequence
    }
    actsRead = disk.acts
    return entries
  }

  /// The whole history has the checksum of what was read bit by bit.
  func checkHistory() throws(Breach) {
    let flaw = try read { (books: borrowing Books) throws(LedgerError) in
      try books.audit(against: nil).flaw
    }
    if let flaw = flaw ?? nil { throw Breach(.historyKept, "the chain is broken: \(flaw)") }
    let whole = try read { (books: borrowing Books) throws(LedgerError) in
      try books.history(after: 0, limit: 1_000_000)
    }
    var digest = Digest()
    for entry in whole ?? [] { add(entry, to: &digest) }
    guard digest == history else {
      throw Breach(.historyKept, "a line that was read is another now")
    }
  }

  private func follow(_ entry: HistoryEntry) throws(Breach) {
    guard let id = entry.operation else { return }
    guard let version = entry.version, let to = entry.to else {
      throw Breach(.historyKept, "line \(entry.sequence) says nothing of \(id.text)")
    }
    let known = stories[id]
    guard known?.state == entry.from, (known?.version ?? 0) + 1 == version else {
      throw Breach(.historyKept, "line \(entry.sequence) does not follow what came before")
    }
    let isSpent = to.moved && known?.state.moved != true
    stories[id] = Story(state: to, version: version, spent: isSpent ? entry.at : known?.spent)
  }

  private func add(_ entry: HistoryEntry, to digest: inout Digest) {
    digest.add(entry.sequence)
    digest.add(entry.at.milliseconds)
    digest.add((entry.operation?.text ?? "").utf8)
    digest.add("\(entry.from?.rawValue ?? "-") \(entry.to?.rawValue ?? "-")".utf8)
    digest.add("\(entry.reason) \(entry.detail)".utf8)
  }
}
