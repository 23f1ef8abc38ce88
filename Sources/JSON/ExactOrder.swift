extension JSONNumber {
  /// Where a number stands in relation to another.
  enum Order {
    case below, same, above

    var reversed: Order {
      switch self {
      case .below: .above
      case .same: .same
      case .above: .below
      }
    }
  }

  /// Compares exactly, whatever the number's digits, fraction and exponent: digit by digit.
  func order(to bound: Int64) -> Order {
    if let integer { return integer < bound ? .below : integer == bound ? .same : .above }
    let number = Decimal(text)
    let other = Decimal(String(bound))
    switch (number.sign, other.sign) {
    case (let left, let right) where left != right: return left < right ? .below : .above
    case (1, _): return number.magnitudeOrder(to: other)
    case (-1, _): return number.magnitudeOrder(to: other).reversed
    default: return .same
    }
  }
}

/// A number's sign, digits and size: 0.d1d2d3… × 10^size, d1 not zero.
private struct Decimal {
  /// -1, 0 or 1.
  let sign: Int
  private let digits: [UInt8]
  private let size: Int

  /// Takes the text of a JSON number apart.
  init(_ text: String) {
    var integral = 0
    var digits: [UInt8] = []
    var exponent = 0
    var exponentSign = 1
    var part = Part.integral
    for byte in text.utf8 {
      switch (part, byte) {
      case (_, .point): part = .fraction
      case (_, .exponent), (_, .capitalExponent): part = .exponent
      case (.exponent, .minus): exponentSign = -1
      case (_, .minus), (_, .plus): break
      case (.exponent, let digit):
        // Beyond a billion no text of this length can make up for it.
        exponent = min(exponent * 10 + Int(digit - .zero), 1_000_000_000)
      case (.integral, let digit):
        digits.append(digit)
        integral += 1
      case (.fraction, let digit): digits.append(digit)
      }
    }
    let zeros = digits.prefix { $0 == .zero }.count
    self.digits = Array(digits.dropFirst(zeros))
    size = integral - zeros + exponentSign * exponent
    sign = self.digits.isEmpty ? 0 : text.utf8.first == .minus ? -1 : 1
  }

  private enum Part {
    case integral, fraction, exponent
  }

  /// Compares without the signs; neither is zero.
  func magnitudeOrder(to other: Decimal) -> JSONNumber.Order {
    if size != other.size { return size < other.size ? .below : .above }
    for index in 0..<max(digits.count, other.digits.count) {
      let left = index < digits.count ? digits[index] : .zero
      let right = index < other.digits.count ? other.digits[index] : .zero
      if left != right { return left < right ? .below : .above }
    }
    return .same
  }
}
