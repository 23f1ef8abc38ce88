/// An operator's word on a dead letter, from evidence outside this program: what really became of
/// it.
public enum Resolution: String, Sendable, CaseIterable {
  /// The processor took the money of a charge.
  case captured
  /// The processor gave the money of a refund back.
  case refunded
  /// No money moved, and none will.
  case failed

  /// The state it leads to.
  var state: State {
    switch self {
    case .captured: .captured
    case .refunded: .refunded
    case .failed: .failed
    }
  }
}

/// Why an operator's word on an operation is not taken.
public enum ResolutionMistake: Error, Hashable, Sendable {
  /// Automatic recovery still works on it, or it has come to its end: nothing is left to be said.
  case notDeadLetter
  /// A charge is not refunded, and a refund is not captured.
  case ofAnotherKind
  /// The processor has no object for it in the books, so that nothing there can have been captured.
  case unnamed
  /// The processor's own last word in the books says the opposite; the word is attached.
  case contradicted(String)
}

extension Operation {
  /// This dead letter put back to look-ups, for another day of them. What was unknown stays unknown
  /// (DESIGN §4, invariant 7): nothing is sent that money depends on.
  public func retriedByOperator(at now: Instant) throws(ResolutionMistake) -> Operation {
    guard deadLetter != nil else { throw .notDeadLetter }
    var after = self
    after.deadLetter = nil
    // Counted anew, so that absence is proof only after quiescence, and the day is a whole one.
    after.unknownSince = now
    after.next =
      switch (kind, state) {
      case (.charge, .authorised): .retrieve
      case (.refund, .submitted): .retrieveRefund
      case (.charge, _): .find
      case (.refund, _): .findRefund
      }
    after.due = now
    after.updated = now
    return after
  }

  /// This dead letter brought to its end by an operator's word.
  ///
  /// - Parameters:
  ///   - livemode: whether the configured credentials move real money.
  ///   - evidence: the stable words of what its attempts proved, in order (``Finding``).
  public func resolvedByOperator(
    as resolution: Resolution, livemode: Bool, evidence: [String], at now: Instant
  ) throws(ResolutionMistake) -> Operation {
    guard deadLetter != nil else { throw .notDeadLetter }
    switch (resolution, kind) {
    case (.captured, .refund), (.refunded, .charge): throw .ofAnotherKind
    case (.captured, .charge):
      guard processorReference != nil else { throw .unnamed }
    case (.refunded, .refund), (.failed, .charge), (.failed, .refund): break
    }
    let words = (moved: ["captured", "refunded"], unmoved: ["voided", "refund_failed"])
    let last = evidence.last { word in (words.moved + words.unmoved).contains { isSame($0, word) } }
    let opposites = resolution.state.moved ? words.unmoved : words.moved
    if let last, opposites.contains(where: { isSame($0, last) }) { throw .contradicted(last) }
    var after = self
    _ = after.end(resolution.state, Code.resolved)
    after.detail = nil
    if resolution.state.moved { after.livemode = livemode }
    after.updated = now
    return after
  }
}
