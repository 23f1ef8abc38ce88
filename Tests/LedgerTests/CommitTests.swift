import Payments
import Testing

@testable import Ledger

@Suite struct CommitTests {
  let scratch = Scratch()

  @Test func aBodyThatThrowsLeavesNothing() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(throws: LedgerError.conflict("on purpose")) {
      try ledger.commit { books throws(LedgerError) in
        _ = try books.write(
          Transition(before: nil, after: charge(), reason: "granted"), at: at(1))
        try books.begin(attempt(1))
        try books.finish(1, of: OperationID("op_1"), at: at(2), outcome: "captured", status: 200)
        try books.count(.calls(run: "run-1", in: "acme"), calls: 1, at: at(2))
        try books.note(run: "run-1", namespace: "acme", at: at(2), stop: true)
        try books.record("policy_changed", detail: "", at: at(2))
        try books.mark(at(2), at: at(2))
        _ = try books.own(at: at(2))
        throw .conflict("on purpose")
      }
    }
    #expect(try ledger.contents() == Ledger.emptyContents)
    try ledger.add(charge())
    #expect(try ledger.operation("op_1") != nil)
  }

  @Test func aCommitThatFailsLeavesNothingAndTheLedgerUsable() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(throws: LedgerError.damaged("SQLite 787: FOREIGN KEY constraint failed")) {
      try ledger.commit { books throws(LedgerError) in
        // Lets the violation pass until the COMMIT itself.
        try books.connection.run("PRAGMA defer_foreign_keys = ON")
        try books.begin(attempt(1))
      }
    }
    #expect(try ledger.contents() == Ledger.emptyContents)
    try ledger.add(charge())
    #expect(try ledger.operation("op_1") != nil)
  }

  @Test func aFullDiskIsToldAndLeavesTheLedgerUsable() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    // SQLite takes the smallest limit that holds what is there already.
    try ledger.books.connection.run("PRAGMA max_page_count = 1")
    #expect(throws: LedgerError.full("SQLite 13: database or disk is full")) {
      try ledger.add(charge { $0.checkpoint = String(repeating: "x", count: 16_384) })
    }
    try ledger.books.connection.run("PRAGMA max_page_count = 100000")
    #expect(try ledger.contents() == Ledger.emptyContents)
    try ledger.add(charge())
    #expect(try ledger.operation("op_1") != nil)
  }

  @Test func anotherWriterIsToldThatTheBooksAreBusy() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second = try Ledger(path: scratch("ledger.db"), busyTimeout: .milliseconds(1))
    try first.commit { books throws(LedgerError) in
      try books.mark(at(1), at: at(1))
      #expect(throws: LedgerError.busy) { try second.add(charge()) }
      // Reading is not writing: it sees the books as they were.
      let latest = try second.read { books throws(LedgerError) in try books.latest() }
      #expect(latest == nil)
    }
    try second.add(charge())
    #expect(try first.operation("op_1") != nil)
  }

  @Test func nobodyWritesBetweenWhatIsReadAndWhatIsDecided() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second = try Ledger(path: scratch("ledger.db"), busyTimeout: .milliseconds(1))
    try first.commit { books throws(LedgerError) in
      #expect(try books.operation(OperationID("op_1")) == nil)
      #expect(throws: LedgerError.busy) { try second.add(charge()) }
      _ = try books.write(
        Transition(before: nil, after: charge(), reason: "granted"), at: at(1))
    }
    #expect(throws: LedgerError.conflict("The operation is in the books already.")) {
      try second.add(charge())
    }
  }

  @Test func whatOneReadTheOtherMayHaveChanged() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second = try Ledger(path: scratch("ledger.db"))
    let read = try first.add(charge())
    try second.change(read) { $0.state = .captured }
    #expect(throws: LedgerError.conflict("The operation has changed since it was read.")) {
      try first.change(read) { $0.state = .failed }
    }
  }

  @Test func onlyTheChangesOfOthersAreNews() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second = try Ledger(path: scratch("ledger.db"))
    #expect(try !first.changedByOthers())
    try first.add(charge())
    #expect(try !first.changedByOthers())
    #expect(try second.changedByOthers())
    #expect(try !second.changedByOthers())
    try second.add(charge("op_2"))
    #expect(try first.changedByOthers())
    #expect(try !first.changedByOthers())
  }

  @Test func whatWasCommittedIsThereAfterwards() throws {
    do {
      var ledger = try Ledger(path: scratch("ledger.db"))
      try ledger.add(charge())
    }
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(try ledger.operation("op_1") != nil)
  }

  @Test func readingSeesOneMoment() throws {
    var reader = try Ledger(path: scratch("ledger.db"))
    var writer = try Ledger(path: scratch("ledger.db"))
    try writer.add(charge())
    try reader.read { books throws(LedgerError) in
      #expect(try books.operations(newest: 10).count == 1)
      try writer.add(charge("op_2"))
      #expect(try books.operations(newest: 10).count == 1)
    }
    try reader.read { books throws(LedgerError) in
      #expect(try books.operations(newest: 10).count == 2)
    }
  }
}
