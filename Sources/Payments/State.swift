/// Where an operation is in its life (DESIGN §5).
///
/// *In flight* is not a state but a due date, and *unknown* is not a state but an answer: the
/// operation stays where it was and is asked about again.
public enum State: String, Sendable, CaseIterable {
  /// Recorded, not judged yet. Never outlives the transaction that recorded it.
  /// Next: `validated`, `denied`.
  case initiated
  /// Judged and granted: the budget is held. Nothing that moves money has left.
  /// Next: `authorised`, `captured`, `submitted`, `refunded`, `declined`, `failed`, `voided`.
  case validated
  /// The processor has an object for this charge and its id is in the books; from here on the truth
  /// is one read away. No money is known to have moved. Next: `captured`, `declined`, `failed`,
  /// `voided`.
  case authorised
  /// The processor took the money. Next: `settled`.
  case captured
  /// The funds are available at the processor. Final.
  case settled
  /// The processor accepted the refund and works on it. Next: `refunded`, `failed`.
  case submitted
  /// The processor gave the money back. Next: `failed` (a refund can bounce for weeks).
  case refunded
  /// A rule of the policy refused it; nothing left. Next: `validated`, if asked for again and
  /// granted.
  case denied
  /// The issuer refused it; no money moved. Next: `authorised`, with another payment method.
  case declined
  /// The processor refused it, or was never reached; no money moved.
  /// Next: `validated` or `authorised`, if asked for again.
  case failed
  /// Cancelled at the processor so that it can never be executed; no money moved.
  /// Next: `validated`, if asked for again.
  case voided

  /// Whether budget is set aside because the outcome is not known yet.
  public var holds: Bool {
    switch self {
    case .initiated, .settled, .captured, .refunded, .denied, .declined, .failed, .voided: false
    case .validated, .authorised, .submitted: true
    }
  }

  /// Whether the processor moved the money.
  public var moved: Bool {
    switch self {
    case .captured, .settled, .refunded: true
    case .initiated, .validated, .authorised, .submitted, .denied, .declined, .failed, .voided:
      false
    }
  }
}

/// One change to the books: the operation before and after, and why. Also the event that is
/// delivered.
public struct Transition: Sendable {
  /// The operation as it was read; nil when this records it for the first time.
  public let before: Operation?
  /// The operation as it shall be; its `version` is still the one that was read.
  public let after: Operation
  /// A stable snake_case reason (`requested`, `granted`, `cap_exhausted`, `processor_captured` …).
  public let reason: String
  /// What may name persons and was set or changed by this, as canonical JSON; nil when nothing of
  /// it was. The history commits to it and keeps it apart, so that it could be erased.
  public let particulars: String?
  /// What a person said for it, or where the evidence is from; the history keeps it.
  public let note: String?

  /// A change from one value to another, with its reason.
  public init(
    before: Operation?, after: Operation, reason: String, particulars: String? = nil,
    note: String? = nil
  ) {
    self.before = before
    self.after = after
    self.reason = reason
    self.particulars = particulars
    self.note = note
  }
}
