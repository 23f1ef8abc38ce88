import JSON
import Payments

/// Stripe's `error` member, as it arrived; null and absent members are nil.
struct StripeError {
  let type: String?
  let code: String?
  let declineCode: String?
  let adviceCode: String?
  let networkAdviceCode: String?
  let param: String?
  let intent: JSONValue?
  let approvalRequest: String?

  /// The error of a response's body; nil if the body has not Stripe's shape.
  init?(_ body: JSONValue?) {
    guard let error = body?["error"], error.object != nil else { return nil }
    self.init(members: error)
  }

  /// The error whose members these are.
  init(members: JSONValue) {
    type = members["type"]?.string
    code = members["code"]?.string
    declineCode = members["decline_code"]?.string
    adviceCode = members["advice_code"]?.string
    networkAdviceCode = members["network_advice_code"]?.string
    param = members["param"]?.string
    intent = members["payment_intent"].flatMap { $0.object == nil ? nil : $0 }
    approvalRequest = members["approval_request"]?["id"]?.string
  }
}

extension Stripe {
  /// Rows C01–C26 and F04–F06: first the codes that mean the same under any status, then the
  /// status.
  static func refusal(
    _ response: Response, _ error: StripeError?, _ body: JSONValue?, to instruction: Instruction
  ) -> Finding {
    if let error, let finding = refusal(byCodeOf: error, to: instruction) { return finding }
    switch response.status {
    case 400:
      guard let error else { return unreadable }
      return rejection(error, to: instruction)
    case 401:
      return .misconfigured(Refusal(code: "invalid_api_key", detail: word(error?.code)))
    case 402:
      return paymentRequired(error, body, to: instruction)
    case 403:
      return forbidden(error, body)
    case 404:
      guard let error, error.code == "resource_missing" else {
        return .misconfigured(Refusal(code: "unrecognized_url"))
      }
      return rejection(error, to: instruction)
    case 405, 406, 407, 411, 413, 414, 415, 421, 426, 431, 451:
      return .misconfigured(
        Refusal(code: "unexpected_http_status", detail: String(response.status)))
    case 408, 425, 499:
      return doubt("request_timeout", response)
    case 409:
      return doubt("conflict", response)
    case 424:
      return doubt("dependency_failed", response)
    case 429:
      return turnedAway(response, error, body)
    default:
      return doubt("unexpected_http_status", response)
    }
  }

  /// What a code says whatever the status (C02–C06, C10–C12, C20, C25); nil if the status decides.
  private static func refusal(
    byCodeOf error: StripeError, to instruction: Instruction
  ) -> Finding? {
    switch error.code {
    case "approval_required":
      // Without an id it still must never be sent again, and nothing may take it for refused.
      let id = error.approvalRequest ?? ""
      return .deferred(plausible(id, prefixes: ["apreq_"]) ? id : "apreq_unnamed")
    case "action_blocked", "request_blocked", "anomalous_money_movement_request":
      return .blocked(Refusal(code: word(error.code) ?? "request_blocked"))
    case "idempotency_key_in_use":
      return .inProgress
    case "payment_intent_unexpected_state":
      return unexpectedState(error, to: instruction)
    case "card_decline_rate_limit_exceeded":
      return .declined(
        Decline(
          reference: survivor(of: error), code: "card_decline_rate_limit_exceeded", advice: .later,
          isKept: false))
    case "api_key_expired", "platform_api_key_expired", "secret_key_required", "livemode_mismatch",
      "testmode_charges_only", "tls_version_unsupported":
      return .misconfigured(Refusal(code: word(error.code) ?? "invalid_api_key"))
    default:
      break
    }
    if error.type == "idempotency_error" {
      return .unknown(Doubt(reason: "idempotency_conflict", remedy: .lookUp))
    }
    return error.type == "card_error" ? declined(error, to: instruction) : nil
  }

