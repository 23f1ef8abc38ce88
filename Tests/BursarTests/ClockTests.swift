import Payments
import Testing

@testable import bursar

struct ClockTests {
  private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

  @Test func timeIsTheWallClockWhileThatGoesForward() {
    var clock = Clock(wall: 1000, boot: 50)
    #expect(clock.now(wall: 1000, boot: 50) == at(1000))
    #expect(clock.now(wall: 1300, boot: 350) == at(1300))
  }

  @Test func aWallClockSetBackIsNotFollowed() {
    var clock = Clock(wall: 10_000, boot: 50)
    #expect(clock.now(wall: 4_000, boot: 150) == at(10_100))
    #expect(clock.now(wall: 4_100, boot: 250) == at(10_200))
  }

  @Test func aWallClockSetForwardIsFollowed() {
    var clock = Clock(wall: 10_000, boot: 50)
    #expect(clock.now(wall: 90_000, boot: 60) == at(90_000))
    #expect(clock.now(wall: 10_020, boot: 80) == at(90_020))
  }

  @Test func aTimestampIsISO8601InUTC() {
    #expect(preciseTimestamp(at(0)) == "1970-01-01T00:00:00.000Z")
    #expect(preciseTimestamp(at(1_709_210_096_007)) == "2024-02-29T12:34:56.007Z")
  }
}

struct PaceTests {
  private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

  @Test func aSecondsWorthMayLeaveAtOnceAndNoMore() {
    var pace = Pace(perSecond: 3)
    let taken = (0..<5).map { _ in pace.take(at: at(0)) }
    #expect(taken == [true, true, true, false, false])
    #expect(pace.next(after: at(0)) == at(334))
    let later = [333, 334].map { pace.take(at: at($0)) }
    #expect(later == [false, true])
  }

  @Test func idleTimeFillsTheBucketToItsBrimAndNotBeyond() {
    var pace = Pace(perSecond: 2)
    _ = pace.take(at: at(0))
    let taken = (0..<3).map { _ in pace.take(at: at(1_000_000)) }
    #expect(taken == [true, true, false])
  }

  @Test func timeThatStandsStillFillsNothing() {
    var pace = Pace(perSecond: 1)
    let taken = [500, 500, 400].map { pace.take(at: at($0)) }
    #expect(taken == [true, false, false])
  }
}
