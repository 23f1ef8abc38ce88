// The only file of this room that speaks to SQLite.
import CSQLite
import Payments

/// A value as SQLite stores it.
enum Value: Equatable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

/// One open database. Every statement is prepared once and kept.
///
/// Not for two threads: there are none. The first failure inside a transaction is remembered, so
/// that a transaction in which anything failed cannot be committed, even if somebody caught the
/// error.
@safe final class Connection {
  /// What failed first since the transaction began.
  private(set) var failure: LedgerError?
  private let database: OpaquePointer
  private var statements = [Statement?](repeating: nil, count: Query.allCases.count)

  /// Opens a file on a disk known to SQLite by name, the system's own when nil.
  init(path: String, vfs: String?, busyTimeout: Duration) throws(LedgerError) {
    sqlite_keep_no_memory_account()
    guard unsafe sqlite3_vfs_find(vfs) != nil else { throw Connection.unknownDisk }
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = unsafe sqlite3_open_v2(path, &opened, flags, vfs)
    guard code == SQLITE_OK, let opened = unsafe opened else {
      let text = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(opened)
      throw Connection.error(code, text)
    }
    unsafe database = opened
    unsafe sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.milliseconds))
    guard unsafe sqlite3_db_readonly(opened, "main") == 0 else {
      throw .unusable("\(path) may be read but not written.")
    }
  }

  deinit {
    statements.removeAll()
    unsafe sqlite3_close_v2(database)
  }

  /// Where the file is, from the root and with links followed.
  var file: String {
    unsafe String(cString: sqlite3_db_filename(database, "main"))
  }

  /// Whether a transaction is open. SQLite ends one by itself after some failures.
  var isInTransaction: Bool {
    unsafe sqlite3_get_autocommit(database) == 0
  }

  /// Whether the path leads elsewhere than when the file was opened. A disk that cannot say says
  /// no.
  var hasMoved: Bool {
    var moved: Int32 = 0
    let code = unsafe sqlite3_file_control(database, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
    return code == SQLITE_OK && moved != 0
  }

  /// Bytes nobody can foretell, from the disk the file is on: the system's own, or those a
  /// simulated disk draws from its seed.
  func randomBytes(_ count: Int) throws(LedgerError) -> [UInt8] {
    var disk: UnsafeMutablePointer<sqlite3_vfs>?
    var drawn: Int32 = 0
    let code = unsafe sqlite3_file_control(database, "main", SQLITE_FCNTL_VFS_POINTER, &disk)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe buffer.initialize(repeating: 0)
      initialized = count
      guard code == SQLITE_OK, let disk = unsafe disk else { return }
      unsafe buffer.withMemoryRebound(to: CChar.self) { bytes in
        drawn = unsafe disk.pointee.xRandomness(disk, Int32(count), bytes.baseAddress)
      }
    }
    guard drawn == count else { throw failing(.full("The disk gives no random bytes.")) }
    return bytes
  }

  /// Writes the log's bytes over themselves and syncs them. To be called while nobody else may
  /// write.
  func rewriteLog() throws(LedgerError) {
    var log: UnsafeMutablePointer<sqlite3_file>?
    try check(
      unsafe sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log))
    guard let log = unsafe log, let methods = unsafe log.pointee.pMethods else { return }
    var size: sqlite3_int64 = 0
    try check(unsafe methods.pointee.xFileSize(log, &size))
    var part = [UInt8](repeating: 0, count: 65_536)
    for start in stride(from: 0, to: size, by: part.count) {
      let count = Int32(min(size - start, Int64(part.count)))
      try check(unsafe methods.pointee.xRead(log, &part, count, start))
      try check(unsafe methods.pointee.xWrite(log, part, count, start))
    }
    if size > 0 { try check(unsafe methods.pointee.xSync(log, SQLITE_SYNC_NORMAL)) }
  }

  /// Begins a transaction with one of the two beginnings.
  func begin(_ beginning: Query) throws(LedgerError) {
    failure = nil
    try change(beginning, [])
  }

  /// Ends a transaction without its effects, if one is open.
  func abandon() {
    guard isInTransaction else { return }
    do throws(LedgerError) {
      try change(.rollback, [])
    } catch {
      // SQLite has then ended it by itself, or the next beginning will say what is wrong.
    }
  }

  /// Remembers a failure and gives it back to be thrown.
  func failing(_ error: LedgerError) -> LedgerError {
    failure = failure ?? error
    return error
  }

  /// Runs a statement for its rows.
  func rows<Element>(
    _ query: Query, _ arguments: [Value],
    _ read: (inout Row) throws(LedgerError) -> Element
  ) throws(LedgerError) -> [Element] {
    let statement = try statement(query)
    defer { statement.rest() }
    try check(statement.bind(arguments))
    var elements: [Element] = []
    while try hasRow(statement) {
      var row = Row(statement)
      elements.append(try read(&row))
    }
    return elements
  }

  /// Runs a statement for its effect; gives back how many rows it changed.
  @discardableResult
  func change(_ query: Query, _ arguments: [Value]) throws(LedgerError) -> Int {
    let statement = try statement(query)
    defer { statement.rest() }
    try check(statement.bind(arguments))
    while try hasRow(statement) {}
    return Int(unsafe sqlite3_changes(database))
  }

  /// The key the last insertion was given.
  var lastInsertedKey: Int64 { unsafe sqlite3_last_insert_rowid(database) }

  /// Runs a statement that is not kept (settings, migrations); gives back its rows as they are.
  @discardableResult
  func run(_ sql: String, _ arguments: [Value] = []) throws(LedgerError) -> [[Value]] {
    let statement = try prepare(sql, persistent: false)
    try check(statement.bind(arguments))
    var rows: [[Value]] = []
    while try hasRow(statement) {
      var row = Row(statement)
      var values: [Value] = []
      while let value = try row.next() { values.append(value) }
      rows.append(values)
    }
    return rows
  }

  /// A case's place among the cases is its one byte; hashing it would hash the whole of its text.
  private func statement(_ query: Query) throws(LedgerError) -> Statement {
    let place = unsafe Int(unsafeBitCast(query, to: UInt8.self))
    if let statement = statements[place] { return statement }
    let statement = try prepare(query.rawValue, persistent: true)
    statements[place] = statement
    return statement
  }

  private func prepare(_ sql: String, persistent: Bool) throws(LedgerError) -> Statement {
    var prepared: OpaquePointer?
    let flags = persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    try check(unsafe sqlite3_prepare_v3(database, sql, -1, flags, &prepared, nil))
    guard let prepared = unsafe prepared else {
      preconditionFailure("A statement is one statement, not an empty text.")
    }
    return unsafe Statement(prepared)
  }

  private func hasRow(_ statement: Statement) throws(LedgerError) -> Bool {
    let code = statement.step()
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    try check(code)
    return false
  }

  private func check(_ code: Int32) throws(LedgerError) {
    guard code != SQLITE_OK else { return }
    // The message names tables and columns, never a bound value.
    let message = unsafe String(cString: sqlite3_errmsg(database))
    throw failing(Connection.error(code, message))
  }

  static let unknownDisk = LedgerError.unusable("SQLite knows no disk of that name.")

  /// What the caller should do about a result code (https://www.sqlite.org/rescode.html).
  static func error(_ code: Int32, _ message: String) -> LedgerError {
    let text = "SQLite \(code): \(message)"
    switch (code & 0xff, code) {
    case (SQLITE_BUSY, _), (SQLITE_LOCKED, _), (SQLITE_PROTOCOL, _): return .busy
    // The file was moved while in use, or the file system says that its own content is corrupt.
    case (_, SQLITE_READONLY | 4 << 8), (_, SQLITE_IOERR | 33 << 8): return .damaged(text)
    case (SQLITE_FULL, _), (SQLITE_IOERR, _), (SQLITE_READONLY, _), (SQLITE_NOMEM, _):
      return .full(text)
    case (SQLITE_CANTOPEN, _), (SQLITE_PERM, _), (SQLITE_AUTH, _), (SQLITE_NOLFS, _):
      return .unusable(text)
    // What is left is corruption, a schema that is not ours, or a sum beyond 63 bits.
    default: return .damaged(text)
    }
  }
}

