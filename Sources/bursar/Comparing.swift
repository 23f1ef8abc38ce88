import PaymentServer
import Payments

/// The comparison with the processor's own list that `settle --watch` makes beside the rest, every
/// so often (policy key `reconcile`): the first at its start. That one, and one a day, looks for
/// refunds as far back as they may bounce.
struct Comparing: ~Copyable {
  private let setting: Setting
  private var rules: Policy
  private var comparison: Reconciliation?
  private var next: Instant
  /// When one looks far back again; put off only by one that came to its end.
  private var farther: Instant
  private var isFar = false
  /// When ``step(_:at:)`` has something to do without an answer; nil while one is awaited.
  private(set) var wake: Instant?

  /// The comparisons of a ledger by its policy.
  init(_ setting: Setting, _ rules: Policy, at now: Instant) {
    self.setting = setting
    self.rules = rules
    next = now
    farther = now
    wake = now
  }

  /// Goes by a policy that was edited; one that is broken changes nothing.
  mutating func amend(_ reading: PolicyReading) {
    guard case .accepted(let policy) = reading else { return }
    rules = policy
  }

  /// Takes what is for the comparison out of the inputs, and says what leaves then.
  mutating func step(_ inputs: inout [Input], at now: Instant) -> [Output] {
    if comparison == nil, next <= now { begin(at: now) }
    wake = next
    guard var comparison = comparison.take() else { return [] }
    var own: [Input] = []
    var others: [Input] = []
    for input in inputs {
      if case .answer(let id, _) = input, comparison.awaits(id) {
        own.append(input)
      } else {
        others.append(input)
      }
    }
    inputs = others
    let outputs = comparison.step(own.isEmpty ? [.tick] : own, at: now)
    // How it ended is in the log, and what was found in the history.
    switch comparison.outcome {
    case nil:
      wake = comparison.wake
      self.comparison = consume comparison
    case .finished where isFar: farther = now.advanced(by: .seconds(86_400))
    case .finished, .stopped: break
    }
    return outputs
  }

  private mutating func begin(at now: Instant) {
    next = now.advanced(by: rules.reconcile.every)
    // Without books there is nothing to compare, and comparing makes none.
    guard System.exists(setting.ledger) else { return }
    isFar = farther <= now
    comparison = Reconciliation(
      setting, rules, since: now.advanced(by: .zero - rules.reconcile.since),
      refundsSince: isFar ? now.advanced(by: .zero - Reconciliation.bounces) : nil, at: now)
  }
}
