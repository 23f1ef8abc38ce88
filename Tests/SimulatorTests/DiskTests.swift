import Ledger
import Payments
import Testing

@testable import Simulator

/// What the simulated disk promises to whoever builds a world on it.
@Suite struct DiskTests {
  private let now = Instant(milliseconds: 1_795_165_200_000)

  private func entries(_ ledger: inout Ledger) throws -> [String] {
    try ledger.read { books throws(LedgerError) in
      try books.history(after: 0, limit: 100).map(\.reason)
    }
  }

  private func note(_ word: String, in ledger: inout Ledger) throws {
    try ledger.commit { books throws(LedgerError) in
      try books.record(word, detail: "", at: now)
    }
  }

  @Test func theRealLedgerRunsOnIt() throws {
    let disk = SimulatedDisk()
    var ledger = try Ledger(path: "ledger.db", vfs: disk.name)
    try note("one", in: &ledger)
    #expect(try entries(&ledger) == ["one"])
    #expect(disk.platter.names == ["ledger.db", "ledger.db-wal"])
    #expect(disk.acts > 20)
  }

  @Test func whatWasCommittedSurvivesEveryLossOfPower() throws {
    for fate in [Fate.kept, .lost, .torn(sectors: 1)] {
      let disk = SimulatedDisk()
      do {
        var ledger = try Ledger(path: "ledger.db", vfs: disk.name)
        try note("one", in: &ledger)
      }
      disk.crash(fate)
      var ledger = try Ledger(path: "ledger.db", vfs: disk.name)
      #expect(try entries(&ledger) == ["one"])
    }
  }
}
