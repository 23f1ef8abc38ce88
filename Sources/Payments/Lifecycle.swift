/// The engine's figures for trying again, from the policy and the processor's profile.
public struct RetryRule: Hashable, Sendable {
  /// How often one request may be sent with the same key.
  public let attempts: Int
  /// How often when nothing comes back.
  public let timeoutAttempts: Int
  /// The wait before the second sending, doubled for each further one.
  public let backoff: Duration
  /// Up to how much is added to each wait.
  public let jitter: Duration
  /// How long after its first use a key may be sent again.
  public let keyRetention: Duration
  /// How long a lost request may still be executing.
  public var quiescence: Duration
  /// How long an attempt in flight is left alone before another process takes the operation over.
  public let lease: Duration
  /// What was first sent up to then may be of any age: the clock was set back since.
  public var distrusted: Instant?

  /// The longest wait between two look-ups.
  public static let longestWait = Duration.seconds(60)
  /// The longest wait a processor may ask for.
  public static let longestRequestedWait = Duration.seconds(3600)
  /// How long an unknown outcome is looked up before it becomes a dead letter.
  public static let lookUpFor = Duration.seconds(86_400)

  /// The figures a policy and a profile give.
  ///
  /// - Parameter inFlight: how many requests may wait for their turn, a second for each so many.
  public init(_ setting: ProcessorSetting, _ profile: Profile, inFlight: Int) {
    self.attempts = setting.attempts
    self.timeoutAttempts = setting.timeoutAttempts
    self.backoff = setting.backoff
    self.jitter = setting.jitter
    self.keyRetention = profile.keyRetention
    self.quiescence = profile.quiescence
    let turns = inFlight / max(1, setting.requestsPerSecond)
    self.lease = setting.timeout + setting.connectTimeout + .seconds(5 + turns)
  }

  /// The wait before sending the same request again: 1 s, 2 s, 4 s … and a jitter that is a hash of
  /// operation and attempt (DESIGN §4, invariant 2), never less than the processor asked for.
  func wait(after operation: Operation, requested: Duration?) -> Duration {
    let doublings = min(max(operation.tries, 1) - 1, 16)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in operation.id.text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    hash = (hash ^ UInt64(operation.attempts)) &* 0x0000_0100_0000_01b3
    let spread = jitter.milliseconds > 0 ? Int64((hash >> 16) % UInt64(jitter.milliseconds)) : 0
    let own = min(
      Duration.milliseconds((backoff.milliseconds << Int64(doublings)) + spread),
      Self.longestRequestedWait)
    return max(own, min(requested ?? .zero, Self.longestRequestedWait))
  }

  /// The wait before the next look-up: as long again as it has been unknown, between the backoff
  /// and
  /// ``longestWait``.
  func lookUpWait(since: Instant, at now: Instant, requested: Duration?) -> Duration {
    let own = max(backoff, min(since.duration(to: now), Self.longestWait))
    return max(own, min(requested ?? .zero, Self.longestRequestedWait))
  }
}

/// Why an operation ended without money moving, or waits: the engine's own few words. What the
/// processor called it stands in `detail`.
public enum Code {
  /// A rule of the policy refused it.
  public static let denied = "denied"
  /// A cap on single operations is below it.
  public static let tooLarge = "operation_too_large"
  /// A cap on single operations is below it together with others of the same customer.
  public static let split = "split_refused"
  /// It may be another charge under another name.
  public static let nearDuplicate = "near_duplicate"
  /// The payment method was declined as often as the policy allows.
  public static let declinedTooOften = "declined_too_often"
  /// The issuer refused it.
  public static let declined = "card_declined"
  /// The processor refused what was asked.
  public static let rejected = "rejected"
  /// Key, permission or address are wrong.
  public static let misconfigured = "processor_misconfigured"
  /// A rule at the processor or a proxy refused it.
  public static let blocked = "blocked_upstream"
  /// The spend cap of a proxy in front of the processor is used up.
  public static let capped = "spend_cap_exceeded"
  /// Nothing reached the processor.
  public static let unreachable = "processor_unreachable"
  /// The bounded attempts are used up; no money moved.
  public static let exhausted = "max_retries_exceeded"
  /// The processor's complete list does not have it.
  public static let notExecuted = "not_executed"
  /// A person has to approve it at the processor.
  public static let approval = "approval_required"
  /// The customer has to do something in person, which cannot be done here: cancelled, so that it
  /// is not done later either.
  public static let authentication = "authentication_required"
  /// The refund ended without giving money back.
  public static let refundFailed = "refund_failed"
  /// Cancelled, so that it can never be executed.
  public static let voided = "voided"
  /// A person looked at a dead letter and said what became of it.
  public static let resolved = "resolved_by_operator"

  /// The word for what a rule at the processor or a proxy refused.
  static func blocked(by refusal: Refusal) -> String {
    isSame(refusal.code, Refusal.capExhausted.code) ? capped : blocked
  }
}

