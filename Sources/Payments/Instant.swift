/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Time arrives as an argument named `now` (DESIGN §4, invariant 2); nothing in this room asks for
/// it.
public struct Instant: Hashable, Sendable, InstantProtocol {
  /// Milliseconds since the Unix epoch.
  public let milliseconds: Int64

  /// The instant that many milliseconds after the Unix epoch.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Whether the left instant comes first.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The instant that much later; saturates at the ends of representable time.
  public func advanced(by duration: Duration) -> Instant {
    let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
    if overflow { return Instant(milliseconds: duration < .zero ? .min : .max) }
    return Instant(milliseconds: sum)
  }

  /// How long it is from this instant to the other; negative when the other comes first.
  public func duration(to other: Instant) -> Duration {
    let (difference, overflow) = other.milliseconds.subtractingReportingOverflow(milliseconds)
    if overflow { return .milliseconds(other > self ? Int64.max : Int64.min) }
    return .milliseconds(difference)
  }
}

extension Duration {
  /// Whole milliseconds, rounded towards zero; saturates.
  public var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    if carried { return seconds < 0 ? .min : .max }
    return sum
  }
}
