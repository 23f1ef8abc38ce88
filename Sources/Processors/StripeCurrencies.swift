public import Payments

extension Stripe {
  /// Stripe's presentment currencies and the amounts it takes in them (docs.stripe.com/currencies).
  ///
  /// The floors hold in the currency the account settles in, after conversion, and are known for
  /// few currencies; where none is known the smallest whole amount stands, and Stripe decides.
  public static let currencies = CurrencyTable(
    Dictionary(
      uniqueKeysWithValues: codes.map { code -> (Currency, CurrencyTable.Rule) in
        guard let currency = Currency(code) else {
          preconditionFailure("The table of currencies holds three-letter codes.")
        }
        return (currency, rule(for: code))
      }))

  private static func rule(for code: String) -> CurrencyTable.Rule {
    let exponent = wholeOnly.contains(code) ? 0 : thousandths.contains(code) ? 3 : 2
    let multiple: Int64 = hundreds.contains(code) ? 100 : thousandths.contains(code) ? 10 : 1
    return CurrencyTable.Rule(
      exponent: exponent, multiple: multiple, minimum: floors[code] ?? multiple,
      maximum: code == "IDR" ? 999_999_999_999 : 99_999_999)
  }

  /// Without a minor unit at Stripe. UGX is on Stripe's list too, but is sent in hundredths; MGA
  /// has a minor unit in ISO 4217, but not here.
  private static let wholeOnly: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
  ]

  /// With thousandths, of which the last digit must be 0.
  private static let thousandths: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]

  /// Sent in hundredths for compatibility, but only whole units are taken.
  private static let hundreds: Set<String> = ["ISK", "UGX"]

  private static let floors: [String: Int64] = [
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250,
    "EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200,
    "NOK": 300, "NZD": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
  ]

  private static let codes = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHF", "CLP", "CNY", "COP", "CRC", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ETB",
    "EUR", "FJD", "FKP", "GBP", "GEL", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG",
    "HUF", "IDR", "ILS", "INR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KRW",
    "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK",
    "MNT", "MOP", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR",
    "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "STD", "SZL", "THB",
    "TJS", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VND",
    "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW",
  ]
}
