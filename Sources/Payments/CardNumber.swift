/// Whether a text carries what may be a card number: 13–19 decimal digits, of any script, that pass
/// the Luhn check, written in one piece or in groups parted by up to three characters that are
/// neither letters nor digits (`reliability.md`, Decisions 8).
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
  for group in groups.reversed() {
    digits.insert(contentsOf: group, at: 0)
    if digits.count > 19 { return false }
    if digits.count >= 13, passesLuhn(digits) { return true }
  }
  return false
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
