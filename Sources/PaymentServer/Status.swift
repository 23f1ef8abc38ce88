import JSON
import Ledger
import MCP
import Payments

/// `status`: one operation, a task with its steps, or the whole run. Moves nothing.
extension Desk {
  mutating func status(
    _ call: Call, _ arguments: StatusArguments, _ policy: Policy, _ books: borrowing Books,
    _ now: Instant
  ) throws(LedgerError) {
    if let id = arguments.operation {
      guard let operation = try books.operation(OperationID(id)),
        isSame(operation.namespace, policy.namespace)
      else { return answer(call, texts.unknownOperation("operation", id)) }
      return try status(of: operation, call, arguments.wait, policy, books, now)
    }
    if let reference = arguments.reference {
      let found = try books.operations(reference: reference, namespace: policy.namespace)
      guard let first = found.first else {
        return answer(call, texts.unknownOperation("reference", reference))
      }
      if found.count == 1 {
        return try status(of: first, call, arguments.wait, policy, books, now)
      }
      return try stand(.reference(reference), call, arguments, policy, books, now)
    }
    let scope = arguments.task.map { Standing.Scope.task($0) } ?? .run(run(of: call, policy))
    try stand(scope, call, arguments, policy, books, now)
  }

  /// One operation: at once when it is at rest, else after the wait that was asked for.
  private mutating func status(
    of operation: Operation, _ call: Call, _ limit: Duration, _ policy: Policy,
    _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) {
    if operation.next != nil, limit > .zero {
      wait(for: operation, call, policy, occasion: .asked, until: limit, now)
      return
    }
    let stated = texts.verdict(
      on: try told(operation, books), .asked, polls: poll(operation), at: now)
    let verdict = try orphan(of: operation, books)?.verdict ?? stated
    try tell(verdict, of: operation, call, policy, occasion: .asked, books, now)
  }

  /// Several operations: at once when all are at rest, else when the first of them that is not has
  /// come to rest, or after the wait that was asked for.
  private mutating func stand(
    _ scope: Standing.Scope, _ call: Call, _ arguments: StatusArguments, _ policy: Policy,
    _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) {
    let standing = try Standing(of: scope, policy, books)
    if let moving = standing.moving, !moving.isDoubtful, arguments.wait > .zero {
      var later = arguments
      later.wait = .zero
      wait(for: moving, call, policy, occasion: .asked, until: arguments.wait, now, whole: later)
      return
    }
    var facts = try self.facts(standing, books, now)
    let left = try self.left(of: policy, run: run(of: call, policy), books, now)
    facts["remaining"] = .array(left.map(\.entry))
    var rest: [String] = []
    for (cap, amount, _) in left where cap.limitsAmount { rest.append(texts.left(of: cap, amount)) }
    if let leftOut = facts["left_out"]?.string { rest.append(leftOut) }
    if let badEdit {
      facts["policy"] = .string(badEdit)
      rest.append(texts.badEdit(badEdit))
    }
    let verdict = texts.standing(
      of: scope.words, standing.steps, standing.operation.map { (standing.point, $0) },
      moving: standing.moving.map { ($0, poll($0)) }, rest, at: now)
    answer(call, verdict, facts)
  }

  /// What is left of the caps that do not depend on a customer, in the order of the file.
  private func left(
    of policy: Policy, run: String, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> [(cap: Cap, left: Int64, entry: JSONValue)] {
    var result: [(cap: Cap, left: Int64, entry: JSONValue)] = []
    for cap in policy.caps where cap.extent == .run || cap.extent == .namespace {
      let demand = Demand(
        kind: .charge, namespace: policy.namespace, run: run, customer: "",
        money: Money(0, cap.amount.currency))
      let usages = try policy.usages(for: demand, at: now) { (scope, since) throws(LedgerError) in
        try books.exposure(of: scope, since: since)
      }
      guard let usage = usages.first(where: { $0.cap == cap }) else { continue }
      result.append((cap, usage.amountLeft ?? 0, remaining(usage)))
    }
    return result
  }
}
