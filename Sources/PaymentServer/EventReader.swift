import JSON
public import Ledger
import Payments

/// The events of a ledger for whoever reads them on the command line: each line of the history, in
/// order.
public struct EventReader: ~Copyable {
  /// How many are read at once.
  private static let page = 500

  private let path: String
  private let vfs: String?
  private let json: Bool
  private var last: Int64
  private var ledger: Ledger?

  /// A reader of everything after a line of the history; 0 is before the first.
  ///
  /// - Parameters:
  ///   - path: the ledger; need not exist yet.
  ///   - vfs: SQLite's name for the disk to use; nil for the real one.
  ///   - json: one CloudEvent a line, instead of words.
  public init(ledger path: String, vfs: String? = nil, since: Int64, json: Bool) {
    self.path = path
    self.vfs = vfs
    self.json = json
    self.last = since
  }

  /// The next lines, some hundreds at most; empty when there are none now.
  public mutating func read() throws(LedgerError) -> [UInt8] {
    if ledger == nil {
      guard Ledger.exists(at: path, vfs: vfs) else { return [] }
      ledger = try Ledger(path: path, vfs: vfs)
    }
    let after = last
    let (entries, name) = try ledger!.read { (books: borrowing Books) throws(LedgerError) in
      (try books.events(after: after, limit: Self.page), try books.name())
    }
    guard let end = entries.last else { return [] }
    last = end.entry.sequence
    let events = entries.map { LedgerEvent($0, ledger: name ?? LedgerEvent.unchained) }
    if json { return Report.lines(events.map { .object($0.object) }) }
    let rows = zip(entries, events).map { Self.row($0.entry, $1) }
    return Array(rows.joined().utf8)
  }

  private static func row(_ entry: HistoryEntry, _ event: LedgerEvent) -> String {
    let words = [
      timestamp(entry.at), event.type.rawValue, event.subject.isEmpty ? "-" : event.subject,
      entry.reason,
    ]
    return "\(entry.sequence)  \(words.joined(separator: "  "))\n"
  }
}