extension Operation {
  /// What follows from a finding: the operation afterwards and the reason, or nil when it was at
  /// rest and the finding comes too late to matter, which only a refund's bounce does not. A reason
  /// says so when from here on the outcome is unknown, and when automatic recovery gives up.
  ///
  /// Total over (state, finding). *Unknown* is cleared only by evidence about the object itself
  /// (DESIGN §4, invariant 7): a refusal of one attempt while an earlier one is unknown leads to a
  /// look-up, never to `failed`.
  public func followed(
    by finding: Finding, _ rule: RetryRule, at now: Instant
  ) -> (after: Operation, reason: String)? {
    var after = self
    after.attempt = nil
    after.owner = nil
    after.updated = now
    let reason: String
    switch state {
    case .initiated, .captured, .settled, .denied, .declined, .failed, .voided: return nil
    case .refunded:
      guard isBounced(by: finding) else { return nil }
      reason = after.end(.failed, Code.refundFailed)
    case .validated:
      switch kind {
      case .charge: reason = after.whileCreating(finding, rule, now)
      case .refund: reason = after.whileRefunding(finding, rule, now)
      }
    case .authorised: reason = after.whileConfirming(finding, rule, now)
    case .submitted: reason = after.whileSubmitted(finding, rule, now)
    }
    after.giveUpIfDue(now)
    if deadLetter == nil, after.deadLetter != nil { return (after, Reason.givenUp) }
    if unknownSince == nil, after.unknownSince != nil { return (after, Reason.unknown + reason) }
    return (after, reason)
  }

  /// `validated`, a charge: its object is being created, which moves no money, so that nothing that
  /// happens here can be worse than an unused object.
  private mutating func whileCreating(
    _ finding: Finding, _ rule: RetryRule, _ now: Instant
  ) -> String {
    switch finding {
    case .created(let reference):
      adopt(reference)
      follow(with: .confirm, at: now)
      return "processor_created"
    case .captured(let reference, let live): return end(.captured, reference, live, now)
    case .processing(let reference):
      adopt(reference)
      firstSent = firstSent ?? now
      look(.retrieve, rule, now)
      return "processor_processing"
    case .unauthenticated(let reference):
      adopt(reference)
      return whileUnauthenticated(rule, now)
    case .declined(let decline): return endDeclined(decline)
    case .voided(let reference):
      adopt(reference)
      return end(.voided, Code.voided)
    case .rejected(let refusal): return end(.failed, Code.rejected, refusal)
    case .misconfigured(let refusal): return end(.failed, Code.misconfigured, refusal)
    case .blocked(let refusal): return end(.failed, Code.blocked(by: refusal), refusal)
    case .deferred(let request):
      return end(.failed, Code.approval, Refusal(code: request))
    case .absent: return end(.failed, Code.exhausted)
    case .notSent, .throttled, .inProgress:
      return again(after: finding, rule, now) ?? end(.failed, exhaustedCode(finding))
    case .unknown(let doubt):
      if doubt.remedy == .resend, let reason = again(after: finding, rule, now) { return reason }
      guard next != .find else { return end(.failed, Code.exhausted) }
      follow(with: .find, at: now)
      return "looking_up"
    case .refunded, .submitted, .refundFailed:
      // No dialect says this of a charge; if one does, it proves nothing.
      return whileCreating(.unknown(.mismatch), rule, now)
    }
  }

  /// `authorised`: the object's id is in the books, so the truth is one read away for ever.
  private mutating func whileConfirming(
    _ finding: Finding, _ rule: RetryRule, _ now: Instant
  ) -> String {
    switch finding {
    case .captured(let reference, let live): return end(.captured, reference, live, now)
    case .declined(let decline):
      // A read after a lost confirmation with another payment method may show the earlier decline.
      if next != .confirm, unknownSince != nil, confirmation > 0 {
        return whileUnconfirmed(rule, now)
      }
      if unknownSince != nil, !decline.isKept {
        look(.retrieve, rule, now)
        return "looking_up"
      }
      return endDeclined(decline)
    case .voided:
      if isSame(code, Code.authentication) { return end(.declined, Code.authentication) }
      return end(.voided, Code.voided)
    case .unauthenticated: return whileUnauthenticated(rule, now)
    case .created: return whileUnconfirmed(rule, now)
    case .processing:
      unknownSince = nil
      look(.retrieve, rule, now)
      return "processor_processing"
    case .rejected(let refusal): return refused(Code.rejected, refusal, .retrieve, rule, now)
    case .misconfigured(let refusal):
      return refused(Code.misconfigured, refusal, .retrieve, rule, now)
    case .blocked(let refusal):
      return refused(Code.blocked(by: refusal), refusal, .retrieve, rule, now)
    case .deferred(let request):
      return awaitApproval(request, lookUp: .retrieve, rule, now)
    case .notSent, .throttled:
      if next == .confirm {
        if let reason = again(after: finding, rule, now) { return reason }
        if unknownSince == nil { return end(.failed, exhaustedCode(finding)) }
      }
      look(.retrieve, rule, now, after: finding)
      return "looking_up"
    case .inProgress:
      doubt(Doubt(reason: "in_progress", remedy: .lookUp), now)
      look(.retrieve, rule, now)
      return "looking_up"
    case .unknown(let doubt):
      return uncertain(doubt, .confirm, lookUp: .retrieve, rule, now)
    case .absent, .refunded, .submitted, .refundFailed:
      return uncertain(.mismatch, .confirm, lookUp: .retrieve, rule, now)
    }
  }

