/// What the command line asks for.
struct Arguments {
  var seed: UInt64 = 1
  var steps = 150
  var worlds = 1000
  var twice = 10
  var canaries: [Canary] = []
  var tells = false
  var needsProbes = false
  var cores = 1
  /// Whether this is a copy of the program that lives through a share of the worlds, and gives
  /// account to the one that started it.
  var isShare = false

  static let usage = """
    usage: simulate [--seed N] [--steps M] [--worlds K] [--twice J] [--canary NAME]
                    [--cores C] [--probes] [--tell]

      --seed N       the first world's seed; the next world has the next number (1)
      --steps M      how much happens in a world before nothing fails any more (150)
      --worlds K     how many worlds (1000)
      --twice J      every J-th world is lived through twice and compared (10)
      --cores C      how many copies of this program share the worlds (1)
      --canary NAME  makes the worlds wrong on purpose, and fails unless that is noticed:
                     \(Canary.allCases.map(\.rawValue).joined(separator: ", ")), or all
      --probes       fails when a rare branch was never taken
      --tell         tells what happens in the first world
    """

  /// Reads the command line; nil when it cannot be understood.
  init?(_ words: [String]) {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--tell": tells = true
      case "--probes": needsProbes = true
      case "--share": isShare = true
      case "--seed", "--steps", "--worlds", "--twice", "--cores":
        guard let number = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
        guard set(word, number) else { return nil }
      case "--canary":
        guard let name = rest.popFirst() else { return nil }
        if name == "all" {
          canaries = Canary.allCases
        } else if let canary = Canary(rawValue: name) {
          canaries = [canary]
        } else {
          return nil
        }
      default: return nil
      }
    }
  }

  private mutating func set(_ word: String, _ number: UInt64) -> Bool {
    if word == "--seed" {
      seed = number
      return true
    }
    guard let number = Int(exactly: number), number > 0 else { return false }
    switch word {
    case "--steps": steps = number
    case "--worlds": worlds = number
    case "--cores": cores = number
    default: twice = number
    }
    return true
  }
}