/// One prepared statement.
@safe private final class Statement {
  fileprivate let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe sqlite3_finalize(pointer)
  }

  func bind(_ arguments: [Value]) -> Int32 {
    precondition(
      unsafe Int(sqlite3_bind_parameter_count(pointer)) == arguments.count,
      "A statement is given exactly its arguments.")
    for (index, argument) in arguments.enumerated() {
      let code = bind(argument, at: Int32(index + 1))
      guard code == SQLITE_OK else { return code }
    }
    return SQLITE_OK
  }

  private func bind(_ argument: Value, at index: Int32) -> Int32 {
    // SQLite's macro SQLITE_TRANSIENT: it makes its own copy.
    let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch argument {
    case .null:
      return unsafe sqlite3_bind_null(pointer, index)
    case .integer(let integer):
      return unsafe sqlite3_bind_int64(pointer, index, integer)
    case .text(let text):
      // With a length, so that a NUL in the text does not end it. The bytes as they lie, because a
      // text handed to C would be copied into an array first.
      var text = text
      return text.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
          // No address would mean NULL, which is no text.
          guard let start = bytes.baseAddress else {
            return unsafe sqlite3_bind_text(pointer, index, "", 0, copied)
          }
          return unsafe sqlite3_bind_text(pointer, index, start, Int32(bytes.count), copied)
        }
      }
    case .blob(let bytes):
      if bytes.isEmpty { return unsafe sqlite3_bind_zeroblob(pointer, index, 0) }
      return unsafe sqlite3_bind_blob(pointer, index, bytes, Int32(bytes.count), copied)
    }
  }

  func step() -> Int32 {
    unsafe sqlite3_step(pointer)
  }

  /// Its arguments stay bound: the next use binds every one of them anew.
  func rest() {
    unsafe sqlite3_reset(pointer)
  }

  var width: Int32 { unsafe sqlite3_column_count(pointer) }

  func value(at column: Int32) throws(LedgerError) -> Value {
    // The length is asked for where there is one: SQLite would write a number out as text for it.
    switch unsafe sqlite3_column_type(pointer, column) {
    case SQLITE_NULL:
      return .null
    case SQLITE_INTEGER:
      return .integer(unsafe sqlite3_column_int64(pointer, column))
    case SQLITE_TEXT:
      let start = unsafe sqlite3_column_text(pointer, column)
      let length = unsafe Int(sqlite3_column_bytes(pointer, column))
      let bytes = unsafe UnsafeBufferPointer(start: start, count: length)
      guard let text = unsafe String(validating: bytes, as: UTF8.self) else {
        throw .damaged("A text in the ledger is not UTF-8.")
      }
      return .text(text)
    case SQLITE_BLOB:
      let start = unsafe sqlite3_column_blob(pointer, column)
      let length = unsafe Int(sqlite3_column_bytes(pointer, column))
      return .blob(unsafe Array(UnsafeRawBufferPointer(start: start, count: length)))
    default:
      throw .damaged("A number in the ledger is not whole.")
    }
  }
}

