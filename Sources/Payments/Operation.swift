/// One logical movement of money an agent asked for: a charge, or a refund of a charge (DESIGN §2).
///
/// A value: it is changed by making a successor and handing both to the ledger as a ``Transition``.
public struct Operation: Hashable, Sendable {
  /// What kind of movement; part of the identity, so that no two kinds share an idempotency key.
  public enum Kind: String, Sendable, CaseIterable {
    case charge
    case refund
  }

  /// `op_` and 26 characters of base32, derived from the identity: the same after a lost ledger.
  public let id: OperationID
  /// Charge or refund.
  public let kind: Kind
  /// The operator's name for where the same things may be paid; part of the identity.
  public let namespace: String
  /// The business's name for what is paid: 1–64 characters, compared as UTF-8 bytes.
  public let reference: String
  /// What was asked for; may be replaced only while nothing moved and nothing can have moved.
  public var terms: Terms
  /// The run that asked first; caps and expiry are scoped to it.
  public var run: String
  /// The agent's name for the task this belongs to, if it gave one.
  public var task: String?
  /// The agent's name for the step within the task, if it gave one.
  public var step: String?
  /// Text the agent asked to have kept; given back unchanged, at most 16 KiB.
  public var checkpoint: String?

  /// The trace of the call that asked for it, if it belongs to one; carried, never judged by.
  public var trace: TraceParent?

  /// Where in its life it is.
  public var state: State
  /// The processor's name for it (`pi_…`, `re_…`), once known.
  public var processorReference: String?
  /// How often a definite refusal was followed by a new beginning; 0 at first. Part of the key.
  public var round: Int
  /// How often a declined confirmation was followed by another payment method; 0 at first. Part of
  /// the key.
  public var confirmation: Int
  /// What has to be done next at the processor; nil at rest.
  public var next: Instruction.Kind?
  /// When `next` has to be done; nil at rest.
  public var due: Instant?
  /// The number of the attempt in flight; nil when none is. Fences late answers.
  public var attempt: Int?
  /// Attempts made for the present `next` under the present key.
  public var tries: Int
  /// All attempts made so far, of every kind; the number of the last one.
  public var attempts: Int
  /// Since when the outcome is unknown, which is when the last sending was lost; nil while it is
  /// certain. Never cleared by time or a refusal.
  public var unknownSince: Instant?
  /// When the present key was first sent with an effect that money depends on; nil before.
  public var firstSent: Instant?
  /// A stable snake_case word for why it is where it is (`card_declined`, `processor_unreachable`
  /// …).
  public var code: String?
  /// A stable snake_case detail behind `code` (a decline code, a parameter's name), never free
  /// text.
  public var detail: String?
  /// Why automatic recovery has given up, if it has: a dead letter, held for a person.
  public var deadLetter: String?
  /// The process that owns the attempt in flight (its epoch in the ledger); nil when nobody does.
  public var owner: Int64?
  /// Whether the processor said this moved real money.
  public var livemode: Bool
  /// When it was first asked for.
  public let created: Instant
  /// When it last changed.
  public var updated: Instant
  /// SHA-256 of the policy that judged it, in hexadecimal.
  public var policy: String
  /// The rule that refused it, or nil when none did.
  public var rule: String?
  /// How often the row was written; guards every change.
  public var version: Int64

  /// The whole value, as the ledger reads it back.
  public init(
    id: OperationID, kind: Kind, namespace: String, reference: String, terms: Terms, run: String,
    task: String?, step: String?, checkpoint: String?, state: State, processorReference: String?,
    round: Int,
    confirmation: Int, next: Instruction.Kind?, due: Instant?, attempt: Int?, tries: Int,
    attempts: Int, unknownSince: Instant?, firstSent: Instant?, code: String?, detail: String?,
    deadLetter: String?, owner: Int64?, livemode: Bool, created: Instant, updated: Instant,
    policy: String, rule: String?, version: Int64, trace: TraceParent? = nil
  ) {
    self.id = id
    self.kind = kind
    self.namespace = namespace
    self.reference = reference
    self.terms = terms
    self.run = run
    self.task = task
    self.step = step
    self.checkpoint = checkpoint
    self.state = state
    self.processorReference = processorReference
    self.round = round
    self.confirmation = confirmation
    self.next = next
    self.due = due
    self.attempt = attempt
    self.tries = tries
    self.attempts = attempts
    self.unknownSince = unknownSince
    self.firstSent = firstSent
    self.code = code
    self.detail = detail
    self.deadLetter = deadLetter
    self.owner = owner
    self.livemode = livemode
    self.created = created
    self.updated = updated
    self.policy = policy
    self.rule = rule
    self.version = version
    self.trace = trace
  }
}

/// An operation's name: `op_` and 26 characters of base32, made from its identity.
public struct OperationID: Hashable, Sendable {
  /// The name as text, ASCII.
  public let text: String

  /// Takes a name as it stands; whether such an operation exists is for the ledger to say.
  public init(_ text: String) {
    self.text = text
  }
}

/// What was asked for: the part of an operation its fingerprint covers.
public struct Terms: Hashable, Sendable {
  /// The processor's name for who pays (`cus_…`).
  public var customer: String
  /// How much, in minor units, and in which currency.
  public var money: Money
  /// The processor's name for the means of payment (`pm_…`); nil for the customer's default.
  public var paymentMethod: String?
  /// Free text of the agent; kept here, never sent to the processor.
  public var description: String?
  /// Of a refund: the charge it gives back.
  public var charge: OperationID?
  /// Of a refund: the processor's name for that charge (`pi_…`).
  public var chargeReference: String?
  /// Of a refund: `duplicate` or `requested_by_customer`.
  public var reason: String?

  /// The terms as the agent gave them.
  public init(
    customer: String, money: Money, paymentMethod: String?, description: String?,
    charge: OperationID? = nil, chargeReference: String? = nil, reason: String? = nil
  ) {
    self.customer = customer
    self.money = money
    self.paymentMethod = paymentMethod
    self.description = description
    self.charge = charge
    self.chargeReference = chargeReference
    self.reason = reason
  }
}
