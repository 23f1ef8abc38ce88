/// The circuit breaker: after several requests in a row that proved nothing, no new operation is
/// begun until the processor makes sense again (`requirements.md` F2-24).
///
/// A value that the books keep for each namespace, because frameworks start a process for each
/// call. What was begun goes on, bounded as ever: its look-ups are what finds out that the
/// processor is back. Where none is pending, one new operation is let through after a rest.
///
/// Its times are a clock's readings, not the books': those stand still while they are ahead of the
/// clock.
public struct Breaker: Hashable, Sendable {
  /// How many requests in a row have to prove nothing.
  static let limit: Int64 = 5
  /// How long one of them counts until the next.
  static let window = Duration.seconds(30)
  /// How long after the last of them one new operation is let through.
  static let rest = Duration.seconds(30)

  /// How many requests in a row proved nothing, up to the limit.
  public private(set) var doubts: Int64
  /// When the last of them did, or when an operation was last let through.
  public private(set) var last: Instant

  /// The processor makes sense, as far as is known.
  public static let closed = Breaker(doubts: 0, last: Instant(milliseconds: 0))

  /// A breaker as it was kept.
  public init(doubts: Int64, last: Instant) {
    self.doubts = doubts
    self.last = last
  }

  /// Whether nothing new is begun.
  private var isOpen: Bool { doubts >= Self.limit }

  /// Takes note of what an answer proved. A turned-away request and a key in use say neither that
  /// the processor works nor that it does not.
  public mutating func note(_ finding: Finding, at reading: Instant) {
    switch finding {
    case .throttled, .inProgress: break
    case .unknown, .notSent:
      let isInRow = isOpen || isWithin(Self.window, reading)
      doubts = isInRow ? min(doubts + 1, Self.limit) : 1
      last = reading
    case .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
      .submitted, .refundFailed, .absent, .rejected, .misconfigured, .blocked, .deferred:
      self = .closed
    }
  }

  /// Whether a new operation may begin now. One that may although it is open is the only one until
  /// its outcome is known or as long again has passed.
  public mutating func admits(at reading: Instant) -> Bool {
    guard isOpen else { return true }
    guard !isWithin(Self.rest, reading) else { return false }
    last = reading
    return true
  }

  /// Whether the last time is less than so long ago, or so long ahead: a clock was corrected.
  private func isWithin(_ length: Duration, _ reading: Instant) -> Bool {
    let gap = last.duration(to: reading)
    return gap < length && gap > .zero - length
  }
}
