import CSQLite

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
    guard let disk = unsafe Connection.disk(vfs), let open = unsafe disk.pointee.xOpen else {
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
