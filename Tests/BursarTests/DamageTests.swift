import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// Books that were damaged, exchanged or taken away: never a second capture.
  struct DamageTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    /// Books with a few charges, all in one file, and nobody at work.
    private func written() throws -> Estate {
      let estate = try Estate()
      let binary = try estate.open()
      for number in 0..<5 {
        try binary.write(Wire.charge("inv-\(number)"))
        #expect(try Said(try binary.readLine()).verdict == "DONE")
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      try OpenedLedger(estate.ledger).rows("PRAGMA wal_checkpoint(TRUNCATE)")
      return estate
    }

    /// Repeats what was paid. Returns the verdicts.
    private func repeated(_ estate: Estate) throws -> [String] {
      let binary = try estate.open()
      var verdicts: [String] = []
      for number in 0..<5 {
        try binary.write(Wire.charge("inv-\(number)"))
        verdicts.append(try Said(try binary.readLine()).verdict)
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures().values.allSatisfy { $0 == 1 })
      #expect(try estate.captures().count == 5)
      return verdicts
    }

    private func replace(_ estate: Estate, with bytes: [UInt8]) throws {
      for suffix in ["-wal", "-shm"] {
        let path = estate.ledger + suffix
        if FileManager.default.fileExists(atPath: path) {
          try FileManager.default.removeItem(atPath: path)
        }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: estate.ledger))
    }

    @Test func aDamagedPageIsNoticedOrHarmlessAndNeverPaysAgain() throws {
      let estate = try written()
      let sound = Array(try Data(contentsOf: URL(fileURLWithPath: estate.ledger)))
      let pages = sound.count / 4096
      try #require(pages > 10)
      var noticed = 0
      var checks: [Int32: Int] = [:]
      let places = stride(from: 0, to: pages, by: max(1, pages / 12)).map { $0 }
      for page in places {
        var damaged = sound
        for offset in 0..<512 { damaged[page * 4096 + offset] ^= 0xA5 }
        try replace(estate, with: damaged)
        let check = try Binary("check", home: estate.home)
        _ = try check.readToEnd()
        let code = try check.exitCode()
        checks[code, default: 0] += 1
        for command in ["settle", "reconcile"] where code == ExitCode.found.rawValue {
          let binary = try Binary(command, "--policy", estate.policy, home: estate.home)
          #expect(try binary.readToEnd() == [], "\(command) says something of page \(page)")
          #expect(try binary.exitCode() == ExitCode.inputOutput.rawValue)
        }
        let verdicts = try repeated(estate)
        #expect(verdicts.allSatisfy { $0 == "DONE" || $0 == "STOP" }, "\(page): \(verdicts)")
        if verdicts.contains("STOP") {
          noticed += 1
          #expect(code == ExitCode.found.rawValue, "check takes page \(page) for sound")
        }
      }
      print(
        "of \(places.count) damaged pages \(noticed) stopped a payment; check ended with \(checks)")
      #expect(noticed > 0)
      #expect(checks.keys.allSatisfy { $0 == 0 || $0 == 1 })
      try replace(estate, with: sound)
      #expect(try repeated(estate) == Array(repeating: "DONE", count: 5))
    }

    @Test func whatIsNoLedgerStopsAllMoney() throws {
      let estate = try written()
      let sound = Array(try Data(contentsOf: URL(fileURLWithPath: estate.ledger)))
      let garbage = [UInt8](repeating: 0x42, count: 8192)
      let zeroes = [UInt8](repeating: 0, count: 4096)
      let cases: [(String, [UInt8])] = [
        ("garbage", garbage), ("a bad head", Array(garbage[..<100]) + Array(sound[100...])),
        ("half of it", Array(sound[..<(sound.count / 8192 * 4096)])),
        ("a zero page", Array(sound[..<4096]) + zeroes + Array(sound[8192...])),
      ]
      for (words, bytes) in cases {
        try replace(estate, with: bytes)
        let verdicts = try repeated(estate)
        #expect(verdicts.contains("STOP"), "\(words): \(verdicts)")
      }
      try replace(estate, with: sound)
      #expect(try repeated(estate) == Array(repeating: "DONE", count: 5))
    }

    @Test(arguments: [["policy", "usage"], ["policy", "simulate"], ["metrics"]])
    func whyALedgerCannotBeReadIsSaidInWords(_ command: [String]) throws {
      let estate = try written()
      try replace(estate, with: [UInt8](repeating: 0x42, count: 8192))
      let binary = try Binary(
        arguments: command + ["--policy", estate.policy], home: estate.home)
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == ExitCode.inputOutput.rawValue)
      let said = try binary.complaints()
      #expect(said.contains("cannot be read: SQLite 26") && !said.contains("damaged("), "\(said)")
    }

    @Test func anEmptyOrOldLedgerIsFilledAgainFromTheProcessor() throws {
      let estate = try written()
      try replace(estate, with: [])
      #expect(try repeated(estate) == Array(repeating: "DONE", count: 5))
    }

    @Test func aLedgerThatIsNoFileStopsAllMoney() throws {
      let estate = try written()
      try replace(estate, with: [])
      try FileManager.default.removeItem(atPath: estate.ledger)
      try FileManager.default.createDirectory(
        atPath: estate.ledger, withIntermediateDirectories: false)
      #expect(try repeated(estate) == Array(repeating: "STOP", count: 5))
      try FileManager.default.removeItem(atPath: estate.ledger)
      try FileManager.default.createSymbolicLink(
        atPath: estate.ledger, withDestinationPath: estate.ledger)
      #expect(try repeated(estate) == Array(repeating: "STOP", count: 5))
    }

    @Test func aLedgerDeletedUnderItStopsAllMoney() throws {
      let estate = try written()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      for suffix in ["", "-wal", "-shm"] {
        try FileManager.default.removeItem(atPath: estate.ledger + suffix)
      }
      for reference in ["inv-0", "inv-9"] {
        try binary.write(Wire.charge(reference))
        #expect(try Said(try binary.readLine()).verdict == "STOP")
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures()["inv-9"] == nil)
      // Books that are gone are begun anew; the keys are the same, and nothing is paid again.
      #expect(try repeated(estate) == Array(repeating: "DONE", count: 5))
    }
  }
}
