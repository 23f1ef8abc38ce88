import CSQLite
import Foundation
import Glibc
import Testing

// The one file of these tests that speaks C for what stands in a program's way: time, locks, the
// books themselves, and what the kernel counts.

/// Time for tests that torture: never compared with what a machine under load could miss.
enum Stopwatch {
  /// Milliseconds since the machine started.
  static var now: Int64 {
    var reading = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &reading)
    return Int64(reading.tv_sec) * 1000 + Int64(reading.tv_nsec) / 1_000_000
  }

  /// Lets that many milliseconds pass.
  static func pass(_ milliseconds: Int64) {
    let end = now + milliseconds
    while now < end { poll(nil, 0, Int32(end - now)) }
  }

  /// Waits until something is so, up to that many milliseconds. Returns how long that took.
  static func wait(
    _ what: String, patience: Int64 = 20_000, until isSo: () throws -> Bool
  ) throws -> Int64 {
    let start = now
    while try !isSo() {
      try #require(now - start < patience, "\(what) does not happen")
      pass(5)
    }
    return now - start
  }
}

/// A file's lock, held as another program would hold it. The sandbox answers nobody meanwhile.
final class HeldFile {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
  }

  deinit {
    close(descriptor)
  }
}

/// A small disk of memory, mounted over a directory for as long as this lives.
final class SmallDisk {
  private let path: String

  /// Whether this program may mount one: the superuser may, unless it is kept from it.
  static var isAllowed: Bool {
    do {
      let home = try TemporaryDirectory()
      return withExtendedLifetime(try SmallDisk(over: home.path, kilobytes: 64)) { true }
    } catch {
      return false
    }
  }

  init(over path: String, kilobytes: Int) throws {
    self.path = path
    let mounted = unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k,mode=0700")
    try #require(mounted == 0)
  }

  deinit {
    _ = unsafe umount2(path, Int32(MNT_DETACH))
  }

  /// Makes it that large.
  func grow(kilobytes: Int) throws {
    let flags = UInt(MS_REMOUNT)
    let grown = unsafe mount("tmpfs", path, "tmpfs", flags, "size=\(kilobytes)k,mode=0700")
    try #require(grown == 0)
  }
}

/// A ledger, opened by another program.
@safe final class OpenedLedger {
  private var database: OpaquePointer?

  init(_ path: String) throws {
    let code = unsafe sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil)
    try #require(code == SQLITE_OK)
    unsafe sqlite3_busy_timeout(database, 20_000)
  }

  deinit {
    unsafe sqlite3_close_v2(database)
  }

  /// Runs a statement; gives back its rows as text.
  @discardableResult
  func rows(_ sql: String) throws -> [[String]] {
    var statement: OpaquePointer?
    let prepared = unsafe sqlite3_prepare_v2(database, sql, -1, &statement, nil)
    defer { unsafe sqlite3_finalize(statement) }
    try #require(
      prepared == SQLITE_OK, "\(sql): \(unsafe String(cString: sqlite3_errmsg(database)))")
    var rows: [[String]] = []
    while true {
      let code = unsafe sqlite3_step(statement)
      if code == SQLITE_DONE { return rows }
      try #require(
        code == SQLITE_ROW, "\(sql): \(unsafe String(cString: sqlite3_errmsg(database)))")
      rows.append(
        (0..<(unsafe sqlite3_column_count(statement))).map { column in
          unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) } ?? "NULL"
        })
    }
  }
}

/// What the kernel counts of a program.
enum Kernel {
  /// Its resident memory, in KiB.
  static func memory(of number: pid_t, peak: Bool = false) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
    let name = peak ? "VmHWM:" : "VmRSS:"
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
    return try #require(Int(line.split(separator: " ")[1]))
  }

  /// How much time it worked, in hundredths of a second (proc(5): `utime` and `stime`).
  static func work(of number: pid_t) throws -> Int {
    let fields = try fields(of: number)
    return try #require(Int(fields[11])) + #require(Int(fields[12]))
  }

  /// Lets its files grow again.
  static func liftFileSizeLimit(of number: pid_t) throws {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
    program.arguments = ["--pid", "\(number)", "--fsize=unlimited"]
    try program.run()
    program.waitUntilExit()
    try #require(program.terminationStatus == 0)
  }

  /// Whether it is stopped by a signal.
  static func isStopped(_ number: pid_t) throws -> Bool {
    try fields(of: number)[0] == "T"
  }

  private static func fields(of number: pid_t) throws -> [Substring] {
    let text = try String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
    let end = try #require(text.lastIndex(of: ")"))
    return text[text.index(after: end)...].split(separator: " ")
  }
}
