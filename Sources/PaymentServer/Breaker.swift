import Payments

/// The circuit breaker of one process: after several requests in a row that proved nothing, no new
/// operation is begun until the processor makes sense again.
///
/// A value. What was begun goes on, bounded as ever: its look-ups are what finds out that the
/// processor is back. Where none is pending, one new operation is let through after a rest.
struct Breaker {
  /// How many requests in a row have to prove nothing.
  static let limit = 5
  /// Within which time.
  static let window = Duration.seconds(30)
  /// How long after the last of them one new operation is let through.
  static let rest = Duration.seconds(30)

  /// When requests proved nothing since the last that proved something, the newest last.
  private var failures: [Instant] = []
  /// Since when it is open, or when an operation was last let through; nil while it is closed.
  private var opened: Instant?

  /// Takes note of what an answer proved. A turned-away request and a key in use say neither that
  /// the processor works nor that it does not.
  mutating func note(_ finding: Finding, at now: Instant) {
    switch finding {
    case .throttled, .inProgress: break
    case .unknown, .notSent:
      failures.removeAll { $0.duration(to: now) > Self.window }
      failures.append(now)
      if failures.count >= Self.limit || opened != nil { opened = now }
    case .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
      .submitted, .refundFailed, .absent, .rejected, .misconfigured, .blocked, .deferred:
      self = Breaker()
    }
  }

  /// Whether a new operation may begin now. One that may although it is open is the only one until
  /// its outcome is known or as long again has passed.
  mutating func admits(at now: Instant) -> Bool {
    guard let opened else { return true }
    guard opened.duration(to: now) >= Self.rest else { return false }
    self.opened = now
    return true
  }
}
