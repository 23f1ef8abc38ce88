import Payments
import Testing

@testable import Ledger

@Suite struct SchemaTests {
  let scratch = Scratch()

  private func connection() throws(LedgerError) -> Connection {
    try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
  }

  @Test func theSchemaOfNewBooksIsTheOneWrittenDown() throws {
    let ledger = try Ledger(path: scratch("ledger.db"))
    let rows = try ledger.books.connection.run(
      """
      SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'
      ORDER BY type, name
      """)
    let lines = rows.map { row in row.map(text).joined(separator: " ") }
    #expect(lines == SchemaTests.objects)
    let columns = try SchemaTests.tables.map { table throws(LedgerError) in
      let rows = try ledger.books.connection.run("PRAGMA table_xinfo(\(table))")
      return "\(table): "
        + rows.map { "\(text($0[1])) \(text($0[2]))\(text($0[3]) == "1" ? "!" : "")" }
        .joined(separator: ", ")
    }
    #expect(columns == SchemaTests.columns)
    let strict = try ledger.books.connection.run(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict ORDER BY name")
    #expect(strict.map { text($0[0]) } == ["sqlite_schema", "sqlite_sequence"])
  }

  @Test func aMigrationOnceReleasedIsNeverEdited() {
    // Books of all ages are made by running these texts: a change to them is a new migration.
    let digests = Schema.migrations.map { migration in
      let text = migration.statements.joined(separator: ";\n")
      return "\(migration.name) \(hexadecimal(sha256(Array(text.utf8))).prefix(16))"
    }
    #expect(
      digests == [
        "books a1e8764b5a3c0152", "likeness c0d97383edf49a03", "freezes 09315d380e5dc6ce",
        "chain 7a0925d6da72136a",
        "statement 6a97d8a5163c3ce8", "traces cbed95380e79e2f3", "tallies cb953d8ad3939266",
        "sinks c73d19b9c822caa5", "approvals 1502b86ae58fab25",
      ])
  }

  @Test func migrationsRunInOrderEachOnceWithItsMark() throws {
    let connection = try connection()
    let first = Migration(name: "one", statements: ["CREATE TABLE one (a)"])
    let second = Migration(name: "two", statements: ["ALTER TABLE one ADD COLUMN b"])
    try Schema.migrate(connection, [first])
    try Schema.migrate(connection, [first, second])
    try Schema.migrate(connection, [first, second])
    let marks = try connection.run("SELECT name, applied FROM migrations ORDER BY applied")
    #expect(marks == [[.text("one"), .integer(Int64(1))], [.text("two"), .integer(Int64(2))]])
    #expect(try connection.run("SELECT count(b) FROM one") == [[.integer(Int64(0))]])
  }

  @Test func aMigrationThatFailsLeavesNothingOfItself() throws {
    let connection = try connection()
    let first = Migration(name: "one", statements: ["CREATE TABLE one (a)"])
    let broken = Migration(
      name: "two", statements: ["CREATE TABLE two (a)", "CREATE TABLE two (a)"])
    #expect(throws: LedgerError.self) { try Schema.migrate(connection, [first, broken]) }
    #expect(try connection.run("SELECT name FROM migrations") == [[.text("one")]])
    let tables = try connection.run("SELECT name FROM sqlite_master WHERE name = 'two'")
    #expect(tables.isEmpty)
    #expect(!connection.isInTransaction)
  }

  @Test func booksOfANewerVersionAreRefusedAndLeftAsTheyAre() throws {
    do {
      let ledger = try Ledger(path: scratch("ledger.db"))
      try ledger.books.connection.run("INSERT INTO migrations VALUES ('tomorrow', 1000)")
    }
    let newer = LedgerError.damaged("The ledger was written by a newer version of this program.")
    #expect(throws: newer) { _ = try Ledger(path: scratch("ledger.db")) }
    #expect(throws: newer) { _ = try Ledger(path: scratch("ledger.db")) }
  }

  @Test func aDatabaseOfAnotherProgramIsRefusedAndLeftAsItIs() throws {
    do {
      let foreign = try connection()
      try foreign.run("CREATE TABLE contacts (name)")
    }
    let refusal = LedgerError.damaged(
      "The file is a database of another program, not a ledger.")
    #expect(throws: refusal) { _ = try Ledger(path: scratch("ledger.db")) }
    let foreign = try connection()
    #expect(try foreign.run("PRAGMA journal_mode") == [[.text("delete")]])
    try foreign.run("DROP TABLE contacts")
    try foreign.run("PRAGMA application_id = 7")
    #expect(throws: refusal) { _ = try Ledger(path: scratch("ledger.db")) }
  }

  @Test func everySettingTook() throws {
    let ledger = try Ledger(path: scratch("ledger.db"), busyTimeout: .milliseconds(1234))
    let expected: [(String, Value)] = [
      ("journal_mode", .text("wal")), ("synchronous", .integer(Int64(2))),
      ("foreign_keys", .integer(Int64(1))), ("busy_timeout", .integer(Int64(1234))),
      ("trusted_schema", .integer(Int64(0))), ("cell_size_check", .integer(Int64(1))),
      ("wal_autocheckpoint", .integer(Int64(1000))),
      ("application_id", .integer(Schema.applicationID)),
    ]
    for (setting, value) in expected {
      #expect(try ledger.books.connection.run("PRAGMA \(setting)") == [[value]], "\(setting)")
    }
  }

  @Test func noStatementReadsATableFromEndToEnd() throws {
    let ledger = try Ledger(path: scratch("ledger.db"))
    let connection = ledger.books.connection
    try fill(connection, with: 100_000)
    var plans: [String] = []
    for query in Query.allCases {
      let sql = query.rawValue
      guard sql.hasPrefix("SELECT") || sql.hasPrefix("UPDATE") else { continue }
      let steps = try connection.run(
        "EXPLAIN QUERY PLAN \(sql)", Array(repeating: .null, count: parameters(sql)))
      plans.append("\(query): " + steps.map { text($0[3]) }.joined(separator: "; "))
    }
    #expect(plans == SchemaTests.plans)
  }

  /// Many operations at once, in all states of doing.
  private func fill(_ connection: Connection, with count: Int) throws(LedgerError) {
    try connection.run(
      """
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT \(count))
      INSERT INTO operations SELECT
        'op_' || n, 'charge', 'acme', 'INV-' || n, n,
        'cus_1', n, 'USD', NULL, NULL, iif(n % 10 = 0, 'op_1', NULL), NULL, NULL,
        'run-' || (n % 100), iif(n % 3 = 0, 'task', NULL), NULL, NULL,
        'captured', NULL, 0, 0, iif(n % 1000 = 0, 'retrieve', NULL), n,
        NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, n, '00ff', NULL, 1, 'inv ' || n, NULL
      FROM numbers
      """)
    #expect(
      try connection.run("SELECT count(*) FROM operations") == [[.integer(Int64(count))]])
    try connection.run("ANALYZE")
  }

  /// How many arguments a statement takes.
  private func parameters(_ sql: String) -> Int {
    let parts = sql.split(separator: "?", omittingEmptySubsequences: false).dropFirst()
    let numbers = parts.compactMap { $0.first?.wholeNumberValue }
    return numbers.max() ?? parts.count
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let integer): String(integer)
    case .text(let text): text
    case .blob(let bytes): hexadecimal(bytes)
    }
  }
}
