import JSON
import Payments

/// Turns a schema violation into a sentence a model can act on.
struct ArgumentTexts {
  let currencies: CurrencyTable

  func mistake(_ violation: JSONSchema.Violation, in arguments: JSONObject) -> Mistake {
    if case .required(let name) = violation.rule { return Mistake(name, "is missing.") }
    guard case .key(let name)? = violation.path.first else {
      return Mistake("arguments", "\(violation.expectation).")
    }
    if case .unknownMember(_, let known) = violation.rule {
      return Mistake(
        quotedName(name),
        "is not an argument of this tool; the arguments are \(known.joined(separator: ", ")).")
    }
    if isSame(name, "amount") { return amount(violation, in: arguments) }
    return Mistake(name, "\(violation.expectation); you sent \(sent(violation.value)).")
  }

  /// An amount in major units is the most common mistake: the right number is said in full.
  private func amount(_ violation: JSONSchema.Violation, in arguments: JSONObject) -> Mistake {
    var text =
      "must be a whole number of minor units, at least 1; you sent \(sent(violation.value))."
    if let code = arguments["currency"]?.string, let currency = Currency(code) {
      let major =
        switch violation.value {
        case .number(let number)?: number.text
        case .string(let string)?: string
        case .null?, .bool?, .array?, .object?, nil: ""
        }
      if let money = currencies.money(trimmed(major, currency), currency), money.amount > 0 {
        text += " For \(currencies.text(money)) send \(money.amount)."
      }
    }
    return Mistake("amount", text)
  }

  /// `1.0` and `49.990` mean what they say: zeros after the last digit the currency has are dropped.
  private func trimmed(_ text: String, _ currency: Currency) -> String {
    guard text.utf8.count <= 32, text.utf8.contains(UInt8(ascii: ".")) else { return text }
    let exponent = currencies[currency]?.exponent ?? 0
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return text }
    var fraction = parts[1]
    while fraction.utf8.count > exponent, fraction.utf8.last == UInt8(ascii: "0") {
      fraction = fraction.dropLast()
    }
    return fraction.isEmpty ? String(parts[0]) : "\(parts[0]).\(fraction)"
  }

  private func sent(_ value: JSONValue?) -> String {
    switch value {
    case nil: "nothing"
    case .null?: "null"
    case .bool(let truth)?: truth ? "true" : "false"
    case .number(let number)?:
      number.text.utf8.count > 40 ? String(number.text.prefix(40)) + "..." : number.text
    case .string(let text)?: quoted(text, limit: 40)
    case .array?: "an array"
    case .object?: "an object"
    }
  }
}
