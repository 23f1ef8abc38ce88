/// Remembers, durably and all at once: the one door to the books.
///
/// The books are lent inside ``commit(_:)`` and ``read(_:)`` and cannot leave. When `commit`
/// returns, what was written is on the disk; when it throws, nothing of it is in the books.
///
/// Absent here: a clock, a thread, a retry. The only wait is SQLite's own, for another process that
/// is committing, and it has a limit.
public struct Ledger: ~Copyable {
  /// Where the books are, as given.
  public let path: String
  private(set) var books: Books
  private let opened: [OpenedFile]
  private var dataVersion: Int64

  /// Opens the books, making them if they are not there: directory 0700, files 0600.
  ///
  /// - Parameters:
  ///   - vfs: the disk, by the name SQLite knows it under; nil for the system's. Nothing but SQLite
  ///     touches a disk that was named.
  ///   - busyTimeout: how long to wait for another process that is writing.
  public init(
    path: String, vfs: String? = nil, busyTimeout: Duration = .seconds(5)
  ) throws(LedgerError) {
    let connection = try Ledger.connect(path, vfs, busyTimeout)
    let version = try Ledger.dataVersion(connection)
    self.path = path
    opened =
      vfs == nil ? Ledger.companions(of: connection.file).map { OpenedFile(path: $0) } : []
    books = Books(connection, vfs: vfs)
    dataVersion = version
  }

  /// Whether there are books at a path; looking changes nothing.
  public static func exists(at path: String, vfs: String? = nil) -> Bool {
    Connection.exists(path, vfs: vfs)
  }

  /// Does everything the body does to the books, or nothing of it.
  ///
  /// No other process writes between the body's beginning and its end. Whatever throws, and any
  /// failure the body swallowed, undoes the whole.
  public mutating func commit<Result>(
    _ body: (inout Books) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    let hadOwnership = books.ownership != nil
    try refuseIfMoved()
    try books.connection.begin(.beginWriting)
    do throws(LedgerError) {
      books.isWritable = true
      books.chain = nil
      books.violations = []
      books.recall()
      books.counted = [:]
      let result = try body(&books)
      try books.closeChain()
      try books.writeSums()
      try books.closeTallies()
      books.isWritable = false
      if let failure = books.connection.failure { throw failure }
      try books.connection.change(.commit, [])
      // Asked again, so that what was written to a file nobody will find is not taken for durable.
      try refuseIfMoved()
      books.remember()
      return result
    } catch {
      books.isWritable = false
      books.connection.abandon()
      books.forget()
      if !hadOwnership { books.ownership = nil }
      throw error
    }
  }

  /// Lets the body read the books as they are at one moment; writing in them is a mistake.
  public mutating func read<Result>(
    _ body: (borrowing Books) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    books.forget()
    try books.connection.begin(.beginReading)
    do throws(LedgerError) {
      let result = try body(books)
      try books.connection.change(.commit, [])
      return result
    } catch {
      books.connection.abandon()
      throw error
    }
  }

  /// Whether another process has changed the books since this was last asked.
  public mutating func changedByOthers() throws(LedgerError) -> Bool {
    let version = try Ledger.dataVersion(books.connection)
    defer { dataVersion = version }
    return version != dataVersion
  }

  private static func connect(
    _ path: String, _ vfs: String?, _ busyTimeout: Duration
  ) throws(LedgerError) -> Connection {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .unusable("The path of the ledger is empty or has a NUL in it.")
    }
    // Relative paths begin with a dot, so that none is one of SQLite's special names.
    let place = vfs == nil && !path.utf8.starts(with: "/".utf8) ? "./\(path)" : path
    if vfs == nil { try Files.prepare(place) }
    let connection = try Connection(path: place, vfs: vfs, busyTimeout: busyTimeout)
    try Settings.apply(to: connection)
    try secureLog(connection)
    try Settings.wait(busyTimeout, connection)
    try Schema.migrate(connection)
    if vfs == nil {
      for file in companions(of: connection.file) { try Files.protect(file) }
    }
    return connection
  }

  /// Makes durable what was found in the log. After a sync that failed the system takes what it
  /// could not write for written, and goes on reading it from memory: a commit that was undone
  /// would be found there by the next program, and all that is committed after it would be lost
  /// with it when the power fails.
  ///
  /// Nothing is to be done where somebody else is writing: it did this when it opened the books.
  private static func secureLog(_ connection: Connection) throws(LedgerError) {
    try Settings.wait(.zero, connection)
    do throws(LedgerError) {
      try connection.begin(.beginWriting)
    } catch .busy {
      return
    }
    defer { connection.abandon() }
    try connection.rewriteLog()
  }

  private func refuseIfMoved() throws(LedgerError) {
    // A disk that was named knows itself whether its file has moved.
    let hasMoved =
      opened.isEmpty ? books.connection.hasMoved : !opened.allSatisfy { $0.isStillThere }
    guard !hasMoved, books.ownership?.slot.hasMoved != true else {
      throw .damaged("The ledger was moved or deleted while in use.")
    }
  }

  private static func companions(of file: String) -> [String] {
    [file, "\(file)-wal", "\(file)-shm"]
  }

  private static func dataVersion(_ connection: Connection) throws(LedgerError) -> Int64 {
    try connection.rows(.dataVersion, []) { row throws(LedgerError) in try row.integer() }.first
      ?? 0
  }
}
