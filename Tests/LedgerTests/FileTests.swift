import Payments
import Testing

@testable import Ledger

@Suite struct FileTests {
  let scratch = Scratch()

  private let moved = LedgerError.damaged("The ledger was moved or deleted while in use.")

  private func isDamaged(_ error: LedgerError?) -> Bool {
    if case .damaged = error { true } else { false }
  }

  private func isUnusable(_ error: LedgerError?) -> Bool {
    if case .unusable = error { true } else { false }
  }

  @Test func theBooksAreTheirOwnersOnly() throws {
    let path = scratch("a/b/ledger.db")
    scratch.makeDirectory(scratch("a"))
    var ledger = try Ledger(path: path)
    try ledger.add(charge())
    #expect(scratch.mode(scratch("a")) == 0o755)
    #expect(scratch.mode(scratch("a/b")) == 0o700)
    for file in [path, "\(path)-wal", "\(path)-shm"] { #expect(scratch.mode(file) == 0o600) }
  }

  @Test func booksThatWereOpenToOthersAreClosedToThem() throws {
    let path = scratch("ledger.db")
    do { _ = try Ledger(path: path) }
    scratch.setMode(path, 0o666)
    let ledger = try Ledger(path: path)
    #expect(scratch.mode(path) == 0o600)
    #expect(scratch.mode("\(path)-wal") == 0o600)
    #expect(ledger.path == path)
  }

  @Test func garbageIsRefusedAndLeftAsItIs() throws {
    scratch.write(Array(repeating: 0x5a, count: 10_000), to: scratch("ledger.db"))
    #expect(throws: LedgerError.damaged("SQLite 26: file is not a database")) {
      _ = try Ledger(path: scratch("ledger.db"))
    }
  }

  @Test(arguments: [2, 100, 4095, 4096, 8192, 20_000])
  func booksThatWereCutAreRefused(length: Int) throws {
    do {
      var ledger = try Ledger(path: scratch("ledger.db"))
      try ledger.add(charge())
    }
    scratch.truncate(scratch("ledger.db"), to: length)
    let error = #expect(throws: LedgerError.self) {
      var ledger = try Ledger(path: scratch("ledger.db"))
      _ = try ledger.operation("op_1")
    }
    #expect(isDamaged(error))
  }

  @Test func aPathThatCannotHoldBooksIsUnusable() throws {
    scratch.write([], to: scratch("file"))
    for path in ["", "a\u{0}b", scratch.directory, scratch("file/ledger.db"), "/dev/null"] {
      let error = #expect(throws: LedgerError.self) { _ = try Ledger(path: path) }
      #expect(isUnusable(error), "\(path)")
    }
  }

  @Test func aDiskNobodyKnowsIsUnusable() {
    let error = #expect(throws: LedgerError.self) {
      _ = try Ledger(path: scratch("ledger.db"), vfs: "no such disk")
    }
    #expect(isUnusable(error))
  }

  @Test func aDiskThatCannotKeepALogIsUnusable() {
    let error = #expect(throws: LedgerError.self) {
      _ = try Ledger(path: "/ledger.db", vfs: "memdb")
    }
    #expect(isUnusable(error))
  }

  @Test func onADiskChosenByNameNothingButSQLiteTouchesFiles() throws {
    let error = #expect(throws: LedgerError.self) {
      _ = try Ledger(path: scratch("missing/ledger.db"), vfs: "unix")
    }
    #expect(isUnusable(error))
    #expect(scratch.mode(scratch("missing")) == nil)
    var ledger = try Ledger(path: scratch("ledger.db"), vfs: "unix")
    try ledger.add(charge())
    #expect(try ledger.operation("op_1") != nil)
  }

  @Test(arguments: ["", "-wal", "-shm"])
  func booksDeletedWhileInUseAreRefused(suffix: String) throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    scratch.remove(scratch("ledger.db\(suffix)"))
    #expect(throws: moved) { try ledger.add(charge("op_2")) }
    #expect(throws: moved) { try ledger.add(charge("op_2")) }
  }

  @Test func booksReplacedWhileInUseAreRefused() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    do { _ = try Ledger(path: scratch("other.db")) }
    scratch.rename(scratch("other.db"), to: scratch("ledger.db"))
    #expect(throws: moved) { try ledger.add(charge()) }
    #expect(try ledger.contents() == Ledger.emptyContents)
  }

  @Test func booksDeletedDuringACommitAreNotTakenForDurable() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(throws: moved) {
      try ledger.commit { books throws(LedgerError) in
        scratch.remove(scratch("ledger.db"))
        try books.mark(at(1), at: at(1))
      }
    }
  }

  @Test func aTextThatIsNotUTF8IsDamage() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    try ledger.books.connection.run("UPDATE operations SET run = CAST(x'ff' AS TEXT)")
    let error = #expect(throws: LedgerError.self) { _ = try ledger.operation("op_1") }
    #expect(isDamaged(error))
  }

  @Test func aWordFromTheFutureIsDamage() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    try ledger.books.connection.run("UPDATE operations SET state = 'pondered'")
    let error = #expect(throws: LedgerError.self) { _ = try ledger.operation("op_1") }
    #expect(isDamaged(error))
  }

  @Test(arguments: [
    (5, "busy"), (6, "busy"), (261, "busy"), (15, "busy"),
    (13, "full"), (10, "full"), (1034, "full"), (8, "full"), (7, "full"),
    (11, "damaged"), (26, "damaged"), (267, "damaged"), (1032, "damaged"), (8458, "damaged"),
    (1, "damaged"), (19, "damaged"), (14, "unusable"), (3, "unusable"), (526, "unusable"),
  ])
  func everyResultCodeSaysWhatToDo(code: Int32, advice: String) {
    let name =
      switch Connection.error(code, "") {
      case .busy: "busy"
      case .full: "full"
      case .damaged: "damaged"
      case .unusable: "unusable"
      case .conflict: "conflict"
      }
    #expect(name == advice)
  }
}
