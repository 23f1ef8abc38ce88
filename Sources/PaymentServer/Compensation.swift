import JSON
import Ledger
import Payments

/// Money that was taken for a charge after the charge was given up here (an *orphan*): its
/// operation ended without money moving, by an operator's word or the processor's own, or another
/// object of it moved the money as well. The books never say that it was right; by policy the money
/// is given back.
///
/// It is given back by an operation like any other, written in the transaction in which the orphan
/// is found: whoever is at work next sends it, under a key that is made of the object's name, so
/// that it is sent once however often the orphan is found.
extension Comparison {
  /// Gives an orphan's money back, where the policy says so and the caps on refunds let it.
  mutating func compensate(
    _ charge: Operation, executedAs entry: StatementEntry, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard policy.orphans == .refund, case .captured = entry.finding, entry.kind == .charge else {
      return
    }
    let left = entry.money.amount - (entry.refunded ?? 0)
    guard left > 0 else { return }
    let refund = refund(of: charge, entry, Money(left, entry.money.currency), now)
    let known = try books.operation(refund.id)
    // One that was refused is asked for again: a window opens, a freeze is thawed.
    if let known, known.state != .denied { return }
    if let known, !isSame(known.terms.chargeReference, entry.reference) { return }
    if let rule = try refusal(of: refund, books, now) {
      return note("orphan_refused", refund, entry, [("rule", .string(rule))], now)
    }
    // From here on it is given back.
    var granted = refund
    if let known {
      granted = known
      granted.state = .validated
      granted.terms.money = refund.terms.money
      granted.next = .refund
      granted.due = now
      (granted.code, granted.rule) = (nil, nil)
      granted.policy = policy.hash
    }
    let written = try books.write(
      Transition(
        before: known, after: granted, reason: "orphan_refunded",
        particulars: particulars(of: granted, since: known, key: key(of: granted)),
        note: entry.reference),
      at: now)
    note("orphan_refunded", written, entry, [], now)
  }

  private func refund(
    of charge: Operation, _ entry: StatementEntry, _ money: Money, _ now: Instant
  ) -> Operation {
    let reference = orphanReference(of: entry.reference)
    let identity = Identity(
      namespace: policy.namespace, kind: .refund, name: .reference(reference))
    var terms = Terms(
      customer: charge.terms.customer, money: money, paymentMethod: nil, description: nil)
    terms.charge = charge.id
    terms.chargeReference = entry.reference
    return Draft(
      kind: .refund, reference: reference, terms: terms, run: charge.run, task: charge.task,
      step: charge.step, checkpoint: nil
    ).operation(identity.operationID, policy, now)
  }

  /// The rule that forbids giving it back; nil when none does. What an agent may call and when its
  /// run expired do not count: it is the operator who gives back.
  private func refusal(
    of refund: Operation, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> String? {
    if try books.freeze(of: refund.demand) != nil { return "freeze" }
    var rules = policy
    rules.tools = [Operation.Kind.refund.rawValue]
    let judgement = try rules.judge(refund.demand, runStarted: now, at: now) {
      (scope, since) throws(LedgerError) in
      try books.exposure(of: scope, since: since)
    }
    switch judgement {
    case .granted: return nil
    case .refused(let denial): return denial.rule
    }
  }

  private mutating func note(
    _ event: String, _ refund: Operation, _ entry: StatementEntry,
    _ more: [(String, JSONValue)], _ now: Instant
  ) {
    tell(
      event,
      [
        ("operation", .string(refund.terms.charge?.text ?? "")),
        ("refund", .string(refund.id.text)), ("object", .string(entry.reference)),
        ("amount", .integer(refund.terms.money.amount)),
        ("currency", .string(refund.terms.money.currency.code)),
      ] + more, now)
  }
}

extension Desk {
  /// What a charge that ended without money moving is answered with when the processor took the
  /// money after all: nil when it did not, or when all of it was given back.
  func orphan(
    of charge: Operation, _ books: borrowing Books
  ) throws(LedgerError) -> (verdict: Verdict, facts: JSONObject)? {
    guard charge.kind == .charge, !charge.state.moved, !charge.state.holds else { return nil }
    let known = try books.discrepancies(of: charge.id).filter { $0.kind == .executed }
    guard let orphan = known.first else { return nil }
    let refund = try books.refunds(of: charge.id)
      .first { isSame($0.terms.chargeReference, orphan.subject) }
    var facts = JSONObject([
      ("kind", .string(orphan.kind.rawValue)), ("processor_reference", .string(orphan.subject)),
      ("found", .string(timestamp(orphan.found))),
    ])
    if let refund {
      facts["refund"] = .string(refund.id.text)
      facts["refund_state"] = .string(refund.state.rawValue)
    }
    return (texts.executed(charge, refund: refund), facts)
  }
}
