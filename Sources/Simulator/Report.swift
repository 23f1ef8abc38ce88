/// What is printed of a simulation.
struct Report {
  let lines: [String]

  init(_ result: Simulation.Result, steps: Int, lasting duration: Duration) {
    let milliseconds = max(
      1,
      duration.components.seconds * 1000
        + duration.components.attoseconds / 1_000_000_000_000_000)
    let perSecond = Int64(result.worlds + result.repeated) * 10_000 / milliseconds
    var lines = [
      "worlds               \(result.worlds), \(result.repeated) of them lived through twice",
      "worlds per second    \(perSecond / 10).\(perSecond % 10)",
      "steps                \(result.steps)",
      "charges captured     \(result.captures)",
      "refunds executed     \(result.refunds)",
      "dead letters         \(result.deadLetters)",
      "faults injected      \(result.tally.sum)",
    ]
    for mischief in Mischief.allCases {
      lines.append("  \(Report.padded(mischief.words, to: 34))\(result.tally[mischief])")
    }
    lines.append("probes")
    for name in Probes.named {
      lines.append("  \(Report.padded(name, to: 44))\(result.probes[name])")
    }
    let others = result.probes.others
    if !others.isEmpty { lines.append("without a name") }
    for name in others {
      lines.append("  \(Report.padded(name, to: 44))\(result.probes[name])")
    }
    self.lines = lines
  }

  /// A broken promise, with the command that shows it again.
  static func breach(_ broken: (seed: UInt64, step: Int, breach: Breach), steps: Int) -> String {
    "seed \(broken.seed), step \(broken.step): \(broken.breach.sentence)\n"
      + "again: simulate --seed \(broken.seed) --steps \(steps) --worlds 1 --twice 1 --tell"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.utf8.count))
  }
}
