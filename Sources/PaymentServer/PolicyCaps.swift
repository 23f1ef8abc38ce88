import JSON
import Payments

/// The caps of a policy file, and the durations and currencies they are made of.
extension PolicyReader {
  mutating func caps(_ path: JSONDocument.Path) -> [Cap] {
    var value: JSONValue? = document.value
    for element in path {
      switch element {
      case .key(let key): value = value?[key]
      case .index(let index): value = value?.array?[index]
      }
    }
    var caps: [Cap] = []
    for (index, entry) in (value?.array ?? []).enumerated() {
      let place = path + [.index(index)]
      guard let name = name(place + [.key("name")], entry["name"]),
        let cap = cap(entry, named: name, place)
      else { continue }
      if caps.contains(where: { isSame($0.name, cap.name) }) {
        refuse(
          place + [.key("name")],
          "is the name of two caps (\(quoted(cap.name))); each needs its own")
      }
      caps.append(cap)
    }
    return caps
  }

  private mutating func cap(
    _ entry: JSONValue, named name: String, _ place: JSONDocument.Path
  ) -> Cap? {
    guard let extent = entry["per"]?.string.flatMap(Cap.Extent.init(rawValue:)) else { return nil }
    let window = window(entry, extent, place)
    guard let code = entry["currency"]?.string,
      let currency = currency(code, at: place + [.key("currency")])
    else { return nil }
    var amount: Int64?
    if let text = entry["amount"]?.string {
      amount = currencies.money(text, currency)?.amount
      if amount == nil {
        let example = currencies.text(Money(75_000, currency))
        refuse(
          place + [.key("amount")],
          "must be an amount in major units, not negative, with no more decimals than "
            + "\(currency.code) has, such as \"\(example.prefix(while: { $0 != " " }))\"; "
            + "\(quoted(text, limit: 24)) is not")
      }
    }
    let count = entry["count"]?.integer
    if entry["amount"] == nil, count == nil {
      refuse(place, "must limit something: give amount, count or both")
    }
    return Cap(
      name: name, extent: extent, window: window,
      currency: currency, amount: amount, count: count,
      splitWindow: splitWindow(entry, extent, place))
  }

  private mutating func splitWindow(
    _ entry: JSONValue, _ extent: Cap.Extent, _ place: JSONDocument.Path
  ) -> Duration? {
    guard let text = entry["splitWindow"]?.string else { return nil }
    let path = place + [.key("splitWindow")]
    guard extent == .operation, entry["amount"] != nil else {
      refuse(path, "has a meaning only in a cap per operation with an amount; remove it")
      return nil
    }
    guard let length = readDuration(text), length >= .seconds(60), length <= .seconds(366 * 86_400)
    else {
      refuse(path, "must be a duration from 1m to 366d such as 10m")
      return nil
    }
    return length
  }

  private mutating func window(
    _ entry: JSONValue, _ extent: Cap.Extent, _ place: JSONDocument.Path
  ) -> Window {
    let offset = offset(entry, place)
    let text = entry["window"]?.string
    if extent == .operation, text != nil {
      refuse(place + [.key("window")], "has no meaning in a cap per operation; remove it")
    }
    if entry["utcOffset"] != nil, !["day", "month"].contains(where: { isSame($0, text) }) {
      refuse(
        place + [.key("utcOffset")],
        "has a meaning only with the windows day and month; remove it")
    }
    switch text {
    case nil:
      if extent == .customer || extent == .namespace {
        refuse(
          place, "needs a window, such as \"24h\", \"day\", \"month\" or \"lifetime\"")
      }
      return .lifetime
    case "lifetime"?: return .lifetime
    case "day"?: return .day(offset: offset)
    case "month"?: return .month(offset: offset)
    case let text?:
      guard let length = readDuration(text), length >= .seconds(60),
        length <= .seconds(366 * 86_400)
      else {
        refuse(
          place + [.key("window")],
          "must be day, month, lifetime, or a duration from 1m to 366d such as 24h; \(quoted(text)) "
            + "is not")
        return .lifetime
      }
      return .rolling(length)
    }
  }

  /// `+01:00` as minutes east of UTC.
  private mutating func offset(_ entry: JSONValue, _ place: JSONDocument.Path) -> Int {
    guard let text = entry["utcOffset"]?.string else { return 0 }
    let bytes = Array(text.utf8)
    let digits = bytes.map { Int($0) - 48 }
    let isShaped =
      bytes.count == 6 && (bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"))
      && bytes[3] == UInt8(ascii: ":")
      && [1, 2, 4, 5].allSatisfy { (0...9).contains(digits[$0]) }
    let minutes =
      isShaped ? (digits[1] * 10 + digits[2]) * 60 + digits[4] * 10 + digits[5] : 9999
    guard minutes <= 14 * 60, !isShaped || digits[4] < 6 else {
      refuse(
        place + [.key("utcOffset")],
        "must be an offset from -14:00 to +14:00, such as +01:00 or -05:30; \(quoted(text)) is not")
      return 0
    }
    return bytes[0] == UInt8(ascii: "-") ? -minutes : minutes
  }

  mutating func currency(_ code: String, at place: JSONDocument.Path) -> Currency? {
    if let currency = Currency(code), currencies[currency] != nil { return currency }
    refuse(place, "must be a currency the processor takes, such as USD; \(quoted(code)) is not")
    return nil
  }

  /// The duration at a path, or the default when there is none or it is refused.
  mutating func duration(
    _ path: JSONDocument.Path, _ standard: Duration, _ range: ClosedRange<Duration>
  ) -> Duration {
    var value: JSONValue? = document.value
    for element in path {
      switch element {
      case .key(let key): value = value?[key]
      case .index(let index): value = value?.array?[index]
      }
    }
    guard let text = value?.string else { return standard }
    guard let duration = readDuration(text), range.contains(duration) else {
      refuse(
        path,
        "must be a duration from \(spell(range.lowerBound)) to \(spell(range.upperBound)), a number and "
          + "ms, s, m, h or d, such as 4s or 0.5s; \(quoted(text)) is not")
      return standard
    }
    return duration
  }
}

/// `500ms`, `0.5s`, `4s`, `30m`, `24h`, `30d`; nil for anything else. At most three decimals,
/// exact.
public func readDuration(_ text: String) -> Duration? {
  let units: [(String, Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
  for (unit, milliseconds) in units where text.utf8.reversed().starts(with: unit.utf8.reversed()) {
    let number = text.utf8.dropLast(unit.utf8.count)
    let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...9).contains(parts[0].count),
      parts.count == 1 || (1...3).contains(parts[1].count),
      parts.allSatisfy({ $0.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    var thousandths: Int64 = 0
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    let zeros = Array(repeating: UInt8(ascii: "0"), count: 3 - fraction.count)
    for byte in Array(parts[0]) + fraction + zeros {
      thousandths = thousandths * 10 + Int64(byte - 48)
    }
    let (product, overflow) = thousandths.multipliedReportingOverflow(by: milliseconds)
    guard !overflow, product % 1000 == 0 else { return nil }
    return .milliseconds(product / 1000)
  }
  return nil
}

/// A duration as the file spells it.
func spell(_ duration: Duration) -> String {
  let milliseconds = duration.milliseconds
  for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
    as [(String, Int64)]
  where milliseconds > 0 && milliseconds % size == 0 {
    return "\(milliseconds / size)\(unit)"
  }
  return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
}
