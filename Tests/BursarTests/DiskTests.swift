import Foundation
import Glibc
import Processors
import Testing

extension WorldTests {
  /// What the machine does to the books: full, read-only, locked, damaged, gone.
  struct DiskTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    /// Charges a thousand times at most, until one is not done. Returns how many were.
    private func exhaust(_ binary: Binary) throws -> (done: Int, said: Said) {
      var done = 0
      while true {
        try binary.write(Wire.charge("inv-\(done)"))
        let said = try Said(try binary.readLine())
        guard said.verdict == "DONE" else { return (done, said) }
        done += 1
        try #require(done < 1000)
      }
    }

    /// Charges until nothing more can be written, asks for this and that, and goes on once there is
    /// room again.
    private func fill(
      _ estate: Estate, _ binary: Binary, makingRoom: () throws -> Void
    ) throws {
      let (done, said) = try exhaust(binary)
      #expect(done > 0)
      #expect(["STOP", "RETRY", "PENDING"].contains(said.verdict), "\(said.message)")
      let sent = try estate.sandbox().intents.count
      for _ in 1...3 {
        try binary.write(Wire.charge("other"))
        let refusal = try Said(try binary.readLine())
        #expect(refusal.verdict == "STOP" || refusal.verdict == "RETRY", "\(refusal.message)")
        try binary.write(Wire.status("inv-0"))
        #expect(try Said(try binary.readLine()).verdict == "DONE")
      }
      try binary.write(Wire.ping)
      #expect(try binary.readLine() != nil)
      #expect(try estate.sandbox().captures["other"] == nil)
      #expect(try estate.sandbox().intents.count == sent)

      try makingRoom()
      try binary.write(Wire.charge("inv-\(done)") + Wire.charge("other", id: 2))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures().count == done + 2)
      #expect(try estate.captures().values.allSatisfy { $0 == 1 })
      #expect(try estate.unsoundness() == [])
      print("full after \(done) charges: \(said.message.prefix(80))")
    }

    @Test func aFileThatMayNotGrowIsSaidAndNothingIsSentUntilItMay() throws {
      let estate = try Estate()
      let binary = try estate.open(
        through: ["/bin/sh", "-c", "ulimit -S -f 1800; exec \"$0\" \"$@\""])
      try fill(estate, binary) { try Kernel.liftFileSizeLimit(of: binary.number) }
    }

    /// The books, their log and the sandbox's own books are on it, so that nobody answers either.
    @Test(.enabled(if: SmallDisk.isAllowed, "Only who may mount a disk can fill one."))
    func aFullDiskIsSaidAndNothingIsSentUntilThereIsRoomAgain() throws {
      let estate = try Estate()
      let place = estate.home.path(".local/state/bursar")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let disk = try SmallDisk(over: place, kilobytes: 1024)
      try fill(estate, try estate.open()) { try disk.grow(kilobytes: 65_536) }
      withExtendedLifetime(disk) {}
    }

    @Test func aDiskThatIsFullFromTheStartIsSaidAndTheNextStartHeals() throws {
      let estate = try Estate()
      for blocks in [0, 8, 64, 256] {
        let binary = try estate.open(
          through: ["/bin/sh", "-c", "ulimit -f \(blocks); exec \"$0\" \"$@\""])
        try binary.write(Wire.charge("inv-1") + Wire.ping)
        for _ in 1...2 {
          let line = try #require(try binary.readLine())
          guard line.contains("structuredContent") else { continue }
          #expect(try ["STOP", "PENDING", "DONE"].contains(Said(line).verdict), "\(line)")
        }
        binary.closeInput()
        #expect(try binary.exitCode() == 0)
      }
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures() == ["inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }

    @Test func fewDescriptorsAreEnough() throws {
      let estate = try Estate()
      let binary = try estate.open(
        through: ["/bin/sh", "-c", "ulimit -n 24; exec \"$0\" \"$@\""])
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func aPlaceWhereNothingMayBeWrittenStopsAllMoney() throws {
      // Nobody may write there, the superuser included.
      let estate = try Estate(
        policy: """
          {"ledger": {"path": "/proc/self/bursar/ledger.db"},
            "caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
            "nearDuplicates": {"action": "allow"}, "rates": {"stopsPerRun": 10000}}
          """)
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      let said = try Said(try binary.readLine())
      #expect(said.verdict == "STOP", "\(said.message)")
      try binary.write(Wire.list)
      #expect(try binary.readLine()?.contains("\"charge\"") == true)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func aLedgerSomebodyElseHoldsIsSaidInTimeAndHoldsUpNothingElse() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      let books = try OpenedLedger(estate.ledger)
      try books.rows("BEGIN EXCLUSIVE")
      let start = Stopwatch.now
      try binary.write(Wire.charge("inv-1"))
      Stopwatch.pass(50)
      try binary.write(Wire.list)
      // The list overtakes the charge, which goes on waiting for the books.
      #expect(try binary.readLine()?.contains("\"tools\"") == true)
      let listed = Stopwatch.now - start
      let said = try Said(try binary.readLine(patience: 35_000))
      let answered = Stopwatch.now - start
      #expect(said.verdict == "RETRY" && said.code == "ledger_busy")
      #expect(answered < 35_000)
      print("with a locked ledger: the tools after \(listed) ms, the charge after \(answered) ms")
      try books.rows("ROLLBACK")
      #expect(try estate.captures() == ["inv-0": 1])
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures() == ["inv-0": 1, "inv-1": 1])
    }

    @Test func aLedgerThatIsHeldForAMomentIsWaitedFor() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      let books = try OpenedLedger(estate.ledger)
      try books.rows("BEGIN EXCLUSIVE")
      try binary.write(Wire.charge("inv-1"))
      #expect(binary.lines(within: 600) == [])
      try books.rows("ROLLBACK")
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func aCallIsAnsweredInTimeByBooksWhoseClockIsAhead() throws {
      let estate = try Estate(
        policy: """
          {"respondWithin": "1s",
            "caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
            "nearDuplicates": {"action": "allow"}, "rates": {"stopsPerRun": 10000}}
          """)
      let first = try estate.open()
      try first.write(Wire.charge("inv-0"))
      #expect(try Said(try first.readLine()).verdict == "DONE")
      first.closeInput()
      #expect(try first.exitCode() == 0)
      try OpenedLedger(estate.ledger).rows(
        "UPDATE meta SET value = value + 3600000 WHERE name = 'latest'")
      let held = try HeldFile(estate.journal)
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "PENDING")
      withExtendedLifetime(held) {}
    }
  }
}
