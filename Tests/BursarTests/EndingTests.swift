import Foundation
import Glibc
import Testing

extension WorldTests {
  /// How it ends while a payment is on its way, and what is left for the next one.
  struct EndingTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    enum Ending: CaseIterable {
      case terminated
      case interrupted
      case inputEnded
      case readerGone
    }

    @Test(arguments: Ending.allCases)
    func anEndWithAChargeInFlightLosesNothing(_ ending: Ending) throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      var held: HeldFile? = try HeldFile(estate.journal)
      try binary.write(Wire.charge("inv-1"))
      _ = try Stopwatch.wait("the attempt") { try inFlight(estate) == 1 }
      switch ending {
      case .terminated: binary.signal(SIGTERM)
      case .interrupted: binary.signal(SIGINT)
      case .inputEnded: binary.closeInput()
      case .readerGone:
        binary.closeOutput()
        // It learns of that by the next thing it has to say.
        try binary.write(Wire.ping)
      }
      let start = Stopwatch.now
      #expect(try binary.exitCode() == 0)
      let elapsed = Stopwatch.now - start
      #expect(elapsed < 6_000)
      #expect(try inFlight(estate) == 1)
      withExtendedLifetime(held) {}
      held = nil
      // The next start goes on by itself; nobody has to ask.
      let next = try estate.open()
      let rest = try Stopwatch.wait("rest") { try inFlight(estate) == 0 }
      print("\(ending): ended after \(elapsed) ms, at rest \(rest) ms after the next start")
      next.closeInput()
      #expect(try next.exitCode() == 0)
      #expect(try estate.captures() == ["inv-0": 1, "inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }

    /// More than is kept for an agent that does not read.
    private func listing(_ binary: Binary) throws {
      for _ in 0..<1200 { try binary.write(Wire.list) }
      binary.closeInput()
    }

    @Test func anAgentThatEndsAndReadsNoMoreIsNotWaitedFor() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try listing(binary)
      let elapsed = try Stopwatch.wait("the end") { !binary.isRunning }
      print("ended \(elapsed) ms after an agent that does not read")
      #expect(elapsed < 6_000)
      #expect(try binary.exitCode() == 0)
    }

    @Test func anAgentThatEndsAndReadsOnIsToldEverything() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try listing(binary)
      #expect(try binary.readToEnd().count == 1200)
      #expect(try binary.exitCode() == 0)
    }

    @Test func aCrashInTheMiddleOfRecoveryIsRecoveredFrom() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-0"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      var held: HeldFile? = try HeldFile(estate.journal)
      try binary.write(Wire.charge("inv-1"))
      _ = try Stopwatch.wait("the attempt") { try inFlight(estate) == 1 }
      try binary.slay()
      for milliseconds in stride(from: Int64(0), through: 60, by: 4) {
        let next = try estate.start()
        try next.write(Wire.hello + Wire.charge("inv-1"))
        if milliseconds == 32 {
          withExtendedLifetime(held) {}
          held = nil
        }
        Stopwatch.pass(milliseconds)
        try next.slay()
      }
      let last = try estate.open()
      try last.write(Wire.charge("inv-1"))
      let said = try Said(try last.readLine())
      #expect(said.verdict == "DONE", "\(said.message)")
      last.closeInput()
      #expect(try last.exitCode() == 0)
      #expect(try estate.captures() == ["inv-0": 1, "inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }

    private func inFlight(_ estate: Estate) throws -> Int {
      try OpenedLedger(estate.ledger).rows(
        "SELECT 1 FROM operations WHERE next IS NOT NULL"
      ).count
    }
  }
}
