extension Operation {
  /// The processor has an object for this charge: from here on the truth is one read away.
  mutating func adopt(_ reference: String) {
    processorReference = reference
    guard kind == .charge else { return }
    state = .authorised
    unknownSince = nil
  }

  /// Goes on with another request, under another key.
  mutating func follow(with kind: Instruction.Kind, at now: Instant) {
    next = kind
    due = now
    tries = 0
    firstSent = nil
    code = nil
    detail = nil
  }

  /// The money moved.
  mutating func end(
    _ state: State, _ reference: String, _ live: Bool, _ now: Instant
  ) -> String {
    self.state = state
    processorReference = reference
    livemode = live
    rest()
    code = nil
    detail = nil
    return "processor_\(state.rawValue)"
  }

  /// It ended and no money moved.
  mutating func end(_ state: State, _ code: String, _ refusal: Refusal? = nil) -> String {
    self.state = state
    rest()
    self.code = code
    if let refusal {
      detail = refusal.detail.map { "\(refusal.code):\($0)" } ?? refusal.code
    }
    return code
  }

  /// The issuer refused; the object survives for another payment method.
  mutating func endDeclined(_ decline: Decline) -> String {
    state = .declined
    processorReference = decline.reference ?? processorReference
    rest()
    code = Code.declined
    detail = "\(decline.code):\(decline.advice.rawValue)"
    return Code.declined
  }

  /// Whether a finding shows that what was given back has come back to the merchant: for weeks the
  /// processor may take its word back (`processors.md` §2.6), of the very object it gave it of. The
  /// word of an operator is not the processor's to take back.
  func isBounced(by finding: Finding) -> Bool {
    guard state == .refunded, code == nil, case .refundFailed(let reference) = finding else {
      return false
    }
    return isSame(processorReference, reference)
  }

  private mutating func rest() {
    next = nil
    due = nil
    unknownSince = nil
    deadLetter = nil
  }

  /// Sends the same request again if it may be sent once more; nil when it may not.
  mutating func again(after finding: Finding, _ rule: RetryRule, _ now: Instant) -> String? {
    let limit: Int
    var requested: Duration?
    switch finding {
    case .unknown(let doubt):
      limit = doubt.silent ? rule.timeoutAttempts : rule.attempts
      requested = doubt.retryAfter
    case .throttled(let wait):
      limit = rule.attempts
      requested = wait
    case .notSent, .inProgress: limit = rule.attempts
    case .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
      .submitted, .refundFailed, .absent, .rejected, .misconfigured, .blocked, .deferred:
      preconditionFailure("Only an answer that proves nothing is asked for again.")
    }
    guard tries < limit, isKeyFresh(rule, now) else { return nil }
    due = now.advanced(by: rule.wait(after: self, requested: requested))
    return "retry_due"
  }

  /// The code for ending because an answer that proves nothing came too often.
  func exhaustedCode(_ finding: Finding) -> String {
    if case .notSent = finding { return Code.unreachable }
    return Code.exhausted
  }

  /// The number of tries that says the key must not be sent again: more than any policy allows.
  static let usedUp = 1000

  /// A person may approve it at the processor, which then executes it by itself: only looked up,
  /// for each further sending may ask for a further approval (`processors.md` §1.4).
  mutating func awaitApproval(
    _ request: String, lookUp: Instruction.Kind, _ rule: RetryRule, _ now: Instant
  ) -> String {
    doubt(Doubt(reason: request, remedy: .lookUp), now)
    code = Code.approval
    tries = Self.usedUp
    look(lookUp, rule, now)
    return Code.approval
  }

  /// From now on the outcome is unknown: quiescence and the day of look-ups count from the last
  /// sending that was lost, not from the first, and not from a look-up.
  mutating func doubt(_ doubt: Doubt, _ now: Instant) {
    let sends = next == .confirm || next == .refund
    unknownSince = sends ? now : unknownSince ?? now
    code = "outcome_unknown"
    detail = doubt.reason
  }

