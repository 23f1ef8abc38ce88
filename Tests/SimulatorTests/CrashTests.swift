import Testing

@testable import Simulator

/// Every act of every workload is the last one, and whatever was not synced is kept, lost or torn
/// (`style.md` §4.12): what was acknowledged is there, nothing is half there, no money moves twice.
@Suite struct CrashTests {
  /// So that no rule of a policy quietly empties them.
  @Test func everyWorkloadDoesWhatItIsNamedAfter() {
    let ends = Workload.small.map { workload in
      let states = CrashRun(workload).expected.sorted { $0.key < $1.key }
      return states.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
    let one = "charge INV-1 captured"
    let two = "\(one), charge INV-2 captured"
    #expect(
      ends == [
        one, one, "\(one), refund CN-1 refunded, refund CN-2 refunded", one,
        "\(two), charge INV-3 denied", "\(two), charge INV-3 captured", two, two,
        "\(two), charge INV-3 captured, charge INV-4 captured",
      ])
  }

  @Test(arguments: Workload.small)
  func noLossOfPowerLosesOrDoublesAnything(_ workload: Workload) {
    var run = CrashRun(workload)
    #expect(run.findings.isEmpty)
    run.crashEverywhere()
    #expect(run.findings.prefix(5) == [])
    #expect(run.crashes == run.photographs.count * CrashRun.fates.count)
    run.report()
  }

  @Test func noLossOfPowerWhileTheLogIsCopiedLosesAnything() {
    var run = CrashRun(Workload.long)
    #expect(run.findings.isEmpty)
    let copying = run.photographs.drop { $0.act < 200 }.filter(\.isCheckpointing)
    #expect(copying.count > 20)
    run.crashEverywhere(stride: 97) { $0.act >= 200 && $0.isCheckpointing }
    #expect(run.findings.prefix(5) == [])
    run.report()
  }

  @Test(arguments: [Workload.refunds])
  func noSecondLossOfPowerDuringRecoveryLosesAnything(_ workload: Workload) {
    var first = CrashRun(workload)
    first.crashEverywhere(stride: 2)
    var crashes = 0
    let recovery = Workload(
      name: "recovery", moves: Workload.recovery, policy: workload.policy,
      repeated: workload.lines)
    for world in first.worlds {
      var second = CrashRun(
        recovery, from: world.platter, outside: world.outside, now: world.now)
      second.crashEverywhere(stride: 4)
      #expect(second.findings.prefix(5) == [], "after act \(world.act)")
      crashes += second.crashes
    }
    print("recovery of \(workload.name): \(first.worlds.count) worlds, \(crashes) losses of power")
  }

  @Test(arguments: [Workload.charge, .twoProcesses])
  func whoGoesOnWhenOneIsKilledAtAnyActLosesNothing(_ workload: Workload) {
    let undisturbed = CrashRun(workload)
    var kills = 0
    // One process alone dies at every act, one of two at every other.
    let step = workload.askers.count
    for number in stride(from: 1, to: undisturbed.photographs.count, by: step) {
      let disk = SimulatedDisk()
      disk.end(at: number, by: .kill)
      let stage = Stage(disk, policy: workload.policy)
      for move in workload.moves { stage.follow(move) }
      var findings = stage.findings(workload, expected: nil)
      _ = stage.repeated(workload)
      findings += stage.findings(workload, expected: undisturbed.expected)
      #expect(findings == [], "killed at act \(number)")
      stage.abandon()
      kills += 1
    }
    print("\(workload.name): \(kills) kills")
  }
}

extension CrashRun {
  func report() {
    print(
      "\(workload.name): \(photographs.count) acts, \(crashes) losses of power, "
        + "\(worlds.count) different worlds played on")
  }
}
