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
  ///
  /// - Parameter listener: is told what came of them so far after each world in which every promise
  ///   was kept.
  func run(_ listener: (Result) -> Void = { _ in }) -> Result {
    var result = Result()
    for number in 0..<worlds {
      let seed = seed &+ UInt64(number)
      let isRepeated = twice.map { number % $0 == 0 } ?? false
      let chronicle = World(seed: seed, canary: canary).live(steps: steps, readingBooks: isRepeated)
      result.add(chronicle)
      if result.breach == nil, isRepeated {
        result.repeated += 1
        let again = World(seed: seed, canary: canary).live(steps: steps, readingBooks: true)
        if again.transcript != chronicle.transcript || again.books != chronicle.books {
          result.breach = (
            seed, chronicle.steps, Breach(.repeatable, "the second time was different")
          )
        }
      }
      guard let breach = result.breach else {
        listener(result)
        continue
      }
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
  /// Adds what came of other worlds; of two broken promises the one of the first seed is kept.
  mutating func add(_ other: Simulation.Result) {
    worlds += other.worlds
    steps += other.steps
    repeated += other.repeated
    captures += other.captures
    refunds += other.refunds
    deadLetters += other.deadLetters
    tally.add(other.tally)
    probes.add(other.probes)
    if let broken = other.breach, breach.map({ broken.seed < $0.seed }) ?? true { breach = broken }
  }

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
