import Payments
import Testing

@testable import Ledger

@Suite struct TallyTests {
  let scratch = Scratch()

  private func tallies(_ ledger: inout Ledger) throws(LedgerError) -> [String: Int64] {
    let all = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.tallies()
    }
    return Dictionary(
      uniqueKeysWithValues: all.filter { $0.count != 0 }.map {
        ($0.words.joined(separator: " "), $0.count)
      })
  }

  @Test func everyChangeIsCountedOnceWhereItHappens() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    #expect(
      try tallies(&ledger) == ["operations charge validated": 1, "calls charge miss": 1])
    try ledger.commit { books throws(LedgerError) in
      guard let before = try books.operation(OperationID("op_1")) else { return }
      try books.begin(attempt(1))
      try books.finish(1, of: before.id, at: at(1100), outcome: "unknown:timeout", status: nil)
      try books.begin(attempt(2))
      try books.finish(2, of: before.id, at: at(1400), outcome: "captured", status: 200)
      var unknown = before
      unknown.unknownSince = at(1100)
      let doubtful = try books.write(
        Transition(before: before, after: unknown, reason: "looking_up"), at: at(1100))
      var after = doubtful
      after.state = .captured
      after.unknownSince = nil
      after.next = nil
      after.due = nil
      _ = try books.write(
        Transition(before: doubtful, after: after, reason: "processor_captured"), at: at(1400))
    }
    #expect(
      try tallies(&ledger) == [
        "operations charge captured": 1, "calls charge miss": 1,
        "attempts create unknown": 1, "attempts create captured": 1, "retries create": 1,
        "latency charge 500": 1, "latency charge sum": 400,
        "resolution charge 500": 1, "resolution charge sum": 300,
      ])
  }

  @Test func whatIsUndoneWasNeverCounted() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(throws: LedgerError.conflict("on purpose")) {
      try ledger.commit { books throws(LedgerError) in
        _ = try books.write(
          Transition(before: nil, after: charge(), reason: "granted"), at: at(1))
        throw .conflict("on purpose")
      }
    }
    #expect(try tallies(&ledger) == [:])
    try ledger.commit { books throws(LedgerError) in books.tally("calls", "charge", "hit", by: 2) }
    #expect(try tallies(&ledger) == ["calls charge hit": 2])
  }

  @Test func booksFromBeforeBeginWithWhatTheirRowsTell() throws {
    let place = try #require(Schema.migrations.firstIndex { $0.name == "tallies" })
    do {
      let connection = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
      try Schema.migrate(connection, Array(Schema.migrations[..<place]))
      for (number, state) in ["captured", "captured", "declined"].enumerated() {
        try connection.run(
          """
          INSERT INTO operations SELECT 'op_\(number)', 'charge', 'acme', 'INV', 1, 'cus_1', 1,
          'USD', NULL, NULL, NULL, NULL, NULL, 'run', NULL, NULL, NULL, '\(state)', NULL, 0, 0,
          NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, \(number == 2 ? "'why'" : "NULL"), NULL,
          0, 1, '00ff', NULL, 1, 'inv', NULL
          """)
        try connection.run(
          """
          INSERT INTO attempts VALUES ('op_\(number)', 1, 'confirm', NULL, 'POST', '/', '', x'',
          1, 2, 'rejected:\(number)', 400, 1)
          """)
      }
    }
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(
      try tallies(&ledger) == [
        "operations charge captured": 2, "operations charge declined": 1, "calls charge miss": 3,
        "held charge": 1, "attempts confirm rejected": 3,
      ])
  }
}
