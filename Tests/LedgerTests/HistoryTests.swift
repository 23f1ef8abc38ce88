import Payments
import Testing

@testable import Ledger

@Suite struct HistoryTests {
  let scratch = Scratch()

  @Test func everyChangeIsOneLineInOrder() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge(), at: at(1))
    try ledger.add(charge("op_2", reference: "INV-2"), at: at(2))
    try ledger.commit { books throws(LedgerError) in
      try books.record("policy_changed", detail: "00ff", at: at(3))
    }
    try ledger.change(first, at: at(4), reason: "processor_declined") {
      $0.state = .declined
      $0.code = "card_declined"
      $0.detail = "insufficient_funds"
    }
    let one = OperationID("op_1")
    let lines = [
      HistoryEntry(
        sequence: 1, at: at(1), operation: one, version: 1, from: nil, to: .validated,
        reason: "granted", detail: ""),
      HistoryEntry(
        sequence: 2, at: at(2), operation: OperationID("op_2"), version: 1, from: nil,
        to: .validated, reason: "granted", detail: ""),
      HistoryEntry(
        sequence: 3, at: at(3), operation: nil, version: nil, from: nil, to: nil,
        reason: "policy_changed", detail: "00ff"),
      HistoryEntry(
        sequence: 4, at: at(4), operation: one, version: 2, from: .validated, to: .declined,
        reason: "processor_declined", detail: "card_declined insufficient_funds"),
    ]
    try ledger.read { books throws(LedgerError) in
      #expect(try books.history(after: 0, limit: 10) == lines)
      #expect(try books.history(after: 1, limit: 2) == [lines[1], lines[2]])
      #expect(try books.history(after: 4, limit: 10) == [])
      #expect(try books.history(of: one) == [lines[0], lines[3]])
    }
  }

  @Test(arguments: [
    "UPDATE history SET reason = 'other' WHERE seq = 1",
    "UPDATE history SET seq = 9 WHERE seq = 1",
    "DELETE FROM history WHERE seq = 1",
    "DELETE FROM history",
    "INSERT OR REPLACE INTO history (seq, at, reason, detail, link) VALUES (1, 0, '', '', x'00')",
    "REPLACE INTO history (seq, at, reason, detail, link) VALUES (1, 0, '', '', x'00')",
  ])
  func aLineOnceWrittenStays(statement: String) throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    let before = try ledger.contents()
    let stranger = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
    #expect(throws: LedgerError.damaged("SQLite 1811: history is append-only")) {
      try stranger.run(statement)
    }
    #expect(try ledger.contents() == before)
  }

  @Test func aPlaceInTheHistoryIsNeverUsedAgain() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    let sequence = try ledger.books.connection.run(
      "SELECT seq FROM sqlite_sequence WHERE name = 'history'")
    #expect(sequence == [[.integer(Int64(1))]])
  }
}
