import Payments

/// How SQLite is set: each setting is read back, because a `PRAGMA` fails silently.
enum Settings {
  /// Makes the connection durable and distrustful. Refuses a foreign file before anything is
  /// changed.
  static func apply(to connection: Connection) throws(LedgerError) {
    try set("foreign_keys", to: "ON", giving: .integer(1), connection)
    try set("trusted_schema", to: "OFF", giving: .integer(0), connection)
    try set("cell_size_check", to: "ON", giving: .integer(1), connection)
    _ = try Schema.isEmpty(connection)
    try set("journal_mode", to: "WAL", giving: .text("wal"), connection)
    // FULL: a commit is on the disk when it returns. NORMAL loses acknowledged commits (style.md
    // §6).
    try set("synchronous", to: "FULL", giving: .integer(2), connection)
  }

  /// How long a transaction waits for another process that is writing.
  static func wait(_ patience: Duration, _ connection: Connection) throws(LedgerError) {
    let patience = Int64(Int32(clamping: patience.milliseconds))
    try set("busy_timeout", to: String(patience), giving: .integer(patience), connection)
  }

  private static func set(
    _ name: String, to value: String, giving expected: Value, _ connection: Connection
  ) throws(LedgerError) {
    // Read first: setting the journal mode asks for the whole file, even when it is set already.
    if try connection.run("PRAGMA \(name)") == [[expected]] { return }
    try connection.run("PRAGMA \(name) = \(value)")
    guard try connection.run("PRAGMA \(name)") == [[expected]] else {
      throw .unusable("SQLite does not accept \(name) = \(value) for this file.")
    }
  }
}
