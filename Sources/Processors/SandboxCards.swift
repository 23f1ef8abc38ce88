import JSON

/// What Stripe's test payment methods do when they are charged (docs.stripe.com/testing).
enum SandboxCard: Sendable, Equatable {
  case pays
  case declines(SandboxDecline)

  /// The card a payment method stands for; nil if there is no such method.
  ///
  /// Names beginning with `pm_card_` are Stripe's own and have to be known; any other `pm_…` pays.
  init?(paymentMethod: String) {
    guard Stripe.plausible(paymentMethod, prefixes: ["pm_"]) else { return nil }
    guard paymentMethod.hasPrefix("pm_card_") else {
      self = .pays
      return
    }
    var name = String(paymentMethod.dropFirst("pm_card_".count))
    // Stripe's page names the declining cards with their brand, its older ones without.
    if name.hasPrefix("visa_chargeDeclined") { name = String(name.dropFirst("visa_".count)) }
    switch name {
    case "visa", "mastercard", "amex", "visa_debit", "mastercard_debit": self = .pays
    case "chargeDeclined", "chargeCustomerFail":
      self = .declines(SandboxDecline("card_declined", "generic_decline"))
    case "chargeDeclinedInsufficientFunds":
      self = .declines(
        SandboxDecline("card_declined", "insufficient_funds", advice: "try_again_later"))
    case "chargeDeclinedLostCard":
      self = .declines(SandboxDecline("card_declined", "lost_card", advice: "do_not_try_again"))
    case "chargeDeclinedStolenCard":
      self = .declines(SandboxDecline("card_declined", "stolen_card", advice: "do_not_try_again"))
    case "chargeDeclinedExpiredCard":
      self = .declines(
        SandboxDecline("expired_card", "expired_card", advice: "confirm_card_data"))
    case "chargeDeclinedIncorrectCvc":
      self = .declines(
        SandboxDecline("incorrect_cvc", "incorrect_cvc", advice: "confirm_card_data"))
    case "chargeDeclinedProcessingError":
      self = .declines(
        SandboxDecline("processing_error", "processing_error", advice: "try_again_later"))
    case "authenticationRequired":
      self = .declines(SandboxDecline("authentication_required", "authentication_required"))
    default: return nil
    }
  }
}

/// An issuer's refusal as Stripe words it.
struct SandboxDecline: Sendable, Equatable {
  let code: String
  let declineCode: String
  let advice: String?

  init(_ code: String, _ declineCode: String, advice: String? = nil) {
    self.code = code
    self.declineCode = declineCode
    self.advice = advice
  }

  /// The members of an error or of `last_payment_error`, after its type and code.
  func members(charge: String) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [("decline_code", .string(declineCode))]
    if let advice { members.append(("advice_code", .string(advice))) }
    members.append(("charge", .string(charge)))
    return members
  }

  /// What is said to people.
  var message: String {
    switch code {
    case "authentication_required":
      "Your card was declined. This transaction requires authentication."
    case "expired_card": "Your card has expired."
    case "incorrect_cvc": "Your card's security code is incorrect."
    case "processing_error": "An error occurred while processing your card."
    default:
      declineCode == "insufficient_funds"
        ? "Your card has insufficient funds." : "Your card was declined."
    }
  }
}
