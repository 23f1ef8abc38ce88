import JSON
import Ledger
import MCP
import Payments

/// From a call to what it leads to: judge, then write (DESIGN §8).
extension Desk {
  /// The most calls that may wait for an answer at once.
  static let waitingCalls = 1024

  /// Carries out one call: answers it, or lets it wait for its operation.
  mutating func carryOut(
    _ call: Call, _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let currencies = setting.dialect.profile.currencies
    func reader(_ schema: JSONSchema) -> ArgumentReader {
      ArgumentReader(schema: schema, currencies: currencies)
    }
    let needsStep = policy.identity == .taskStep
    guard waiting.count < Self.waitingCalls else {
      return answer(
        call, texts.tooFast("too_many_calls", "too many calls wait for an answer", seconds: 1))
    }
    guard call.flaws.isEmpty else {
      return fix(call, call.flaws.map { Mistake($0.member, $0.text + ".") }, policy)
    }
    if let mistake = ArgumentReader.flood(call.arguments) { return fix(call, [mistake], policy) }
    switch call.tool {
    case "charge":
      switch reader(schemas.charge).charge(call.arguments, needsStep: needsStep) {
      case .mistaken(let mistakes): fix(call, mistakes, policy)
      case .sound(let arguments): try charge(call, arguments, policy, in: &books, now)
      }
    case "refund":
      switch reader(schemas.refund).refund(call.arguments, needsStep: needsStep) {
      case .mistaken(let mistakes): fix(call, mistakes, policy)
      case .sound(let arguments): try refund(call, arguments, policy, in: &books, now)
      }
    case "status":
      switch reader(schemas.status).status(call.arguments) {
      case .mistaken(let mistakes): fix(call, mistakes, policy)
      case .sound(let arguments): try status(call, arguments, policy, books, now)
      }
    default:
      // The connection lets through only the tools it publishes.
      answer(call, texts.internalFault)
    }
  }

  private mutating func charge(
    _ call: Call, _ arguments: ChargeArguments, _ policy: Policy, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) {
    let draft = Draft(
      kind: .charge, reference: arguments.reference, terms: arguments.terms,
      run: run(of: call, policy), task: arguments.task, step: arguments.step,
      checkpoint: arguments.checkpoint, trace: call.trace, distinct: arguments.distinct)
    try submit(draft, call, policy, in: &books, now)
  }

  private mutating func refund(
    _ call: Call, _ arguments: RefundArguments, _ policy: Policy, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) {
    let charges = try self.charges(named: arguments.charge, policy, books)
    guard let newest = charges.last else {
      answer(call, texts.unknownOperation("charge", arguments.charge))
      return
    }
    var draft = Draft(
      kind: .refund, reference: arguments.reference, terms: newest.terms,
      run: run(of: call, policy), task: arguments.task, step: arguments.step,
      checkpoint: arguments.checkpoint, trace: call.trace)
    let known = try books.operation(id(of: draft, policy))
    // A repeated call means the charge it meant before, whatever else was charged since.
    let meant = charges.first { $0.id == known?.terms.charge }
    guard let charge = meant ?? (charges.count == 1 ? newest : nil) else {
      return answer(call, texts.ambiguousCharge(arguments.charge, charges))
    }
    draft.terms = charge.terms
    draft.terms.charge = charge.id
    draft.terms.chargeReference = charge.processorReference
    draft.terms.paymentMethod = nil
    draft.terms.description = nil
    draft.terms.reason = arguments.reason

    if let known, arguments.amount == nil { draft.terms.money = known.terms.money }
    if let amount = arguments.amount {
      draft.terms.money = Money(amount, charge.terms.money.currency)
    }
    // A recorded outcome is given again, whatever is left to be given back by now.
    let isRecorded = known.map { draft.repetition(of: $0, retries, now) == .same } ?? false
    if !isRecorded, known == nil || known?.state.holds == false && known?.state.moved == false {
      guard charge.state.moved else {
        answer(
          call, charge.state.holds ? texts.chargeUnresolved(charge) : texts.notRefundable(charge))
        return
      }
      let left = try leftToRefund(of: charge, books)
      guard left.amount > 0 else { return answer(call, texts.notRefundable(charge)) }
      if arguments.amount == nil, known == nil { draft.terms.money = left }
      guard draft.terms.money.amount <= left.amount else {
        answer(call, texts.overRefund(charge, left: left))
        return
      }
      let advice = ArgumentTexts(currencies: setting.dialect.profile.currencies)
      if draft.terms.money != left, let mistake = advice.mistake(inRefund: draft.terms.money) {
        return fix(call, [mistake], policy)
      }
    }
    try submit(draft, call, policy, in: &books, now)
  }

