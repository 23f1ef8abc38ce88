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
