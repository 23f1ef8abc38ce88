import Payments

/// How many requests a second may leave: a bucket of tokens that fills with time.
struct Pace {
  private let perSecond: Int64
  /// Thousandths of a token.
  private var level: Int64
  private var filled: Instant?

  /// A full bucket; at least one request a second.
  init(perSecond: Int) {
    self.perSecond = Int64(max(1, min(perSecond, 1_000_000)))
    self.level = self.perSecond * 1000
  }

  /// Takes a token if there is one.
  mutating func take(at now: Instant) -> Bool {
    fill(now)
    guard level >= 1000 else { return false }
    level -= 1000
    return true
  }

  /// When there will be a token.
  func next(after now: Instant) -> Instant {
    let missing = max(0, 1000 - level)
    return now.advanced(by: .milliseconds((missing + perSecond - 1) / perSecond))
  }

  private mutating func fill(_ now: Instant) {
    defer { filled = now }
    guard let filled, filled < now else { return }
    let elapsed = min(filled.duration(to: now).milliseconds, 1000)
    level = min(perSecond * 1000, level + elapsed * perSecond)
  }
}
