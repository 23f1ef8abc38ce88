/// What amounts a processor takes in which currency. The processor's own table, never ISO 4217's.
public struct CurrencyTable: Sendable {
  /// One currency's rules.
  public struct Rule: Hashable, Sendable {
    /// How many decimal digits of the major unit one minor unit is (USD 2, JPY 0, KWD 3).
    public let exponent: Int
    /// Amounts must be a multiple of this many minor units.
    public let multiple: Int64
    /// The smallest amount taken, in minor units.
    public let minimum: Int64
    /// The largest amount taken, in minor units.
    public let maximum: Int64

    /// A rule from its figures.
    public init(exponent: Int, multiple: Int64, minimum: Int64, maximum: Int64) {
      self.exponent = exponent
      self.multiple = multiple
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  private let rules: [Currency: Rule]

  /// A table from its rows.
  public init(_ rules: [Currency: Rule]) {
    self.rules = rules
  }

  /// The rule for a currency; nil when the processor does not take it.
  public subscript(_ currency: Currency) -> Rule? {
    rules[currency]
  }

  /// All currencies taken, in alphabetical order.
  public var currencies: [Currency] {
    rules.keys.sorted()
  }
}

extension CurrencyTable {
  /// An amount in major units as people write it (`49.99 USD`, `500 JPY`); minor units when the
  /// currency is not in the table.
  public func text(_ money: Money) -> String {
    guard let rule = self[money.currency] else {
      return "\(money.amount) minor units of \(money.currency.code)"
    }
    return "\(decimal(money.amount, exponent: rule.exponent)) \(money.currency.code)"
  }

  /// Reads an amount in major units (`750.00`) exactly; nil when it is no plain decimal, has more
  /// digits after the point than the currency, or does not fit.
  public func money(_ text: String, _ currency: Currency) -> Money? {
    guard let rule = self[currency] else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, !whole.isEmpty else { return nil }
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    if parts.count == 2, fraction.isEmpty || fraction.count > rule.exponent { return nil }
    let zeros = Array(repeating: UInt8(ascii: "0"), count: rule.exponent - fraction.count)
    var amount: Int64 = 0
    for byte in whole + fraction + zeros {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (tenfold, overflow) = amount.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      if overflow || carried { return nil }
      amount = sum
    }
    return Money(amount, currency)
  }

  /// Everything for which the processor would not take this amount; empty when it would. The limits
  /// that are named it takes.
  public func objections(to money: Money) -> [AmountObjection] {
    guard let rule = self[money.currency] else { return [.currency(money.currency)] }
    let most = rule.maximum - rule.maximum % rule.multiple
    var objections: [AmountObjection] = []
    if money.amount < rule.minimum {
      objections.append(.below(Money(rule.minimum, money.currency)))
    }
    if money.amount > most { objections.append(.above(Money(most, money.currency))) }
    if money.amount % rule.multiple != 0 { objections.append(.notMultiple(of: rule.multiple)) }
    return objections
  }

  /// The first of them; nil when the processor would take the amount.
  public func objection(to money: Money) -> AmountObjection? { objections(to: money).first }
}

/// Why a processor does not take an amount.
public enum AmountObjection: Hashable, Sendable {
  /// It does not take this currency at all.
  case currency(Currency)
  /// Its smallest amount is this.
  case below(Money)
  /// Its largest amount is this.
  case above(Money)
  /// In this currency it takes only multiples of that many minor units.
  case notMultiple(of: Int64)
}

/// Minor units as a decimal of the major unit.
func decimal(_ amount: Int64, exponent: Int) -> String {
  guard exponent > 0 else { return String(amount) }
  let sign = amount < 0 ? "-" : ""
  var digits = String(amount.magnitude)
  if digits.utf8.count <= exponent {
    digits = String(repeating: "0", count: exponent + 1 - digits.utf8.count) + digits
  }
  return sign + digits.dropLast(exponent) + "." + digits.suffix(exponent)
}
