/// What kind of event a line of the history is: every line is one, and is delivered (DESIGN §2).
public enum EventType: String, Sendable, CaseIterable {
  /// Asked for and granted, for the first time or again: nothing has left yet.
  case requested = "payment.requested"
  /// The processor has an object for it; no money is known to have moved.
  case authorised = "payment.authorised"
  /// The processor took the money.
  case captured = "payment.captured"
  /// The funds are available at the processor.
  case settled = "payment.settled"
  /// The processor accepted the refund and works on it.
  case submitted = "payment.submitted"
  /// The processor gave the money back.
  case refunded = "payment.refunded"
  /// A rule of the policy refused it.
  case denied = "payment.denied"
  /// The issuer refused it.
  case declined = "payment.declined"
  /// It ended and no money moved.
  case failed = "payment.failed"
  /// Cancelled, so that it can never be executed.
  case voided = "payment.voided"
  /// From here on its outcome is not known; it stays where it was and is asked about.
  case unknown = "payment.unknown"
  /// It stays where it was: another attempt, another look.
  case updated = "payment.updated"
  /// A cap is nearly used up.
  case capWarning = "cap.warning"
  /// Another policy judges from here on.
  case policyChanged = "policy.changed"
  /// Automatic recovery has given up, or a sink could not be reached: a person is needed.
  case deadLetter = "deadletter.created"
  /// The processor's list and the books disagree.
  case discrepancy = "discrepancy.found"
  /// An operator froze or thawed something.
  case freezeChanged = "freeze.changed"
  /// A run that did not stop is closed for money.
  case runClosed = "run.closed"
  /// Anything else that was written down.
  case noted = "history.noted"
}

/// The reasons of lines by which their events are told apart.
public enum Reason {
  /// What a reason begins with that follows from a sender's death.
  public static let ownerDied = "owner_died_"
  /// What a reason begins with from which on the outcome is unknown.
  public static let unknown = "unknown_"
  /// What a reason begins with when a rule refused.
  public static let denied = "denied_"
  /// Automatic recovery gave up on an operation.
  public static let givenUp = "given_up"
  /// A delivery to a sink was given up.
  public static let deliveryGivenUp = "delivery_given_up"
  /// A person let pass what a cap on single operations stopped.
  public static let approved = "approved"
  /// A cap is nearly used up.
  public static let capWarning = "cap_warning"
  /// Another policy judges from here on.
  public static let policyAccepted = "policy_accepted"
  /// The processor's list and the books disagree.
  public static let discrepancy = "discrepancy_found"
}

extension EventType {
  /// The type of a line of the history, by the states it leads from and to and by its reason.
  /// Total: a line nobody foresaw is an event as well.
  public init(from: State?, to: State?, reason: String) {
    let died = reason.utf8.starts(with: Reason.ownerDied.utf8)
    let reason = died ? String(reason.dropFirst(Reason.ownerDied.count)) : reason
    if isSame(reason, Reason.discrepancy) {
      self = .discrepancy
    } else if let to {
      self = EventType(from: from, to: to, why: reason)
    } else {
      self = EventType(note: reason)
    }
  }

  private init(from: State?, to: State, why reason: String) {
    if isSame(reason, Reason.givenUp) {
      self = .deadLetter
    } else if reason.utf8.starts(with: Reason.unknown.utf8) {
      self = .unknown
    } else if from == to {
      self = to == .denied && !isSame(reason, Reason.approved) ? .denied : .updated
    } else {
      switch to {
      case .initiated, .validated: self = .requested
      case .authorised: self = from == .validated ? .authorised : .requested
      case .captured: self = .captured
      case .settled: self = .settled
      case .submitted: self = .submitted
      case .refunded: self = .refunded
      case .denied: self = .denied
      case .declined: self = .declined
      case .failed: self = .failed
      case .voided: self = .voided
      }
    }
  }

  /// A line that changes no operation.
  private init(note reason: String) {
    switch reason {
    case Reason.capWarning: self = .capWarning
    case Reason.policyAccepted: self = .policyChanged
    case Reason.deliveryGivenUp: self = .deadLetter
    case "frozen", "thawed": self = .freezeChanged
    case "run_closed": self = .runClosed
    default: self = .noted
    }
  }
}
