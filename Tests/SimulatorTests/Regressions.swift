import Testing

@testable import Simulator

/// Worlds in which a promise was once broken, with what was wrong. What a seed leads to changes
/// with the worlds; what was wrong is told, so that it can be looked for again.
@Suite struct Regressions {
  struct Found: CustomTestStringConvertible {
    let seed: UInt64
    let wrong: String

    var testDescription: String { "seed \(seed): \(wrong)" }
  }

  static let found = [
    Found(seed: 5, wrong: "With a clock behind the books' a server slept past the deadline."),
    Found(seed: 20, wrong: "A server that could begin nothing more asked to be woken for ever."),
    Found(seed: 24, wrong: "While the disk failed, whoever waited was not answered in time."),
    Found(seed: 32, wrong: "A stored 500 was replayed to every cancellation for a day."),
    Found(seed: 191, wrong: "The idle did not notice that another server died at work."),
    Found(seed: 48, wrong: "What was committed upon a commit that was undone was lost with it."),
    Found(seed: 73_488, wrong: "The idle did not notice what a server had put off, and died."),
    Found(seed: 60_889, wrong: "A commit that was undone, with STOP as its answer, came back."),
    Found(
      seed: 30_241, wrong: "The end was compared before the books' time, days ahead of the world's."
    ),
  ]

  @Test(arguments: found)
  func whatWasFoundStaysMended(_ found: Found) {
    let chronicle = World(seed: found.seed).live(steps: 150)
    #expect(chronicle.breach?.sentence == nil)
  }
}
