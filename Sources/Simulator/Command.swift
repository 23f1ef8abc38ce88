import Glibc

/// The command: worlds, or canaries, and what came of them.
struct Command {
  private let arguments: Arguments?

  init(_ words: [String]) {
    arguments = Arguments(Array(words.dropFirst()))
  }

  /// Runs it and gives back the exit code: 0 when every promise was kept, or every canary caught.
  func run() -> Int32 {
    guard let arguments else {
      Command.say(Arguments.usage)
      return 64
    }
    if arguments.tells {
      _ = World(seed: arguments.seed, canary: arguments.canaries.first, listener: Command.say)
        .live(steps: arguments.steps)
    }
    if arguments.isShare { return giveAccount(arguments) }
    if arguments.canaries.isEmpty { return simulate(arguments) }
    return arguments.canaries.allSatisfy { isCaught($0, arguments) } ? 0 : 1
  }

  private func simulate(_ arguments: Arguments) -> Int32 {
    let clock = ContinuousClock()
    let began = clock.now
    let result = arguments.cores > 1 ? Shares(arguments: arguments).run() : live(arguments)
    guard let result else {
      Command.say("a copy of this program did not come to its end")
      return 1
    }
    let report = Report(result, steps: arguments.steps, lasting: began.duration(to: clock.now))
    Command.say(report.lines.joined(separator: "\n"))
    if let breach = result.breach {
      Command.say(Report.breach(breach, steps: arguments.steps))
      return 1
    }
    let missing = result.probes.missing
    if arguments.needsProbes, !missing.isEmpty {
      Command.say("never taken: \(missing.joined(separator: ", "))")
      return 1
    }
    Command.say("every promise was kept")
    return 0
  }

  private func live(_ arguments: Arguments) -> Simulation.Result {
    let simulation = Simulation(
      seed: arguments.seed, worlds: arguments.worlds, steps: arguments.steps, canary: nil,
      twice: arguments.twice)
    return simulation.run { result in
      guard result.worlds % 1000 == 0 else { return }
      remark("seed \(arguments.seed) and on: \(result.worlds) worlds, every promise kept")
    }
  }

  /// What a copy of this program does: the account is read by whoever started it.
  private func giveAccount(_ arguments: Arguments) -> Int32 {
    let result = live(arguments)
    // At once, because the others may go on for long.
    if let breach = result.breach { remark(Report.breach(breach, steps: arguments.steps)) }
    Command.say(String(decoding: result.line, as: UTF8.self))
    return 0
  }

  private func isCaught(_ canary: Canary, _ arguments: Arguments) -> Bool {
    let twice = canary.caughtBy.contains(.repeatable) ? 1 : nil
    let result = Simulation(
      seed: arguments.seed, worlds: arguments.worlds, steps: arguments.steps, canary: canary,
      twice: twice
    ).run()
    guard let breach = result.breach else {
      Command.say("\(canary.rawValue): not noticed in \(result.worlds) worlds")
      return false
    }
    Command.say("\(canary.rawValue): noticed in world \(result.worlds): \(breach.breach.sentence)")
    return true
  }

  private static func say(_ text: String) {
    print(text)
  }
}
