import JSON
import Ledger
import Payments

/// What became of the entries of a statement.
public struct ComparisonCount: Hashable, Sendable {
  /// Entries that are ours.
  public var compared = 0
  /// Entries somebody else made; nothing is said about them.
  public var foreign = 0
  /// Entries left for next time, because the books changed moments ago or somebody is at work.
  public var young = 0
  /// Operations that were pending and were brought to their end by the evidence.
  public var resolved = 0
  /// Refunds that came back to the merchant after they had been given back.
  public var bounced = 0
  /// Charges whose funds became available.
  public var settled = 0
  /// Disagreements found, known ones included.
  public var discrepancies = 0
}

/// Entries of the processor's list against the books: what is pending is resolved, what is decided
/// is reported and never rewritten, and funds that are available are settled. What was given back
/// is decided until it bounces: then the processor takes its own word back.
struct Comparison {
  /// How long the books have to have been at rest before a disagreement counts: the list and the
  /// books are read at two moments, and lists lag.
  static let margin = Duration.seconds(300)

  /// What the history says where a change is from.
  static let source = "statement"

  let policy: Policy
  let livemode: Bool
  let retries: RetryRule
  private(set) var tally = ComparisonCount()
  /// What the operator's log is told.
  private(set) var outputs: [Output] = []

  init(_ setting: Setting, _ policy: Policy) {
    self.policy = policy
    self.livemode = setting.livemode
    self.retries = RetryRule(
      policy.processor, setting.dialect.profile, inFlight: policy.rates.inFlight)
  }

  mutating func handOut() -> [Output] {
    defer { outputs = [] }
    return outputs
  }

