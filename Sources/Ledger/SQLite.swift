// With Slot.swift the only file of this room that speaks to SQLite.
import CSQLite
import Payments

/// A value as SQLite stores it.
enum Value: Equatable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  /// How many bytes it has as text or blob.
  fileprivate var byteCount: Int {
    switch self {
    case .null, .integer: 0
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    }
  }
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
    guard unsafe Connection.disk(vfs) != nil else { throw Connection.unknownDisk }
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

  /// Another number whenever anybody has changed the file, as far as this connection has seen:
  /// within a transaction, and right after one.
  var dataVersion: UInt32 {
    var version: UInt32 = 0
    let code = unsafe sqlite3_file_control(
      database, "main", SQLITE_FCNTL_DATA_VERSION, &version)
    precondition(code == SQLITE_OK, "SQLite always knows the version of an open database.")
    return version
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
  /// Where texts and bytes are while they are bound, one after the other: SQLite reads them there
  /// and makes no copies of its own.
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)

  init(_ pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe sqlite3_finalize(pointer)
    unsafe room.deallocate()
  }

  /// Binds all arguments anew; none of those before is looked at any more.
  func bind(_ arguments: [Value]) -> Int32 {
    precondition(
      unsafe Int(sqlite3_bind_parameter_count(pointer)) == arguments.count,
      "A statement is given exactly its arguments.")
    let size = arguments.reduce(0) { $0 + $1.byteCount }
    if unsafe size > room.count {
      unsafe room.deallocate()
      unsafe room = .allocate(byteCount: size * 2, alignment: 1)
    }
    var used = 0
    for (index, argument) in arguments.enumerated() {
      let code = bind(argument, at: Int32(index + 1), used)
      guard code == SQLITE_OK else { return code }
      used += argument.byteCount
    }
    return SQLITE_OK
  }

  /// - Parameter place: where in the room its bytes go.
  private func bind(_ argument: Value, at index: Int32, _ place: Int) -> Int32 {
    switch argument {
    case .null:
      return unsafe sqlite3_bind_null(pointer, index)
    case .integer(let integer):
      return unsafe sqlite3_bind_int64(pointer, index, integer)
    case .text(let text):
      // With a length, so that a NUL in the text does not end it.
      let start = unsafe keep(text.utf8.span, at: place)
      return unsafe sqlite3_bind_text(pointer, index, start, Int32(text.utf8.count), nil)
    case .blob(let bytes):
      let start = unsafe keep(bytes.span, at: place)
      return unsafe sqlite3_bind_blob(pointer, index, start, Int32(bytes.count), nil)
    }
  }

  /// Gives back an address even for no bytes: without one SQLite would take them for NULL.
  private func keep(_ bytes: Span<UInt8>, at place: Int) -> UnsafeRawPointer? {
    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[place...])
    unsafe bytes.withUnsafeBytes { bytes in unsafe target.copyMemory(from: bytes) }
    return UnsafeRawPointer(target.baseAddress)
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
  /// A disk by its name, the system's own for nil: the first thing anybody asks of SQLite, and the
  /// moment it begins.
  static func disk(_ name: String?) -> UnsafeMutablePointer<sqlite3_vfs>? {
    sqlite_keep_no_memory_account()
    return unsafe sqlite3_vfs_find(name)
  }

  /// Whether a disk has a file of that name.
  static func exists(_ path: String, vfs: String?) -> Bool {
    guard let disk = unsafe Connection.disk(vfs), let access = unsafe disk.pointee.xAccess else {
      return false
    }
    var found: Int32 = 0
    return unsafe access(disk, path, SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0
  }
}
