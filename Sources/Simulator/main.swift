import Glibc

let simulation = Simulation(
  seed: CommandLine.arguments.dropFirst().first.flatMap(UInt64.init) ?? 1,
  worlds: CommandLine.arguments.dropFirst(2).first.flatMap(Int.init) ?? 10, steps: 150, canary: nil,
  twice: 8)
let clock = ContinuousClock()
let began = clock.now
let result = simulation.run()
print(result.worlds, "worlds", result.steps, "steps", clock.now - began)
print(result.captures, result.refunds, result.deadLetters)
for mischief in Mischief.allCases { print(mischief.words, result.tally[mischief]) }
for (name, count) in result.probes.counts.sorted(by: { $0.key < $1.key }) { print(name, count) }
if let (seed, step, breach) = result.breach { print("seed", seed, "step", step, breach.sentence) }
