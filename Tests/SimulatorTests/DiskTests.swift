import Ledger
import Payments
import Processors
import Testing

@testable import Simulator

/// What the simulated disk promises to whoever builds a world on it.
@Suite struct DiskTests {
  private let path = "ledger.db"

  private func lines(_ disk: SimulatedDisk) throws -> [String] {
    var ledger = try Ledger(path: path, vfs: disk.name)
    return try lines(&ledger)
  }

  private func lines(_ ledger: inout Ledger) throws -> [String] {
    try ledger.read { books throws(LedgerError) in
      try books.history(after: 0, limit: 100).map(\.reason)
    }
  }

  private func note(_ word: String, in ledger: inout Ledger) throws {
    try ledger.commit { books throws(LedgerError) in
      try books.record(word, detail: "", at: Stage.start)
    }
  }

  @Test func theRealLedgerRunsOnIt() throws {
    let disk = SimulatedDisk()
    var ledger = try Ledger(path: path, vfs: disk.name)
    try note("one", in: &ledger)
    #expect(try lines(&ledger) == ["one"])
    #expect(disk.platter.names == ["ledger.db", "ledger.db-wal"])
    #expect(disk.counts[.sync, default: 0] > 3)
    #expect(disk.slept == 0)
  }

  @Test func whatWasCommittedSurvivesEveryLossOfPower() throws {
    for fate in [Fate.kept, .lost, .torn(sectors: 1)] {
      let disk = SimulatedDisk()
      do {
        var ledger = try Ledger(path: path, vfs: disk.name)
        try note("one", in: &ledger)
        disk.kill(process: 0)
      }
      disk.crash(fate)
      #expect(try lines(disk) == ["one"])
    }
  }

  @Test func aDeathOfAProcessLosesNothingThatWasWritten() throws {
    let disk = SimulatedDisk()
    disk.ignoresSyncs = true
    do {
      var ledger = try Ledger(path: path, vfs: disk.name)
      try note("one", in: &ledger)
      disk.kill(process: 0)
    }
    disk.enter(process: 0)
    #expect(try lines(disk) == ["one"])
    disk.kill(process: 0)
    disk.crash(.lost)
    #expect(!Ledger.exists(at: path, vfs: disk.name))
  }

  @Test func twoProcessesSeeEachOther() throws {
    let disk = SimulatedDisk()
    var one = try Ledger(path: path, vfs: disk.name)
    disk.enter(process: 2)
    var two = try Ledger(path: path, vfs: disk.name)
    for round in 1...3 {
      disk.enter(process: 0)
      try note("one \(round)", in: &one)
      disk.enter(process: 2)
      try note("two \(round)", in: &two)
      #expect(try lines(&two).count == 2 * round)
    }
    disk.enter(process: 0)
    let hasChanged = try one.changedByOthers()
    #expect(hasChanged)
  }

  @Test func aWriterKeepsOthersWaitingUntilItIsKilled() throws {
    let disk = SimulatedDisk()
    let patience = Duration.milliseconds(50)
    var other = try Ledger(path: path, vfs: disk.name, busyTimeout: patience)
    do {
      disk.enter(process: 2)
      var writer = try Ledger(path: path, vfs: disk.name, busyTimeout: patience)
      var refusal: LedgerError?
      do throws(LedgerError) {
        try writer.commit { books throws(LedgerError) in
          try books.record("half", detail: "", at: Stage.start)
          disk.enter(process: 0)
          do throws(LedgerError) {
            try other.commit { books throws(LedgerError) in
              try books.record("other", detail: "", at: Stage.start)
            }
          } catch { refusal = error }
          disk.kill(process: 2)
        }
        Issue.record("A dead process commits nothing.")
      } catch {
        #expect(error != .busy)
      }
      #expect(refusal == .busy)
      #expect(disk.slept >= 50_000)
    }
    disk.enter(process: 0)
    try note("later", in: &other)
    #expect(try lines(&other) == ["later"])
  }

  @Test func anOwnersSlotIsFreeOnceItsProcessIsDead() throws {
    let disk = SimulatedDisk()
    var living = try Ledger(path: path, vfs: disk.name)
    disk.enter(process: 2)
    var mortal = try Ledger(path: path, vfs: disk.name)
    let epoch = try mortal.commit { books throws(LedgerError) in try books.own(at: Stage.start) }
    disk.enter(process: 0)
    let before = try living.commit { books throws(LedgerError) in try books.isAlive(owner: epoch) }
    disk.kill(process: 2)
    disk.enter(process: 0)
    let after = try living.commit { books throws(LedgerError) in try books.isAlive(owner: epoch) }
    #expect([before, after] == [true, false])
  }

