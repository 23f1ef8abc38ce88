import JSON
import Ledger
import MCP
import Payments

/// From a verdict to the line the agent reads: the sentence, and the same as structured content.
extension Desk {
  /// Lets a call wait until its operation is at rest or the time is up.
  ///
  /// - Parameter whole: what was asked about, if that is more than this operation.
  mutating func wait(
    for operation: Operation, _ call: Call, _ policy: Policy, occasion: Occasion,
    until limit: Duration, _ now: Instant, whole: StatusArguments? = nil
  ) {
    waiting.append(
      Waiting(
        call: call, operation: operation.id, since: now,
        deadline: now.advanced(by: min(limit, policy.respondWithin)), occasion: occasion,
        whole: whole, known: operation))
  }

  /// Answers every call whose operation has come to rest or whose time is up.
  mutating func answerWhoWaits(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let asked = waiting
    waiting = []
    for var waiter in asked {
      let operation =
        if let touched = touched[waiter.operation] { touched } else {
          try books.operation(waiter.operation)
        }
      guard let operation else {
        answer(waiter.call, texts.internalFault)
        continue
      }
      // Who calls is told of a doubt at once; who asks waits for its end as long as was asked for.
      let rests = operation.next == nil || operation.isDoubtful && waiter.occasion != .asked
      guard rests || waiter.deadline <= now else {
        waiter.known = operation
        waiting.append(waiter)
        continue
      }
      if let whole = waiter.whole {
        try status(waiter.call, whole, policy, books, now)
      } else {
        try answerNow(
          operation, waiter.call, policy, occasion: waiter.occasion, in: &books, now)
      }
    }
  }

  /// The verdict on an operation as it stands.
  ///
  /// - Parameter run: whose call came after a STOP, if it did: then it counts.
  mutating func answerNow(
    _ operation: Operation, _ call: Call, _ policy: Policy, occasion: Occasion,
    stopping run: String? = nil, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    var verdict = texts.verdict(
      on: try told(operation, books), occasion, polls: poll(operation), at: now)
    if let orphan = try orphan(of: operation, books) { verdict = orphan.verdict }
    if verdict.word == .stop, let run {
      verdict = try stopping(verdict, for: operation.id.text, run: run, policy, in: &books, now)
    }
    try tell(verdict, of: operation, call, policy, occasion: occasion, books, now)
  }

  /// An operation as it is told of: what is settled, with the time at which the money moved.
  func told(
    _ operation: Operation, _ books: borrowing Books
  ) throws(LedgerError) -> Operation {
    guard operation.state == .settled,
      let moved = try books.history(of: operation.id).last(where: { $0.isSpending })
    else { return operation }
    var told = operation
    told.updated = moved.at
    return told
  }

  /// A verdict with everything that is known of its operation.
  mutating func tell(
    _ verdict: Verdict, of operation: Operation, _ call: Call, _ policy: Policy,
    occasion: Occasion, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) {
    var facts = try self.facts(operation, books, now)
    if let orphan = try orphan(of: operation, books) {
      facts["executed_after_all"] = .object(orphan.facts)
    }
    switch occasion {
    case .first, .repeated: facts["replayed"] = .bool(occasion == .repeated)
    case .asked: facts["next_steps"] = nextSteps(of: operation)
    }
    facts["remaining"] = try remaining(operation.demand, policy, books, now)
    answer(call, verdict, facts)
  }

  /// How often an operation was asked about by now, so that no two answers read the same.
  mutating func poll(_ operation: Operation) -> Int {
    let count = polls[operation.id, default: 0] + 1
    polls[operation.id] = operation.next == nil ? nil : count
    return count
  }

  /// Answers with a verdict about an operation that may not be in the books.
  mutating func answer(
    _ call: Call, _ verdict: Verdict, about operation: Operation? = nil,
    remaining: JSONValue? = nil
  ) {
    var facts = JSONObject()
    if let operation { facts = self.plainFacts(operation) }
    if let remaining { facts["remaining"] = remaining }
    answer(call, verdict, facts)
  }

  /// All mistakes of a call at once.
  mutating func fix(_ call: Call, _ mistakes: [Mistake], _ policy: Policy) {
    var facts = JSONObject()
    facts["problems"] = .array(
      mistakes.map {
        .object(JSONObject([("argument", .string($0.argument)), ("problem", .string($0.text))]))
      })
    answer(call, texts.fix(mistakes), facts)
  }

