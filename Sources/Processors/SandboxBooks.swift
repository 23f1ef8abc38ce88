public import JSON
public import Payments

extension Sandbox {
  /// One PaymentIntent in the sandbox's books.
  public struct Intent: Sendable, Equatable {
    /// Where a PaymentIntent can be in its life here.
    public enum Status: String, Sendable {
      case requiresPaymentMethod = "requires_payment_method"
      case requiresConfirmation = "requires_confirmation"
      case succeeded
      case canceled
    }

    /// `pi_sandbox_000001`.
    public let id: String
    /// What it is about.
    public let money: Money
    /// `cus_…`, if one was given.
    public let customer: String?
    /// `pm_…`, while one is attached.
    public internal(set) var paymentMethod: String?
    /// As given, in that order.
    public let metadata: JSONObject
    /// When it was created, in seconds since 1970.
    public let created: Int64
    /// Where it is in its life.
    public internal(set) var status: Status
    /// Its charges, in the order they were made; at most one of them paid.
    public internal(set) var charges: [Charge] = []
    /// What was given back of it, in minor units.
    public internal(set) var amountRefunded: Int64 = 0
    /// Whether the payer's bank disputes it.
    public internal(set) var isDisputed = false
    var lastError: SandboxDecline?

    /// What was taken, in minor units: counted from the charges, not from the status.
    public var amountReceived: Int64 {
      charges.reduce(0) { sum, charge in charge.paid ? sum + money.amount : sum }
    }
  }

  /// One attempt to charge a card.
  public struct Charge: Sendable, Equatable {
    /// `ch_sandbox_000001`.
    public let id: String
    /// Whether the issuer paid.
    public let paid: Bool
    /// When.
    public let created: Instant
  }

  /// One refund in the sandbox's books; the sandbox pays it back at once.
  public struct Refund: Sendable, Equatable {
    /// `re_sandbox_000001`.
    public let id: String
    /// The PaymentIntent it gives back.
    public let intent: String
    /// The charge it gives back.
    public let charge: String
    /// How much.
    public let money: Money
    /// As given.
    public let reason: String?
    /// As given, in that order.
    public let metadata: JSONObject
    /// When it was created, in seconds since 1970.
    public let created: Int64
    /// Whether it came back after it had succeeded.
    public internal(set) var isBounced = false
  }

  /// The books as one document, in the order of creation: what a person or a test reads.
  public func books() -> JSONValue {
    [
      "payment_intents": .array(
        intents.map { intent in
          [
            "id": .string(intent.id),
            "status": .string(intent.status.rawValue),
            "amount": .integer(intent.money.amount),
            "currency": .string(intent.money.currency.code),
            "amount_received": .integer(intent.amountReceived),
            "amount_refunded": .integer(intent.amountRefunded),
            "customer": optional(intent.customer),
            "payment_method": optional(intent.paymentMethod),
            "charges": .integer(Int64(intent.charges.count)),
            "metadata": .object(intent.metadata),
            "created": .integer(intent.created),
          ]
        }),
      "refunds": .array(
        refunds.map { refund in
          [
            "id": .string(refund.id),
            "payment_intent": .string(refund.intent),
            "amount": .integer(refund.money.amount),
            "currency": .string(refund.money.currency.code),
            "reason": optional(refund.reason),
            "metadata": .object(refund.metadata),
            "created": .integer(refund.created),
          ]
        }),
    ]
  }
}

extension Sandbox.Intent {
  /// As Stripe sends it when asked to expand the charge and its balance transaction.
  func body(settledAfter delay: Duration, at now: Instant) -> JSONValue {
    guard var body = body.object, let charge = charges.last else { return self.body }
    let available = charge.created.advanced(by: delay)
    var funds: JSONValue = .null
    if charge.paid {
      funds = [
        "id": .string("txn_\(charge.id)"), "object": "balance_transaction",
        "amount": .integer(money.amount),
        "available_on": .integer(available.milliseconds / 1000),
        "status": .string(available <= now ? "available" : "pending"),
      ]
    }
    body["latest_charge"] = [
      "id": .string(charge.id), "object": "charge", "amount": .integer(money.amount),
      "amount_captured": .integer(charge.paid ? money.amount : 0),
      "amount_refunded": .integer(amountRefunded), "balance_transaction": funds,
      "created": .integer(charge.created.milliseconds / 1000), "disputed": .bool(isDisputed),
      "paid": .bool(charge.paid),
      "payment_intent": .string(id),
    ]
    return .object(body)
  }

  /// As Stripe sends it.
  var body: JSONValue {
    var error: JSONValue = .null
    if let lastError, let charge = charges.last {
      let members: [(String, JSONValue)] = [
        ("type", .string("card_error")), ("code", .string(lastError.code)),
      ]
      error = .object(
        JSONObject(
          members + lastError.members(charge: charge.id)
            + [("message", .string(lastError.message))]))
    }
    let members: [(String, JSONValue)] = [
      ("id", .string(id)),
      ("object", .string("payment_intent")),
      ("amount", .integer(money.amount)),
      ("amount_received", .integer(amountReceived)),
      ("capture_method", .string("automatic")),
      ("client_secret", .string("\(id)_secret_sandbox")),
      ("created", .integer(created)),
      ("currency", .string(money.currency.code.lowercased())),
      ("customer", optional(customer)),
      ("last_payment_error", error),
      ("latest_charge", optional(charges.last?.id)),
      ("livemode", .bool(false)),
      ("metadata", .object(metadata)),
      ("next_action", .null),
      ("payment_method", optional(paymentMethod)),
      ("status", .string(status.rawValue)),
    ]
    return .object(JSONObject(members))
  }
}

extension Sandbox.Refund {
  /// As Stripe sends it: without `livemode`.
  var body: JSONValue {
    let members: [(String, JSONValue)] = [
      ("id", .string(id)),
      ("object", .string("refund")),
      ("amount", .integer(money.amount)),
      ("charge", .string(charge)),
      ("created", .integer(created)),
      ("currency", .string(money.currency.code.lowercased())),
      ("metadata", .object(metadata)),
      ("payment_intent", .string(intent)),
      ("reason", optional(reason)),
      ("status", .string(isBounced ? "failed" : "succeeded")),
    ]
    return .object(JSONObject(members))
  }
}

private func optional(_ text: String?) -> JSONValue {
  text.map { .string($0) } ?? .null
}
