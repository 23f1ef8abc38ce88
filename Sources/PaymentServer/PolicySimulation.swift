public import Ledger
public import Payments

/// Every recorded operation judged again, in order, under other rules.
///
/// The judging is ``Payments/Policy/judge(_:runStarted:at:exposure:)`` itself, the exposures are
/// those of an ``Ledger/ExposureBook``: what is stopped here counts nowhere, so that what follows
/// finds the budget it would have found. The processor is taken to have answered what it answered;
/// what it was never asked, because it was denied, counts as moved at once, which errs on the side
/// of the caps. An operation is judged by the terms and the run it has now.
///
/// Absent here: rates, which only delay; near duplicates, freezes, closed runs and payment methods
/// that were declined too often, which stand where they stood then.
public struct PolicySimulation: Sendable {
  /// One time an operation was asked for.
  public struct Trial: Sendable {
    /// When.
    public let at: Instant
    /// The operation as it stands in the books.
    public let operation: Operation
    /// What refused it then; nil when nothing did.
    public let then: String?
    /// The rule that refuses it now; nil when none does.
    public let now: String?
  }

  /// The trials, in the order of the books.
  public private(set) var trials: [Trial] = []
  /// How many operations of other namespaces there are, which these rules do not concern.
  public private(set) var foreign = 0
  /// How full each cap would have been.
  private(set) var charts: [CapChart]

  private let policy: Policy
  private let since: Instant?
  /// Where each operation stands in the two lists.
  private var places: [OperationID: Int] = [:]
  private var recorded: [Operation] = []
  private var fates: [Fate] = []
  private var runs: [String: Instant] = [:]
  private var book = ExposureBook()
  /// What persons let pass, by operation, and where those stand of which that was read.
  private var approvals: [OperationID: Approval] = [:]
  private var approved: Set<Int> = []

  /// What became of an operation here.
  private struct Fate {
    /// Its state here; nil before it is granted.
    var state: State?
    /// Whether what the books say next happened to it here too.
    var follows = false
    /// When its money moved here.
    var spent: Instant?
  }

  /// How many lines of the history are read at once.
  private static let page = 10_000

  /// Judges a ledger's whole history under a policy.
  ///
  /// - Parameters:
  ///   - since: what was asked for before counts as it was; nil judges everything.
  public init(
    _ policy: Policy, of books: borrowing Books, since: Instant?
  ) throws(LedgerError) {
    self.policy = policy
    self.since = since
    self.charts = Operation.Kind.allCases.flatMap { kind in
      policy.caps(on: kind).map { CapChart(cap: $0, kind: kind) }
    }
    let all = try books.operations(newest: .max)
    recorded = all.filter { isSame($0.namespace, policy.namespace) }
    foreign = all.count - recorded.count
    fates = Array(repeating: Fate(), count: recorded.count)
    for approval in try books.approvals() { approvals[approval.operation] = approval }
    places.reserveCapacity(recorded.count)
    trials.reserveCapacity(recorded.count)
    for (place, operation) in recorded.enumerated() { places[operation.id] = place }
    var last: Int64 = 0
    while true {
      let entries = try books.history(after: last, limit: Self.page)
      for entry in entries { try follow(entry) }
      guard let end = entries.last else { return }
      last = end.sequence
    }
  }

  /// One line of the history: somebody asked, or something became of what was asked.
  private mutating func follow(_ entry: HistoryEntry) throws(LedgerError) {
    guard let id = entry.operation, let to = entry.to, let place = places[id] else { return }
    if isSame(entry.reason, Reason.approved) {
      approved.insert(place)
    } else if entry.isRequest {
      try ask(place, entry, to)
    } else if fates[place].follows {
      try move(place, to: to, at: entry.at)
    }
  }

