import JSON
import Payments

/// A request the sandbox understood well enough to execute: where to, with which parameters.
struct SandboxCall: Sendable {
  /// What can be asked for.
  enum Route: Sendable {
    case createIntent
    case confirmIntent(String)
    case cancelIntent(String)
    case retrieveIntent(String)
    case listIntents
    case createRefund
    case retrieveRefund(String)
    case listRefunds
  }

  let request: Request
  let route: Route
  /// The path without its query.
  let path: String
  let form: Form
  /// Only of requests that write; on a GET it has no effect.
  let key: String?

  init(_ request: Request) throws(SandboxReply) {
    let halves = request.path.utf8.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    self.request = request
    path = String(halves[0]) ?? request.path
    guard let route = Self.route(request.method, halves[0]) else {
      throw .refusal(
        status: 404,
        message: "Unrecognized request URL (\(request.method.rawValue): \(path)).")
    }
    self.route = route

    switch request.method {
    case .get:
      key = nil
      form = try Self.form(halves.count == 2 ? Array(halves[1]) : [])
    case .post:
      key = request.header("Idempotency-Key")
      if let key, key.isEmpty || key.utf8.count > 255 {
        throw .refusal(message: "An idempotency key has 1 to 255 characters.")
      }
      guard request.body.isEmpty || Self.isForm(request) else {
        throw .refusal(message: "The body must be application/x-www-form-urlencoded.")
      }
      form = try Self.form(request.body)
    }
  }

  private static func route(
    _ method: Request.Method, _ path: Substring.UTF8View
  ) -> Route? {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { unescaped($0) ?? "" }
    guard parts.count >= 3, parts[0] == "", parts[1] == "v1" else { return nil }
    switch (method, parts[2], parts.count) {
    case (.post, "payment_intents", 3): return .createIntent
    case (.get, "payment_intents", 3): return .listIntents
    case (.get, "payment_intents", 4): return .retrieveIntent(parts[3])
    case (.post, "payment_intents", 5) where parts[4] == "confirm": return .confirmIntent(parts[3])
    case (.post, "payment_intents", 5) where parts[4] == "cancel": return .cancelIntent(parts[3])
    case (.post, "refunds", 3): return .createRefund
    case (.get, "refunds", 3): return .listRefunds
    case (.get, "refunds", 4): return .retrieveRefund(parts[3])
    default: return nil
    }
  }

  private static func isForm(_ request: Request) -> Bool {
    guard let type = request.header("Content-Type") else { return false }
    let essence = type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    return essence.elementsEqual("application/x-www-form-urlencoded".utf8) { lower($0) == $1 }
  }

  private static func form(_ bytes: [UInt8]) throws(SandboxReply) -> Form {
    guard let form = Form(reading: bytes) else {
      throw .refusal(message: "The parameters are not valid UTF-8 in percent escapes.")
    }
    return form
  }
}

/// What the sandbox says: a result, or a refusal, which is thrown before anything is written.
struct SandboxReply: Error {
  /// What an answer shows.
  enum Content {
    /// What was said.
    case document(JSONValue)
    /// A PaymentIntent as it was then: an answer that is kept takes no more room than it does.
    indirect case intent(Sandbox.Intent)
  }

  let status: Int
  let content: Content
  /// Whether it is stored under the idempotency key: only once the execution has begun, so neither
  /// a parameter that does not pass nor an object that is not there is (`processors.md` §1.1).
  let kept: Bool

  /// A result.
  static func result(_ body: JSONValue) -> SandboxReply {
    SandboxReply(status: 200, content: .document(body), kept: true)
  }

  /// A PaymentIntent as the result.
  static func result(_ intent: Sandbox.Intent) -> SandboxReply {
    SandboxReply(status: 200, content: .intent(intent), kept: true)
  }

  /// The body.
  var body: JSONValue {
    switch content {
    case .document(let document): document
    case .intent(let intent): intent.body
    }
  }

  /// A refusal in Stripe's shape; absent members are left out.
  static func refusal(
    status: Int = 400, type: String = "invalid_request_error", code: String? = nil,
    param: String? = nil, message: String, more: [(String, JSONValue)] = [], kept: Bool = false
  ) -> SandboxReply {
    var error: [(String, JSONValue)] = [("type", .string(type))]
    if let code { error.append(("code", .string(code))) }
    error += more
    if let param { error.append(("param", .string(param))) }
    error.append(("message", .string(message)))
    return SandboxReply(
      status: status,
      content: .document(.object(JSONObject([("error", .object(JSONObject(error)))]))), kept: kept)
  }

  /// An object that is not there: 404 when its id stood in the path, 400 when in a parameter.
  static func missing(_ noun: String, _ id: String, param: String, status: Int) -> SandboxReply {
    refusal(
      status: status, code: "resource_missing", param: param, message: "No such \(noun): '\(id)'")
  }

  /// What Stripe says when it does not know itself what happened.
  static let serverError = SandboxReply.refusal(
    status: 500, type: "api_error", message: "An unknown error occurred", kept: true)
}
