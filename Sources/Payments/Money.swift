/// A sum of money: whole minor units of one currency. Never a `Double`, never without its currency.
public struct Money: Hashable, Sendable {
  /// Whole minor units as the processor counts them (cents for USD, yen for JPY).
  public let amount: Int64
  /// Whose minor units they are.
  public let currency: Currency

  /// That many minor units of that currency.
  public init(_ amount: Int64, _ currency: Currency) {
    self.amount = amount
    self.currency = currency
  }
}

/// A currency by its three-letter code, upper case ASCII (`USD`).
public struct Currency: Hashable, Sendable, Comparable {
  /// Three upper-case ASCII letters.
  public let code: String

  /// Reads a code in any case; nil unless it is exactly three ASCII letters.
  public init?(_ text: String) {
    let letters = Array(text.utf8)
    guard letters.count == 3 else { return nil }
    var upper: [UInt8] = []
    for letter in letters {
      switch letter {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): upper.append(letter)
      case UInt8(ascii: "a")...UInt8(ascii: "z"): upper.append(letter - 32)
      default: return nil
      }
    }
    self.code = String(decoding: upper, as: UTF8.self)
  }

  /// Alphabetical order of the codes.
  public static func < (left: Currency, right: Currency) -> Bool {
    precedes(left.code, right.code)
  }
}
