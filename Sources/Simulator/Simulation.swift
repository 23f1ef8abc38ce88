/// Many worlds, one after the other.
struct Simulation {
  let seed: UInt64
  let worlds: Int
  let steps: Int
  let canary: Canary?
  /// Every how many-th world is lived through twice; nil for none.
  let twice: Int?

  /// What came of it.
  struct Result {
    var worlds = 0
    var steps = 0
    var repeated = 0
    var captures = 0
    var refunds = 0
    var deadLetters = 0
    var tally = Tally()
    var probes = Probes()
    var breach: (seed: UInt64, step: Int, breach: Breach)?
  }

  /// Lives through all worlds, or until a promise is broken.
  func run() -> Result {
    var result = Result()
    for number in 0..<worlds {
      let seed = seed &+ UInt64(number)
      let chronicle = World(seed: seed, canary: canary).live(steps: steps)
      result.add(chronicle)
      if result.breach == nil, let twice, number % twice == 0 {
        result.repeated += 1
        let again = World(seed: seed, canary: canary).live(steps: steps)
        if again.transcript != chronicle.transcript || again.books != chronicle.books {
          result.breach = (
            seed, chronicle.steps, Breach(.repeatable, "the second time was different")
          )
        }
      }
      guard let breach = result.breach else { continue }
      // A canary may do other damage than what it is there for.
      if let canary, !canary.caughtBy.contains(breach.breach.promise) {
        result.breach = nil
        continue
      }
      return result
    }
    return result
  }
}

extension Simulation.Result {
  fileprivate mutating func add(_ chronicle: Chronicle) {
    worlds += 1
    steps += chronicle.steps
    captures += chronicle.captures
    refunds += chronicle.refunds
    deadLetters += chronicle.deadLetters
    tally.add(chronicle.tally)
    probes.add(chronicle.probes)
    if let broken = chronicle.breach { breach = (chronicle.seed, chronicle.steps, broken) }
  }
}
