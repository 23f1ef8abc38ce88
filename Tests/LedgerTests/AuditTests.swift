import Payments
import Testing

@testable import Ledger

@Suite struct AuditTests {
  let scratch = Scratch()

  /// Books with lines of every kind: twelve, of which every third has particulars.
  private func books(lines: Int = 12) throws(LedgerError) -> Ledger {
    var ledger = try Ledger(path: scratch("ledger.db"))
    for number in 1...lines {
      try ledger.commit { books throws(LedgerError) in
        guard number % 3 == 0 else {
          return try books.record("noted", detail: "line \(number)", at: at(Int64(number)))
        }
        let operation = charge("op_\(number)", reference: "INV-\(number)")
        _ = try books.write(
          Transition(
            before: nil, after: operation, reason: "requested",
            particulars: "{\"reference\":\"INV-\(number)\"}"), at: at(Int64(number)))
      }
    }
    return ledger
  }

  /// What a stranger with the file and without its triggers can do.
  private func tamper(_ statements: String...) throws {
    let stranger = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
    let triggers = try stranger.run("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for trigger in triggers {
      if case .text(let name) = trigger[0] { try stranger.run("DROP TRIGGER \(name)") }
    }
    try stranger.run("PRAGMA foreign_keys = OFF")
    for statement in statements { try stranger.run(statement) }
  }

  private func audit(against anchor: Anchor? = nil) throws -> Audit {
    var ledger = try Ledger(path: scratch("ledger.db"))
    return try ledger.read { books throws(LedgerError) in try books.audit(against: anchor) }
  }

