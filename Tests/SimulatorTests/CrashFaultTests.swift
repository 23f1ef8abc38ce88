import Payments
import Processors
import Testing

@testable import Simulator

/// Every act fails, once or from then on: no success is claimed that is not durable, every call is
/// answered, and the server works again once the disk does (`reliability.md` §3.2).
@Suite struct CrashFaultTests {
  @Test(arguments: [false, true])
  func everyFaultOfADiskIsSurvived(_ lasts: Bool) {
    var run = FaultRun(Workload.charge)
    run.failEverywhere(lasts: lasts, stride: 1)
    #expect(run.findings.prefix(5) == [])
    run.report(lasts)
  }

  @Test(arguments: Workload.small.dropFirst(), [false, true])
  func everyWorkloadSurvivesFaultsOfTheDisk(_ workload: Workload, _ lasts: Bool) {
    var run = FaultRun(workload)
    run.failEverywhere(lasts: lasts, stride: 11)
    #expect(run.findings.prefix(5) == [])
    run.report(lasts)
  }

  /// Nothing can be begun; what is there can be asked for, as often as anybody likes.
  @Test func aFullDiskIsStillReadForWhoOnlyAsks() {
    let stage = Stage(SimulatedDisk(), policy: Workload.widePolicy)
    defer { stage.abandon() }
    stage.follow(.say(1, [Workload.charge("INV-1", 4999)]))
    stage.follow(.deliver)
    stage.disk.weather = { $0 == .write || $0 == .cut || $0 == .create ? .full : nil }
    let sent = stage.outside.sent.count
    for _ in 0..<2 {
      stage.follow(.say(1, [Workload.charge("INV-2", 700), Workload.status("INV-1")]))
      #expect(stage.outside.said.suffix(2).map(\.verdict) == ["DONE", "STOP"])
      #expect(stage.outside.said.suffix(2).map(\.code) == ["captured", "ledger_full"])
    }
    #expect(stage.outside.sent.count == sent)
    stage.disk.weather = nil
    stage.follow(.wait(.seconds(2)))
    stage.follow(.say(1, [Workload.charge("INV-2", 700)]))
    stage.follow(.deliver)
    #expect(stage.outside.said.last?.verdict == "DONE")
  }

  /// A read of which half is missing is not taken for the end of the file.
  @Test func aShortReadIsRefusedAndMovesNoMoneyTwice() {
    var refusals = 0
    for number in 1...90 {
      let disk = SimulatedDisk()
      let first = Stage(disk, policy: Workload.widePolicy)
      for move in Workload.charge.moves { first.follow(move) }
      first.abandon()
      let platter = disk.platter.afterPowerLoss { _ in .lost }
      let damaged = SimulatedDisk(platter)
      damaged.overlays = [Overlay(fault: .short, act: .read, number: number, lasts: false)]
      let second = Stage(
        damaged, policy: Workload.widePolicy, outside: first.outside,
        now: first.now.advanced(by: .seconds(40)))
      for move in Workload.charge.moves { second.follow(move) }
      #expect(second.outside.sandbox.intents.filter { $0.amountReceived > 0 }.count == 1)
      #expect(Record(damaged).losses(against: second.outside) == [])
      if second.outside.said.last?.verdict == "STOP" { refusals += 1 }
      second.abandon()
    }
    #expect(refusals > 50)
    print("short reads: 90, \(refusals) of them refused")
  }
}

/// A workload on a disk on which something fails.
struct FaultRun {
  static let faults: [(fault: Simulator.Fault, act: Act)] = [
    (.full, .write), (.failing, .write), (.failing, .sync), (.failing, .read),
    (.failing, .create), (.failing, .cut), (.failing, .delete),
  ]

  let workload: Workload
  private(set) var findings: [String] = []
  private(set) var runs = 0
  private let undisturbed: CrashRun
  private let counts: [Act: Int]

  init(_ workload: Workload) {
    self.workload = workload
    undisturbed = CrashRun(workload)
    let disk = SimulatedDisk()
    let stage = Stage(disk, policy: workload.policy)
    for move in workload.moves { stage.follow(move) }
    counts = disk.counts
    stage.abandon()
  }

  mutating func failEverywhere(lasts: Bool, stride step: Int) {
    for (index, (fault, act)) in FaultRun.faults.enumerated() {
      for number in stride(from: 1 + index % step, through: counts[act] ?? 0, by: step) {
        let overlay = Overlay(fault: fault, act: act, number: number, lasts: lasts)
        fail(overlay)
        runs += 1
      }
    }
  }

  private mutating func fail(_ overlay: Overlay) {
    let place = "\(overlay.fault) \(overlay.act) \(overlay.number)"
    let disk = SimulatedDisk()
    disk.overlays = [overlay]
    let stage = Stage(disk, policy: workload.policy)
    for move in workload.moves { stage.follow(move) }
    for fate in [Fate.kept, .lost] {
      let left = Record(SimulatedDisk(disk.platter.afterPowerLoss { _ in fate }))
      for finding in left.faults + left.losses(against: stage.outside) {
        findings.append("\(place), then \(fate): \(finding)")
      }
    }
    disk.overlays = []
    for finding in stage.findings(workload, by: workload.askers, expected: nil) {
      findings.append("\(place): \(finding)")
    }
    _ = stage.repeated(workload, by: 1)
    // Who was told to try again later finds others before it.
    let expected = workload.isRace ? nil : undisturbed.expected
    for finding in stage.findings(workload, by: workload.askers, expected: expected) {
      findings.append("\(place), healed: \(finding)")
    }
    if workload.everybodyStays, stage.asked != stage.outside.said.count {
      findings.append("\(place): \(stage.asked) calls, \(stage.outside.said.count) answers")
    }
    stage.abandon()
  }

  func report(_ lasts: Bool) {
    print("\(workload.name): \(runs) faults, \(lasts ? "lasting" : "once")")
  }
}
