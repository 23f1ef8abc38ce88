import JSON
public import Payments

extension Cap {
  /// The cap in words: `run: 100.00 USD per run in any 24 hours`.
  public func sentence(_ currencies: CurrencyTable) -> String {
    "\(name): \(rule(currencies))"
  }

  /// What it limits, without its name.
  func rule(_ currencies: CurrencyTable) -> String {
    let split =
      splitWindow.map { ", those of a customer within \(words($0)) counting as one" } ?? ""
    return "\(limits(currencies)) per \(extent.rawValue)\(window.phrase)\(split)"
  }

  /// `100.00 USD and 5 operations in USD`.
  func limits(_ currencies: CurrencyTable) -> String {
    let sum = limitsAmount ? [currencies.text(amount)] : []
    let number = count.map { ["\($0) operations in \(amount.currency.code)"] } ?? []
    return (sum + number).joined(separator: " and ")
  }

  /// The cap as the policy file spells it, amounts in minor units.
  var entry: JSONObject {
    var entry = JSONObject([
      ("name", .string(name)), ("per", .string(extent.rawValue)),
      ("currency", .string(amount.currency.code)),
    ])
    if extent != .operation { entry["window"] = .string(window.spelling) }
    if let offset = window.offset { entry["utc_offset_minutes"] = .integer(Int64(offset)) }
    if limitsAmount { entry["amount"] = .integer(amount.amount) }
    if let count { entry["count"] = .integer(count) }
    if let splitWindow { entry["splitWindow"] = .string(spell(splitWindow)) }
    return entry
  }
}

extension Window {
  /// ` in any 24 hours`, as the end of a sentence; empty for ever.
  var phrase: String {
    switch self {
    case .lifetime: ""
    case .rolling(let length): " in any \(words(length))"
    case .day(let offset): " a day\(place(offset))"
    case .month(let offset): " a month\(place(offset))"
    }
  }

  /// As the policy file spells it: `24h`, `day`, `lifetime`.
  var spelling: String {
    switch self {
    case .lifetime: "lifetime"
    case .rolling(let length): spell(length)
    case .day: "day"
    case .month: "month"
    }
  }

  /// Minutes east of UTC, of a calendar window.
  var offset: Int? {
    switch self {
    case .lifetime, .rolling: nil
    case .day(let offset), .month(let offset): offset
    }
  }

  private func place(_ offset: Int) -> String {
    offset == 0 ? "" : " at UTC\(offsetText(offset))"
  }
}

/// `+05:30`.
func offsetText(_ minutes: Int) -> String {
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let size = abs(minutes)
  return "\(minutes < 0 ? "-" : "+")\(two(size / 60)):\(two(size % 60))"
}

/// A length of time in the largest unit of hours, minutes and seconds that keeps it whole.
func words(_ length: Duration) -> String {
  let seconds = length.milliseconds / 1000
  for (unit, size) in [("hour", Int64(3600)), ("minute", 60)] where seconds % size == 0 {
    let number = seconds / size
    return number == 1 ? "1 \(unit)" : "\(number) \(unit)s"
  }
  return "\(seconds) seconds"
}

/// A share of a limit in whole percent, rounded down; beyond any number for a limit of nothing.
func percent(_ part: Int64, of whole: Int64) -> Int64 {
  guard whole > 0 else { return part > 0 ? 999 : 100 }
  let full = max(0, part).multipliedFullWidth(by: 100)
  guard full.high < whole else { return 999 }
  return min(999, whole.dividingFullWidth(full).quotient)
}

extension CapUsage {
  /// How much of it is used, in percent: the larger of the amount's share and the number's.
  var share: Int64 {
    let sum = cap.limitsAmount ? percent(used.amount, of: cap.amount.amount) : 0
    let number = cap.count.map { percent(used.count, of: $0) } ?? 0
    return max(sum, number)
  }

  /// `60.00 of 100.00 USD, 1 of 5 operations`.
  func words(_ currencies: CurrencyTable) -> String {
    var parts: [String] = []
    if cap.limitsAmount {
      let used = currencies.text(Money(used.amount, cap.amount.currency))
      let bare = String(used.prefix { $0 != " " })
      parts.append("\(bare) of \(currencies.text(cap.amount))")
    }
    if let count = cap.count { parts.append("\(used.count) of \(count) operations") }
    return parts.joined(separator: ", ")
  }

  /// What is left, in words: `40.00 USD, 4 operations`.
  func leftWords(_ currencies: CurrencyTable) -> String {
    var parts: [String] = []
    if let left = amountLeft { parts.append(currencies.text(Money(left, cap.amount.currency))) }
    if let left = countLeft { parts.append("\(left) operations") }
    return parts.joined(separator: ", ")
  }

  /// What is used and what is left, in minor units.
  var entry: JSONObject {
    var entry = JSONObject([
      ("used", .integer(used.amount)), ("used_count", .integer(used.count)),
      ("percent", .integer(share)),
    ])
    if let left = amountLeft { entry["left"] = .integer(left) }
    if let left = countLeft { entry["left_count"] = .integer(left) }
    return entry
  }
}
