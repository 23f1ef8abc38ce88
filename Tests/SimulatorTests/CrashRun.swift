import Payments
import Processors

@testable import Simulator

/// The disk and the world at the moment before one act.
struct Photograph {
  let act: Int
  let platter: Platter
  let outside: Outside
  let now: Instant
}

extension Photograph {
  /// Whether the log is being copied into the ledger: something of it is on its way there.
  var isCheckpointing: Bool {
    let ledger = platter.file(Stage.path)
    return platter.pending.contains { change in
      switch change {
      case .write(let file, _, _), .cut(let file, _): file == ledger
      case .link, .unlink: false
      }
    }
  }
}

/// A workload, and what is left of it when the power fails before each of its acts.
struct CrashRun {
  /// How what was not synced is dealt with, by name.
  static let fates = ["kept", "lost", "torn 1", "torn 2"]

  let workload: Workload
  /// The state each operation ends in when nothing happens to anybody.
  let expected: [String: State]
  let photographs: [Photograph]
  /// What is wrong, each with where.
  private(set) var findings: [String] = []
  /// How many losses of power were judged.
  private(set) var crashes = 0
  /// The different worlds, each as the power left it.
  private(set) var worlds: [Photograph] = []
  private var seen: Set<String> = []

  /// Plays the workload, taking a photograph before each act.
  init(
    _ workload: Workload, from platter: Platter = Platter(), outside: Outside = Outside(),
    now: Instant = Stage.start, ignoringSyncs: Bool = false
  ) {
    self.workload = workload
    let disk = SimulatedDisk(platter)
    disk.ignoresSyncs = ignoringSyncs
    let stage = Stage(disk, policy: workload.policy, outside: outside, now: now)
    var photographs: [Photograph] = []
    disk.onAct = { [unowned disk, unowned stage] _ in
      photographs.append(
        Photograph(
          act: disk.acts + 1, platter: disk.platter, outside: stage.outside, now: stage.now))
    }
    for move in workload.moves { stage.follow(move) }
    disk.onAct = nil
    photographs.append(
      Photograph(
        act: disk.acts + 1, platter: disk.platter, outside: stage.outside, now: stage.now))
    self.photographs = photographs
    expected = stage.repeated(workload)
    findings = stage.findings(workload, expected: expected)
    stage.abandon()
  }

  /// Lets the power fail before every act, or before every so manieth and those that are asked for.
  mutating func crashEverywhere(
    stride: Int = 1, orWhere isWanted: (Photograph) -> Bool = { _ in false }
  ) {
    var last: (platter: Platter, heard: Int)?
    for (index, photograph) in photographs.enumerated() {
      let isChosen = isWanted(photograph)
      for (number, name) in CrashRun.fates.enumerated()
      where isChosen || (index + number) % stride == 0 {
        let platter = photograph.platter.afterPowerLoss(
          CrashRun.fate(name, seed: UInt64(photograph.act)))
        crashes += 1
        // What is lost between two syncs is always the same.
        let heard = photograph.outside.said.count + photograph.outside.delivered
        if name == "lost" {
          if let last, last.heard == heard, last.platter == platter { continue }
          last = (platter, heard)
        }
        judge(photograph, platter, "act \(photograph.act), \(name)")
      }
    }
  }

  private mutating func judge(_ photograph: Photograph, _ platter: Platter, _ place: String) {
    let disk = SimulatedDisk(platter)
    let record = Record(disk)
    let outside = photograph.outside
    for finding in record.faults + record.losses(against: outside) {
      findings.append("\(place): \(finding)")
    }
    // The request sent last may as well have been lost, unless its answer is in the books.
    let mayBeLost = outside.latest.map { record.isUnderWay($0) } ?? false
    for arrives in mayBeLost ? [true, false] : [true] {
      let key = "\(record.text)|\(outside.said.count)|\(outside.delivered)|\(arrives)"
      guard seen.insert(key).inserted else { continue }
      var world = outside
      if !arrives { world.sandbox = world.earlier }
      let now = photograph.now.advanced(by: .seconds(1))
      worlds.append(Photograph(act: photograph.act, platter: platter, outside: world, now: now))
      let stage = Stage(SimulatedDisk(platter), policy: workload.policy, outside: world, now: now)
      var found = stage.findings(workload, expected: nil)
      _ = stage.repeated(workload)
      found += stage.findings(workload, expected: expected)
      for finding in found { findings.append("\(place), arrives \(arrives): \(finding)") }
      stage.abandon()
    }
  }

  static func fate(_ name: String, seed: UInt64) -> (Platter.Change) -> Fate {
    switch name {
    case "kept": return { _ in .kept }
    case "lost": return { _ in .lost }
    default:
      var chance = Chance(seed: seed &* 31 &+ UInt64(name.utf8.last ?? 0))
      return { _ in
        switch chance.next(below: 3) {
        case 0: .kept
        case 1: .lost
        default: .torn(sectors: chance.next(below: 9))
        }
      }
    }
  }
}

extension Stage {
  /// The process that goes on when all others are dead.
  static let successor = 50

  /// Lets processes come to rest, and says what is wrong then.
  func findings(
    _ workload: Workload, by askers: [Int] = [successor], expected: [String: State]?
  ) -> [String] {
    var findings: [String] = []
    if !settle(askers) { findings.append("the server never rests") }
    let record = Record(disk)
    findings += record.faults
    findings += record.losses(against: outside)
    findings += record.discrepancies(with: outside.sandbox)
    let told = outside.consumers.isEmpty ? [] : told()
    for (name, consumer) in outside.consumers.sorted(by: { $0.key < $1.key }) {
      findings += consumer.faults(against: told, record).map { "\(name): \($0)" }
    }
    let taken = outside.sandbox.intents.reduce(0) { $0 + $1.amountReceived }
    if taken > workload.cap { findings.append("\(taken) was taken, above the cap") }
    if let expected, record.states != expected {
      findings.append("the end is \(record.states), not \(expected)")
    }
    return findings
  }

  /// An agent says everything once more; gives back where all operations end.
  func repeated(_ workload: Workload, by asker: Int = successor) -> [String: State] {
    follow(.wait(.seconds(31)))
    for line in workload.lines {
      follow(.say(asker, [line]))
      follow(.deliver)
      _ = settle([asker])
      follow(.wait(.seconds(2)))
    }
    return Record(disk).states
  }
}

extension Record {
  /// Where each operation is in its life, by kind and reference.
  var states: [String: State] {
    var states: [String: State] = [:]
    for operation in operations.values {
      states["\(operation.kind) \(operation.reference)"] = operation.state
    }
    return states
  }
}

/// SplitMix64: the same seed, the same draws.
struct Chance {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}
