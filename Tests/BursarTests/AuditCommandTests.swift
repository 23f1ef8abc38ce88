import Foundation
import Testing

extension WorldTests {
  /// `bursar audit` as the real binary does it.
  struct AuditCommandTests {
    private func run(
      _ estate: Estate, _ arguments: String...
    ) throws -> (lines: [String], code: Int32) {
      let binary = try Binary(
        arguments: ["audit"] + arguments + ["--policy", estate.home.path("policy.jsonc")],
        home: estate.home)
      binary.closeInput()
      return (try binary.readToEnd(), try binary.exitCode())
    }

    private func written() throws -> Estate {
      let estate = try Estate()
      let binary = try estate.open()
      for number in 0..<3 {
        try binary.write(Wire.charge("inv-\(number)"))
        #expect(try Said(try binary.readLine()).verdict == "DONE")
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      return estate
    }

    @Test func whatWasDoneToTheHistoryIsNamed() throws {
      let estate = try written()
      let head = try #require(try run(estate, "head").lines.first)
      let sound = try run(estate, "verify", "--head", head)
      #expect(sound.code == 0)
      #expect(sound.lines[0].hasSuffix("the head is \(head)."))
      let books = try OpenedLedger(estate.ledger)
      for trigger in try books.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'") {
        try books.rows("DROP TRIGGER \(trigger[0])")
      }
      try books.rows("UPDATE particulars SET text = replace(text, '1000', '9000') WHERE seq = 2")
      #expect(
        try run(estate, "verify").lines == [
          "Entry 2 was flipped: its particulars are not what was written, or gone."
        ])
      try books.rows("PRAGMA foreign_keys = OFF")
      try books.rows("DELETE FROM history WHERE seq = 2")
      let broken = try run(estate, "verify", "--json")
      #expect(broken.code == 1)
      let found = try #require(
        try JSONSerialization.jsonObject(with: Data(broken.lines[0].utf8)) as? [String: Any])
      #expect(found["ok"] as? Bool == false)
      #expect(found["entry"] as? Int == 2)
      #expect(found["how"] as? String == "dropped")
    }

    @Test func whatNamesAPersonIsNotInTheHistoryItself() throws {
      let estate = try written()
      let books = try OpenedLedger(estate.ledger)
      let lines = try books.rows("SELECT reason || detail FROM history").flatMap { $0 }
      #expect(!lines.contains { $0.contains("cus_") || $0.contains("inv-") })
      let texts = try books.rows("SELECT text FROM particulars ORDER BY seq").flatMap { $0 }
      #expect(texts.count == 3)
      #expect(texts.allSatisfy { $0.contains(#""idempotency_key":"b1_"#) })
    }

    @Test func withoutALedgerThereIsNothingToVerify() throws {
      let estate = try Estate()
      #expect(try run(estate, "verify").code == 1)
      #expect(try run(estate, "head").code == 1)
      #expect(try run(estate, "head", "--json").code == 64)
      #expect(try run(estate, "verify", "--head", "nonsense").code == 64)
      #expect(try run(estate, "look").code == 64)
    }
  }
}
