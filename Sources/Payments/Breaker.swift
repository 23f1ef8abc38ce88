/// The circuit breaker: after several requests in a row that were to change something and proved
/// nothing, no new operation is begun until the processor makes sense again (`requirements.md`
/// F2-24).
///
/// A value that the books keep for each namespace, because frameworks start a process for each
/// call. What was begun goes on, bounded as ever, and an answer that proves that something was done
/// closes it; look-ups that prove nothing are about what was begun and keep nobody out. After a
/// rest one new operation is let through to find out.
///
/// Its times are a clock's readings, not the books': those stand still while they are ahead of the
/// clock.
public struct Breaker: Hashable, Sendable {
  /// What is said to a new operation.
  public enum Admission: Hashable, Sendable {
    /// It may begin.
    case admitted
    /// Another one is finding out whether the processor is back.
    case soon
    /// The processor makes no sense.
    case shut
  }

  /// How many requests in a row have to prove nothing.
  public static let limit: Int64 = 5
  /// How long one of them counts until the next.
  static let window = Duration.seconds(30)
  /// How long after the last of them one new operation is let through.
  public static let rest = Duration.seconds(30)

  /// How many requests in a row proved nothing, up to the limit; one more while an operation that
  /// was let through is finding out.
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
  public var isOpen: Bool { doubts >= Self.limit }

  /// Takes note of what an answer proved. A turned-away request and a key in use say neither that
  /// the processor works nor that it does not.
  ///
  /// - Parameter writes: whether the request was to change something.
  public mutating func note(_ finding: Finding, writes: Bool, at reading: Instant) {
    switch finding {
    case .throttled, .inProgress: break
    case .unknown, .notSent:
      guard writes else { return }
      let isInRow = isOpen || isWithin(Self.window, reading)
      doubts = isInRow ? min(doubts + 1, Self.limit) : 1
      last = reading
    case .absent:
      // That nothing is there says that it can be read, not that anything can be done.
      if writes { self = .closed }
    case .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
      .submitted, .refundFailed, .rejected, .misconfigured, .blocked, .deferred:
      self = .closed
    }
  }

  /// Whether a new operation may begin now. One that may although it is open is the only one until
  /// its outcome is known or as long again has passed.
  public mutating func admission(at reading: Instant) -> Admission {
    guard isOpen else { return .admitted }
    if isWithin(Self.rest, reading) { return doubts > Self.limit ? .soon : .shut }
    doubts = Self.limit + 1
    last = reading
    return .admitted
  }

  /// Whether the last time is less than so long ago, or so long ahead: a clock was corrected.
  private func isWithin(_ length: Duration, _ reading: Instant) -> Bool {
    let gap = last.duration(to: reading)
    return gap < length && gap > .zero - length
  }
}
