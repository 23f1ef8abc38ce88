import Foundation
import Glibc
import Testing

extension WorldTests {
  /// Who owns an operation in flight, and how others learn of its end.
  struct LivenessTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    /// A charge begun by one program and held up at the sandbox.
    private func begin(_ binary: Binary, _ estate: Estate) throws -> HeldFile {
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      let held = try HeldFile(estate.journal)
      try binary.write(Wire.charge("inv-1"))
      _ = try Stopwatch.wait("the attempt") {
        try OpenedLedger(estate.ledger).rows(
          "SELECT 1 FROM operations WHERE reference = 'inv-1' AND attempt IS NOT NULL"
        ).count == 1
      }
      return held
    }

    /// Who owns the charge, by the number of its start.
    private func owner(_ estate: Estate) throws -> [[String]] {
      try OpenedLedger(estate.ledger).rows(
        "SELECT owner FROM operations WHERE reference = 'inv-1'")
    }

    @Test func aChargeInFlightIsJoinedByAnotherProgram() throws {
      let estate = try Estate()
      let (first, second) = (try estate.open(), try estate.open())
      var held: HeldFile? = try begin(first, estate)
      try second.write(Wire.charge("inv-1"))
      #expect(second.lines(within: 300) == [])
      withExtendedLifetime(held) {}
      held = nil
      let said = [try Said(try first.readLine()), try Said(try second.readLine())]
      #expect(said.map(\.verdict) == ["DONE", "DONE"])
      #expect(said[0].operation == said[1].operation)
      #expect(try estate.captures() == ["inv-0": 1, "inv-1": 1])
      for binary in [first, second] {
        binary.closeInput()
        #expect(try binary.exitCode() == 0)
      }
    }

    @Test func whatADeadOwnerLeftIsTakenOverAtOnce() throws {
      let estate = try Estate()
      let (first, second) = (try estate.open(), try estate.open())
      // It has worked before, so that it has something to look after.
      try second.write(Wire.charge("inv-2"))
      #expect(try Said(try second.readLine()).verdict == "DONE")
      var held: HeldFile? = try begin(first, estate)
      Stopwatch.pass(150)
      let before = try owner(estate)
      try first.slay()
      let elapsed = try Stopwatch.wait("the takeover") { try owner(estate) != before }
      print("a dead owner's operation was taken over by an idle program after \(elapsed) ms")
      #expect(elapsed < 2_000)
      withExtendedLifetime(held) {}
      held = nil
      try second.write(Wire.charge("inv-1"))
      #expect(try Said(try second.readLine()).verdict == "DONE")
      #expect(try estate.captures()["inv-1"] == 1)
      second.closeInput()
      #expect(try second.exitCode() == 0)
      #expect(try estate.unsoundness() == [])
    }

    @Test func anOwnerThatSleptThroughItsLeaseWritesNothing() throws {
      let estate = try Estate()
      let (first, second) = (try estate.open(), try estate.open())
      var held: HeldFile? = try begin(first, estate)
      let before = try owner(estate)
      first.signal(SIGSTOP)
      let stopped = Stopwatch.now
      _ = try Stopwatch.wait("the stop") { try Kernel.isStopped(first.number) }
      withExtendedLifetime(held) {}
      held = nil
      // It lives, so that it is joined and not doubled, until its lease of 5.2 s is over.
      try second.write(Wire.charge("inv-1", id: 7))
      let pending = try Said(try second.readLine())
      #expect(pending.verdict == "PENDING")
      #expect(try owner(estate) == before)
      _ = try Stopwatch.wait("the end of the lease") { try owner(estate) != before }
      print("a sleeping owner's operation was taken over \(Stopwatch.now - stopped) ms later")
      try second.write(Wire.charge("inv-1", id: 8))
      #expect(try Said(try second.readLine()).verdict == "DONE")
      let history = try OpenedLedger(estate.ledger).rows("SELECT count(*) FROM history")

      first.signal(SIGCONT)
      // What its agent hears is the truth in the books.
      let late = try Said(try first.readLine())
      #expect(late.verdict == "DONE" && late.operation == pending.operation)
      for binary in [first, second] {
        binary.closeInput()
        #expect(try binary.exitCode() == 0)
      }
      #expect(try OpenedLedger(estate.ledger).rows("SELECT count(*) FROM history") == history)
      #expect(try estate.captures() == ["inv-0": 1, "inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }
  }
}