  /// C03, C04: the error carries the object as it is now, which is as good as a read of it.
  private static func unexpectedState(
    _ error: StripeError, to instruction: Instruction
  ) -> Finding {
    guard let object = error.intent else {
      return .unknown(Doubt(reason: "unexpected_state", remedy: .lookUp))
    }
    switch instruction.kind {
    case .confirm, .cancel, .retrieve:
      break
    case .create, .find, .refund, .retrieveRefund, .findRefund:
      return mismatch
    }
    let found = intent(object, to: instruction, complete: false)
    if instruction.kind == .confirm, object["status"]?.string == "requires_payment_method",
      found != mismatch
    {
      // There was nothing to confirm with: the customer has no default method.
      return .rejected(
        Refusal(code: "payment_intent_unexpected_state", detail: "payment_method"))
    }
    return found
  }

  /// C01, C16, F04–F06. An id that is missing when something is only read means the wrong account
  /// or mode, which says nothing about the operation.
  private static func rejection(_ error: StripeError, to instruction: Instruction) -> Finding {
    let param = word(error.param)
    if error.code == "resource_missing", !instruction.kind.writes {
      return .misconfigured(Refusal(code: "resource_missing", detail: param))
    }
    if instruction.kind == .refund, error.code == nil, param == "amount" {
      return .rejected(Refusal(code: "amount_too_large", detail: "amount"))
    }
    let code = word(error.code) ?? word(error.type) ?? "invalid_request_error"
    return .rejected(Refusal(code: code, detail: param))
  }

  /// C14, C15, and localstripe's declines, which come as `invalid_request_error`.
  private static func paymentRequired(
    _ error: StripeError?, _ body: JSONValue?, to instruction: Instruction
  ) -> Finding {
    if body?["code"]?.string == "cap_exhausted" || error?.code == "cap_exhausted" {
      return .blocked(.capExhausted)
    }
    if let error, error.code == "card_declined" || error.code == "authentication_required" {
      return declined(error, to: instruction)
    }
    return .unknown(Doubt(reason: "payment_required", remedy: .resend))
  }

  /// C08, C09: an allow-list of a proxy answers in JSON, but not in Stripe's.
  private static func forbidden(_ error: StripeError?, _ body: JSONValue?) -> Finding {
    if let error {
      return .misconfigured(Refusal(code: "permission_denied", detail: word(error.code)))
    }
    if body?["error"]?.string != nil {
      return .blocked(Refusal(code: "upstream_not_permitted"))
    }
    return .misconfigured(Refusal(code: "forbidden"))
  }

  /// C15, C23, C24, C26.
  private static func turnedAway(
    _ response: Response, _ error: StripeError?, _ body: JSONValue?
  ) -> Finding {
    let stripes = error != nil || response.header("Stripe-Rate-Limited-Reason") != nil
    let capped =
      body?["code"]?.string == "cap_exhausted" || error?.code == "cap_exhausted"
      || !stripes && (body?["error"]?.string != nil || mentionsCap(response.body))
    if capped { return .blocked(.capExhausted) }
    return .throttled(retryAfter: retryAfter(of: response))
  }

  /// Whether the word `cap` stands in the first 16 KiB; `captcha` does not count.
  private static func mentionsCap(_ body: [UInt8]) -> Bool {
    let words = body.prefix(16 << 10).lazy.map(lower).split { byte in
      !(UInt8(ascii: "a") <= byte && byte <= UInt8(ascii: "z"))
    }
    return words.contains { $0.elementsEqual("cap".utf8) }
  }

  private static func doubt(_ reason: String, _ response: Response) -> Finding {
    .unknown(Doubt(reason: reason, remedy: .resend, retryAfter: retryAfter(of: response)))
  }

  /// A code or a parameter's name as it may be shown: `a-z 0-9 _ . [ ]`, at most 64 characters;
  /// nil for anything else, because parts of a free text can be as telling as the whole.
  static func word(_ text: String?) -> String? {
    guard let text, !text.isEmpty, text.utf8.count <= 64 else { return nil }
    let clean = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"):
        true
      default: false
      }
    }
    return clean ? text : nil
  }
}
