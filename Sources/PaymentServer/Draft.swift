import Ledger
import Payments

/// What a call asks for, on its way to being an operation.
struct Draft {
  let kind: Operation.Kind
  let reference: String
  var terms: Terms
  let run: String
  let task: String?
  let step: String?
  let checkpoint: String?
  var trace: TraceParent?
  /// The operation the agent says this is no repetition of.
  var distinct: OperationID?

  /// A new operation, granted if the policy says so.
  func operation(_ id: OperationID, _ policy: Policy, _ now: Instant) -> Operation {
    Operation(
      id: id, kind: kind, namespace: policy.namespace, reference: reference, terms: terms, run: run,
      task: task, step: step, checkpoint: checkpoint, state: .validated, processorReference: nil,
      round: 0, confirmation: 0, next: kind == .charge ? .create : .refund, due: now, attempt: nil,
      tries: 0, attempts: 0, unknownSince: nil, firstSent: nil, code: nil, detail: nil,
      deadLetter: nil, owner: nil, livemode: false, created: now, updated: now,
      policy: policy.hash, rule: nil, version: 0, trace: trace)
  }

  /// What it means that this identity is known already. Where task and step are the identity,
  /// another reference under the same step is another payment by mistake, not a repetition.
  func repetition(of known: Operation, _ rule: RetryRule, _ now: Instant) -> Repetition {
    guard isSame(known.reference, reference) else {
      return .conflict([
        Difference(field: "reference", recorded: known.reference, sent: reference)
      ])
    }
    return known.repeated(with: terms, rule, at: now)
  }

  /// An operation that begins again, now for this call's run and task.
  func renewing(_ again: Operation, _ policy: Policy, _ now: Instant) -> Operation {
    var renewed = again
    renewed.run = run
    renewed.task = task ?? again.task
    renewed.step = step ?? again.step
    renewed.checkpoint = checkpoint ?? again.checkpoint
    renewed.trace = trace ?? again.trace
    renewed.policy = policy.hash
    renewed.updated = now
    return renewed
  }
}

extension Desk {
  /// The operation a draft is, by the policy's rule of identity.
  func id(of draft: Draft, _ policy: Policy) -> OperationID { names(of: draft, policy).id }

  /// The same with the beginning of its idempotency keys.
  func names(of draft: Draft, _ policy: Policy) -> (id: OperationID, key: IdempotencyKey) {
    let name: Identity.Name
    switch (policy.identity, draft.task, draft.step) {
    case (.taskStep, let task?, let step?): name = .taskStep(task: task, step: step)
    case (.taskStep, nil, _), (.taskStep, _, nil), (.reference, _, _):
      name = .reference(draft.reference)
    }
    return Identity(namespace: policy.namespace, kind: draft.kind, name: name).names
  }

  /// What an operation's idempotency keys begin with, remembered while it is at work.
  func rememberedKey(of operation: Operation) -> IdempotencyKey {
    keys[operation.id] ?? key(of: operation)
  }
}

/// What an operation's idempotency keys begin with: from the identity its id was made of.
func key(of operation: Operation) -> IdempotencyKey {
  let byReference = Identity(
    namespace: operation.namespace, kind: operation.kind, name: .reference(operation.reference)
  ).names
  if byReference.id == operation.id { return byReference.key }
  guard let task = operation.task, let step = operation.step else {
    preconditionFailure("An operation's id is made of its reference, or of its task and step.")
  }
  return Identity(
    namespace: operation.namespace, kind: operation.kind, name: .taskStep(task: task, step: step)
  ).names.key
}

extension Identity {
  /// The operation's id and the beginning of its keys.
  fileprivate var names: (id: OperationID, key: IdempotencyKey) {
    Self.names(base32: base32(sha256(canonical)))
  }

  /// The id of the operation of this identity.
  var operationID: OperationID { names.id }
}

extension Operation {
  /// What of it the policy judges.
  var demand: Demand {
    Demand(
      kind: kind, namespace: namespace, run: run, customer: terms.customer, money: terms.money,
      paymentMethod: terms.paymentMethod)
  }

  /// Whether a call had better not wait for it: its outcome is unknown and is being looked up. What
  /// waits for the customer is cancelled in a moment, and then there is more to be said.
  var isDoubtful: Bool {
    if next == .cancel, isSame(code, Code.authentication) { return false }
    return unknownSince != nil && (next?.writes == false || next == .cancel)
  }
}
