/// A rule about money that is found broken: in the books, or between them and the processor.
///
/// It cannot happen while this program and the processor keep their word. When it has happened, no
/// new money moves in the namespace until a person has looked (`Books.freeze(for:at:)`).
public struct Violation: Hashable, Sendable {
  /// Which rule.
  public enum Kind: String, Sendable, CaseIterable {
    /// More was given back of a charge than was taken.
    case overRefunded = "over_refunded"
    /// What is held or spent is not what the operations say.
    case exposure = "exposure_contradicts"
    /// The processor moved money twice for one operation.
    case doubled = "moved_twice"
    /// The processor speaks of real money where a test was configured, or the other way round.
    case livemode = "livemode_differs"
    /// The processor moved another amount than was asked for.
    case amount = "amount_differs"
    /// The processor executed what the books say ended without money moving.
    case executed = "executed_after_end"
  }

  /// Which rule.
  public let kind: Kind
  /// The namespace it was found in.
  public let namespace: String
  /// Which operation, or which scope: for a person who looks.
  public let subject: String

  /// A broken rule, with where it was found.
  public init(_ kind: Kind, namespace: String, subject: String) {
    self.kind = kind
    self.namespace = namespace
    self.subject = subject
  }

  /// A rule that an operation shows broken.
  public init(_ kind: Kind, of operation: Operation) {
    self.init(kind, namespace: operation.namespace, subject: operation.id.text)
  }

  /// The rule and where it was found, on one line.
  public var words: String { "\(kind.rawValue) \(subject)" }
}

extension Violation.Kind {
  /// What is wrong, for the operator.
  public var sentence: String {
    switch self {
    case .overRefunded: "More was refunded than was captured."
    case .exposure: "What is held or spent is not what the operations say."
    case .doubled: "The processor moved money twice for one operation."
    case .livemode: "The processor's answer is of another mode, live or test, than the policy's."
    case .amount: "The processor moved another amount than was asked for."
    case .executed: "The processor executed what the books say ended without money moving."
    }
  }
}

extension Operation {
  /// What an answer that came too late to be followed shows broken; nil when it agrees with the
  /// books, or when look-ups will bring it into them.
  public func violation(by late: Finding) -> Violation.Kind? {
    switch late {
    case .captured(let reference, _), .refunded(let reference, _):
      if state.moved || state.holds {
        guard let known = processorReference else { return nil }
        return isSame(known, reference) ? nil : .doubled
      }
      // It was given back before it bounced: that is old news, and the books had it.
      if isSame(code, Code.refundFailed), isSame(processorReference, reference) { return nil }
      return .executed
    case .created, .processing, .unauthenticated, .declined, .voided, .submitted, .refundFailed,
      .absent, .rejected, .misconfigured, .blocked, .deferred, .notSent, .throttled, .inProgress,
      .unknown:
      return nil
    }
  }
}
