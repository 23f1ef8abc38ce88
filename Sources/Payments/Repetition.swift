/// What a repeated call for a known operation leads to.
public enum Repetition: Hashable, Sendable {
  /// The same operation: its recorded outcome is given again, or the call joins it in flight.
  case same
  /// The same identity with other values in what may not change: refused, each difference named.
  case conflict([Difference])
  /// Nothing moved and nothing can have: it is judged again and, if granted, begins again like
  /// this.
  case again(Operation)
}

extension Operation {
  /// How long a failure stands before the same call tries again, so that a stubborn agent is
  /// answered from the books and not from the processor.
  public static let pauseAfterFailure = Duration.seconds(30)
  /// How often an operation may begin again under new keys.
  static let longestRounds = 5

  /// Judges a repeated call (`requirements.md` F4-09, F4-15; `reliability.md`, Decisions 3).
  ///
  /// - Parameters:
  ///   - terms: what is asked for this time.
  ///   - rule: how long the present key may be sent again.
  public func repeated(with terms: Terms, _ rule: RetryRule, at now: Instant) -> Repetition {
    let differences = terms.differences(from: self.terms)
    switch state {
    case .initiated, .validated, .authorised, .captured, .settled, .submitted, .refunded:
      return differences.isEmpty ? .same : .conflict(differences)
    case .denied: return .again(beginningAgain(terms, round: round, from: .validated))
    case .declined: return afterDecline(terms, differences, now)
    case .voided: return newRound(terms) ?? (differences.isEmpty ? .same : .conflict(differences))
    case .failed: return afterFailure(terms, differences, rule, now)
    }
  }

  /// A declined charge may be confirmed once more with another payment method, on the same object.
  private func afterDecline(
    _ terms: Terms, _ differences: [Difference], _ now: Instant
  ) -> Repetition {
    if differences.isEmpty { return .same }
    let another = differences.allSatisfy { isSame($0.field, "payment_method") }
    // The object is cancelled: another payment method gets one of its own.
    if another, isSame(code, Code.authentication) {
      return newRound(terms) ?? .conflict(differences)
    }
    guard another, processorReference != nil, confirmation < Self.longestRounds else {
      return .conflict(differences)
    }
    var again = beginningAgain(terms, round: round, from: .authorised)
    again.confirmation += 1
    again.firstSent = nil
    return .again(again)
  }

  private func afterFailure(
    _ terms: Terms, _ differences: [Difference], _ rule: RetryRule, _ now: Instant
  ) -> Repetition {
    let recorded = differences.isEmpty ? Repetition.same : .conflict(differences)
    if isSame(code, Code.rejected) {
      return differences.isEmpty ? .same : newRound(terms) ?? recorded
    }
    if isSame(code, Code.notExecuted) {
      guard differences.isEmpty, tries < Self.usedUp, isKeyFresh(rule, now), hasPaused(now) else {
        return recorded
      }
      return .again(beginningAgain(terms, round: round, from: .validated))
    }
    let mendable = [
      Code.misconfigured, Code.blocked, Code.capped, Code.unreachable, Code.exhausted,
    ]
    guard mendable.contains(where: { isSame($0, code) }) else { return recorded }
    guard differences.isEmpty else { return newRound(terms) ?? recorded }
    guard hasPaused(now) else { return .same }
    let isNamed = kind == .charge && processorReference != nil
    // A charge that has neither a name nor a first sending lost the answer to its creation: the key
    // may be used up, and a second unconfirmed object does no harm.
    let isLost = kind == .charge && !isNamed && firstSent == nil
    guard isKeyFresh(rule, now), !isLost else { return newRound(terms) ?? .same }
    return .again(
      beginningAgain(terms, round: round, from: isNamed ? .authorised : .validated))
  }

  private func hasPaused(_ now: Instant) -> Bool {
    updated.duration(to: now) >= Self.pauseAfterFailure
  }

  /// Begins again under new keys; nil when that was done too often.
  private func newRound(_ terms: Terms) -> Repetition? {
    guard round < Self.longestRounds else { return nil }
    var again = beginningAgain(terms, round: round + 1, from: .validated)
    again.processorReference = nil
    again.confirmation = 0
    again.firstSent = nil
    return .again(again)
  }

  private func beginningAgain(_ terms: Terms, round: Int, from state: State) -> Operation {
    var again = self
    again.terms = terms
    again.round = round
    again.state = state
    again.tries = 0
    again.unknownSince = nil
    again.code = nil
    again.detail = nil
    again.rule = nil
    again.attempt = nil
    again.owner = nil
    switch kind {
    case .charge: again.next = state == .authorised ? .confirm : .create
    case .refund: again.next = .refund
    }
    return again
  }
}