  @Test func aHistoryAsItWasWrittenIsSound() throws {
    var ledger = try books()
    let anchor = try ledger.read { books throws(LedgerError) in try books.anchor() }
    #expect(anchor?.sequence == 12)
    #expect(
      try audit(against: anchor) == Audit(sound: 12, uncovered: 0, head: anchor, flaw: nil))
    try ledger.commit { books throws(LedgerError) in
      try books.record("noted", detail: "13", at: at(13))
      try books.record("noted", detail: "14", at: at(14))
    }
    let later = try audit(against: anchor)
    #expect(later.sound == 14)
    #expect(later.flaw == nil)
    #expect(later.head?.sequence == 14)
  }

  @Test func booksWithoutALineHaveNoHeadAndNoFlaw() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(try ledger.read { books throws(LedgerError) in try books.anchor() } == nil)
    #expect(try audit() == Audit(sound: 0, uncovered: 0, head: nil, flaw: nil))
  }

  @Test(arguments: [
    "UPDATE history SET reason = 'Noted' WHERE seq = 5",
    "UPDATE history SET detail = 'line 6' WHERE seq = 5",
    "UPDATE history SET at = at + 1 WHERE seq = 5",
    "UPDATE history SET operation = 'op_3' WHERE seq = 5",
    "UPDATE history SET version = 1 WHERE seq = 5",
    "UPDATE history SET from_state = 'captured' WHERE seq = 5",
    "UPDATE history SET to_state = 'captured' WHERE seq = 5",
    "UPDATE history SET detail = CAST(x'ff' AS TEXT) WHERE seq = 5",
    "UPDATE history SET commitment = zeroblob(32) WHERE seq = 5",
    "UPDATE history SET link = zeroblob(32) WHERE seq = 5",
    "UPDATE history SET link = NULL WHERE seq = 5",
  ])
  func aFlippedLineIsNamed(_ statement: String) throws {
    _ = try books()
    try tamper(statement)
    let found = try audit()
    #expect(found.flaw == Flaw(sequence: 5, kind: .flipped))
    #expect(found.sound == 4)
    #expect(found.head == nil)
  }

  @Test func everyByteOfALineCounts() throws {
    _ = try books()
    let reader = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
    let row = try reader.run(
      "SELECT operation, to_state, reason, hex(commitment) FROM history WHERE seq = 6")[0]
    for (column, value) in zip(["operation", "to_state", "reason"], row) {
      guard case .text(let text) = value else { continue }
      for index in 0..<text.utf8.count {
        var bytes = Array(text.utf8)
        bytes[index] ^= 1
        try tamper(
          "UPDATE history SET \(column) = CAST(x'\(hexadecimal(bytes))' AS TEXT) WHERE seq = 6")
        #expect(try audit().flaw == Flaw(sequence: 6, kind: .flipped), "\(column) \(index)")
        try tamper("UPDATE history SET \(column) = '\(text)' WHERE seq = 6")
      }
    }
    #expect(try audit().flaw == nil)
  }

  @Test(arguments: [
    "UPDATE particulars SET text = replace(text, 'INV', 'INW') WHERE seq = 6",
    "UPDATE particulars SET salt = zeroblob(32) WHERE seq = 6",
    "DELETE FROM particulars WHERE seq = 6",
  ])
  func flippedParticularsAreNamed(_ statement: String) throws {
    _ = try books()
    try tamper(statement)
    #expect(try audit().flaw == Flaw(sequence: 6, kind: .particulars))
  }

  @Test func inventedParticularsAreNamed() throws {
    _ = try books()
    try tamper("INSERT INTO particulars VALUES (4, zeroblob(32), '{}')")
    #expect(try audit().flaw == Flaw(sequence: 4, kind: .particulars))
  }

  @Test func aDroppedLineIsNamedAlsoWhenTheRestIsNumberedAnew() throws {
    _ = try books()
    try tamper("DELETE FROM history WHERE seq IN (7, 8)")
    #expect(try audit().flaw == Flaw(sequence: 7, kind: .dropped))
    try tamper(
      "UPDATE history SET seq = -seq WHERE seq > 8",
      "UPDATE history SET seq = -seq - 2 WHERE seq < 0")
    #expect(try audit().flaw == Flaw(sequence: 7, kind: .dropped))
  }

  @Test(arguments: [(1, 2), (4, 5), (3, 12), (6, 9)])
  func aSwapIsNamedWithBothLines(_ one: Int64, _ other: Int64) throws {
    _ = try books()
    try tamper(
      "UPDATE history SET seq = -1 WHERE seq = \(one)",
      "UPDATE history SET seq = \(one) WHERE seq = \(other)",
      "UPDATE history SET seq = \(other) WHERE seq = -1")
    #expect(try audit().flaw == Flaw(sequence: one, kind: .swapped(with: other)))
  }

  @Test func aSwapIsNamedThatLeftTheLinksInTheirPlaces() throws {
    _ = try books()
    try tamper(
      """
      UPDATE history SET detail = iif(seq = 4, 'line 8', 'line 4'), at = iif(seq = 4, 8, 4)
      WHERE seq IN (4, 8)
      """)
    #expect(try audit().flaw == Flaw(sequence: 4, kind: .swapped(with: 8)))
  }

  @Test func aTruncatedHistoryIsNamed() throws {
    var ledger = try books()
    let anchor = try ledger.read { books throws(LedgerError) in try books.anchor() }
    try tamper("DELETE FROM history WHERE seq > 10", "DELETE FROM particulars WHERE seq > 10")
    #expect(try audit().flaw == Flaw(sequence: 11, kind: .truncated))
    // Who also sets back where the chain ends is found by what was kept elsewhere.
    try tamper(
      "UPDATE chain SET seq = 10, link = (SELECT link FROM history WHERE seq = 10)",
      "UPDATE sqlite_sequence SET seq = 10 WHERE name = 'history'")
    #expect(try audit().flaw == nil)
    #expect(try audit(against: anchor).flaw == Flaw(sequence: 11, kind: .truncated))
  }

  @Test func aHistoryWithoutItsEndIsNamed() throws {
    _ = try books()
    try tamper("DELETE FROM chain")
    #expect(try audit().flaw == Flaw(sequence: 1, kind: .truncated))
  }

  @Test func aLineFromOutsideIsNamed() throws {
    _ = try books()
    try tamper("INSERT INTO history (at, reason, detail) VALUES (13, 'noted', 'line 13')")
    #expect(try audit().flaw == Flaw(sequence: 13, kind: .added))
  }

  @Test func aHistoryWrittenAnewIsFoundByWhatWasKept() throws {
    var first = try books()
    let anchor = try #require(try first.read { books throws(LedgerError) in try books.anchor() })
    let other = Anchor(sequence: 12, hash: String(repeating: "0", count: 64))
    #expect(try audit(against: other).flaw == Flaw(sequence: 12, kind: .rewritten))
    #expect(try audit(against: Anchor(text: anchor.text)).flaw == nil)
    let later = Anchor(sequence: 13, hash: anchor.hash)
    #expect(try audit(against: later).flaw == Flaw(sequence: 13, kind: .truncated))
  }

  @Test func linesFromBeforeTheChainAreCountedAndNotJudged() throws {
    do {
      let old = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
      let before = Schema.migrations.prefix { $0.name != "chain" }
      try Schema.migrate(old, Array(before))
      for number in 1...5 {
        try old.run(
          "INSERT INTO history (at, reason, detail) VALUES (\(number), 'noted', 'old')")
      }
    }
    #expect(try audit() == Audit(sound: 0, uncovered: 5, head: nil, flaw: nil))
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.commit { books throws(LedgerError) in
      try books.record("noted", detail: "new", at: at(6))
    }
    let found = try audit()
    #expect(found.sound == 1)
    #expect(found.uncovered == 5)
    #expect(found.head?.sequence == 6)
    #expect(found.flaw == nil)
    try tamper("UPDATE chain SET uncovered = 6")
    #expect(try audit().flaw != nil)
  }

  @Test func aProgramFromBeforeTheChainWritesNoLineBesideIt() throws {
    _ = try books()
    let old = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
    #expect(throws: LedgerError.damaged("SQLite 1811: history is chained")) {
      try old.run("INSERT INTO history (at, reason, detail) VALUES (13, 'noted', 'line 13')")
    }
  }

  @Test(arguments: [
    "UPDATE particulars SET text = '{}'", "DELETE FROM particulars",
    "INSERT OR REPLACE INTO particulars VALUES (3, zeroblob(32), '{}')",
  ])
  func particularsOnceWrittenStay(_ statement: String) throws {
    _ = try books()
    let stranger = try Connection(path: scratch("ledger.db"), vfs: nil, busyTimeout: .zero)
    #expect(throws: LedgerError.damaged("SQLite 1811: particulars are append-only")) {
      try stranger.run(statement)
    }
    #expect(try audit().flaw == nil)
  }

  @Test func whatIsUndoneLeavesNoTraceInTheChain() throws {
    var ledger = try books(lines: 2)
    #expect(throws: LedgerError.conflict("on purpose")) {
      try ledger.commit { books throws(LedgerError) in
        try books.record("noted", detail: "never", at: at(3))
        throw .conflict("on purpose")
      }
    }
    try ledger.commit { books throws(LedgerError) in
      try books.record("noted", detail: "line 3", at: at(3))
    }
    let found = try audit()
    #expect(found.sound == 3)
    #expect(found.flaw == nil)
  }

  @Test func twoConnectionsWriteOneChain() throws {
    var first = try books(lines: 1)
    var second = try Ledger(path: scratch("ledger.db"))
    for number in 2...9 {
      let write = { (books: inout Books) throws(LedgerError) in
        try books.record("noted", detail: "line \(number)", at: at(Int64(number)))
      }
      if number % 2 == 0 { try second.commit(write) } else { try first.commit(write) }
    }
    #expect(try audit().sound == 9)
  }

  @Test func saltsAreNeverTheSameAndNotFoundAgain() {
    var chain = Chain(after: 0, ledger: [1], ratchet: [2])
    let salts = (0..<100).map { _ in chain.salt() }
    #expect(Set(salts).count == 100)
    var again = Chain(after: 0, ledger: [1], ratchet: chain.ratchet)
    #expect(!salts.contains(again.salt()))
  }

  @Test func anAnchorIsReadAsItIsWritten() {
    let hash = String(repeating: "0af9", count: 16)
    #expect(Anchor(text: "17:\(hash)")?.text == "17:\(hash)")
    for text in [
      "", "17", "17:", ":\(hash)", "0:\(hash)", "-1:\(hash)", "17:\(hash)0", "17:\(hash):",
      "x:\(hash)", "17:" + String(repeating: "0AF9", count: 16),
    ] {
      #expect(Anchor(text: text) == nil, "\(text)")
    }
  }
}
