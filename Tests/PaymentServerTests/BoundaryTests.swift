import PaymentServer
import Payments
import Testing

/// Caps to the minor unit and windows to the millisecond, through the whole server and its ledger.
@Suite struct BoundaryTests {
  /// One kind of cap, as the policy file spells it.
  struct Kind: CustomTestStringConvertible, Sendable {
    let extent: String
    let window: String?
    var testDescription: String { "\(extent) \(window ?? "")" }

    /// The cap with further members.
    func cap(_ limit: String) -> String {
      let span = window.map { #", "window": "\#($0)""# } ?? ""
      return #"{"name": "it", "per": "\#(extent)"\#(span), "currency": "USD", \#(limit)}"#
    }
  }

  static let windows = ["1m", "1h", "24h", "30d", "day", "month", "lifetime"]
  static let kinds =
    [Kind(extent: "operation", window: nil), Kind(extent: "run", window: nil)]
    + ["run", "customer", "namespace"].flatMap { extent in
      windows.map { Kind(extent: extent, window: $0) }
    }

  @Test(arguments: kinds) func theLastMinorUnitIsAllowedAndNotOneMore(_ kind: Kind) throws {
    let isSingle = kind.extent == "operation"
    for (asked, code) in [(5999, "captured"), (6000, "captured"), (6001, "refused")] {
      let till = try Till(ample(kind.cap(#""amount": "100.00""#)))
      if !isSingle { #expect(try till.charge(4000) == "captured") }
      let amount = Int64(isSingle ? asked + 4000 : asked)
      let refusal = isSingle ? "operation_too_large" : "spend_cap_exceeded"
      #expect(try till.charge(amount) == (code == "refused" ? refusal : code), "\(asked)")
      let before: Int64 = isSingle ? 0 : 4000
      #expect(till.taken == (code == "refused" ? before : before + amount))
    }
  }

  @Test(arguments: kinds.filter { $0.extent != "operation" })
  func theLastOperationIsAllowedAndNotOneMore(_ kind: Kind) throws {
    let sum = #"{"name": "sum", "per": "operation", "amount": "90.00", "currency": "USD"}"#
    let till = try Till(ample(kind.cap(#""count": 3"#), sum))
    let codes = try (1...4).map { try till.charge(Int64(100 + $0)) }
    #expect(codes == ["captured", "captured", "captured", "spend_cap_exceeded"])
  }

  /// Uses a cap up at one moment and asks for everything again around another one.
  private func asks(
    _ window: String, full: Instant, again: Instant, offset: String = ""
  ) throws -> [Bool] {
    try [-1, 0, 1].map { step in
      let cap =
        #"{"name": "it", "per": "namespace", "window": "\#(window)"\#(offset), "amount": "10.00","#
        + #" "currency": "USD"}"#
      let till = try Till(ample(cap))
      #expect(try till.charge(1000, at: full) == "captured")
      return try till.charge(1000, at: again.advanced(by: .milliseconds(step))) == "captured"
    }
  }

  static let lengths: [(String, Int64)] = [
    ("1m", 60), ("1h", 3600), ("24h", 86_400), ("30d", 30 * 86_400),
  ]

  @Test(arguments: lengths)
  func aRollingWindowGivesBackAtTheEndOfTheMinuteAndNeverEarly(
    window: String, seconds: Int64
  ) throws {
    for second in ["00", "30", "59"] {
      let full = moment("2026-11-20T09:17:\(second)Z")
      let end = moment("2026-11-20T09:18:00Z", plus: seconds * 1000)
      #expect(try asks(window, full: full, again: end) == [false, true, true])
      let length = full.advanced(by: .seconds(seconds))
      #expect(try asks(window, full: full, again: length) == [false, false, false])
    }
  }

  @Test(arguments: [
    // Midnights of their own, and of offsets that are no whole hours.
    ("", "2026-11-20T09:00:00Z", "2026-11-21T00:00:00Z"),
    (#", "utcOffset": "+05:45""#, "2026-11-20T18:14:59Z", "2026-11-20T18:15:00Z"),
    (#", "utcOffset": "-14:00""#, "2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z"),
    // In spring and in autumn clocks are changed in that night; an offset is not.
    (#", "utcOffset": "+01:00""#, "2026-03-28T23:00:00Z", "2026-03-29T23:00:00Z"),
    (#", "utcOffset": "+01:00""#, "2026-03-29T00:30:00Z", "2026-03-29T23:00:00Z"),
    (#", "utcOffset": "+02:00""#, "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z"),
    (#", "utcOffset": "-05:00""#, "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z"),
    (#", "utcOffset": "-05:00""#, "2026-11-01T05:00:00Z", "2026-11-02T05:00:00Z"),
  ]) func aDayEndsAtItsMidnight(offset: String, full: String, end: String) throws {
    #expect(
      try asks("day", full: moment(full), again: moment(end), offset: offset)
        == [false, true, true])
  }

  @Test(arguments: [
    ("", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
    ("", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"),
    ("", "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z"),
    ("", "2026-04-30T23:59:59Z", "2026-05-01T00:00:00Z"),
    ("", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
    (#", "utcOffset": "+13:00""#, "2026-11-30T10:59:59Z", "2026-11-30T11:00:00Z"),
    (#", "utcOffset": "-08:00""#, "2026-03-01T08:00:00Z", "2026-04-01T08:00:00Z"),
  ]) func aMonthEndsWithItsLastDay(offset: String, full: String, end: String) throws {
    #expect(
      try asks("month", full: moment(full), again: moment(end), offset: offset)
        == [false, true, true])
  }

  @Test func aLifetimeNeverEnds() throws {
    let end = moment("2126-11-20T09:00:00Z")
    #expect(
      try asks("lifetime", full: moment("2026-11-20T09:00:00Z"), again: end)
        == [false, false, false])
  }

  @Test(arguments: ["1h", "day", "month"], [false, true])
  func aClockThatGoesBackAnHourOpensNoWindowTwice(window: String, restarts: Bool) throws {
    let cap =
      #"{"name": "it", "per": "namespace", "window": "\#(window)", "amount": "10.00","#
      + #" "currency": "USD"}"#
    let till = try Till(ample(cap))
    // The month's last day, just before midnight: full. Just after: full again.
    #expect(try till.charge(1000, at: moment("2026-11-30T22:58:00Z")) == "captured")
    #expect(try till.charge(1000, at: moment("2026-12-01T00:00:30Z")) == "captured")
    if restarts { till.restart() }
    for minute in stride(from: -60, through: 0, by: 10) {
      let back = moment("2026-12-01T00:00:30Z", plus: Int64(minute) * 60_000)
      #expect(try till.charge(1000, at: back) == "spend_cap_exceeded", "\(minute)")
    }
    #expect(till.taken == 2000)
  }
}
