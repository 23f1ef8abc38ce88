/// Whether a text carries what may be a card number: 13–19 decimal digits, of any script, that
/// begin as the schemes' numbers do and pass the Luhn check, written in one piece or in groups as
/// they stand on cards, parted by up to three characters that are neither letters nor digits
/// (`reliability.md`, Decisions 8). Dates, times and most order numbers are grouped otherwise.
public func carriesCardNumber(_ text: String) -> Bool {
  // A digit has a byte at least.
  if text.utf8.count < 13 { return false }
  var groups: [[Int]] = []
  var group: [Int] = []
  var gap = 0
  for scalar in text.unicodeScalars {
    if let digit = decimalDigit(scalar) {
      if gap > 3 { groups.removeAll() }
      gap = 0
      group.append(digit)
      continue
    }
    if !group.isEmpty {
      groups.append(group)
      group = []
      if endsInCardNumber(groups) { return true }
    }
    gap += 1
    if scalar.properties.isAlphabetic {
      groups.removeAll()
      gap = 0
    }
  }
  if !group.isEmpty { groups.append(group) }
  return endsInCardNumber(groups)
}

/// Whether the last groups together, whole groups only, are a card number.
private func endsInCardNumber(_ groups: [[Int]]) -> Bool {
  var digits: [Int] = []
  var lengths: [Int] = []
  for group in groups.reversed() {
    digits.insert(contentsOf: group, at: 0)
    if digits.count > 19 { return false }
    lengths.insert(group.count, at: 0)
    if digits.count >= 13, isGrouped(lengths), isIssued(digits), passesLuhn(digits) { return true }
  }
  return false
}

/// Whether a card number is written in groups of these lengths: in one piece, digit by digit, in
/// fours with what is left over at the end, the issuer's six before the rest, or as printed.
private func isGrouped(_ lengths: [Int]) -> Bool {
  let last = lengths.count - 1
  if last == 0 || last == 1 && lengths[0] == 6 { return true }
  if lengths.allSatisfy({ $0 == 1 }) { return true }
  if lengths[..<last].allSatisfy({ $0 == 4 }), lengths[last] <= 4 { return true }
  return printed.contains(lengths)
}

/// How the schemes print what is no fours: American Express, Diners Club, UATP, Maestro and Visa of
/// 13 digits; and halves.
private let printed = [[4, 6, 5], [4, 6, 4], [4, 5, 6], [4, 4, 5], [4, 3, 3, 3], [8, 8]]

/// Whether a scheme's numbers begin so (ISO/IEC 7812-1): none begins with 0 or 7, with 1 only
/// UATP's and JCB's old ones of 15 digits, with 2 only Mir's, Mastercard's and JCB's. What is left
/// out are the years of our time and the seconds since 1970.
private func isIssued(_ digits: [Int]) -> Bool {
  switch digits[0] {
  case 0, 7: return false
  case 1: return digits.count == 15
  case 2:
    let start = digits.prefix(4).reduce(0) { $0 * 10 + $1 }
    return start == 2131 || (2200...2205).contains(start) || (2221...2720).contains(start)
  default: return true
  }
}

private func decimalDigit(_ scalar: Unicode.Scalar) -> Int? {
  if scalar.isASCII {
    let value = Int(scalar.value) - 48
    return (0...9).contains(value) ? value : nil
  }
  guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
    return nil
  }
  return Int(value)
}

/// ISO/IEC 7812-1, Annex B: every second digit from the right doubled, the sum a multiple of ten.
private func passesLuhn(_ digits: [Int]) -> Bool {
  var sum = 0
  for (place, digit) in digits.reversed().enumerated() {
    let weighted = place % 2 == 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 == 0
}
