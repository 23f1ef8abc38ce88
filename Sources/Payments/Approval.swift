/// A person's word that one operation may pass which a cap on single operations stops
/// (`requirements.md` F4-40): bound to whom and how much, and good until a time.
///
/// It lifts nothing else: every other cap, rate, freeze and rule counts as ever. That it is good
/// for one movement of money needs no rule of its own: an operation moves money at most once.
public struct Approval: Hashable, Sendable {
  /// The operation that was stopped.
  public let operation: OperationID
  /// Who pays, or gets back.
  public let customer: String
  /// How much.
  public let money: Money
  /// Until when, exclusively.
  public let until: Instant
  /// Why, in the person's words.
  public let why: String
  /// When it was given.
  public let at: Instant

  /// An approval from its parts.
  public init(
    operation: OperationID, customer: String, money: Money, until: Instant, why: String,
    at: Instant
  ) {
    self.operation = operation
    self.customer = customer
    self.money = money
    self.until = until
    self.why = why
    self.at = at
  }

  /// Whether this is what was approved, now.
  public func covers(_ candidate: Operation, at now: Instant) -> Bool {
    operation == candidate.id && isSame(customer, candidate.terms.customer)
      && money == candidate.terms.money && now < until
  }
}

extension Operation {
  /// Whether it was stopped by what a person may let pass.
  public var awaitsApproval: Bool {
    guard state == .denied, let code else { return false }
    return [Code.tooLarge, Code.split].contains { isSame($0, code) }
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
