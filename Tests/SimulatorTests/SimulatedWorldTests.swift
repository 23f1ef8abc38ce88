import Payments
import Testing

@testable import Simulator

@Suite struct SimulatedWorldTests {
  /// 2,000 worlds are lived through by `simulate` in every run of all tests; these are for who
  /// changes something and wants to know at once.
  @Test(arguments: 0..<10)
  func worldsKeepEveryPromise(_ part: UInt64) {
    let result = Simulation(
      seed: 1 + part * 12, worlds: 12, steps: 100, canary: nil, twice: nil
    ).run()
    #expect(result.worlds == 12)
    #expect(result.captures > 0)
    #expect(result.tally.sum > 0)
    #expect(result.breach.map { "seed \($0.seed): \($0.breach.sentence)" } == nil)
  }

  /// Transcripts only: other tests use SQLite at the same time, and all share its generator for the
  /// salts of the log. `simulate` is alone, and compares the bytes of the books too.
  @Test func theSameSeedTellsTheSameStory() {
    for seed in UInt64(1)...6 {
      let once = World(seed: seed).live(steps: 100)
      let again = World(seed: seed).live(steps: 100)
      #expect(once.transcript == again.transcript)
      #expect(once.steps == again.steps)
    }
    #expect(
      World(seed: 1).live(steps: 100).transcript != World(seed: 2).live(steps: 100).transcript)
  }

  @Test(arguments: Canary.allCases)
  func everyCanaryIsNoticed(_ canary: Canary) throws {
    let result = Simulation(
      seed: 1, worlds: 60, steps: 120, canary: canary,
      twice: canary.caughtBy.contains(.repeatable) ? 1 : nil
    ).run()
    let breach = try #require(result.breach, "nothing was noticed")
    #expect(canary.caughtBy.contains(breach.breach.promise))
  }

  @Test func aWorldThatIsToldIsTheSameWorld() {
    var lines = 0
    let told = World(seed: 3, listener: { _ in lines += 1 }).live(steps: 60)
    #expect(lines > 10)
    #expect(told.transcript == World(seed: 3).live(steps: 60).transcript)
  }
}

@Suite struct SimulatorPartsTests {
  @Test func theSameSeedGivesTheSameNumbers() {
    // The first outputs of SplitMix64 for the seed 1234567, as its authors publish them.
    var random = Random(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func aDrawStaysWithinItsBounds() {
    var random = Random(seed: 5)
    var seen: Set<Int> = []
    for _ in 0..<1000 { seen.insert(random.number(3...7)) }
    #expect(seen == [3, 4, 5, 6, 7])
    #expect((0..<1000).allSatisfy { _ in !random.happens(0) })
    #expect((0..<1000).allSatisfy { _ in random.happens(1000) })
  }

  @Test func theAgendaIsKeptInOrder() {
    var agenda = Agenda()
    var random = Random(seed: 9)
    for number in 0..<200 {
      agenda.enter(
        .deed(agent: number), at: .init(milliseconds: Int64(random.below(20))))
    }
    var last: (at: Int64, agent: Int) = (-1, -1)
    while let next = agenda.next?.milliseconds, case .deed(let agent)? = agenda.takeNext() {
      #expect(next > last.at || next == last.at && agent > last.agent)
      last = (next, agent)
    }
    #expect(agenda.next == nil)
  }

  @Test func theCommandLineIsReadOrRefused() throws {
    let read = try #require(Arguments(["--seed", "7", "--worlds", "20", "--canary", "all"]))
    #expect(read.seed == 7)
    #expect(read.worlds == 20)
    #expect(read.canaries == Canary.allCases)
    #expect(Arguments(["--cores", "3"])?.cores == 3)
    #expect(Arguments(["--cores", "0"]) == nil)
    #expect(Arguments(["--seed"]) == nil)
    #expect(Arguments(["--worlds", "0"]) == nil)
    #expect(Arguments(["--canary", "hen"]) == nil)
    #expect(Arguments(["--weeks", "3"]) == nil)
  }

  /// What shares of the worlds come to is what the worlds come to, the first broken promise first.
  @Test func sharesAddUpToTheWhole() throws {
    let simulation = Simulation(seed: 1, worlds: 4, steps: 60, canary: nil, twice: nil)
    let whole = simulation.run()
    var shares = Simulation.Result()
    for (first, count) in [(3, 2), (1, 2)] {
      var share = Simulation(
        seed: UInt64(first), worlds: count, steps: 60, canary: nil, twice: nil
      ).run()
      share.breach = (UInt64(first), 7, Breach(.withinCaps, "share \(first)"))
      shares.add(try #require(Simulation.Result(reading: share.line)))
    }
    #expect(shares.breach?.seed == 1)
    #expect(shares.breach?.breach.sentence == Breach(.withinCaps, "share 1").sentence)
    shares.breach = nil
    #expect(shares.line == whole.line)
    #expect(whole.steps > 0 && whole.tally.sum > 0)
    #expect(Simulation.Result(reading: Array("no share".utf8)) == nil)
  }

  @Test func everyMischiefHasWords() {
    #expect(Mischief.killedBetweenCommitAndSend.words == "killed between commit and send")
    #expect(Set(Mischief.allCases.map(\.words)).count == Mischief.allCases.count)
  }
}