  @Test func whatDeadCodeDoesToSharedMemoryIsUndone() throws {
    let disk = SimulatedDisk()
    var living = try Ledger(path: path, vfs: disk.name)
    try note("one", in: &living)
    disk.enter(process: 2)
    var mortal = try Ledger(path: path, vfs: disk.name)
    try note("two", in: &mortal)
    let memory = try #require(disk.memories.values.first)
    let before = memory.photograph()
    disk.kill(process: 2)
    memory.restore(before.map { [UInt8](repeating: 0xff, count: $0.count) })
    disk.enter(process: 0)
    #expect(memory.photograph() == before)
    #expect(try lines(&living) == ["one", "two"])
  }

  @Test func aLedgerTakenAwayIsNoticed() throws {
    let disk = SimulatedDisk()
    var ledger = try Ledger(path: path, vfs: disk.name)
    try note("one", in: &ledger)
    disk.platter.change(.unlink(name: path))
    #expect(throws: LedgerError.damaged("The ledger was moved or deleted while in use.")) {
      try note("two", in: &ledger)
    }
  }

  @Test func aFaultIsOverWhenItIsTakenAway() throws {
    let disk = SimulatedDisk()
    var ledger = try Ledger(path: path, vfs: disk.name)
    for fault in [Simulator.Fault.full, .failing] {
      disk.weather = { act in act == .write ? fault : nil }
      #expect(throws: LedgerError.self) { try note("lost", in: &ledger) }
      disk.weather = nil
      try note("kept", in: &ledger)
    }
    #expect(disk.faults == 2)
    #expect(try lines(&ledger) == ["kept", "kept"])
  }

  @Test func afterASyncThatFailedTheWritesBeforeItAreNeverDurable() {
    var platter = Platter()
    let file = platter.create("a")
    platter.sync(file)
    platter.change(.write(file: file, offset: 0, bytes: [1, 2]))
    platter.forsake(file)
    platter.change(.write(file: file, offset: 2, bytes: [3]))
    platter.sync(file)
    #expect(platter.content(file).bytes == [1, 2, 3])
    #expect(platter.durableBytes("a") == [0, 0, 3])
  }

  /// What failed may have arrived all the same, until something else is durable in its place.
  @Test func afterASyncThatFailedNobodyKnowsWhatArrived() {
    var platter = Platter()
    let file = platter.create("a")
    platter.sync(file)
    platter.change(.write(file: file, offset: 0, bytes: [1]))
    platter.change(.write(file: file, offset: 1, bytes: [2]))
    platter.forsake(file)
    #expect(platter.afterPowerLoss { _ in .kept }.durableBytes("a") == [1, 2])
    #expect(platter.afterPowerLoss { _ in .lost }.durableBytes("a") == [])
    platter.change(.write(file: file, offset: 0, bytes: [3]))
    platter.sync(file)
    #expect(platter.afterPowerLoss { _ in .kept }.durableBytes("a") == [3, 2])
    #expect(platter.afterPowerLoss { _ in .lost }.durableBytes("a") == [3])
  }

  /// The ledger says that it failed, and the next who opens it finds it done: nobody was told that
  /// it was, and nothing had left.
  @Test func aCommitWhoseSyncFailedMayBeBackAfterALossOfPower() throws {
    var returned: [Fate: Int] = [:]
    for fate in [Fate.kept, .lost] {
      let disk = SimulatedDisk()
      do {
        var ledger = try Ledger(path: path, vfs: disk.name)
        try note("kept", in: &ledger)
        disk.weather = { $0 == .sync ? .failing : nil }
        #expect(throws: LedgerError.self) { try note("undone", in: &ledger) }
        disk.weather = nil
        #expect(try lines(&ledger) == ["kept"])
        disk.kill(process: 0)
      }
      disk.crash(fate)
      var ledger = try Ledger(path: path, vfs: disk.name)
      returned[fate] = try lines(&ledger).count
    }
    #expect(returned == [.kept: 2, .lost: 1])
  }

  /// A process dies after a sync failed, and its successor finds the commit that was undone, in
  /// memory only. What the successor commits stands on it, and must not fall with it.
  @Test func whatIsCommittedAfterASyncThatFailedAndARestartSurvives() throws {
    let disk = SimulatedDisk()
    do {
      var ledger = try Ledger(path: path, vfs: disk.name)
      try note("kept", in: &ledger)
      disk.weather = { $0 == .sync ? .failing : nil }
      #expect(throws: LedgerError.self) { try note("undone", in: &ledger) }
      disk.weather = nil
      disk.kill(process: 0)
    }
    do {
      disk.enter(process: 1)
      var ledger = try Ledger(path: path, vfs: disk.name)
      #expect(try lines(&ledger) == ["kept", "undone"])
      try note("acknowledged", in: &ledger)
      disk.kill(process: 1)
    }
    disk.crash(.lost)
    var ledger = try Ledger(path: path, vfs: disk.name)
    #expect(try lines(&ledger) == ["kept", "undone", "acknowledged"])
  }

  @Test func aLaterWriteMaySurviveAnEarlierOneThatIsLost() {
    var platter = Platter()
    let file = platter.create("a")
    platter.sync(file)
    platter.change(.write(file: file, offset: 0, bytes: [1]))
    platter.change(.write(file: file, offset: 1, bytes: [2]))
    let left = platter.afterPowerLoss {
      $0 == .write(file: 1, offset: 0, bytes: [1]) ? .lost : .kept
    }
    #expect(left.durableBytes("a") == [0, 2])
  }

  @Test func aTornWriteEndsAtASector() {
    var platter = Platter()
    let file = platter.create("a")
    platter.sync(file)
    platter.change(.write(file: file, offset: 500, bytes: [UInt8](repeating: 7, count: 1000)))
    #expect(platter.afterPowerLoss { _ in .torn(sectors: 2) }.durableBytes("a")?.count == 1024)
    #expect(platter.afterPowerLoss { _ in .torn(sectors: 0) }.durableBytes("a") == [])
    #expect(platter.afterPowerLoss { _ in .torn(sectors: 9) }.durableBytes("a")?.count == 1500)
  }

  @Test func aNameIsLostUntilItsFileIsSynced() {
    var platter = Platter()
    let file = platter.create("a")
    #expect(platter.afterPowerLoss { _ in .lost }.names == [])
    platter.sync(file)
    platter.change(.unlink(name: "a"))
    #expect(platter.names == [])
    #expect(platter.afterPowerLoss { _ in .lost }.names == ["a"])
    platter.sync(platter.create("b"))
    #expect(platter.afterPowerLoss { _ in .lost }.names == ["b"])
  }

  @Test func blocksHoldWhatWasWritten() {
    var blocks = Blocks()
    var plain: [UInt8] = []
    var chance = Chance(seed: 7)
    for round in 0..<200 {
      let offset = chance.next(below: 10_000)
      let bytes = [UInt8](repeating: UInt8(round), count: chance.next(below: 9000))
      if round % 10 == 9 {
        blocks.resize(to: offset)
        plain =
          Array(plain.prefix(offset)) + .init(repeating: 0, count: max(0, offset - plain.count))
      } else {
        let end = offset + bytes.count
        plain += .init(repeating: 0, count: max(0, end - plain.count))
        plain.replaceSubrange(offset..<end, with: bytes)
        blocks.write(bytes, at: offset)
      }
      #expect(blocks.bytes == plain)
    }
  }

  @Test func theSameCallsGiveTheSameBytesActsAndAnswers() {
    let runs = (1...2).map { _ -> (SimulatedDisk, Outside) in
      let disk = SimulatedDisk()
      let stage = Stage(disk, policy: Workload.widePolicy)
      for move in Workload.farewell.moves { stage.follow(move) }
      defer { stage.abandon() }
      return (disk, stage.outside)
    }
    let ((one, first), (two, second)) = (runs[0], runs[1])
    #expect(one.acts == two.acts)
    #expect(one.counts == two.counts)
    #expect(one.platter.durableBytes(path) == two.platter.durableBytes(path))
    #expect(one.platter.durableBytes(path)?.isEmpty == false)
    #expect(first.sandbox.books() == second.sandbox.books())
  }

  @Test func eightLocksOnAMemoryKeepOthersOut() {
    var locks = MemoryLocks()
    var taken = [locks.share(1, 0b1000), locks.share(2, 0b1000), locks.exclude(1, 0b1000)]
    #expect(taken == [true, true, false])
    locks.release(2, 0b1000)
    taken = [locks.exclude(1, 0b1000), locks.share(2, 0b1000)]
    #expect(taken == [true, false])
    locks.release(1)
    taken = [locks.exclude(2, 0b1001)]
    #expect(taken == [true])
  }

  @Test func whoWaitsForAFileAloneLetsNobodyElseIn() {
    var locks = FileLocks()
    var taken = [
      locks.raise(1, to: .shared), locks.raise(2, to: .shared), locks.raise(1, to: .reserved),
      locks.raise(2, to: .reserved), locks.raise(1, to: .exclusive), locks.raise(3, to: .shared),
    ]
    #expect(taken == [true, true, true, false, false, false])
    #expect(locks.isReserved)
    locks.lower(2, to: .none)
    taken = [locks.raise(1, to: .exclusive), locks.raise(3, to: .shared)]
    #expect(taken == [true, false])
    locks.lower(1, to: .shared)
    taken = [locks.raise(3, to: .shared)]
    #expect(taken == [true])
    #expect(!locks.isReserved)
  }
}