  /// The operation an entry belongs to; nil when it is none of ours, or the books do not have it.
  static func owner(
    of entry: StatementEntry, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> Operation? {
    func owns(_ operation: Operation) -> Bool {
      operation.kind == entry.kind && isSame(operation.namespace, policy.namespace)
    }
    if let id = entry.operation, let named = try books.operation(id), owns(named) { return named }
    // Somebody may have edited its metadata.
    return try books.operations(processorReference: entry.reference).first(where: owns)
  }

  /// Compares one entry.
  ///
  /// - Parameters:
  ///   - asked: when the list was asked for; what the books learned since, it cannot know.
  /// - Returns: the operation it belongs to, if the books have it.
  @discardableResult
  mutating func compare(
    _ entry: StatementEntry, asked: Instant, in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Operation? {
    guard let operation = try Self.owner(of: entry, policy, books) else {
      guard isOurs(entry) else {
        tally.foreign += 1
        return nil
      }
      tally.compared += 1
      if entry.created > asked.advanced(by: .zero - Self.margin) {
        tally.young += 1
      } else {
        try report(.missingHere, entry, nil, "nothing", entry.standing, in: &books, now)
      }
      return nil
    }
    tally.compared += 1
    if operation.state.holds {
      try resolve(operation, by: entry, in: &books, now)
    } else if try bounce(operation, by: entry, in: &books, now) {
      tally.bounced += 1
    } else if try isYoung(operation, asked: asked, books) {
      tally.young += 1
      try settle(operation, by: entry, in: &books, now)
    } else {
      try judge(operation, by: entry, asked: asked, in: &books, now)
      try settle(operation, by: entry, in: &books, now)
    }
    return operation
  }

  /// Whether the books learned something of it just before the list was asked for, or since; what
  /// they learned from the list itself does not count.
  private func isYoung(
    _ operation: Operation, asked: Instant, _ books: borrowing Books
  ) throws(LedgerError) -> Bool {
    let limit = asked.advanced(by: .zero - Self.margin)
    guard operation.updated > limit else { return false }
    let last = try books.history(of: operation.id).last { entry in
      !isSame(entry.detail.split(separator: " ").last.map(String.init), Self.source)
    }
    return last.map { $0.at > limit } ?? true
  }

  /// Whether an object that the books do not have was made by this namespace: it says so, or its
  /// operation's id is the one this namespace makes of its reference.
  private func isOurs(_ entry: StatementEntry) -> Bool {
    guard let id = entry.operation else { return false }
    if let namespace = entry.namespace { return isSame(namespace, policy.namespace) }
    guard let name = entry.name else { return false }
    let identity = Identity(
      namespace: policy.namespace, kind: entry.kind, name: .reference(name))
    return identity.operationID == id
  }

  /// An operation whose outcome is not known: the entry is evidence like the answer to a look-up,
  /// if it is final and about what was asked for (S08).
  private mutating func resolve(
    _ operation: Operation, by entry: StatementEntry, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard operation.attempt == nil else {
      tally.young += 1
      return
    }
    guard operation.isNamed(by: entry) else {
      guard entry.finding.movesMoney else { return }
      return try report(
        .secondObject, entry, operation, operation.processorReference ?? "", entry.standing,
        in: &books, now)
    }
    // While a later round has no object yet, an entry that moves nothing is of an earlier one.
    guard operation.processorReference != nil || operation.round == 0 || entry.finding.movesMoney
    else { return }
    let differences = differences(operation, entry)
    for (kind, here, there) in differences {
      try report(kind, entry, operation, here, there, in: &books, now)
    }
    guard differences.isEmpty, entry.finding.isFinal,
      let (after, reason) = operation.followed(by: entry.finding, retries, at: now)
    else { return }
    let resolved = try write(after, from: operation, reason, in: &books, now)
    tally.resolved += 1
    try settle(resolved, by: entry, in: &books, now)
  }

  /// A refund that was given back and came back, if it is about what was asked for; however young,
  /// because a refund that has failed never was in another state later. Whether it is one.
  private mutating func bounce(
    _ refund: Operation, by entry: StatementEntry, in books: inout Books, _ now: Instant
  ) throws(LedgerError) -> Bool {
    guard let (after, reason) = refund.followed(by: entry.finding, retries, at: now),
      differences(refund, entry).isEmpty
    else { return false }
    try write(after, from: refund, reason, in: &books, now)
    return true
  }

  /// An operation at its end: what the processor says otherwise is reported.
  private mutating func judge(
    _ operation: Operation, by entry: StatementEntry, asked: Instant, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) {
    let here = operation.words
    guard operation.isNamed(by: entry) else {
      // What an earlier beginning left behind without moving money says nothing.
      guard entry.finding.movesMoney, !entry.isGivenBack else { return }
      if operation.state.moved {
        try report(
          .secondObject, entry, operation, operation.processorReference ?? "", entry.standing,
          in: &books, now)
      } else {
        try report(.executed, entry, operation, here, entry.standing, in: &books, now)
      }
      return try compensate(operation, executedAs: entry, in: &books, now)
    }
    switch (operation.state.moved, entry.finding.moved) {
    case (true, true):
      for (kind, here, there) in differences(operation, entry) {
        try report(kind, entry, operation, here, there, in: &books, now)
      }
      if entry.isDisputed {
        try report(
          .disputed, entry, operation, "moved \(operation.terms.money.words)", "disputed",
          in: &books, now)
      }
      try judgeRefunds(of: operation, by: entry, asked: asked, in: &books, now)
    case (true, false):
      try report(.state, entry, operation, "moved", entry.finding.word, in: &books, now)
    case (false, true):
      if entry.isGivenBack { return }
      // Nothing was sent from here: somebody else who shares the namespace was paid, and rightly.
      guard operation.attempts > 0 else {
        return try report(.missingHere, entry, operation, here, entry.standing, in: &books, now)
      }
      try report(.executed, entry, operation, here, entry.standing, in: &books, now)
      try compensate(operation, executedAs: entry, in: &books, now)
    case (false, false) where entry.finding.movesMoney:
      try report(.state, entry, operation, here, entry.standing, in: &books, now)
    case (false, false):
      break
    }
  }

  private func differences(
    _ operation: Operation, _ entry: StatementEntry
  ) -> [(Discrepancy.Kind, String, String)] {
    var found: [(Discrepancy.Kind, String, String)] = []
    let terms = operation.terms
    if terms.money.currency != entry.money.currency {
      found.append((.currency, terms.money.words, entry.money.words))
    } else if terms.money != entry.money {
      found.append((.amount, terms.money.words, entry.money.words))
    }
    if entry.kind == .charge, let customer = entry.customer, !isSame(customer, terms.customer) {
      found.append((.customer, terms.customer, customer))
    }
    let isLive = operation.state.moved ? operation.livemode : livemode
    if let said = entry.livemode, said != isLive || said != livemode {
      found.append((.livemode, isLive ? "live" : "not live", said ? "live" : "not live"))
    }
    if let said = entry.charge, let charge = terms.chargeReference, entry.kind == .refund,
      !isSame(said, charge)
    {
      found.append((.charge, charge, said))
    }
    return found
  }

  /// What was given back of a charge: ours, and whatever else was given back in the dashboard.
  private mutating func judgeRefunds(
    of charge: Operation, by entry: StatementEntry, asked: Instant, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) {
    guard charge.kind == .charge, let there = entry.refunded else { return }
    var here: Int64 = 0
    var bounced: Int64 = 0
    for refund in try books.refunds(of: charge.id)
    where isSame(refund.terms.chargeReference, entry.reference) {
      guard !refund.state.holds, refund.updated <= asked.advanced(by: .zero - Self.margin) else {
        return
      }
      if refund.state.moved { here += refund.terms.money.amount }
      if isSame(refund.code, Code.refundFailed) { bounced += refund.terms.money.amount }
    }
    // Nothing says whether a charge's sum still has in it what came back.
    guard here != there, here + bounced != there else { return }
    let currency = charge.terms.money.currency
    try report(
      .refunds, entry, charge, Money(here, currency).words, Money(there, currency).words,
      in: &books, now)
  }

  /// Captured becomes settled, and only by the processor's word that the funds are available.
  private mutating func settle(
    _ operation: Operation, by entry: StatementEntry, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard entry.isSettled, entry.finding.moved, operation.isNamed(by: entry),
      let settled = operation.settled(at: now)
    else { return }
    try write(settled, from: operation, "processor_settled", in: &books, now)
    tally.settled += 1
  }

  @discardableResult
  private mutating func write(
    _ after: Operation, from before: Operation, _ reason: String, in books: inout Books,
    _ now: Instant
  ) throws(LedgerError) -> Operation {
    let change = Transition(before: before, after: after, reason: reason, note: Self.source)
    let written = try books.write(change, at: now)
    tell("transition", transitionMembers(written, reason), now)
    return written
  }

  /// Notes a disagreement; the log is told when it is new or says something else than before.
  mutating func report(
    _ kind: Discrepancy.Kind, subject: String, created: Instant, _ operation: Operation?,
    _ here: String, _ there: String, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    var members: [(String, JSONValue)] = [
      ("kind", .string(kind.rawValue)), ("subject", .string(subject)),
    ]
    if let operation { members.append(("operation", .string(operation.id.text))) }
    members += [("books", .string(here)), ("processor", .string(there))]
    tally.discrepancies += 1
    let detail = String(decoding: JSONValue.object(JSONObject(members)).canonical, as: UTF8.self)
    let isNew = try books.note(
      Discrepancy(
        subject: subject, kind: kind, operation: operation?.id, detail: detail, created: created,
        at: now))
    if isNew { tell("discrepancy", members, now) }
  }

  mutating func tell(_ event: String, _ members: [(String, JSONValue)], _ now: Instant) {
    outputs.append(logLine(event, members, at: now))
  }

  private mutating func report(
    _ kind: Discrepancy.Kind, _ entry: StatementEntry, _ operation: Operation?, _ here: String,
    _ there: String, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    try report(
      kind, subject: entry.reference, created: entry.created, operation, here, there, in: &books,
      now)
  }
}

extension Operation {
  /// Whether an entry is the object this operation knows as its own; true while it knows none.
  fileprivate func isNamed(by entry: StatementEntry) -> Bool {
    processorReference.map { isSame($0, entry.reference) } ?? true
  }

  /// Where it stands, in two stable words.
  fileprivate var words: String {
    code.map { "\(state.rawValue) \($0)" } ?? state.rawValue
  }
}

extension StatementEntry {
  /// Whether the processor gave back all of it: then nobody is out of pocket.
  fileprivate var isGivenBack: Bool {
    finding.moved && kind == .charge && (refunded ?? 0) >= money.amount
  }

  /// What the processor says, in a few words.
  var standing: String { "\(finding.word) \(money.words)" }
}

extension Money {
  /// Minor units and currency.
  var words: String { "\(amount) \(currency.code)" }
}

extension Finding {
  /// Whether the money moved.
  fileprivate var moved: Bool {
    switch self {
    case .captured, .refunded: true
    case .created, .processing, .unauthenticated, .declined, .voided, .submitted, .refundFailed,
      .absent, .rejected, .misconfigured, .blocked, .deferred, .notSent, .throttled, .inProgress,
      .unknown:
      false
    }
  }

  /// Whether the money moved or may be on its way.
  fileprivate var movesMoney: Bool {
    switch self {
    case .captured, .refunded, .processing, .unauthenticated, .submitted: true
    case .created, .declined, .voided, .refundFailed, .absent, .rejected, .misconfigured, .blocked,
      .deferred, .notSent, .throttled, .inProgress, .unknown:
      false
    }
  }

  /// Whether it decides, whatever may still be on its way to the processor.
  fileprivate var isFinal: Bool {
    switch self {
    case .captured, .refunded, .voided, .refundFailed: true
    case .created, .processing, .unauthenticated, .declined, .submitted, .absent, .rejected,
      .misconfigured, .blocked,
      .deferred, .notSent, .throttled, .inProgress, .unknown:
      false
    }
  }
}
