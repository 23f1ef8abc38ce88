import JSON
import Payments

/// An answer that was made up before the sandbox, or somebody in between, carried anything out.
/// The shapes are those of Stripe's documents and of spend-cap proxies (`processors.md` §4).
struct Refused {
  let response: Response

  private init(_ status: Int, _ headers: [Header], _ body: [UInt8]) {
    response = Response(status: status, headers: headers, body: body)
  }

  /// JSON as it stands.
  private init(_ status: Int, json: JSONValue, _ headers: [Header] = []) {
    self.init(status, [Header("Content-Type", "application/json")] + headers, json.compact)
  }

  /// An error in Stripe's shape.
  init(
    _ status: Int, type: String = "invalid_request_error", code: String? = nil, message: String,
    more: [(String, JSONValue)] = [], _ headers: [Header] = []
  ) {
    self.init(
      status,
      json: SandboxReply.refusal(
        status: status, type: type, code: code, message: message, more: more
      )
      .body, headers)
  }

  /// A page.
  private init(_ status: Int, page title: String, _ headers: [Header] = []) {
    self.init(
      status, [Header("Content-Type", "text/html")] + headers,
      Array("<html><head><title>\(title)</title></head><body>\(title)</body></html>\n".utf8))
  }

  static let noKey = Refused(
    401,
    message: "You did not provide an API key. Send it as Authorization: Bearer or Basic.")

  static let gatewayTimeout = Refused(504, page: "504 Gateway Time-out")

  static let approval = Refused(
    400, code: "approval_required",
    message: "This action requires approval before it can be completed.",
    more: [
      (
        "approval_request",
        [
          "id": "apreq_sandbox_000001", "object": "approval_request", "status": "pending",
        ]
      )
    ])

  /// The answer of a fault that executes nothing; nil for the others.
  init?(_ fault: Fault, after: Duration?) {
    switch fault {
    case .html200: self.init(200, page: "Welcome to the network")
    case .error500NotStored:
      self.init(500, type: "api_error", message: "An unknown error occurred")
    case .error502: self.init(502, page: "502 Bad Gateway")
    case .error503: self.init(503, page: "503 Service Unavailable")
    case .error504: self = .gatewayTimeout
    case .conflict409:
      self.init(
        409, code: "idempotency_key_in_use",
        message: "There is currently another in-progress request using this Idempotent Key.")
    case .rate429, .rate429RetryAfter:
      var headers = [Header("Stripe-Rate-Limited-Reason", "endpoint-rate")]
      if fault == .rate429RetryAfter {
        let seconds = ((after ?? .seconds(1)).milliseconds + 999) / 1000
        headers.append(Header("Retry-After", String(seconds)))
      }
      self.init(429, code: "rate_limit", message: "Request rate limit exceeded.", headers)
    case .lock429:
      self.init(
        429, code: "lock_timeout",
        message: "This object cannot be accessed right now because another API request or Stripe"
          + " process is currently accessing it.")
    case .unauthorized401: self.init(401, message: "Invalid API Key provided: sk_****")
    case .forbidden403:
      self.init(
        403, message: "The provided key does not have the required permissions for this endpoint.")
    case .redirect302: self.init(302, page: "302 Found", [Header("Location", "/_elsewhere")])
    case .redirect307:
      self.init(307, page: "307 Temporary Redirect", [Header("Location", "/_elsewhere")])
    case .cap402: self.init(402, json: ["code": "cap_exhausted"])
    case .cap429: self.init(429, json: ["error": "Spend cap exhausted for this key"])
    case .dropBefore, .dropAfter, .resetBefore, .resetAfter, .hangBefore, .hangAfter, .slow,
      .lateAnswer, .truncated, .truncatedNoLength, .error500Stored, .error500ExecutedStored,
      .error504Executed, .approvalRequired, .keyExpiry, .duplicateEffect, .lateEffect, .listLag,
      .answerOfAnother, .wrongAmount:
      return nil
    }
  }
}

extension Response {
  /// The same answer about somebody else's object: other ids, other metadata.
  var ofAnother: Response {
    rewritten { object in
      for key in ["id", "payment_intent"] {
        if let id = object[key]?.string { object[key] = .string("\(id)9") }
      }
      if let metadata = object["metadata"]?.object {
        object["metadata"] = .object(
          JSONObject(metadata.members.map { ($0.key, .string("\($0.value.string ?? "")9")) }))
      }
    }
  }

  /// The same answer with one minor unit more.
  var withWrongAmount: Response {
    rewritten { object in
      for key in ["amount", "amount_received"] {
        if let amount = object[key]?.integer, amount > 0 { object[key] = .integer(amount + 1) }
      }
    }
  }

  private func rewritten(_ change: (inout JSONObject) -> Void) -> Response {
    do throws(JSONError) {
      guard var object = try JSONValue(reading: body).object else { return self }
      change(&object)
      return Response(status: status, headers: headers, body: JSONValue.object(object).compact)
    } catch {
      // What is no JSON carries no amount and no id: it is wrong enough as it is.
      return self
    }
  }
}
