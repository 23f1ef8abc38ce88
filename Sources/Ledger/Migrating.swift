extension Schema {
  /// Brings the books up to the newest layout, or refuses what is not ours.
  static func migrate(
    _ connection: Connection, _ migrations: [Migration] = migrations
  ) throws(LedgerError) {
    while let next = try outstanding(connection, migrations) {
      try transaction(connection) { () throws(LedgerError) in
        // Somebody else may have done it while this program waited for the books.
        guard try outstanding(connection, migrations) == next else { return }
        if next == 0 {
          try connection.run("PRAGMA application_id = \(applicationID)")
          try connection.run(marks)
        }
        for statement in migrations[next].statements { try connection.run(statement) }
        try connection.run(
          "INSERT INTO migrations VALUES (?1, ?2)",
          [.text(migrations[next].name), .integer(Int64(next + 1))])
      }
    }
  }

  /// Which migration is to be done next; nil when all are.
  private static func outstanding(
    _ connection: Connection, _ migrations: [Migration]
  ) throws(LedgerError) -> Int? {
    let isEmpty = try isEmpty(connection)
    let done = isEmpty ? [] : try connection.run("SELECT name FROM migrations ORDER BY applied")
    for (place, row) in done.enumerated() {
      guard place < migrations.count, row == [.text(migrations[place].name)] else {
        throw .damaged("The ledger was written by a newer version of this program.")
      }
    }
    return done.count < migrations.count ? done.count : nil
  }

  /// Whether nobody has written here yet; throws when somebody else has.
  static func isEmpty(_ connection: Connection) throws(LedgerError) -> Bool {
    // The tables are counted first: the number is written with the first of them, so that another
    // process making the books between these two lines is not taken for a stranger.
    let tables = try connection.run("SELECT count(*) FROM sqlite_master")
    let owner = try connection.run("PRAGMA application_id")
    if owner == [[.integer(applicationID)]] { return false }
    guard owner == [[.integer(0)]], tables == [[.integer(0)]] else {
      throw .damaged("The file is a database of another program, not a ledger.")
    }
    return true
  }

  private static func transaction(
    _ connection: Connection, _ body: () throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try connection.begin(.beginWriting)
    do throws(LedgerError) {
      try body()
      try connection.change(.commit, [])
    } catch {
      connection.abandon()
      throw error
    }
  }
}