  private mutating func ask(
    _ place: Int, _ entry: HistoryEntry, _ to: State
  ) throws(LedgerError) {
    let operation = recorded[place]
    // What moves or has moved here is not judged again: it is answered from the books.
    if let state = fates[place].state, state.holds || state.moved { return }
    let wasDenied = to == .denied
    if let since, entry.at < since {
      _ = start(ofRun: operation.run, entry.at)
      fates[place].follows = !wasDenied
      if !wasDenied { try move(place, to: to, at: entry.at) }
      return
    }
    let isApproved =
      approved.contains(place)
      && approvals[operation.id]?.covers(
        operation, policy.environment, distrusted: nil, at: entry.at) == true
    let rule =
      try refusal(of: operation, isApproved: isApproved, at: entry.at) ?? lastingDenial(entry)
    trials.append(
      Trial(
        at: entry.at, operation: operation,
        then: wasDenied ? operation.rule ?? String(entry.reason.dropFirst(7)) : nil, now: rule))
    fates[place].follows = rule == nil && !wasDenied
    if rule == nil {
      let end: State = operation.kind == .charge ? .captured : .refunded
      try move(place, to: wasDenied ? end : to, at: entry.at)
    }
  }

  /// A denial by what is not judged again: it stays. Near duplicates do, unless they are let pass
  /// now; a freeze was a person's word, a closed run followed from what the agent did.
  private func lastingDenial(_ entry: HistoryEntry) -> String? {
    switch entry.reason {
    case "denied_near_duplicate": policy.nearDuplicates.action == .allow ? nil : "nearDuplicates"
    case "denied_frozen": "freeze"
    case Reason.denied + Code.declinedTooOften: "declines"
    case "denied_run_closed": "a closed run"
    default: nil
    }
  }

  /// The rule that refuses an operation now; nil when none does.
  private mutating func refusal(
    of operation: Operation, isApproved: Bool, at now: Instant
  ) throws(LedgerError) -> String? {
    if let charge = operation.terms.charge, let place = places[charge] {
      guard fates[place].state?.moved == true else { return "its charge" }
    }
    let demand = operation.demand
    let runStarted = start(ofRun: operation.run, now)
    let usages = try policy.usages(for: demand, at: now) { (scope, since) throws(LedgerError) in
      try book.exposure(of: scope, since: since)
    }
    let judgement = try policy.judge(
      demand, runStarted: runStarted, isApproved: isApproved, at: now
    ) {
      (scope, since) throws(LedgerError) in
      try book.exposure(of: scope, since: since)
    }
    var next = usages.makeIterator()
    for index in charts.indices
    where charts[index].kind == demand.kind
      && charts[index].cap.amount.currency == demand.money.currency
    {
      guard let usage = next.next() else { break }
      charts[index].note(usage, demand.money, judgement, at: now)
    }
    switch judgement {
    case .granted: return nil
    case .refused(let denial): return denial.rule
    }
  }

  /// When a run was first judged, which is now if it never was.
  private mutating func start(ofRun run: String, _ now: Instant) -> Instant {
    let started = runs[run] ?? now
    runs[run] = started
    return started
  }

  private mutating func move(
    _ place: Int, to state: State, at now: Instant
  ) throws(LedgerError) {
    let old = fates[place].state
    fates[place].state = state
    // Most steps neither hold nor spend: from a hold to a hold nothing moves.
    if let old, old.holds == state.holds, old.moved == state.moved { return }
    var before: Operation?
    if let old {
      before = recorded[place]
      before?.state = old
    }
    var after = recorded[place]
    after.state = state
    // What bounced is taken out where it was booked, as in the books.
    let booked = state.moved ? now : fates[place].spent ?? now
    for movement in after.movements(from: before) { try book.apply(movement, at: booked) }
    fates[place].spent = state.moved ? fates[place].spent ?? now : nil
    guard let charge = after.terms.charge.flatMap({ places[$0] }), let spent = fates[charge].spent
    else { return }
    for movement in after.returns(from: before, to: recorded[charge]) {
      try book.apply(movement, at: spent)
    }
  }
}

extension HistoryEntry {
  /// Whether somebody asked for the operation then, for the first time or again.
  fileprivate var isRequest: Bool {
    from == nil || isSame(reason, "requested_again") || reason.utf8.starts(with: "denied_".utf8)
  }
}
