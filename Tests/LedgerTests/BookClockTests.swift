import Payments
import Testing

@testable import Ledger

@Suite struct BookClockTests {
  private let scratch = Scratch()

  private let hour: Int64 = 3_600_000

  /// Marks the time by each reading, in milliseconds; what the books know then.
  private func clock(after readings: [Int64]) throws -> BookClock {
    var ledger = try Ledger(path: scratch("ledger.db"))
    for reading in readings {
      try ledger.commit { books throws(LedgerError) in
        try books.mark(try books.time(at: at(reading)), at: at(reading))
      }
    }
    return try ledger.read { books throws(LedgerError) in try books.clock() }
  }

  @Test func whatWasMarkedBeforeAClockWasFoundBehindIsDistrustedForEver() throws {
    let clock = try clock(after: [hour, 10 * hour, hour, 2 * hour, 11 * hour])
    #expect(clock == BookClock(latest: at(11 * hour), distrusted: at(10 * hour)))
    #expect(clock.now(at: at(hour)) == at(11 * hour))
    #expect(clock.now(at: at(12 * hour)) == at(12 * hour))
    #expect(clock.distrusted(at: at(hour)) == at(11 * hour))
  }

  @Test func aCorrectionOfMinutesIsNoReasonForDistrust() throws {
    let clock = try clock(after: [hour, hour - 300_000])
    #expect(clock == BookClock(latest: at(hour), distrusted: nil))
    #expect(clock.distrusted(at: at(hour - 300_001)) == at(hour))
  }

  @Test func newBooksBelieveTheClock() throws {
    let clock = try clock(after: [])
    #expect(clock.now(at: at(-5)) == at(-5) && clock.distrusted(at: at(-5)) == nil)
  }
}
