import Payments

/// A span of time in which what is spent is added up.
///
/// What is spent is kept in minutes, hours, days (in UTC) and once for ever, so that a window is a
/// few sums whatever the number of operations: at most 60 minutes, 24 hours and its days. A window
/// that begins within a minute takes the whole minute: it errs on the side of the cap.
struct Bucket: Equatable {
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000
  static let day: Int64 = 86_400_000

  /// Its length in milliseconds; 0 for the one that never ends.
  let width: Int64
  /// Its first millisecond since 1970-01-01T00:00:00Z.
  let start: Int64

  /// The first millisecond of an instant's minute.
  static func beginning(ofMinuteAt instant: Instant) -> Int64 {
    floor(bounded(instant), to: minute)
  }

  /// The buckets an instant falls into.
  static func all(at instant: Instant) -> [Bucket] {
    let moment = bounded(instant)
    return [minute, hour, day].map { Bucket(width: $0, start: floor(moment, to: $0)) }
      + [Bucket(width: 0, start: 0)]
  }

  /// The spans that together make up everything since an instant, each in buckets of one width.
  static func spans(since instant: Instant?) -> [(width: Int64, range: Range<Int64>)] {
    guard let instant else { return [(0, 0..<1)] }
    let firstMinute = floor(bounded(instant), to: minute)
    let firstHour = ceiling(firstMinute, to: hour)
    let firstDay = ceiling(firstHour, to: day)
    return [
      (minute, firstMinute..<firstHour), (hour, firstHour..<firstDay), (day, firstDay..<Int64.max),
    ].filter { !$0.1.isEmpty }
  }

  /// An instant, moved into the 292 million years around 1970 in which rounding cannot overflow.
  /// Both what is spent and what is asked for is moved, so that their order stays.
  private static func bounded(_ instant: Instant) -> Int64 {
    let bound = Int64.max / 2
    return min(max(instant.milliseconds, -bound), bound)
  }

  private static func floor(_ moment: Int64, to width: Int64) -> Int64 {
    let rest = moment % width
    return moment - (rest < 0 ? rest + width : rest)
  }

  private static func ceiling(_ moment: Int64, to width: Int64) -> Int64 {
    let floor = floor(moment, to: width)
    return floor == moment ? moment : floor + width
  }
}
