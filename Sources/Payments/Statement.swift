/// One object in the processor's own list, as far as it can be compared with the books.
public struct StatementEntry: Hashable, Sendable {
  /// The processor's name for it (`pi_…`, `re_…`).
  public let reference: String
  /// A charge or a refund.
  public let kind: Operation.Kind
  /// Whose it says it is; nil when it carries no name of ours.
  public let operation: OperationID?
  /// The namespace it says it is of; objects of earlier versions do not say.
  public let namespace: String?
  /// The business's reference it says it was made for.
  public let name: String?
  /// When the processor made it.
  public let created: Instant
  /// What it proves by itself, whatever was asked for.
  public let finding: Finding
  /// What moved; of what has not moved, what it is about.
  public let money: Money
  /// Of a charge: what was given back of it, in minor units; nil when it does not say.
  public let refunded: Int64?
  /// Who paid; nil when it does not say.
  public let customer: String?
  /// Of a refund: the charge it gives back, by the processor's name.
  public let charge: String?
  /// Whether real money is meant; nil when it does not say.
  public let livemode: Bool?
  /// Whether its funds are available at the processor.
  public let isSettled: Bool
  /// Whether the payer's bank disputes it, or did: what was taken may be taken back.
  public let isDisputed: Bool

  /// An entry from its facts.
  public init(
    reference: String, kind: Operation.Kind, operation: OperationID?, namespace: String?,
    name: String?, created: Instant, finding: Finding, money: Money, refunded: Int64?,
    customer: String?, charge: String?, livemode: Bool?, isSettled: Bool,
    isDisputed: Bool
  ) {
    self.reference = reference
    self.kind = kind
    self.operation = operation
    self.namespace = namespace
    self.name = name
    self.created = created
    self.finding = finding
    self.money = money
    self.refunded = refunded
    self.customer = customer
    self.charge = charge
    self.livemode = livemode
    self.isSettled = isSettled
    self.isDisputed = isDisputed
  }
}

/// What is asked of a processor about what it has, whoever made it.
public enum StatementQuestion: Hashable, Sendable {
  /// A page of everything of a kind, the newest first, made at or after an instant; after the
  /// object of that name, or from the newest.
  case page(Operation.Kind, since: Instant, after: String?)
  /// One object by its name.
  case one(Operation.Kind, String)
}

/// What came back for a question.
public enum StatementAnswer: Hashable, Sendable {
  /// Entries, the newest first, and whether there are more behind the last of them.
  case entries([StatementEntry], more: Bool)
  /// The one object that was asked for is not there.
  case absent
  /// Not now: ask the same again, after that long if a time was given.
  case later(String, after: Duration?)
  /// Asked in the wrong way: key, permission, address. Asking again does not help.
  case refused(Refusal)
}

/// Somebody's word that an object at the processor changed: worth a read of it, and no evidence.
public struct Hint: Hashable, Sendable {
  /// The processor's name for the event; the same event may come several times.
  public let id: String
  /// Of what kind the object is.
  public let kind: Operation.Kind
  /// The processor's name for the object; nil when the event names none that could be ours.
  public let reference: String?

  /// A hint from its parts.
  public init(id: String, kind: Operation.Kind, reference: String?) {
    self.id = id
    self.kind = kind
    self.reference = reference
  }
}

/// A processor's language for its own list, as two pure functions.
public struct StatementDialect: Sendable {
  /// The request for a question.
  public let request: @Sendable (StatementQuestion) -> Request
  /// What an answer to that question's request says.
  public let answer: @Sendable (StatementQuestion, Answer) -> StatementAnswer

  /// A language made of its parts.
  public init(
    request: @escaping @Sendable (StatementQuestion) -> Request,
    answer: @escaping @Sendable (StatementQuestion, Answer) -> StatementAnswer
  ) {
    self.request = request
    self.answer = answer
  }
}

extension Operation {
  /// The funds of this charge are available: its end. Nil when it was not captured, or is settled
  /// already.
  public func settled(at now: Instant) -> Operation? {
    guard kind == .charge, state == .captured else { return nil }
    var after = self
    after.state = .settled
    after.updated = now
    return after
  }
}