  /// The charges a refund may mean, the newest last: the one of that operation id, else those of
  /// that reference that moved money, else the newest of it.
  private func charges(
    named name: String, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> [Operation] {
    if let found = try books.operation(OperationID(name)), found.kind == .charge,
      isSame(found.namespace, policy.namespace)
    {
      return [found]
    }
    let found = try books.operations(reference: name, namespace: policy.namespace)
      .filter { $0.kind == .charge }
    let moved = found.filter { $0.state.moved }
    return moved.isEmpty ? found.suffix(1) : moved
  }

  /// What was captured of a charge, less what was refunded or is being refunded.
  func leftToRefund(
    of charge: Operation, _ books: borrowing Books
  ) throws(LedgerError) -> Money {
    var left = charge.terms.money.amount
    // What gives back another object of the same charge takes nothing from this one.
    for refund in try books.refunds(of: charge.id)
    where (refund.state.holds || refund.state.moved)
      && !refund.compensates(charge)
    {
      left -= refund.terms.money.amount
    }
    return Money(max(0, left), charge.terms.money.currency)
  }

  /// Identity known? Its recorded outcome, or join it. Else policy, hold, record.
  private mutating func submit(
    _ draft: Draft, _ call: Call, _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let names = names(of: draft, policy)
    keys[names.id] = names.key
    defer { if touched[names.id]?.next == nil { keys[names.id] = nil } }
    let known = try books.operation(names.id)
    let candidate: Operation
    if let known {
      switch draft.repetition(of: known, retries, now) {
      case .same: return try join(known, call, policy, in: &books, now)
      case .conflict(let differences):
        log("conflict", [("operation", .string(known.id.text))])
        counted[.conflict(known.kind), default: 0] += 1
        let verdict = try stopping(
          texts.conflict(known, differences), for: known.id.text, run: draft.run, policy,
          in: &books, now)
        return answer(call, verdict, about: known)
      case .again(let again):
        if let found = try orphan(of: known, books) {
          let verdict = try stopping(
            found.verdict, for: known.id.text, run: draft.run, policy, in: &books, now)
          return answer(call, verdict, about: known)
        }
        candidate = draft.renewing(again, policy, now)
      }
    } else {
      candidate = draft.operation(names.id, policy, now)
    }
    if let (verdict, rule) = try policy.closure(of: candidate, texts, in: books, now) {
      return try deny(candidate, known, call, verdict, rule: rule, policy, in: &books, now)
    }
    if let verdict = try refusal(of: candidate, policy, in: &books, now) {
      return answer(call, verdict, about: known)
    }
    if let mistake = try mistake(in: draft, policy, books) {
      return fix(call, [mistake], policy)
    }
    try judge(candidate, known, call, distinctFrom: draft.distinct, policy, in: &books, now)
  }

  /// The policy's word, and what follows from it.
  private mutating func judge(
    _ candidate: Operation, _ known: Operation?, _ call: Call, distinctFrom distinct: OperationID?,
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let (judgement, approval) = try policy.judge(
      candidate, in: books, distrusted: retries.distrusted, now)
    hasWritten = true
    try recordPolicy(policy, in: &books, now)
    try books.count(
      .calls(run: candidate.run, in: candidate.namespace), calls: 1, at: now)
    switch judgement {
    case .refused(let denial):
      try deny(
        candidate, known, call, texts.denied(denial, candidate), rule: denial.rule, policy,
        in: &books, now)
    case .granted(let warnings):
      if let verdict = try holdingBack(
        candidate, distinctFrom: distinct, policy, in: &books, now)
      {
        return try deny(
          candidate, known, call, verdict, rule: "nearDuplicates", policy, in: &books, now)
      }
      switch try admission(to: candidate.namespace, in: &books, now) {
      case .admitted: break
      case .soon: return answer(call, texts.processorAwaited(candidate))
      case .shut:
        log("processor_unavailable", [("operation", .string(candidate.id.text))])
        return answer(call, texts.processorUnavailable(candidate))
      }
      // From here on the operation is granted: below this line nothing may fail but the disk.
      try books.note(run: candidate.run, namespace: candidate.namespace, at: now, stop: false)
      var granted = candidate
      granted.due = now
      let reason = known == nil ? "requested" : "requested_again"
      let written = try write(
        granted, from: known, reason, note: approval.map { "approved \(timestamp($0.at))" },
        in: &books, now)
      for usage in warnings { try warn(usage, written, in: &books, now) }
      wait(for: written, call, policy, occasion: .first, until: policy.respondWithin, now)
    }
  }

  /// A rule refused it: the denial is written down once, and answered.
  private mutating func deny(
    _ candidate: Operation, _ known: Operation?, _ call: Call, _ verdict: Verdict, rule: String,
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    hasWritten = true
    if known?.state == .denied { repetitions += 1 }
    var denied = candidate
    denied.state = .denied
    denied.next = nil
    denied.due = nil
    denied.code = verdict.code
    denied.rule = rule
    // What a person may let pass is one operation's matter, another one's is not the same again.
    let isCap = rule.utf8.starts(with: "cap ".utf8) && !denied.awaitsApproval
    let subject = isCap ? rule : candidate.id.text
    let verdict = try stopping(
      verdict, for: subject, run: candidate.run, policy, in: &books, now)
    if known.map({ isNews(denied, after: $0) }) ?? true {
      try write(denied, from: known, Reason.denied + verdict.code, in: &books, now)
    }
    let left = try remaining(candidate.demand, policy, books, now)
    answer(call, verdict, about: denied, remaining: left)
  }

  /// Whether a denial is written down: what ended otherwise stays as it ended, and one that was
  /// said before, of the same terms, is not said again.
  private func isNews(_ denied: Operation, after known: Operation) -> Bool {
    guard known.state == .denied else { return false }
    return !isSame(known.code, denied.code)
      || !denied.terms.differences(from: known.terms).isEmpty
  }

  /// A repeated call: the recorded outcome when there is one, else it waits with the others.
  private mutating func join(
    _ known: Operation, _ call: Call, _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    repetitions += 1
    counted[.hit(known.kind), default: 0] += 1
    log(
      "repeated", [("operation", .string(known.id.text)), ("state", .string(known.state.rawValue))])
    guard known.next == nil || known.isDoubtful else {
      return wait(for: known, call, policy, occasion: .repeated, until: policy.respondWithin, now)
    }
    try answerNow(
      known, call, policy, occasion: .repeated, stopping: run(of: call, policy), in: &books, now)
  }

  /// Rates: judged by what was counted since the minute began, refused with the seconds to wait;
  /// nothing is recorded.
  private mutating func refusal(
    of candidate: Operation, _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Verdict? {
    let scope = Scope.calls(run: candidate.run, in: candidate.namespace)
    let made = try books.exposure(of: scope, since: now).count
    if made >= policy.rates.perMinute {
      return texts.tooFast(
        "rate_limited",
        "this session made \(made) money calls within this minute, the most allowed",
        seconds: 60 - now.milliseconds / 1000 % 60)
    }
    guard policy.rates.minimumGap > .zero,
      let last = try books.run(candidate.run, namespace: candidate.namespace)?.lastCall
    else { return nil }
    let gap = last.duration(to: now)
    guard gap >= .zero, gap < policy.rates.minimumGap else { return nil }
    let missing = policy.rates.minimumGap - gap
    return texts.tooFast(
      "minimum_gap", "the policy wants a pause between two payments",
      seconds: (missing.milliseconds + 999) / 1000)
  }

  /// The run a call belongs to, by the first source the policy believes that names one.
  func run(of call: Call, _ policy: Policy) -> String {
    guard !setting.isRunFirm, policy.run.sources.contains(.meta), let run = call.run,
      isRunName(run)
    else { return setting.run }
    return run
  }
}

extension Call {
  /// The trace it belongs to, if its client says so by the grammar.
  fileprivate var trace: TraceParent? { meta["traceparent"]?.string.flatMap { TraceParent($0) } }
}

extension Denial {
  /// The rule's name in the books.
  var rule: String {
    switch self {
    case .toolNotAllowed: "tools"
    case .currencyNotAllowed: "currencies"
    case .currencyWithoutCap: "caps"
    case .customerNotAllowed: "customers"
    case .runExpired: "run.expiresIn"
    case .declinedTooOften: "declines"
    case .operationTooLarge(let cap): "cap \(cap.name)"
    case .split(let cap, _): "cap \(cap.name)"
    case .capExhausted(let usage): "cap \(usage.cap.name)"
    }
  }
}
