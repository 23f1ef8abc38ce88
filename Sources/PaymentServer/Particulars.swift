import JSON
import Ledger
import Payments

/// What may name persons, apart from the history so that it could be erased: what was asked for, by
/// which run, and where the agent was (`requirements.md`, F0-10, F0-20).
///
/// The particulars a change sets, all of them, as canonical JSON; nil when it changes none. No
/// secret is among them: no argument may hold a card number.
///
/// - Parameter key: what the operation's idempotency keys begin with.
func particulars(
  of after: Operation, since before: Operation?, key: IdempotencyKey
) -> String? {
  if let before, before.hasSameParticulars(as: after) { return nil }
  let terms = after.terms
  var particulars = JSONObject([
    ("kind", .string(after.kind.rawValue)), ("namespace", .string(after.namespace)),
    ("reference", .string(after.reference)), ("customer", .string(terms.customer)),
    ("amount", .integer(terms.money.amount)), ("currency", .string(terms.money.currency.code)),
    ("run", .string(after.run)), ("idempotency_key", .string(key.text)),
  ])
  let optional: [(String, String?)] = [
    ("payment_method", terms.paymentMethod), ("description", terms.description),
    ("charge", terms.charge?.text), ("refund_reason", terms.reason), ("task_id", after.task),
    ("step_id", after.step), ("checkpoint", after.checkpoint),
    ("traceparent", after.trace?.text),
  ]
  for (key, value) in optional {
    if let value { particulars[key] = .string(value) }
  }
  return String(decoding: JSONValue.object(particulars).canonical, as: UTF8.self)
}

extension Operation {
  fileprivate func hasSameParticulars(as other: Operation) -> Bool {
    terms == other.terms && isSame(run, other.run) && isSame(task, other.task)
      && isSame(step, other.step) && isSame(checkpoint, other.checkpoint) && trace == other.trace
  }
}
