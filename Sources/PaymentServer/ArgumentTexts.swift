import JSON
import Payments

/// Turns what is wrong with arguments into sentences a model can act on.
struct ArgumentTexts {
  let currencies: CurrencyTable

  /// Of an argument whose value carries it.
  static func carrying(_ secret: Secret) -> String { "looks like it carries \(leavingOut(secret))" }

  /// Of the arguments when the name of one of them carries it.
  static func named(_ secret: Secret) -> String {
    "have a name that looks like it carries \(leavingOut(secret))"
  }

  private static func leavingOut(_ secret: Secret) -> String {
    switch secret {
    case .cardNumber:
      "a card number, which must never be sent here. Leave it out; pay with a payment_method id "
        + "such as pm_... instead."
    case .key:
      "a secret key of the processor, which must never be sent to a tool. Leave it out, and tell the "
        + "user that the key must be replaced."
    }
  }

  /// Of a text that is longer than it may be.
  static func oversized(_ bytes: Int, most: Int) -> String {
    "must be at most \(most) bytes of UTF-8; you sent \(bytes)."
  }

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
    if isSame(name, "checkpoint"), case .maxLength(let most) = violation.rule {
      return Mistake(
        name, Self.oversized(violation.value?.string?.utf8.count ?? most + 1, most: most))
    }
    if isSame(name, "amount") { return amount(violation, in: arguments) }
    return Mistake(name, "\(violation.expectation); you sent \(sent(violation.value)).")
  }

  /// Everything for which the processor would not take an amount.
  func mistakes(in money: Money) -> [Mistake] {
    currencies.objections(to: money).map { mistake($0) }
  }

  /// Why the processor would not give back an amount that is not all that is left: the least and
  /// the most of a charge do not bind a refund, its multiple does.
  func mistake(inRefund money: Money) -> Mistake? {
    guard let multiple = currencies[money.currency]?.multiple, money.amount % multiple != 0
    else { return nil }
    return mistake(.notMultiple(of: multiple))
  }

  func mistake(_ objection: AmountObjection) -> Mistake {
    switch objection {
    case .currency(let currency):
      Mistake("currency", "must be one the processor takes; it does not take \(currency.code).")
    case .below(let money):
      Mistake(
        "amount",
        "must be at least \(money.amount) minor units, which is \(currencies.text(money)).")
    case .above(let money):
      Mistake(
        "amount", "must be at most \(money.amount) minor units, which is \(currencies.text(money))."
      )
    case .notMultiple(let multiple):
      Mistake("amount", "must be a multiple of \(multiple) minor units in this currency.")
    }
  }

  /// An amount in major units is the most common mistake: the right number is said in full, where
  /// only one thing can have been meant, and the processor would take it; else why it would not.
  private func amount(_ violation: JSONSchema.Violation, in arguments: JSONObject) -> Mistake {
    var text =
      "must be a whole number of minor units, at least 1; you sent \(sent(violation.value))."
    let currency = arguments["currency"]?.string.flatMap { Currency($0) }
    switch violation.value {
    case .number(let number)?:
      if let currency, let money = currencies.money(number.text, currency), isFraction(number.text)
      {
        text +=
          currencies.objections(to: money).isEmpty
          ? " For \(currencies.text(money)) send \(money.amount)."
          : " \(currencies.text(money)) is \(money.amount) minor units\(objections(to: money))."
      }
    case .string(let string)?:
      guard let amount = JSONNumber(text: string)?.integer else { break }
      text += " Send the number without quotes"
      if let currency, currencies[currency] != nil {
        text += objections(to: Money(amount, currency))
      }
      text += "."
    case .null?, .bool?, .array?, .object?, nil: break
    }
    return Mistake("amount", text)
  }

  /// `, but it must be at least 50 minor units, which is 0.50 USD`; nothing for what is taken.
  private func objections(to money: Money) -> String {
    let parts = mistakes(in: money).map { $0.text.dropLast() }
    return parts.isEmpty ? "" : ", but it \(parts.joined(separator: ", and "))"
  }

  /// Whether digits other than zero follow the point: `5000.0` may mean 5000 minor units as well.
  private func isFraction(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 2 && parts[1].contains { $0 != UInt8(ascii: "0") }
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
