import Payments

extension Stripe {
  /// How long a response asks us to wait: seconds, or a date against the `Date` of the same
  /// response, because no clock is asked here. At most one hour; nil if it does not say.
  ///
  /// Stripe does not send `Retry-After`; proxies do (`processors.md` §1.2).
  static func retryAfter(of response: Response) -> Duration? {
    guard let value = response.header("Retry-After") else { return nil }
    let longest: Int64 = 3600
    if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return .seconds(min(Int64(value) ?? longest, longest))
    }
    guard let then = secondsSince1970(imfFixdate: value),
      let now = response.header("Date").flatMap({ secondsSince1970(imfFixdate: $0) })
    else { return nil }
    return .seconds(min(max(then - now, 0), longest))
  }
}

private let months = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
private let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7), the only date form now sent; nil for
/// any other text. The weekday is not checked.
public func secondsSince1970(imfFixdate text: String) -> Int64? {
  let bytes = Array(text.utf8)
  guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[25...].elementsEqual(" GMT".utf8),
    [4, 7, 11, 16].allSatisfy({ bytes[$0] == UInt8(ascii: " ") }),
    [19, 22].allSatisfy({ bytes[$0] == UInt8(ascii: ":") })
  else { return nil }
  let name = String(decoding: bytes[8..<11], as: UTF8.self)
  guard let month = months.firstIndex(of: name),
    let day = number(bytes[5..<7]), let year = number(bytes[12..<16]),
    let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]),
    let second = number(bytes[23..<25]),
    (1...31).contains(day), hour < 24, minute < 60, second <= 60
  else { return nil }
  return daysSince1970(year: year, month: Int64(month) + 1, day: day) * 86400
    + hour * 3600 + minute * 60 + second
}

/// Writes an instant of the years 1970 to 9999 as `Sun, 06 Nov 1994 08:49:37 GMT`.
func imfFixdate(_ instant: Instant) -> String {
  let seconds = min(max(instant.milliseconds / 1000, 0), 253_402_300_799)
  let day = seconds / 86400
  let (year, month, date) = civil(daysSince1970: day)
  let clock = seconds % 86400
  var bytes = Array("Www, 00 Mmm 0000 00:00:00 GMT".utf8)
  bytes.replaceSubrange(0..<3, with: weekdays[Int(day % 7)].utf8)
  bytes.replaceSubrange(8..<11, with: months[Int(month) - 1].utf8)
  let numbers = [
    (date, 5..<7), (year, 12..<16), (clock / 3600, 17..<19), (clock / 60 % 60, 20..<22),
    (clock % 60, 23..<25),
  ]
  for (number, places) in numbers {
    var rest = number
    for place in places.reversed() {
      bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
  guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
}

/// A number in at least so many digits.
func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that
/// the leap day is the last of its year.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
  let year = month <= 2 ? year - 1 : year
  let era = (year >= 0 ? year : year - 399) / 400
  let yearOfEra = year - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

private func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = days + 719_468
  let era = shifted / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}
