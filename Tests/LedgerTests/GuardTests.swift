import Payments
import Testing

@testable import Ledger

@Suite struct GuardTests {
  let scratch = Scratch()

  @Test func aChangeRaisesTheVersionAndTheTimeAndNothingElse() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge())
    let second = try ledger.change(first, at: at(7000)) { $0.state = .captured }
    var expected = first
    expected.state = .captured
    expected.updated = at(7000)
    expected.version = 2
    #expect(second == expected)
    #expect(try ledger.operation("op_1") == expected)
  }

  @Test func aChangeToAStaleVersionIsAConflictAndLeavesNothing() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge())
    let second = try ledger.change(first) { $0.next = .confirm }
    let before = try ledger.contents()
    #expect(throws: LedgerError.conflict("The operation has changed since it was read.")) {
      try ledger.change(first) { $0.state = .captured }
    }
    #expect(try ledger.contents() == before)
    #expect(try ledger.operation("op_1") == second)
  }

  @Test func aChangeFromAStateItIsNotInIsAConflict() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    var imagined = try ledger.add(charge())
    imagined.state = .authorised
    #expect(throws: LedgerError.conflict("The operation has changed since it was read.")) {
      try ledger.change(imagined) { $0.state = .captured }
    }
  }

  @Test func anOperationIsRecordedOnce() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    let before = try ledger.contents()
    #expect(throws: LedgerError.conflict("The operation is in the books already.")) {
      try ledger.add(charge(amount: 7))
    }
    #expect(try ledger.contents() == before)
  }

  @Test func anAttemptIsRecordedOnceAndFinishedOnce() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    try ledger.commit { books throws(LedgerError) in try books.begin(attempt(1)) }
    #expect(throws: LedgerError.conflict("The attempt is in the books already.")) {
      try ledger.commit { books throws(LedgerError) in try books.begin(attempt(1)) }
    }
    try ledger.finish(1)
    #expect(throws: LedgerError.conflict("The attempt is not under way.")) {
      try ledger.finish(1)
    }
    #expect(throws: LedgerError.conflict("The attempt is not under way.")) {
      try ledger.finish(2)
    }
  }

  @Test func anAttemptAtNothingIsRefused() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(throws: LedgerError.self) {
      try ledger.commit { books throws(LedgerError) in try books.begin(attempt(1)) }
    }
    #expect(try ledger.contents() == Ledger.emptyContents)
  }

  @Test func aFailureThatWasCaughtStillUndoesTheWhole() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge())
    let before = try ledger.contents()
    #expect(throws: LedgerError.conflict("The operation is in the books already.")) {
      try ledger.commit { books throws(LedgerError) in
        try books.mark(at(9), at: at(9))
        do throws(LedgerError) {
          _ = try books.write(
            Transition(before: nil, after: first, reason: "again"), at: at(9))
        } catch {}
      }
    }
    #expect(try ledger.contents() == before)
  }

  @Test func nothingIsReleasedThatWasNotHeld() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge())
    try ledger.books.connection.run("DELETE FROM held")
    let after = try ledger.change(first) { $0.state = .failed }
    // What became of it is recorded, and the namespace is frozen (`ContradictionTests`).
    #expect(try ledger.operation("op_1") == after)
    #expect(
      try ledger.books.connection.run("SELECT extent FROM freezes") == [[.text("namespace|acme")]])
  }
}

extension Ledger {
  /// An empty ledger's contents.
  static var emptyContents: [[[Value]]] { tables.map { _ in [] } }

  private static var tables: [String] {
    [
      "operations", "attempts", "history", "particulars", "chain", "exposure", "held", "runs",
      "owners", "meta",
    ]
  }

  /// Every row of every table.
  func contents() throws(LedgerError) -> [[[Value]]] {
    var contents: [[[Value]]] = []
    for table in Ledger.tables {
      contents.append(try books.connection.run("SELECT * FROM \(table) ORDER BY 1, 2"))
    }
    return contents
  }

  mutating func operation(_ id: String) throws(LedgerError) -> Payments.Operation? {
    try read { books throws(LedgerError) in try books.operation(OperationID(id)) }
  }

  mutating func finish(
    _ number: Int, outcome: String = "captured", status: Int? = 200
  ) throws(LedgerError) {
    try commit { books throws(LedgerError) in
      try books.finish(
        number, of: OperationID("op_1"), at: at(3000), outcome: outcome, status: status)
    }
  }
}
