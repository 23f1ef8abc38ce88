/// What a processor's answer proves about an operation: evidence, not interpretation.
///
/// Made by a ``Dialect``; every row of the classification table (`processors.md` §4) is one of
/// these.
public enum Finding: Hashable, Sendable {
  /// The charge's object exists, not confirmed; no money moved (S06).
  case created(String)
  /// The money was taken (S01, C03). The processor's reference, and whether real money moved.
  case captured(String, livemode: Bool)
  /// The processor is still deciding (S02, S03). Ask again, never repeat.
  case processing(String)
  /// The customer has to do something in person, and no money moved so far (S04): whenever it is
  /// done the object takes the money by itself.
  case unauthenticated(String)
  /// The issuer refused; no money moved (S05, C10, C11, C12, C25). The object survives.
  case declined(Decline)
  /// The object is cancelled: it can never be executed (S07, C04).
  case voided(String)
  /// The money was given back (F01).
  case refunded(String, livemode: Bool)
  /// The refund is accepted and under way (F02).
  case submitted(String)
  /// The refund ended without giving money back (F03).
  case refundFailed(String)
  /// A look-up was answered completely and what was looked for is not there. Proof only after
  /// quiescence.
  case absent
  /// The processor refused this request for its content; this attempt moved no money (C01, C16,
  /// F04–F06).
  case rejected(Refusal)
  /// The processor was asked in the wrong way: key, permission, address, TLS (T01, T05, R01,
  /// C07–C09, C17, C18). This attempt moved no money; the same key may be used once it is mended.
  case misconfigured(Refusal)
  /// A proxy's spend cap, or the processor's own rule, refused this attempt (C06, C15).
  case blocked(Refusal)
  /// The processor may execute this later, after a person approved it there (C05). Never re-sent.
  case deferred(String)
  /// Nothing of this attempt reached the processor (T02–T04, T06). The same key may be sent again.
  case notSent(TransportFailure.Cause)
  /// This attempt was turned away before it was looked at (C23, C24, C26). The same key may be sent
  /// again, after this long if a time was given.
  case throttled(retryAfter: Duration?)
  /// An earlier request with this key is still running (C20). Says nothing about its outcome.
  case inProgress
  /// This attempt may or may not have been executed (T10–T20, T30, S08, S09, C02, C13, C14, C19,
  /// C21, C22, X01–X05).
  case unknown(Doubt)
}

/// An issuer's refusal, with what may be said and done about it (`processors.md` §2.4).
public struct Decline: Hashable, Sendable {
  /// What to do about it, in the order the advice is to be read.
  public enum Advice: String, Sendable, CaseIterable {
    /// Not with this payment method again.
    case anotherMethod = "another_method"
    /// The customer must authenticate in person.
    case authenticate
    /// The same method may work on a later day.
    case later
  }

  /// The processor's reference of the surviving object, if it was in the answer.
  public let reference: String?
  /// The decline code that may be shown; lost, stolen and fraudulent are shown as
  /// `generic_decline`.
  public let code: String
  /// What to do.
  public let advice: Advice
  /// Whether it is the answer that is kept under the key. One that is not says nothing about an
  /// earlier sending of the same request.
  public let isKept: Bool

  /// A decline from its facts.
  public init(reference: String?, code: String, advice: Advice, isKept: Bool = true) {
    self.reference = reference
    self.code = code
    self.advice = advice
    self.isKept = isKept
  }
}

/// A refusal's stable words: what kind, and which parameter or detail. Never the processor's free
/// text.
public struct Refusal: Hashable, Sendable {
  /// A stable snake_case code (`resource_missing`, `amount_too_small`, `invalid_api_key` …).
  public let code: String
  /// The parameter or detail it is about, if one was named.
  public let detail: String?

  /// The spend cap of a proxy in front of the processor is used up.
  public static let capExhausted = Refusal(code: "upstream_cap_exhausted")

  /// A refusal from its words.
  public init(code: String, detail: String? = nil) {
    self.code = code
    self.detail = detail
  }
}

/// Why an outcome is unknown, and whether the same request may be sent again.
public struct Doubt: Hashable, Sendable {
  /// What may be done to resolve it.
  public enum Remedy: String, Sendable, CaseIterable {
    /// The same bytes with the same key may be sent again.
    case resend
    /// Only look-ups: a stored answer would be replayed for ever, or the answer is not ours.
    case lookUp = "look_up"
  }

  /// A stable snake_case reason (`timeout`, `server_error`, `answer_mismatch` …).
  public let reason: String
  /// What may be done.
  public let remedy: Remedy
  /// How long the processor asked us to wait, if it did.
  public let retryAfter: Duration?
  /// Whether it is a time-out or a broken connection, which are retried less often than an answer.
  public let silent: Bool

  /// The answer is not about what was asked.
  public static let mismatch = Doubt(reason: "answer_mismatch", remedy: .lookUp)

  /// A doubt from its facts.
  public init(reason: String, remedy: Remedy, retryAfter: Duration? = nil, silent: Bool = false) {
    self.reason = reason
    self.remedy = remedy
    self.retryAfter = retryAfter
    self.silent = silent
  }
}
