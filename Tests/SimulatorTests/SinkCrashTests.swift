import Testing

@testable import Simulator

/// Killed, and without power, at every act of the disk, with sinks that fail, repeat and come back:
/// every event told at least once, in order, none invented (`Consumer` keeps books of its own).
@Suite struct SinkCrashTests {
  private static let workloads: [Workload] = [.toldCharge, .toldRefunds, .toldTwoProcesses]

  @Test(arguments: workloads)
  func everythingIsToldWhenNothingHappensToAnybody(_ workload: Workload) {
    let run = CrashRun(workload)
    #expect(run.findings == [])
    let consumers = run.photographs.last?.outside.consumers ?? [:]
    #expect(consumers.count == 2)
  }

  @Test(arguments: workloads)
  func noLossOfPowerLosesOrInventsAnEvent(_ workload: Workload) {
    var run = CrashRun(workload)
    run.crashEverywhere()
    #expect(run.findings.prefix(5) == [])
    run.report()
  }

  @Test(arguments: workloads)
  func noKillLosesOrInventsAnEvent(_ workload: Workload) {
    let undisturbed = CrashRun(workload)
    var kills = 0
    var repeats = 0
    for number in 1..<undisturbed.photographs.count {
      let disk = SimulatedDisk()
      disk.end(at: number, by: .kill)
      let stage = Stage(disk, policy: workload.policy)
      for move in workload.moves { stage.follow(move) }
      var findings = stage.findings(workload, expected: nil)
      _ = stage.repeated(workload)
      // Which of two refunds comes first may depend on who was killed.
      findings += stage.findings(
        workload, expected: workload.isRace ? nil : undisturbed.expected)
      #expect(findings == [], "killed at act \(number)")
      repeats += stage.outside.consumers.values.reduce(0) { $0 + $1.repeats }
      stage.abandon()
      kills += 1
    }
    #expect(repeats > 0)
    print("\(workload.name): \(kills) kills, \(repeats) events told again")
  }
}

extension Workload {
  private static let tellingPolicy = """
    {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
      "nearDuplicates": {"action": "allow"},
      "events": [{"kind": "file", "path": "events.ndjson", "attempts": 100},
        {"name": "books", "kind": "http", "url": "https://example.test/hook", "attempts": 100,
          "secret": {"env": "SECRET"}}]}
    """

  fileprivate static let toldCharge = Workload(
    name: "one charge, told", moves: charge.moves + [.wait(.seconds(2)), .tick(1), .deliver],
    policy: tellingPolicy, cap: 10_000)

  fileprivate static let toldRefunds = Workload(
    name: "a charge, its refunds and a decline, told",
    moves: refunds.moves + [
      .say(1, [charge("INV-2", 1000, "pm_card_chargeDeclinedInsufficientFunds")]), .deliver,
    ],
    policy: tellingPolicy, cap: 10_000, isRace: true)

  fileprivate static let toldTwoProcesses = Workload(
    name: "two processes at once, and one is killed, told",
    moves: twoProcesses.moves + [.kill(1), .wait(.seconds(40)), .tick(2), .deliver],
    policy: tellingPolicy, cap: 10_000)
}
