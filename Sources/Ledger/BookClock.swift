public import Payments

/// What the books know of time: it never goes back in them, and how long ago something was is not
/// guessed (`reliability.md`, Decisions 1 and 9).
public struct BookClock: Sendable, Equatable {
  /// How far a clock may be behind the books without a word: clocks are corrected.
  static let slack = Duration.seconds(300)

  /// The latest instant that was marked; nil in new books.
  public let latest: Instant?
  /// What had been marked when a clock was last found behind the books: how long that is ago nobody
  /// knows. Nil when none ever was.
  let distrusted: Instant?

  /// The time in the books when the clock says this.
  public func now(at reading: Instant) -> Instant { max(reading, latest ?? reading) }

  /// Up to when nobody knows how long ago a thing in the books was, as this reading shows.
  public func distrusted(at reading: Instant) -> Instant? {
    guard let latest, reading < latest.advanced(by: .zero - Self.slack) else { return distrusted }
    return latest
  }
}

extension Books {
  /// What the books know of time.
  public func clock() throws(LedgerError) -> BookClock {
    let clock = try only(.clock, []) { row throws(LedgerError) in
      BookClock(latest: try row.instantOrNil(), distrusted: try row.instantOrNil())
    }
    return clock ?? BookClock(latest: nil, distrusted: nil)
  }

  /// The time in the books when the clock says this.
  public func time(at reading: Instant) throws(LedgerError) -> Instant {
    try clock().now(at: reading)
  }

  /// Raises the clock mark to this instant, and keeps what the clock's reading shows. The mark is
  /// never lowered, so that a clock that went back shows.
  public mutating func mark(_ now: Instant, at reading: Instant) throws(LedgerError) {
    if reading < now {
      let clock = try clock()
      if let distrusted = clock.distrusted(at: reading), distrusted != clock.distrusted {
        try change(.distrust, [.instant(distrusted)])
      }
    }
    try change(.mark, [.instant(now)])
  }
}