  /// Renders, remembers nothing, and logs the decision.
  mutating func answer(_ call: Call, _ verdict: Verdict, _ facts: JSONObject) {
    var structured = JSONObject([
      ("verdict", .string(verdict.word.rawValue)), ("code", .string(verdict.code)),
      ("retryable", .bool(verdict.isRetryable)), ("message", .string(verdict.message)),
    ])
    if let seconds = verdict.retryAfter {
      structured["retry_after_seconds"] = .integer(seconds)
    }
    for member in facts.members { structured[member.key] = member.value }
    structured["next"] = .string(verdict.word.next)
    let text: String
    let rendered = JSONValue.object(structured).compact
    switch verdict.word {
    case .done, .pending: text = "\(verdict.message)\n\(ascii(rendered))"
    case .retry, .fix, .stop: text = verdict.message
    }
    let flagged = verdict.word == .fix && (rules.inForce?.flagFix ?? true)
    let result = ToolResult(text: text, structured: rendered, isError: flagged)
    if let line = connection.answer(call.id, with: result) { outputs.append(.line(line)) }
    log(
      "answer",
      [
        ("tool", .string(call.tool)), ("verdict", .string(verdict.word.rawValue)),
        ("code", .string(verdict.code)), ("operation", facts["operation"] ?? .null),
      ])
  }

  /// What is known of an operation, without the books.
  func plainFacts(_ operation: Operation) -> JSONObject {
    var facts = JSONObject([
      ("operation", .string(operation.id.text)), ("kind", .string(operation.kind.rawValue)),
      ("reference", .string(operation.reference)), ("state", .string(operation.state.rawValue)),
      ("outcome", .string(operation.outcome.rawValue)),
      ("customer", .string(operation.terms.customer)),
      ("amount", .integer(operation.terms.money.amount)),
      ("currency", .string(operation.terms.money.currency.code)),
      ("livemode", .bool(operation.livemode)), ("attempts", .integer(Int64(operation.attempts))),
      ("resource", .string(ResourceAddress.operation(operation.id.text).text)),
    ])
    if let reference = operation.processorReference {
      facts["processor_reference"] = .string(reference)
    }
    if let task = operation.task { facts["task_id"] = .string(task) }
    if let step = operation.step { facts["step_id"] = .string(step) }
    if let checkpoint = operation.checkpoint { facts["checkpoint"] = .string(checkpoint) }
    return facts
  }

  /// What is known of an operation, with what was given back of it.
  func facts(
    _ operation: Operation, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> JSONObject {
    var facts = plainFacts(operation)
    if operation.kind == .charge, operation.state.moved {
      let left = try leftToRefund(of: operation, books)
      facts["refunded"] = .integer(operation.terms.money.amount - left.amount)
    }
    if operation.next != nil {
      let elapsed = operation.created.duration(to: now).milliseconds
      facts["elapsed_seconds"] = .integer(max(0, elapsed) / 1000)
    }
    return facts
  }

  /// What is left of each cap that counts a demand.
  func remaining(
    _ demand: Demand, _ policy: Policy, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> JSONValue {
    let usages = try policy.usages(for: demand, at: now) { (scope, since) throws(LedgerError) in
      try books.exposure(of: scope, since: since)
    }
    return .array(usages.map { remaining($0) })
  }

  func remaining(_ usage: CapUsage) -> JSONValue {
    var entry = JSONObject([
      ("cap", .string(usage.cap.name)), ("per", .string(usage.cap.extent.rawValue)),
      ("currency", .string(usage.cap.amount.currency.code)),
    ])
    if let amount = usage.amountLeft {
      entry["amount"] = .integer(amount)
      entry["of"] = .integer(usage.cap.amount.amount)
    }
    if let count = usage.countLeft { entry["count"] = .integer(count) }
    return .object(entry)
  }
}

/// JSON text with everything beyond ASCII escaped, for the text block (DESIGN §6).
func ascii(_ bytes: [UInt8]) -> String {
  let json = String(decoding: bytes, as: UTF8.self)
  if bytes.allSatisfy({ $0 < 0x80 }) { return json }
  var result = ""
  for unit in json.utf16 {
    if unit < 0x80 {
      result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
    } else {
      let digits = String(unit, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
  }
  return result
}

extension Verdict.Word {
  /// What to do next, for programs that read only this.
  var next: String {
    switch self {
    case .done: "continue"
    case .pending: "call_status"
    case .retry: "repeat_same_call"
    case .fix: "correct_arguments"
    case .stop: "tell_user"
    }
  }
}
