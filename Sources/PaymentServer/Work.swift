import JSON
import Ledger
import MCP
import Payments

/// What is done at the processor: attempts begun, answers read, what falls due.
extension Desk {
  /// How soon a change made by another process is looked for while somebody here waits for it.
  static let pollInterval = Duration.milliseconds(25)
  /// How often the books are looked through for what a dead process left, while something is
  /// pending.
  static let patrolInterval = Duration.milliseconds(100)
  /// How often it is looked whether there are books by now, where there were none.
  static let idleInterval = Duration.seconds(60)

  /// Records what came back for an attempt; a late answer to an attempt that is no longer ours
  /// changes nothing: whoever took the operation over asks the processor itself.
  mutating func record(
    _ answer: Answer, of id: DispatchID, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    out.remove(id)
    let own = try books.own(at: now)
    guard let operation = try books.operation(id.operation), operation.attempt == id.attempt,
      operation.owner == own, let kind = operation.next
    else {
      log("late_answer", [("operation", .string(id.operation.text))])
      return try judgeLate(answer, of: id, in: &books, now)
    }
    let asked = instruction(kind, operation)
    let proof = setting.dialect.proof(asked, answer)
    let finding = proof.finding
    try changeBreaker(of: operation.namespace, in: &books) {
      $0.note(finding, writes: kind.writes, at: reading(now))
    }
    try books.finish(
      id.attempt, of: operation.id, at: now, outcome: finding.word, status: answer.status)
    try apply(finding, to: operation, in: &books, now)
    try judge(proof.violation, of: operation, in: &books, now)
  }