/// The row a statement stands on, read column by column from the left.
struct Row: ~Copyable {
  private let statement: Statement
  private var column: Int32 = 0

  fileprivate init(_ statement: Statement) {
    self.statement = statement
  }

  /// The next column; nil after the last.
  mutating func next() throws(LedgerError) -> Value? {
    guard column < statement.width else { return nil }
    defer { column += 1 }
    return try statement.value(at: column)
  }
}

extension Connection {
  /// Whether a disk has a file of that name.
  static func exists(_ path: String, vfs: String?) -> Bool {
    guard let disk = unsafe sqlite3_vfs_find(vfs), let access = unsafe disk.pointee.xAccess else {
      return false
    }
    var found: Int32 = 0
    return unsafe access(disk, path, SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0
  }
}

/// A file that is locked while its holder lives: the kernel, or the simulated disk, lets go at its
/// end.
///
/// The lock is the one SQLite calls RESERVED, taken and asked for through the disk SQLite uses.
@safe final class Slot {
  private let name: UnsafePointer<CChar>
  private let file: UnsafeMutablePointer<sqlite3_file>
  private let memory: UnsafeMutableRawPointer

  /// Opens the file, making it if it is missing; nothing is locked yet.
  init(path: String, vfs: String?) throws(LedgerError) {
    guard let disk = unsafe sqlite3_vfs_find(vfs), let open = unsafe disk.pointee.xOpen else {
      throw Connection.unknownDisk
    }
    guard let name = unsafe sqlite3_create_filename(path, "", "", 0, nil) else {
      throw Connection.error(SQLITE_NOMEM, "no memory for a file's name")
    }
    let size = unsafe Int(disk.pointee.szOsFile)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    let file = unsafe memory.assumingMemoryBound(to: sqlite3_file.self)
    let flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var granted: Int32 = 0
    let code = unsafe open(disk, name, file, flags, &granted)
    unsafe (self.name, self.file, self.memory) = (UnsafePointer(name), file, memory)
    guard code == SQLITE_OK else { throw Connection.error(code, "cannot open an owner's file") }
  }

  deinit {
    // Closing lets go of the lock. A file that failed to open has no methods and is not closed.
    if let methods = unsafe file.pointee.pMethods {
      _ = unsafe methods.pointee.xUnlock?(file, SQLITE_LOCK_NONE)
      _ = unsafe methods.pointee.xClose?(file)
    }
    unsafe memory.deallocate()
    unsafe sqlite3_free_filename(name)
  }

  /// Locks the file for as long as this value lives; false when somebody else has it.
  func take() throws(LedgerError) -> Bool {
    for lock in [SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED] {
      let code = unsafe file.pointee.pMethods.pointee.xLock(file, lock)
      if code & 0xff == SQLITE_BUSY { return false }
      guard code == SQLITE_OK else { throw Connection.error(code, "cannot lock an owner's file") }
    }
    return true
  }

  /// Whether anybody holds the lock.
  func isTaken() throws(LedgerError) -> Bool {
    var taken: Int32 = 0
    let code = unsafe file.pointee.pMethods.pointee.xCheckReservedLock(file, &taken)
    guard code == SQLITE_OK else { throw Connection.error(code, "cannot ask for an owner's lock") }
    return taken != 0
  }

  /// Whether the path leads elsewhere than when the file was opened. A disk that cannot say says
  /// no.
  var hasMoved: Bool {
    var moved: Int32 = 0
    let control = unsafe file.pointee.pMethods.pointee.xFileControl
    let code = unsafe control?(file, SQLITE_FCNTL_HAS_MOVED, &moved)
    return code == SQLITE_OK && moved != 0
  }
}