  /// The object is there and not confirmed: no money has moved *so far*. A confirmation that is
  /// still on its way may yet arrive, so either the same one is sent again or the object is
  /// cancelled; a person's approval is waited for as long as the key is fresh.
  private mutating func whileUnconfirmed(_ rule: RetryRule, _ now: Instant) -> String {
    if tries < rule.attempts, isKeyFresh(rule, now) {
      next = .confirm
      due = now
      return "confirmation_due"
    }
    if isSame(code, Code.approval), isKeyFresh(rule, now) {
      look(.retrieve, rule, now)
      return Code.approval
    }
    return cancelled(rule, now)
  }

  /// The object waits for the customer and would take the money whenever they come, past every cap
  /// if it were given up now: it is cancelled, and holds its budget until that is certain
  /// (`processors.md` §2.3).
  private mutating func whileUnauthenticated(_ rule: RetryRule, _ now: Instant) -> String {
    code = Code.authentication
    detail = nil
    return cancelled(rule, now)
  }

  /// The object is cancelled, or looked at where that was just tried: unknown until it is certain.
  private mutating func cancelled(_ rule: RetryRule, _ now: Instant) -> String {
    unknownSince = unknownSince ?? now
    if next == .cancel {
      look(.retrieve, rule, now)
      return "looking_up"
    }
    next = .cancel
    due = now
    return "cancellation_due"
  }

  /// `validated`, a refund: the request itself moves the money.
  private mutating func whileRefunding(
    _ finding: Finding, _ rule: RetryRule, _ now: Instant
  ) -> String {
    switch finding {
    case .refunded(let reference, let live): return end(.refunded, reference, live, now)
    case .submitted(let reference):
      adopt(reference)
      state = .submitted
      unknownSince = nil
      look(.retrieveRefund, rule, now)
      return "processor_submitted"
    case .refundFailed(let reference):
      processorReference = reference
      return end(.failed, Code.refundFailed)
    case .rejected(let refusal): return refused(Code.rejected, refusal, .findRefund, rule, now)
    case .misconfigured(let refusal):
      return refused(Code.misconfigured, refusal, .findRefund, rule, now)
    case .blocked(let refusal):
      return refused(Code.blocked(by: refusal), refusal, .findRefund, rule, now)
    case .deferred(let request):
      return awaitApproval(request, lookUp: .findRefund, rule, now)
    case .absent: return whileAbsent(rule, now)
    case .notSent, .throttled:
      if next == .refund {
        if let reason = again(after: finding, rule, now) { return reason }
        if unknownSince == nil { return end(.failed, exhaustedCode(finding)) }
      }
      look(.findRefund, rule, now, after: finding)
      return "looking_up"
    case .inProgress:
      doubt(Doubt(reason: "in_progress", remedy: .lookUp), now)
      look(.findRefund, rule, now)
      return "looking_up"
    case .unknown(let doubt):
      return uncertain(doubt, .refund, lookUp: .findRefund, rule, now)
    case .created, .captured, .processing, .unauthenticated, .declined, .voided:
      return uncertain(.mismatch, .refund, lookUp: .findRefund, rule, now)
    }
  }

  /// The processor's complete list does not have the refund. A lost request may still be on its
  /// way: while the key is fresh the same one is sent again, which the processor puts in order;
  /// otherwise absence counts only after quiescence, and not while a person may still approve it.
  private mutating func whileAbsent(_ rule: RetryRule, _ now: Instant) -> String {
    guard let unknownSince else { return end(.failed, Code.notExecuted) }
    if tries < rule.attempts, isKeyFresh(rule, now) {
      next = .refund
      due = now
      return "refund_due"
    }
    let waits = isSame(code, Code.approval)
    if !waits, unknownSince.duration(to: now) >= rule.quiescence {
      return end(.failed, Code.notExecuted)
    }
    look(.findRefund, rule, now)
    return "looking_up"
  }

  /// `submitted`: the processor has the refund and works on it.
  private mutating func whileSubmitted(
    _ finding: Finding, _ rule: RetryRule, _ now: Instant
  ) -> String {
    switch finding {
    case .refunded(let reference, let live): return end(.refunded, reference, live, now)
    case .refundFailed: return end(.failed, Code.refundFailed)
    case .submitted:
      unknownSince = nil
      look(.retrieveRefund, rule, now)
      return "processor_submitted"
    case .notSent, .throttled, .inProgress:
      look(.retrieveRefund, rule, now, after: finding)
      return "looking_up"
    case .unknown(let doubt):
      return uncertain(doubt, .refund, lookUp: .retrieveRefund, rule, now)
    case .absent, .rejected, .misconfigured, .blocked, .deferred, .created, .captured, .processing,
      .unauthenticated, .declined, .voided:
      return uncertain(.mismatch, .refund, lookUp: .retrieveRefund, rule, now)
    }
  }
}