  /// Whether a new operation may begin, as far as the processor goes.
  func admission(
    to namespace: String, in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Breaker.Admission {
    try changeBreaker(of: namespace, in: &books) { $0.admission(at: reading(now)) }
  }

  /// Does something to a namespace's breaker, which counts in every process.
  private func changeBreaker<Result>(
    of namespace: String, in books: inout Books, _ change: (inout Breaker) -> Result
  ) throws(LedgerError) -> Result {
    let before = try books.breaker(of: namespace)
    var breaker = before
    let result = change(&breaker)
    if breaker != before { try books.keep(breaker, of: namespace) }
    return result
  }

  /// What the clock says when it is this late in the books.
  private func reading(_ now: Instant) -> Instant { now.advanced(by: .zero - ahead) }

  /// Writes what follows from a finding.
  private mutating func apply(
    _ finding: Finding, to operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let rule = try rule(for: finding, operation, books)
    guard let (after, reason) = operation.followed(by: finding, rule, at: now) else { return }
    try write(after, from: operation, reason, in: &books, now)
  }

  /// How many look-ups the processor's quiescence takes at least: the longest wait between two goes
  /// into it so often.
  private static let looksOfQuiescence = 10

  /// The rule a finding is followed by. That the processor does not have something counts after
  /// quiescence, and by the look-ups made in it as well, so that a clock that jumps ahead lets
  /// nobody take what is still on its way for what will never come.
  private func rule(
    for finding: Finding, _ operation: Operation, _ books: borrowing Books
  ) throws(LedgerError) -> RetryRule {
    guard case .absent = finding, let since = operation.unknownSince else { return retries }
    let looks = try books.attempts(of: operation.id)
      .count { !$0.instruction.writes && $0.started >= since && $0.finished != nil }
    if looks >= Self.looksOfQuiescence { return retries }
    var rule = retries
    rule.quiescence = RetryRule.lookUpFor
    return rule
  }

  /// Writes what follows from a sender's death, and goes on at once: nobody has to be waited for.
  private mutating func applyDeath(
    _ finding: Finding, to operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard let (outcome, reason) = operation.followed(by: finding, retries, at: now) else { return }
    var after = outcome
    if after.next != nil { after.due = now }
    try write(after, from: operation, Reason.ownerDied + reason, in: &books, now)
  }

  /// Writes an operation and begins what is due of it now, in the same transaction: the attempt's
  /// row is committed before its first byte leaves (DESIGN §4, invariant 4).
  @discardableResult
  mutating func write(
    _ after: Operation, from before: Operation?, _ reason: String, note: String? = nil,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Operation {
    var after = after
    var attempt: Attempt?
    if let due = after.due, due <= now, after.attempt == nil, mayBegin {
      (after, attempt) = try beginning(after, in: &books, now)
    }
    let transition = Transition(
      before: before, after: after, reason: reason,
      particulars: particulars(of: after, since: before, key: rememberedKey(of: after)),
      note: note)
    let written = try books.write(transition, at: now)
    touched[written.id] = written
    if written.next == nil { keys[written.id] = nil }
    report(written, reason)
    if before?.deadLetter == nil { alert(written) }
    try noteUpstreamCap(written, in: &books, now)
    tellProgress(of: written)
    try judgeRefund(written, in: &books, now)
    guard let attempt else { return written }
    try books.begin(attempt)
    if written.tries > 1 { repetitions += 1 }
    let id = DispatchID(operation: written.id, attempt: attempt.number)
    out.insert(id)
    outputs.append(
      .send(Dispatch(id: id, request: attempt.request, reads: !attempt.instruction.writes)))
    return written
  }

  /// Tells every client that asked how far the operation it waits for has come.
  private mutating func tellProgress(of operation: Operation) {
    for index in waiting.indices
    where waiting[index].call.wantsProgress && waiting[index].operation == operation.id {
      waiting[index].progress += 1
      let line = connection.progress(
        waiting[index].call.id, progress: waiting[index].progress, total: nil,
        message: "\(operation.kind.rawValue) is \(operation.state.rawValue)")
      if let line { outputs.append(.line(line)) }
    }
  }

  /// Whether this process may have one more operation in flight.
  private var mayBegin: Bool {
    out.count < (rules.inForce?.rates.inFlight ?? 0)
  }

  /// The operation with its attempt begun, and the attempt's row. A key that was sent before is
  /// sent with the same bytes again, whatever they would be made of today.
  private func beginning(
    _ operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> (Operation, Attempt) {
    let owner = try books.own(at: now)
    let after = operation.beginning(by: owner, retries, at: now)
    guard let kind = after.next, let number = after.attempt else {
      preconditionFailure("An attempt that was begun has a number and something to do.")
    }
    var request = setting.dialect.request(instruction(kind, after))
    let key = request.idempotencyKey
    if let key, number > 1, let earlier = try books.lastAttempt(of: after.id, key: key) {
      request = earlier.request
    }
    return (
      after,
      Attempt(
        operation: after.id, number: number, instruction: kind, key: key, request: request,
        started: now, owner: owner, finished: nil, outcome: nil, status: nil)
    )
  }

  func instruction(_ kind: Instruction.Kind, _ operation: Operation) -> Instruction {
    Instruction(
      kind: kind, operation: operation, key: rememberedKey(of: operation),
      livemode: setting.livemode)
  }

  /// Everything that fell due, and everything a dead process left in the middle.
  mutating func doWhatIsDue(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    try patrol(policy.namespace, in: &books, now)
    var room = policy.rates.inFlight - out.count
    while room > 0 {
      let due = try books.due(at: now, in: policy.namespace, limit: room)
      if due.isEmpty { return }
      for operation in due {
        if operation.attempt == nil {
          try write(operation, from: operation, "attempt_due", in: &books, now)
        } else {
          try takeOver(operation, in: &books, now)
        }
      }
      room = min(policy.rates.inFlight - out.count, room - due.count)
    }
  }

  /// Takes over what a dead process left. Whether one lives is asked of its file, so that a server
  /// with much to do does not ask at every step.
  private mutating func patrol(
    _ namespace: String, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    if let patrolled, patrolled <= now, now < patrolled.advanced(by: Self.pollInterval) { return }
    patrolled = now
    for owner in try books.owners(besides: books.own(at: now), in: namespace)
    where try !books.isAlive(owner: owner) {
      for operation in try books.operations(inFlightOf: owner, in: namespace) {
        try takeOver(operation, in: &books, now)
      }
    }
  }

  /// An attempt whose sender died, or whose lease ran out: it may have been executed, so that its
  /// outcome is unknown from here on (T30).
  private mutating func takeOver(
    _ operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard let number = operation.attempt, let kind = operation.next else { return }
    let failure = TransportFailure(cause: .ownerDied, sent: true)
    let finding = setting.dialect.finding(
      instruction(kind, operation), .failure(failure))
    out.remove(DispatchID(operation: operation.id, attempt: number))
    try books.finish(number, of: operation.id, at: now, outcome: finding.word, status: nil)
    try applyDeath(finding, to: operation, in: &books, now)
  }

  /// When this has to go on without any input.
  func nextWake(in books: inout Books, _ now: Instant) throws(LedgerError) -> Instant? {
    var wakes: [Instant] = waiting.map(\.deadline)
    if let deliveryWake { wakes.append(deliveryWake) }
    // While nothing more may be begun, what is due waits for an answer, not for the time.
    let namespace = rules.inForce?.namespace
    if mayBegin, let due = try books.nextDue(in: namespace) {
      wakes.append(due > now ? due : now.advanced(by: Self.patrolInterval))
    }
    if try !books.owners(besides: books.own(at: now), in: namespace).isEmpty {
      let isJoined = waiting.contains { touched[$0.operation]?.owner == nil }
      wakes.append(now.advanced(by: isJoined ? Self.pollInterval : Self.patrolInterval))
    }
    return wakes.min()
  }
}

extension Request {
  /// The idempotency key it carries, if it is one that has an effect.
  var idempotencyKey: String? {
    headers.first { isSame($0.name, "Idempotency-Key") }?.value
  }
}

extension Answer {
  var status: Int? {
    switch self {
    case .response(let response): response.status
    case .failure: nil
    }
  }
}
