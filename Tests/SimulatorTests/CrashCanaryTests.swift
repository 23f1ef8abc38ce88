import Payments
import Testing

@testable import Ledger
@testable import Processors
@testable import Simulator

/// A harness that cannot fail proves nothing: each of these is broken on purpose and must be
/// caught.
@Suite struct CrashCanaryTests {
  @Test func aDiskThatOnlySaysItSyncsIsCaught() {
    var run = CrashRun(Workload.charge, ignoringSyncs: true)
    run.crashEverywhere()
    #expect(run.findings.contains { $0.contains("which is not in the books") })
    #expect(run.findings.contains { $0.contains("left and is not in the books") })
  }

  @Test func aLedgerThatSyncsTooSeldomIsCaught() throws {
    #expect(try losses(synchronous: "FULL") == 0)
    #expect(try losses(synchronous: "NORMAL") > 0)
  }

  /// Commits ten lines with a setting; how many losses of power lose one that was acknowledged.
  private func losses(synchronous: String) throws -> Int {
    let disk = SimulatedDisk()
    var acknowledged: Int64 = 0
    var left: [(acknowledged: Int64, platter: Platter)] = []
    var ledger = try Ledger(path: Stage.path, vfs: disk.name)
    try ledger.books.connection.run("PRAGMA synchronous = \(synchronous)")
    disk.onAct = { [unowned disk] _ in
      left.append((acknowledged, disk.platter.afterPowerLoss { _ in .lost }))
    }
    for number in 1...10 {
      try ledger.commit { books throws(LedgerError) in
        try books.record("line", detail: "\(number)", at: Stage.start)
      }
      acknowledged += 1
    }
    disk.onAct = nil
    disk.kill(process: 0)
    var losses = 0
    for (acknowledged, platter) in left {
      let disk = SimulatedDisk(platter)
      var ledger = try Ledger(path: Stage.path, vfs: disk.name)
      let lines = try ledger.read { books throws(LedgerError) in
        try books.history(after: 0, limit: 100).count
      }
      if lines < acknowledged { losses += 1 }
    }
    return losses
  }

  @Test(
    arguments: [
      ("UPDATE held SET amount = amount + 1", "held"),
      ("UPDATE exposure SET amount = amount - 1 WHERE width = 0", "spent"),
      ("UPDATE exposure SET count = 2 WHERE width = 60000 AND scope LIKE 'calls%'", "buckets"),
      ("UPDATE operations SET version = version + 1", "ends elsewhere"),
      ("UPDATE operations SET state = 'authorised'", "ends elsewhere"),
      ("DELETE FROM attempts WHERE number = 1", "attempts"),
      ("UPDATE attempts SET finished = NULL", "neither finished nor under way"),
    ])
  func booksThatAreHalfThereAreCaught(_ damage: String, _ word: String) throws {
    let disk = SimulatedDisk()
    let stage = Stage(disk, policy: Workload.widePolicy)
    for move in Workload.refunds.moves { stage.follow(move) }
    #expect(Record(disk).faults == [])
    disk.enter(process: 60)
    let ledger = try Ledger(path: Stage.path, vfs: disk.name)
    try ledger.books.connection.run(damage)
    let faults = Record(disk).faults
    #expect(faults.contains { $0.contains(word) }, "\(faults)")
    stage.abandon()
  }

  @Test func aChargeTheBooksDoNotKnowOrThatWasMadeTwiceIsCaught() {
    let stage = Stage(SimulatedDisk(), policy: Workload.widePolicy)
    for move in Workload.charge.moves { stage.follow(move) }
    let record = Record(stage.disk)
    #expect(record.discrepancies(with: stage.outside.sandbox) == [])
    #expect(record.discrepancies(with: Sandbox()).count == 1)
    stage.outside.sandbox.intents += stage.outside.sandbox.intents
    #expect(record.discrepancies(with: stage.outside.sandbox).count == 1)
    stage.abandon()
  }
}
