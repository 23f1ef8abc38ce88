import Payments
import Testing

/// Where windows begin, and the calendar behind them.
@Suite struct WindowTests {
  private func instant(_ text: String) -> Instant {
    let parts = text.split { "-T:Z".contains($0) }.compactMap { Int64($0) }
    var day: Int64 = -200_000
    let wanted = parts.prefix(3).map { Int($0) }
    while true {
      let date = CalendarDay(daysSince1970: day)
      if [date.year, date.month, date.day] == wanted { break }
      day += 1
    }
    return Instant(
      milliseconds: (day * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]) * 1000)
  }

  private func start(_ window: Window, _ now: String) -> String? {
    window.start(at: instant(now)).map { timestamp($0) }
  }

  @Test func aLifetimeHasNoBeginningAndARollingWindowRolls() {
    #expect(Window.lifetime.start(at: Fixture.now) == nil)
    let rolling = Window.rolling(.seconds(86_400))
    #expect(start(rolling, "2024-03-01T12:00:00Z") == "2024-02-29T12:00:00Z")
    #expect(start(rolling, "2023-03-01T12:00:00Z") == "2023-02-28T12:00:00Z")
    let start = rolling.start(at: Instant(milliseconds: .min))
    #expect(start == Instant(milliseconds: .min))
  }

  @Test func aDayBeginsAtItsOwnMidnight() {
    let cases: [(Int, String, String)] = [
      (0, "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"),
      (0, "2026-11-20T23:59:59Z", "2026-11-20T00:00:00Z"),
      (60, "2026-11-20T22:59:59Z", "2026-11-19T23:00:00Z"),
      (60, "2026-11-20T23:00:00Z", "2026-11-20T23:00:00Z"),
      (-300, "2026-11-20T04:59:59Z", "2026-11-19T05:00:00Z"),
      (-300, "2026-11-20T05:00:00Z", "2026-11-20T05:00:00Z"),
      (345, "2024-02-29T18:14:59Z", "2024-02-28T18:15:00Z"),
      (345, "2024-02-29T18:15:00Z", "2024-02-29T18:15:00Z"),
      (840, "2025-12-31T10:00:00Z", "2025-12-31T10:00:00Z"),
      (0, "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z"),
      (-60, "1970-01-01T00:30:00Z", "1969-12-31T01:00:00Z"),
    ]
    for (offset, now, begins) in cases {
      #expect(start(.day(offset: offset), now) == begins)
    }
  }

  @Test func aMonthBeginsOnItsFirst() {
    let cases: [(Int, String, String)] = [
      (0, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
      (0, "2026-11-30T23:59:59Z", "2026-11-01T00:00:00Z"),
      (0, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z"),
      (0, "2023-03-01T00:00:00Z", "2023-03-01T00:00:00Z"),
      (0, "2000-02-29T00:00:00Z", "2000-02-01T00:00:00Z"),
      (0, "2100-02-28T23:59:59Z", "2100-02-01T00:00:00Z"),
      (0, "2100-03-01T00:00:00Z", "2100-03-01T00:00:00Z"),
      (60, "2025-12-31T23:00:00Z", "2025-12-31T23:00:00Z"),
      (60, "2025-12-31T22:59:59Z", "2025-11-30T23:00:00Z"),
      (-480, "2026-03-01T07:59:59Z", "2026-02-01T08:00:00Z"),
      (-480, "2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
      (0, "1969-12-31T23:59:59Z", "1969-12-01T00:00:00Z"),
      (0, "1968-02-29T01:00:00Z", "1968-02-01T00:00:00Z"),
    ]
    for (offset, now, begins) in cases {
      #expect(start(.month(offset: offset), now) == begins)
    }
  }

  @Test func theCalendarCountsEveryDayOfEightCenturiesOnce() {
    var date = CalendarDay(daysSince1970: -146_097)
    #expect(date.year == 1570 && date.month == 1 && date.day == 1)
    for day in -146_096...146_097 {
      let next = CalendarDay(daysSince1970: Int64(day))
      let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      let follows =
        if date.day < lengths[date.month - 1] {
          next.day == date.day + 1 && next.month == date.month && next.year == date.year
        } else if date.month < 12 {
          next.day == 1 && next.month == date.month + 1 && next.year == date.year
        } else {
          next.day == 1 && next.month == 1 && next.year == date.year + 1
        }
      guard follows else {
        Issue.record("\(date) is followed by \(next)")
        return
      }
      date = next
    }
    #expect(date.year == 2370 && date.month == 1 && date.day == 1)
  }

  @Test func anInstantReadsAsPeopleWriteIt() {
    #expect(timestamp(Instant(milliseconds: 0)) == "1970-01-01T00:00:00Z")
    #expect(timestamp(Instant(milliseconds: -1)) == "1969-12-31T23:59:59Z")
    #expect(timestamp(Instant(milliseconds: 951_825_599_999)) == "2000-02-29T11:59:59Z")
    #expect(timestamp(Instant(milliseconds: 1_795_000_000_000)) == "2026-11-18T11:06:40Z")
  }

  @Test func instantsSaturateAndDurationsCountWholeMilliseconds() {
    let end = Instant(milliseconds: .max)
    let start = Instant(milliseconds: .min)
    #expect(end.advanced(by: .milliseconds(1)) == end)
    #expect(start.advanced(by: .milliseconds(-1)) == start)
    #expect(start.duration(to: end) == .milliseconds(Int64.max))
    #expect(end.duration(to: start) == .milliseconds(Int64.min))
    #expect(start < end)
    #expect(Duration.microseconds(1999).milliseconds == 1)
    #expect(Duration.microseconds(-1999).milliseconds == -1)
    #expect(Duration.seconds(Int64.max).milliseconds == .max)
    #expect(Duration.seconds(Int64.min).milliseconds == .min)
  }
}
