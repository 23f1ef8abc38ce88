import Payments

private func embedded(_ status: String, id: String = "pi_x", more: String = "") -> String {
  """
  "code":"payment_intent_unexpected_state",\
  "payment_intent":{"id":"\(id)","status":"\(status)"\(more)}
  """
}

private func card(_ decline: String, more: String = "") -> String {
  """
  "type":"card_error","code":"card_declined","decline_code":"\(decline)","message":"text",\
  "payment_intent":{"id":"pi_x","status":"requires_payment_method"}\(more)
  """
}

private func declined(
  _ code: String, _ advice: Decline.Advice, _ id: String? = "pi_x", isKept: Bool = true
) -> Finding {
  .declined(Decline(reference: id, code: code, advice: advice, isKept: isKept))
}

private let capped = Finding.blocked(Refusal(code: "upstream_cap_exhausted"))

/// 3xx, 400 and 402: what depends on codes.
let requestRows: [Row] = [
  Row("R01", .create, answer(301, ""), .misconfigured(Refusal(code: "redirected", detail: "301"))),
  Row("R02", .create, answer(307, ""), .misconfigured(Refusal(code: "redirected", detail: "307"))),
  Row(
    "C01", .create,
    answer(
      400, error: #""type":"invalid_request_error","code":"amount_too_small","param":"amount""#),
    .rejected(Refusal(code: "amount_too_small", detail: "amount"))),
  Row(
    "C01", .create,
    answer(
      400, error: #""type":"invalid_request_error","code":"resource_missing","param":"customer""#),
    .rejected(Refusal(code: "resource_missing", detail: "customer"))),
  Row(
    "C01", .create,
    answer(
      400,
      error: #""type":"invalid_request_error","code":"parameter_unknown","param":"metadata[a]""#),
    .rejected(Refusal(code: "parameter_unknown", detail: "metadata[a]"))),
  Row(
    "C01", .create,
    answer(
      400, error: #""message":"4242 4242 4242 4242","code":"No such card 4242","param":"x y""#),
    .rejected(Refusal(code: "invalid_request_error"))),
  Row(
    "C01", .find, answer(400, error: #""code":"resource_missing","param":"customer""#),
    .misconfigured(Refusal(code: "resource_missing", detail: "customer"))),
  Row(
    "C02", .confirm, answer(400, error: #""type":"idempotency_error","message":"Keys for""#),
    unknown("idempotency_conflict", .lookUp)),
  Row(
    "C03", .confirm, answer(400, error: embedded("succeeded")), .captured("pi_x", livemode: false)),
  Row(
    "C03", .cancel, answer(400, error: embedded("succeeded")), .captured("pi_x", livemode: false)),
  Row("C03", .confirm, answer(400, error: embedded("processing")), .processing("pi_x")),
  Row("C03", .confirm, answer(400, error: embedded("requires_capture")), .processing("pi_x")),
  Row("C03", .confirm, answer(400, error: embedded("succeeded", id: "pi_y")), mismatch),
  Row("C03", .confirm, answer(400, error: embedded("succeeded", more: #","amount":7"#)), mismatch),
  Row("C03", .create, answer(400, error: embedded("succeeded")), mismatch),
  Row(
    "C03", .confirm, answer(400, error: #""code":"payment_intent_unexpected_state""#),
    unknown("unexpected_state", .lookUp)),
  Row(
    "C03", .confirm, answer(400, error: embedded("requires_payment_method")),
    .rejected(Refusal(code: "payment_intent_unexpected_state", detail: "payment_method"))),
  Row("C04", .confirm, answer(400, error: embedded("canceled")), .voided("pi_x")),
  Row(
    "C05", .create,
    answer(403, error: #""code":"approval_required","approval_request":{"id":"apreq_test_x"}"#),
    .deferred("apreq_test_x")),
  Row(
    "C05", .refund, answer(402, error: #""code":"approval_required""#), .deferred("apreq_unnamed")),
  Row(
    "C06", .create, answer(400, error: #""code":"action_blocked""#),
    .blocked(Refusal(code: "action_blocked"))),
  Row(
    "C06", .create, answer(403, error: #""code":"request_blocked""#),
    .blocked(Refusal(code: "request_blocked"))),
  Row(
    "C06", .create, answer(402, error: #""code":"anomalous_money_movement_request""#),
    .blocked(Refusal(code: "anomalous_money_movement_request"))),
  Row(
    "C10", .confirm, answer(402, error: card("insufficient_funds")),
    declined("insufficient_funds", .later)),
  Row(
    "C10", .confirm,
    answer(402, error: card("do_not_honor", more: #","advice_code":"try_again_later""#)),
    declined("do_not_honor", .later)),
  Row(
    "C10", .confirm,
    answer(402, error: card("do_not_honor", more: #","network_advice_code":"02""#)),
    declined("do_not_honor", .later)),
  Row(
    "C10", .confirm,
    answer(402, error: #""type":"invalid_request_error","code":"card_declined","charge":"ch_x""#),
    declined("card_declined", .anotherMethod, nil)),
  Row(
    "C11", .confirm, answer(402, error: card("stolen_card")),
    declined("generic_decline", .anotherMethod)),
  Row(
    "C11", .confirm,
    answer(402, error: card("insufficient_funds", more: #","advice_code":"do_not_try_again""#)),
    declined("insufficient_funds", .anotherMethod)),
  Row(
    "C11", .confirm,
    answer(402, error: card("insufficient_funds", more: #","network_advice_code":"03""#)),
    declined("insufficient_funds", .anotherMethod)),
  Row(
    "C11", .confirm, answer(402, error: card("a_code_of_tomorrow")),
    declined("a_code_of_tomorrow", .anotherMethod)),
  Row(
    "C11", .confirm, answer(402, error: #""type":"card_error","code":"expired_card""#),
    declined("expired_card", .anotherMethod, nil)),
  Row("C11", .refund, answer(402, error: card("insufficient_funds")), mismatch),
  Row(
    "C11", .confirm,
    answer(
      402, error: #""type":"card_error","code":"card_declined","payment_intent":{"id":"pi_y"}"#),
    mismatch),
  Row(
    "C11", .confirm,
    answer(
      402,
      error:
        #""type":"card_error","payment_intent":{"id":"pi_x","status":"succeeded"}"#
    ), unknown("answer_contradictory", .lookUp)),
  Row(
    "C12", .confirm,
    answer(
      402,
      error:
        #""code":"authentication_required","advice_code":"","payment_intent":{"id":"pi_x"}"#
    ), declined("authentication_required", .authenticate)),
  Row(
    "C12", .confirm, answer(402, error: card("authentication_not_handled")),
    declined("authentication_not_handled", .authenticate)),
  Row(
    "C13", .confirm, answer(402, error: card("duplicate_transaction")),
    unknown("duplicate_transaction", .lookUp)),
  Row(
    "C14", .confirm, answer(402, error: #""type":"invalid_request_error""#),
    unknown("payment_required")),
  Row("C14", .confirm, answer(402, "pay me"), unknown("payment_required")),
  Row("C15", .confirm, answer(402, #"{"code":"cap_exhausted"}"#), capped),
  Row(
    "C15", .confirm,
    answer(429, #"{"error":"Daily spend cap of $50 reached","spent_today_usd":50}"#), capped),
  Row("C15", .confirm, answer(429, "Daily CAP reached."), capped),
]

/// 401 and up: what depends on the status.
let statusRows: [Row] = [
  Row(
    "C07", .create,
    answer(
      401,
      error:
        #""type":"invalid_request_error","message":"Invalid API Key provided: sk_test_****1234""#),
    .misconfigured(Refusal(code: "invalid_api_key"))),
  Row(
    "C07", .create, answer(401, error: #""code":"api_key_expired""#),
    .misconfigured(Refusal(code: "api_key_expired"))),
  Row("C08", .create, answer(401, "<html>"), .misconfigured(Refusal(code: "invalid_api_key"))),
  Row("C08", .create, answer(403, "<html>"), .misconfigured(Refusal(code: "forbidden"))),
  Row(
    "C08", .create, answer(403, #"{"error":"Operation is not permitted","allowed_endpoints":[]}"#),
    .blocked(Refusal(code: "upstream_not_permitted"))),
  Row(
    "C09", .create, answer(403, error: #""type":"invalid_request_error""#),
    .misconfigured(Refusal(code: "permission_denied"))),
  Row(
    "C16", .confirm, answer(404, error: #""code":"resource_missing","param":"intent""#),
    .rejected(Refusal(code: "resource_missing", detail: "intent"))),
  Row(
    "C16", .retrieve, answer(404, error: #""code":"resource_missing","param":"intent""#),
    .misconfigured(Refusal(code: "resource_missing", detail: "intent"))),
  Row(
    "C16", .retrieveRefund, answer(404, error: #""code":"resource_missing","param":"id""#),
    .misconfigured(Refusal(code: "resource_missing", detail: "id"))),
  Row(
    "C17", .create,
    answer(404, error: #""type":"invalid_request_error","message":"Unrecognized request URL""#),
    .misconfigured(Refusal(code: "unrecognized_url"))),
  Row("C17", .create, answer(404, "<html>"), .misconfigured(Refusal(code: "unrecognized_url"))),
  Row(
    "C18", .create, answer(405, ""),
    .misconfigured(Refusal(code: "unexpected_http_status", detail: "405"))),
  Row(
    "C18", .create, answer(431, ""),
    .misconfigured(Refusal(code: "unexpected_http_status", detail: "431"))),
  Row(
    "C18", .create, answer(451, ""),
    .misconfigured(Refusal(code: "unexpected_http_status", detail: "451"))),
  Row("C19", .confirm, answer(408, ""), unknown("request_timeout")),
  Row("C19", .confirm, answer(425, ""), unknown("request_timeout")),
  Row("C19", .confirm, answer(499, ""), unknown("request_timeout")),
  Row(
    "C20", .confirm,
    answer(409, error: #""type":"invalid_request_error","code":"idempotency_key_in_use""#),
    .inProgress),
  Row(
    "C20", .confirm,
    answer(409, error: #""type":"idempotency_error","code":"idempotency_key_in_use""#),
    .inProgress),
  Row("C21", .confirm, answer(409, error: #""type":"invalid_request_error""#), unknown("conflict")),
  Row("C21", .confirm, answer(409, "<html>"), unknown("conflict")),
  Row("C22", .confirm, answer(424, error: #""type":"api_error""#), unknown("dependency_failed")),
  Row(
    "C23", .confirm,
    answer(
      429, error: #""code":"rate_limit""#, [Header("Stripe-Rate-Limited-Reason", "global-rate")]),
    .throttled(retryAfter: nil)),
  Row(
    "C23", .confirm,
    answer(
      429, #"{"error":"slow down"}"#,
      [Header("stripe-rate-limited-reason", "global-rate"), Header("retry-after", "7")]),
    .throttled(retryAfter: .seconds(7))),
  Row("C24", .confirm, answer(429, error: #""code":"lock_timeout""#), .throttled(retryAfter: nil)),
  Row(
    "C25", .confirm, answer(429, error: #""code":"card_decline_rate_limit_exceeded""#),
    declined("card_decline_rate_limit_exceeded", .later, nil, isKept: false)),
  Row(
    "C25", .confirm,
    answer(
      402,
      error:
        #""code":"card_decline_rate_limit_exceeded","payment_intent":{"id":"pi_x"}"#
    ), declined("card_decline_rate_limit_exceeded", .later, isKept: false)),
  Row(
    "C26", .confirm, answer(429, "<html>please solve the captcha</html>"),
    .throttled(retryAfter: nil)),
  Row("C26", .confirm, answer(429, ""), .throttled(retryAfter: nil)),
]

/// 5xx.
let serverRows: [Row] = [
  Row("X01", .confirm, answer(500, error: #""type":"api_error""#), unknown("server_error")),
  Row(
    "X02", .confirm,
    answer(500, error: #""type":"api_error""#, [Header("Stripe-Should-Retry", "false")]),
    unknown("server_error", .lookUp)),
  Row(
    "X03", .confirm,
    answer(503, error: #""type":"api_error""#, [Header("Stripe-Should-Retry", "true")]),
    unknown("server_error")),
  Row("X04", .confirm, answer(502, "<html>"), unknown("server_error")),
  Row("X04", .confirm, answer(504, ""), unknown("server_error")),
  Row("X05", .confirm, answer(520, ""), unknown("server_error")),
  Row(
    "X05", .confirm, answer(599, "", [Header("Retry-After", "99999")]),
    .unknown(Doubt(reason: "server_error", remedy: .resend, retryAfter: .seconds(3600)))),
]
