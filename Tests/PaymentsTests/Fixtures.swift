import Payments

/// What the tests of this room share: one charge, one refund, one rule, and every finding there is.
enum Fixture {
  static let usd = Currency("USD")!
  static let jpy = Currency("JPY")!
  static let kwd = Currency("KWD")!
  static let now = Instant(milliseconds: 1_795_000_000_000)

  static let table = CurrencyTable([
    usd: CurrencyTable.Rule(exponent: 2, multiple: 1, minimum: 50, maximum: 99_999_999),
    jpy: CurrencyTable.Rule(exponent: 0, multiple: 1, minimum: 50, maximum: 99_999_999),
    kwd: CurrencyTable.Rule(exponent: 3, multiple: 10, minimum: 100, maximum: 99_999_990),
  ])

  static let rule = RetryRule(
    ProcessorSetting(),
    Profile(
      name: "toy", currencies: table, keyLength: 255, keyRetention: .seconds(20 * 3600),
      quiescence: .seconds(600)), inFlight: 0)

  static func charge(
    reference: String = "INV-7", id: String = id, _ change: (inout Operation) -> Void = { _ in }
  ) -> Operation {
    operation(.charge, reference, id: id, change)
  }

  static let id = "op_abcdefghijklmnopqrstuvwxyz"

  static func refund(_ change: (inout Operation) -> Void = { _ in }) -> Operation {
    operation(.refund, "INV-7", change)
  }

  static func operation(
    _ kind: Operation.Kind, _ reference: String = "INV-7", id: String = id,
    _ change: (inout Operation) -> Void
  ) -> Operation {
    var operation = Operation(
      id: OperationID(id), kind: kind, namespace: "acme",
      reference: reference,
      terms: Terms(
        customer: "cus_1", money: Money(4999, usd), paymentMethod: "pm_1", description: nil),
      run: "run-1", task: nil, step: nil, checkpoint: nil, state: .validated,
      processorReference: nil, round: 0, confirmation: 0,
      next: kind == .charge ? .create : .refund, due: now, attempt: nil, tries: 0, attempts: 0,
      unknownSince: nil, firstSent: nil, code: nil, detail: nil, deadLetter: nil, owner: nil,
      livemode: false, created: now.advanced(by: .seconds(-1)),
      updated: now.advanced(by: .seconds(-1)), policy: "hash", rule: nil, version: 7)
    if kind == .refund {
      operation.terms.charge = OperationID("op_zyxwvutsrqponmlkjihgfedcba")
      operation.terms.chargeReference = "pi_1"
      operation.terms.reason = "duplicate"
    }
    change(&operation)
    return operation
  }

  /// A charge whose object is in the books and whose confirmation is next.
  static func authorised(_ change: (inout Operation) -> Void = { _ in }) -> Operation {
    charge {
      $0.state = .authorised
      $0.processorReference = "pi_1"
      $0.next = .confirm
      change(&$0)
    }
  }

  static let declines = Decline.Advice.allCases.flatMap { advice in
    [nil, "pi_1"].map { Decline(reference: $0, code: "generic_decline", advice: advice) }
  }

  static let doubts = Doubt.Remedy.allCases.flatMap { remedy in
    [nil, Duration.seconds(7), .seconds(-1), .seconds(1_000_000)].flatMap { wait in
      [false, true].map {
        Doubt(reason: "server_error", remedy: remedy, retryAfter: wait, silent: $0)
      }
    }
  }

  static let timeout = Doubt(reason: "timeout", remedy: .resend, silent: true)
  static let brokenAnswer = Doubt(reason: "server_error", remedy: .resend)
  static let savedError = Doubt(reason: "server_error", remedy: .lookUp)

  /// Every case of `Finding`, with payloads that stand for all.
  static let findings: [Finding] =
    [
      .created("pi_1"), .captured("pi_1", livemode: false), .captured("pi_1", livemode: true),
      .processing("pi_1"), .unauthenticated("pi_1"), .voided("pi_1"),
      .refunded("re_1", livemode: false),
      .submitted("re_1"), .refundFailed("re_1"), .absent,
      .rejected(Refusal(code: "resource_missing", detail: "customer")),
      .rejected(Refusal(code: "amount_too_small")),
      .misconfigured(Refusal(code: "invalid_api_key")),
      .blocked(Refusal(code: "cap_exhausted")), .deferred("apreq_1"),
      .throttled(retryAfter: nil), .throttled(retryAfter: .seconds(9)),
      .throttled(retryAfter: .seconds(1_000_000)), .inProgress,
    ]
    + TransportFailure.Cause.allCases.map { .notSent($0) }
    + declines.map { .declined($0) } + doubts.map { .unknown($0) }
}

extension Operation {
  /// The operation after one attempt of its `next` was made and answered.
  func attempted(_ finding: Finding, at now: Instant = Fixture.now) -> Operation {
    let begun = beginning(by: 1, Fixture.rule, at: now)
    guard let (after, _) = begun.followed(by: finding, Fixture.rule, at: now) else { return begun }
    return after
  }

  /// Whether nothing more is done for it without a new request.
  var isAtRest: Bool {
    switch state {
    case .captured, .settled, .refunded, .denied, .declined, .failed, .voided: true
    case .initiated, .validated, .authorised, .submitted: false
    }
  }
}
