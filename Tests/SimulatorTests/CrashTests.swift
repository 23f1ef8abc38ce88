import Testing

@testable import Simulator

/// Every act of every workload is the last one, and whatever was not synced is kept, lost or torn
/// (`style.md` §4.12): what was acknowledged is there, nothing is half there, no money moves twice.
@Suite struct CrashTests {
  @Test(arguments: Workload.small)
  func noLossOfPowerLosesOrDoublesAnything(_ workload: Workload) {
    var run = CrashRun(workload)
    #expect(run.findings.isEmpty)
    run.crashEverywhere()
    #expect(run.findings.prefix(5) == [])
    #expect(run.crashes == run.photographs.count * CrashRun.fates.count)
    run.report()
  }
}

extension CrashRun {
  func report() {
    print(
      "\(workload.name): \(photographs.count) acts, \(crashes) losses of power, "
        + "\(recoveries) different worlds played on, ends in \(expected.sorted { $0.key < $1.key })"
    )
  }
}
