import JSON
import Ledger
import MCP
import Payments

/// `status`: one operation, a task with its steps, or the whole run. Moves nothing.
extension Desk {
  /// The most operations a summary lists.
  static let listed = 20

  mutating func status(
    _ call: Call, _ arguments: StatusArguments, _ policy: Policy, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) {
    if let id = arguments.operation {
      guard let operation = try books.operation(OperationID(id)),
        isSame(operation.namespace, policy.namespace)
      else { return answer(call, texts.unknownOperation("operation", id)) }
      return try status(of: operation, call, arguments.wait, policy, in: &books, now)
    }
    if let reference = arguments.reference {
      let found = try books.operations(reference: reference, namespace: policy.namespace)
      guard let first = found.first else {
        return answer(call, texts.unknownOperation("reference", reference))
      }
      if found.count == 1 {
        return try status(of: first, call, arguments.wait, policy, in: &books, now)
      }
      return try summarize(found, "reference \(quoted(reference))", call, policy, books, now)
    }
    if let task = arguments.task {
      let steps = try books.operations(task: task, namespace: policy.namespace)
      return try summarize(steps, "task \(quoted(task))", call, policy, books, now)
    }
    let run = run(of: call, policy)
    let operations = try books.operations(
      run: run, namespace: policy.namespace, limit: Self.listed)
    try summarize(operations, "this session", call, policy, books, now)
  }

  /// One operation: at once when it is at rest, else after the wait that was asked for.
  private mutating func status(
    of operation: Operation, _ call: Call, _ limit: Duration, _ policy: Policy,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    if operation.next != nil, !operation.isDoubtful, limit > .zero {
      wait(for: operation, call, policy, occasion: .asked, until: limit, now)
      return
    }
    try answerNow(operation, call, policy, occasion: .asked, in: &books, now)
  }

  /// Several operations: how many are where, what is left of each cap, what to resume.
  private mutating func summarize(
    _ operations: [Operation], _ scope: String, _ call: Call, _ policy: Policy,
    _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) {
    var facts = JSONObject()
    var listed: [JSONValue] = []
    for operation in operations.suffix(Self.listed) {
      listed.append(.object(try self.facts(operation, books, now)))
    }
    facts["operations"] = .array(listed)
    let pending = operations.filter { $0.next != nil || $0.deadLetter != nil }
    facts["resume"] = .array(pending.map { .string($0.id.text) })
    let left = try self.left(of: policy, run: run(of: call, policy), books, now)
    facts["remaining"] = .array(left.map(\.entry))
    let text = SummaryText(texts: texts).text(
      scope, operations, pending, left.map { ($0.cap, $0.left) })
    if let badEdit { facts["policy"] = .string(badEdit) }
    answer(call, texts.summary(badEdit.map { "\(text) \(texts.badEdit($0))" } ?? text), facts)
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