  /// An attempt that may have moved money was not answered: again while that helps, then look-ups.
  mutating func uncertain(
    _ doubt: Doubt, _ sender: Instruction.Kind, lookUp: Instruction.Kind, _ rule: RetryRule,
    _ now: Instant
  ) -> String {
    guard next == sender else {
      if doubt.remedy == .lookUp { unknownSince = unknownSince ?? now }
      look(lookUp, rule, now, after: .unknown(doubt))
      return "looking_up"
    }
    self.doubt(doubt, now)
    switch doubt.remedy {
    case .resend:
      if let reason = again(after: .unknown(doubt), rule, now) { return reason }
    case .lookUp:
      // A stored answer would be replayed for ever: the key is used up.
      tries = Self.usedUp
    }
    look(lookUp, rule, now, after: .unknown(doubt))
    return "looking_up"
  }

  /// An attempt was refused: the end if nothing is unknown, else a look-up, because a refusal of
  /// this attempt says nothing about an earlier one (the fold rule, `processors.md` §0.4).
  mutating func refused(
    _ code: String, _ refusal: Refusal, _ lookUp: Instruction.Kind, _ rule: RetryRule,
    _ now: Instant
  ) -> String {
    let sends = next == .confirm || next == .refund
    if unknownSince == nil, sends { return end(.failed, code, refusal) }
    unknownSince = unknownSince ?? now
    look(lookUp, rule, now)
    return "looking_up"
  }

  /// Asks the processor what is true, a little later each time.
  mutating func look(
    _ kind: Instruction.Kind, _ rule: RetryRule, _ now: Instant, after finding: Finding? = nil
  ) {
    var requested: Duration?
    switch finding {
    case .unknown(let doubt): requested = doubt.retryAfter
    case .throttled(let wait): requested = wait
    case nil, .created, .captured, .processing, .unauthenticated, .declined, .voided, .refunded,
      .submitted, .refundFailed, .absent, .rejected, .misconfigured, .blocked, .deferred, .notSent,
      .inProgress:
      break
    }
    let since = unknownSince ?? firstSent ?? now
    next = kind
    due = now.advanced(by: rule.lookUpWait(since: since, at: now, requested: requested))
  }

  /// Whether the present key may be sent again: measured from its first use; a negative age counts
  /// as too old (`reliability.md`, Decisions 9).
  func isKeyFresh(_ rule: RetryRule, _ now: Instant) -> Bool {
    guard let firstSent else { return true }
    if let distrusted = rule.distrusted, firstSent <= distrusted { return false }
    let age = firstSent.duration(to: now)
    return age >= .zero && age < rule.keyRetention
  }

  /// Ends automatic recovery after a day of look-ups: a dead letter, for a person. Not before the
  /// cancellation was tried that would decide it, and never undone by an answer that decides
  /// nothing.
  mutating func giveUpIfDue(_ now: Instant) {
    if deadLetter == nil {
      guard next != .cancel, let unknownSince,
        unknownSince.duration(to: now) >= RetryRule.lookUpFor
      else { return }
      deadLetter = detail ?? "outcome_unknown"
    }
    next = nil
    due = nil
  }

  /// Puts a look-up in the place of a request that would use the key; a cancellation needs none.
  private mutating func lookInstead(at now: Instant) {
    switch next {
    case .create: follow(with: .find, at: now)
    case .confirm: next = .retrieve
    case .refund: next = .findRefund
    case nil, .retrieve, .cancel, .find, .retrieveRefund, .findRefund: break
    }
  }

  /// This operation with an attempt of its `next` begun: numbered, owned, and left alone for a
  /// lease.
  ///
  /// What is sent is the returned operation's `next`: a key that grew too old while it waited,
  /// because the machine slept, is not sent, and a look-up takes its place (`reliability.md`,
  /// Decisions 9).
  public func beginning(by owner: Int64, _ rule: RetryRule, at now: Instant) -> Operation {
    var after = self
    if !isKeyFresh(rule, now) { after.lookInstead(at: now) }
    guard let next = after.next else {
      preconditionFailure("An operation at rest begins no attempt.")
    }
    after.attempts += 1
    after.attempt = after.attempts
    after.owner = owner
    after.due = now.advanced(by: rule.lease)
    after.updated = now
    // Looking for a charge's object is bounded like sending; other look-ups leave the count alone,
    // because it says how often the key was sent.
    if next.writes || next == .find { after.tries += 1 }
    if next.writes { after.firstSent = after.firstSent ?? now }
    return after
  }
}
