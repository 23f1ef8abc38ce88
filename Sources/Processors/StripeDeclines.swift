import JSON
import Payments

extension Stripe {
  /// C10–C13: an issuer's refusal of a create or a confirmation; anything else that is answered
  /// with a card error was not what we asked.
  static func declined(_ error: StripeError, to instruction: Instruction) -> Finding {
    switch instruction.kind {
    case .create, .confirm: break
    case .retrieve, .cancel, .find, .refund, .retrieveRefund, .findRefund: return mismatch
    }
    if let object = error.intent, let id = object["id"]?.string,
      instruction.kind == .confirm, let reference = instruction.operation.processorReference,
      !same(id, reference)
    {
      return mismatch
    }
    switch error.intent?["status"]?.string {
    case "succeeded", "processing", "requires_capture":
      return .unknown(Doubt(reason: "answer_contradictory", remedy: .lookUp))
    default:
      break
    }
    if standing(of: error) == .duplicate {
      return .unknown(Doubt(reason: "duplicate_transaction", remedy: .lookUp))
    }
    return .declined(decline(error, reference: survivor(of: error)))
  }

  /// The refusal in the words that may be shown, with the advice in Stripe's order: authentication,
  /// `advice_code`, the network's advice, the decline code's class (`processors.md` §2.4).
  static func decline(_ error: StripeError, reference: String?) -> Decline {
    let code = word(error.declineCode) ?? word(error.code) ?? "generic_decline"
    let shown = masked.contains(code) ? "generic_decline" : code
    return Decline(reference: reference, code: shown, advice: advice(for: error))
  }

  /// The PaymentIntent that outlives the refusal, if its id was in the answer.
  static func survivor(of error: StripeError) -> String? {
    guard let id = error.intent?["id"]?.string, plausible(id, prefixes: ["pi_"]) else { return nil }
    return id
  }

  private static func advice(for error: StripeError) -> Decline.Advice {
    let standing = standing(of: error)
    if standing == .authentication || error.code == "authentication_required" {
      return .authenticate
    }
    switch error.adviceCode {
    case "confirm_card_data", "do_not_try_again": return .anotherMethod
    case "try_again_later": return .later
    default: break
    }
    switch error.networkAdviceCode {
    // Mastercard's merchant advice codes: 01 new account data, 03 and 21 never again.
    case "01", "03", "21": return .anotherMethod
    case "02", "24", "25", "26", "27", "28", "29", "30": return .later
    default: break
    }
    switch standing {
    case .soft: return .later
    case .authentication: return .authenticate
    case .hard, .customer, .duplicate, .ambiguous: return .anotherMethod
    }
  }

  /// What a decline code means for trying again; soft codes of now and of another day are one here,
  /// because an agent is told the same.
  enum Standing {
    case soft
    case hard
    case authentication
    case duplicate
    case customer
    case ambiguous
  }

  private static func standing(of error: StripeError) -> Standing {
    if let code = error.declineCode, let standing = standings[code] { return standing }
    if let code = error.code, let standing = standings[code] { return standing }
    return .ambiguous
  }

  /// Codes that may not be told apart from a generic decline: they would warn a thief.
  static let masked: Set<String> = [
    "fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "restricted_card",
    "stolen_card",
  ]

  /// The decline codes Stripe documents (docs.stripe.com/declines/codes) and what we make of them.
  static let standings: [String: Standing] = [
    "approve_with_id": .soft,
    "authentication_not_handled": .authentication,
    "authentication_required": .authentication,
    "call_issuer": .ambiguous,
    "card_not_supported": .hard,
    "card_velocity_exceeded": .soft,
    "currency_not_supported": .hard,
    "do_not_honor": .ambiguous,
    "do_not_try_again": .hard,
    "duplicate_transaction": .duplicate,
    "expired_card": .hard,
    "fraudulent": .hard,
    "generic_decline": .ambiguous,
    "incorrect_cvc": .customer,
    "incorrect_number": .hard,
    "incorrect_pin": .customer,
    "incorrect_zip": .customer,
    "insufficient_funds": .soft,
    "invalid_account": .hard,
    "invalid_amount": .hard,
    "invalid_cvc": .customer,
    "invalid_expiry_month": .hard,
    "invalid_expiry_year": .hard,
    "invalid_number": .hard,
    "invalid_pin": .customer,
    "issuer_not_available": .soft,
    "lost_card": .hard,
    "merchant_blacklist": .hard,
    "new_account_information_available": .hard,
    "no_action_taken": .ambiguous,
    "not_permitted": .hard,
    "offline_pin_required": .customer,
    "online_or_offline_pin_required": .customer,
    "pickup_card": .hard,
    "pin_try_exceeded": .hard,
    "processing_error": .soft,
    "reenter_transaction": .soft,
    "restricted_card": .hard,
    "revocation_of_all_authorizations": .hard,
    "revocation_of_authorization": .hard,
    "security_violation": .hard,
    "service_not_allowed": .hard,
    "stolen_card": .hard,
    "stop_payment_order": .hard,
    "testmode_decline": .hard,
    "transaction_not_allowed": .hard,
    "try_again_later": .soft,
    "withdrawal_count_limit_exceeded": .soft,
  ]
}
