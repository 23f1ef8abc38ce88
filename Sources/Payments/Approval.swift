/// A person's word that one operation may pass which a cap on single operations stops
/// (`requirements.md` F4-40): bound to what was asked for, and good until a time.
///
/// It lifts nothing else: every other cap, rate, freeze and rule counts as ever. That it is good
/// for one movement of money needs no rule of its own: an operation moves money at most once.
public struct Approval: Hashable, Sendable {
  /// What was approved.
  public struct Subject: Hashable, Sendable {
    /// Who pays, or gets back.
    public let customer: String
    /// How much.
    public let money: Money
    /// Of a refund: the charge it gives back.
    public let charge: OperationID?
    /// Whether real money was meant.
    public let environment: Policy.Environment

    /// A subject from its parts.
    public init(
      customer: String, money: Money, charge: OperationID?, environment: Policy.Environment
    ) {
      self.customer = customer
      self.money = money
      self.charge = charge
      self.environment = environment
    }

    /// What an operation asks for under a policy.
    public init(of terms: Terms, _ environment: Policy.Environment) {
      self.init(
        customer: terms.customer, money: terms.money, charge: terms.charge,
        environment: environment)
    }

    /// Whether it is the same to the byte.
    public func matches(_ other: Subject) -> Bool {
      isSame(customer, other.customer) && money == other.money && charge == other.charge
        && environment == other.environment
    }
  }

  /// The operation that was stopped.
  public let operation: OperationID
  /// What may pass.
  public let subject: Subject
  /// Until when, exclusively.
  public let until: Instant
  /// Why, in the person's words.
  public let why: String
  /// When it was given.
  public let at: Instant

  /// An approval from its parts.
  public init(
    operation: OperationID, subject: Subject, until: Instant, why: String, at: Instant
  ) {
    self.operation = operation
    self.subject = subject
    self.until = until
    self.why = why
    self.at = at
  }

  /// Whether it is good for that now.
  ///
  /// - Parameter distrusted: up to when nobody knows how long ago a thing was, because a clock went
  ///   back: what was approved before that may have ended.
  public func covers(
    _ candidate: Operation, _ environment: Policy.Environment, distrusted: Instant?,
    at now: Instant
  ) -> Bool {
    operation == candidate.id && subject.matches(Subject(of: candidate.terms, environment))
      && now < until && (distrusted.map { at > $0 } ?? true)
  }
}

extension Operation {
  /// Whether it was stopped last by what a person may let pass.
  public var awaitsApproval: Bool {
    [Code.tooLarge, Code.split].contains { isSame($0, code) }
  }
}

extension Denial {
  /// Whether a person may let it pass.
  public var mayBeApproved: Bool {
    switch self {
    case .operationTooLarge, .split: true
    case .toolNotAllowed, .currencyNotAllowed, .currencyWithoutCap, .customerNotAllowed,
      .runExpired, .declinedTooOften, .capExhausted:
      false
    }
  }
}
