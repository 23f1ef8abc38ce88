public import Payments

/// The books, lent for the length of one transaction: everything in it happens, or nothing does.
///
/// The first failure inside a transaction is remembered: it cannot be committed any more, even if
/// the error was caught.
public struct Books: ~Copyable {
  let connection: Connection
  let vfs: String?
  /// What this process is in the books of its ledger: a slot it holds and the epoch it got for it.
  var ownership: Ownership?
  /// Whether the transaction may write.
  var isWritable = false
  /// Where the history's chain ends, from the first line of this transaction on.
  var chain: Chain?
  /// The rules about money that were found broken in this transaction, each with its freeze.
  public internal(set) var violations: [Violation] = []
  /// What is held and spent where somebody is at work.
  let sums = ScopeSums()
  /// The operations at work, as they were last written.
  var known = KnownOperations()
  /// What ``Connection/dataVersion`` was when the last transaction ended; nil when nothing that is
  /// kept in memory is good any more.
  private var version: UInt32?
  /// What was counted in this transaction and is not written down yet.
  var counted: [String: Int64] = [:]

  init(_ connection: Connection, vfs: String?) {
    self.connection = connection
    self.vfs = vfs
  }

  /// A transaction has begun that nobody else can write beside: what is kept in memory is good if
  /// nobody else has written since the last one.
  mutating func recall() {
    if version != connection.dataVersion { forget() }
    version = nil
  }

  /// The transaction is committed: what is kept in memory is what the books say.
  mutating func remember() {
    version = connection.dataVersion
  }

  /// Keeps nothing in memory: a transaction was undone, or is only lent for reading.
  mutating func forget() {
    sums.forget()
    known.forget()
    version = nil
  }
}

extension Books {
  /// The operation of that name.
  public func operation(_ id: OperationID) throws(LedgerError) -> Operation? {
    if let known = known[id] { return known }
    return try operations(.operation, [.text(id.text)]).first
  }

  /// Every operation of a reference, charges and refunds, the oldest first.
  public func operations(
    reference: String, namespace: String
  ) throws(LedgerError) -> [Operation] {
    try operations(.operationsByReference, [.text(namespace), .text(reference)])
  }

  /// The newest operations of a run, at most `limit`, in the order they were first asked for.
  public func steps(
    run: String, namespace: String, limit: Int
  ) throws(LedgerError) -> [Step] {
    try steps(.stepsByRun, [.text(namespace), .text(run), .integer(limit)])
  }

  /// The newest operations of a task, at most `limit`, in the order they were first asked for.
  public func steps(
    task: String, namespace: String, limit: Int
  ) throws(LedgerError) -> [Step] {
    try steps(.stepsByTask, [.text(namespace), .text(task), .integer(limit)])
  }

  /// The newest charge this one may be a repetition of, with why: it holds or moved money, is of
  /// the same customer, and either its reference resembles (``likenesses(of:)``) or, held or moved
  /// after `since`, its amount is the same.
  public func lookalike(
    of charge: Operation, since: Instant
  ) throws(LedgerError) -> (operation: Operation, resemblance: Resemblance)? {
    let customer: [Value] = [.text(charge.namespace), .text(charge.terms.customer)]
    let money = charge.terms.money
    let likenesses = likenesses(of: charge.reference)
    let names = [likenesses.first, likenesses.last].map { Value.maybe($0) }
    let sought = [.text(money.currency.code), .integer(money.amount), Value.instant(since)]
    let isThere = try only(.hasLookalike, customer + names + sought) { row throws(LedgerError) in
      try row.flag()
    }
    guard isThere == true else { return nil }
    var found: [(operation: Operation, resemblance: Resemblance)] = []
    for likeness in likenesses {
      let named = try operations(
        .chargesByLikeness, customer + [.text(likeness), .text(charge.id.text)])
      found += named.map { ($0, .reference) }
    }
    let amount =
      customer + [.text(money.currency.code), .integer(money.amount), .text(charge.id.text)]
    found += try operations(.heldChargesByAmount, amount).map { ($0, .amount) }
    found += try operations(.movedChargesByAmount, amount + [.instant(since)])
      .map { ($0, .amount) }
    // The first of equals stands, so that a reference is said rather than an amount.
    return found.reduce(nil) { newest, next in
      guard let newest, newest.operation.created >= next.operation.created else { return next }
      return newest
    }
  }

  /// Every refund of a charge, the oldest first.
  public func refunds(of charge: OperationID) throws(LedgerError) -> [Operation] {
    try operations(.refunds, [.text(charge.text)])
  }

  /// The newest operations of all namespaces, at most `limit`, the oldest of them first.
  public func operations(newest limit: Int) throws(LedgerError) -> [Operation] {
    try operations(.newest, [.integer(limit)]).reversed()
  }

  /// What has to be done by now, the longest due first, at most `limit`.
  ///
  /// - Parameter namespace: whose operations; nil for everybody's. Another namespace may be of
  ///   another account: what is due there is for its own servers.
  public func due(
    at now: Instant, in namespace: String?, limit: Int
  ) throws(LedgerError) -> [Operation] {
    try operations(.due, [.instant(now), .integer(limit), .maybe(namespace)])
  }

  /// When the next thing has to be done; nil when nothing has.
  public func nextDue(in namespace: String?) throws(LedgerError) -> Instant? {
    try only(.nextDue, [.maybe(namespace)]) { row throws(LedgerError) in try row.instant() }
  }

  /// The processes that have attempts in flight, besides the one of that epoch.
  public func owners(
    besides own: Int64, in namespace: String?
  ) throws(LedgerError) -> [Int64] {
    try connection.rows(.foreignOwners, [.integer(own), .maybe(namespace)]) {
      row throws(LedgerError) in try row.integer()
    }
  }

  /// The operations a process has attempts in flight for.
  public func operations(
    inFlightOf owner: Int64, in namespace: String?
  ) throws(LedgerError) -> [Operation] {
    try operations(.inFlight, [.integer(owner), .maybe(namespace)])
  }

  /// Reads every page and index, and refuses books that contradict themselves. Takes as long as
  /// reading the whole file does.
  public func verify() throws(LedgerError) {
    let found = try connection.run("PRAGMA integrity_check(1)")
    guard found == [[.text("ok")]] else {
      throw connection.failing(.damaged("Its pages or its indexes contradict each other."))
    }
  }

  /// How many operations have something left to be done.
  public func pendingCount() throws(LedgerError) -> Int {
    try only(.pendingCount, []) { row throws(LedgerError) in try row.number() } ?? 0
  }

  /// The operations the processor knows under a name, the oldest first.
  public func operations(processorReference: String) throws(LedgerError) -> [Operation] {
    try operations(.operationsByProcessorReference, [.text(processorReference)])
  }

  /// Operations of a kind that moved money and were recorded at or after an instant, the newest
  /// first, at most `limit`; behind the operation of that time and name, or from the newest.
  public func moved(
    _ kind: Operation.Kind, namespace: String, since: Instant,
    behind last: (created: Instant, id: OperationID)?, limit: Int
  ) throws(LedgerError) -> [Operation] {
    try operations(
      .moved,
      [
        .instant(since), .instant(last?.created ?? Instant(milliseconds: .max)),
        .text(last?.id.text ?? ""), .text(namespace), .text(kind.rawValue), .integer(limit),
      ])
  }

  /// What automatic recovery has given up on, the longest waiting first, at most `limit`.
  public func deadLetters(limit: Int) throws(LedgerError) -> [Operation] {
    try operations(.deadLetters, [.integer(limit)])
  }

  /// How many dead letters there are.
  public func deadLetterCount() throws(LedgerError) -> Int {
    try only(.deadLetterCount, []) { row throws(LedgerError) in try row.number() } ?? 0
  }

  /// How many operations have an outcome that is unknown and looked up, and since when the oldest.
  public func unknowns() throws(LedgerError) -> (count: Int64, since: Instant?) {
    let found = try only(.unknowns, []) { row throws(LedgerError) in
      (try row.integer(), try row.instantOrNil())
    }
    return found ?? (0, nil)
  }

  /// What was ever marked as the latest instant; nil in new books.
  public func latest() throws(LedgerError) -> Instant? {
    try only(.latest, []) { row throws(LedgerError) in try row.instant() }
  }

  /// What is known of a run; nil when it never called.
  public func run(_ id: String, namespace: String) throws(LedgerError) -> Run? {
    try only(.run, [.text(namespace), .text(id)]) { row throws(LedgerError) in
      Run(firstSeen: try row.instant(), lastCall: try row.instant(), stops: try row.integer())
    }
  }

  /// What happened to an operation, in order.
  public func history(of operation: OperationID) throws(LedgerError) -> [HistoryEntry] {
    try connection.rows(.history, [.text(operation.text)]) { row throws(LedgerError) in
      try HistoryEntry(&row)
    }
  }

  /// What happened after a line of the history, in order, at most `limit` lines. 0 is before the
  /// first.
  public func history(
    after sequence: Int64, limit: Int
  ) throws(LedgerError) -> [HistoryEntry] {
    try connection.rows(.historyAfter, [.integer(sequence), .integer(limit)]) {
      row throws(LedgerError) in
      try HistoryEntry(&row)
    }
  }

  /// What a line of the history set that may name persons, as canonical JSON; nil when it set none.
  public func particulars(ofLine sequence: Int64) throws(LedgerError) -> String? {
    try only(.particulars, [.integer(sequence)]) { row throws(LedgerError) in try row.text() }
  }

  /// The lines of the policies in force from one line of the history to another, in order.
  public func policies(
    inForceFrom first: Int64, until last: Int64
  ) throws(LedgerError) -> [HistoryEntry] {
    try connection.rows(.policiesInForce, [.integer(first), .integer(last)]) {
      row throws(LedgerError) in
      try HistoryEntry(&row)
    }
  }

  /// The newest line's place in the history; 0 before the first.
  public func lastSequence() throws(LedgerError) -> Int64 {
    try only(.lastSequence, []) { row throws(LedgerError) in try row.integer() } ?? 0
  }

  /// Every attempt at an operation, in order.
  public func attempts(of operation: OperationID) throws(LedgerError) -> [Attempt] {
    try connection.rows(.attempts, [.text(operation.text)]) { row throws(LedgerError) in
      try Attempt(&row)
    }
  }

  /// One attempt at an operation.
  public func attempt(_ number: Int, of operation: OperationID) throws(LedgerError) -> Attempt? {
    try only(.attempt, [.text(operation.text), .integer(number)]) { row throws(LedgerError) in
      try Attempt(&row)
    }
  }

  /// The newest attempt that carried this idempotency key: its request is what is sent again.
  public func lastAttempt(
    of operation: OperationID, key: String
  ) throws(LedgerError) -> Attempt? {
    try only(.lastAttempt, [.text(operation.text), .text(key)]) { row throws(LedgerError) in
      try Attempt(&row)
    }
  }
}

extension Books {
  /// What counts against a cap of a scope: everything held, and what was spent since an instant,
  /// rounded down to the minute. Without an instant: ever.
  public func exposure(of scope: Scope, since: Instant?) throws(LedgerError) -> Exposure {
    let held = try sums.held(in: scope) { () throws(LedgerError) in try storedHeld(in: scope) }
    return try held.adding(
      sums.spent(in: scope, since: since) { () throws(LedgerError) in
        try storedSpent(in: scope, since: since)
      })
  }

  func storedHeld(in scope: Scope) throws(LedgerError) -> Exposure {
    try only(.held, [.text(scope.text)]) { row throws(LedgerError) in try row.exposure() } ?? .zero
  }

  private func storedSpent(
    in scope: Scope, since: Instant?
  ) throws(LedgerError) -> Exposure {
    var total = Exposure.zero
    for span in Bucket.spans(since: since) {
      let (width, range) = (span.width, span.range)
      let spent = try only(
        .spent,
        [
          .text(scope.text), .integer(width), .integer(range.lowerBound),
          .integer(range.upperBound),
        ]
      ) { row throws(LedgerError) in try row.exposure() }
      total = try total.adding(spent ?? .zero)
    }
    return total
  }

  private func steps(_ query: Query, _ arguments: [Value]) throws(LedgerError) -> [Step] {
    try connection.rows(query, arguments) { row throws(LedgerError) in
      Step(
        operation: OperationID(try row.text()), name: try row.textOrNil(), state: try row.word(),
        isHeld: try row.flag())
    }.reversed()
  }

  private func operations(
    _ query: Query, _ arguments: [Value]
  ) throws(LedgerError) -> [Operation] {
    try connection.rows(query, arguments) { row throws(LedgerError) in try Operation(&row) }
  }

  /// The first row of a query that has one row at most.
  func only<Element>(
    _ query: Query, _ arguments: [Value],
    _ read: (inout Row) throws(LedgerError) -> Element
  ) throws(LedgerError) -> Element? {
    try connection.rows(query, arguments, read).first
  }
}

extension Exposure {
  func adding(_ other: Exposure) throws(LedgerError) -> Exposure {
    let amount = amount.addingReportingOverflow(other.amount)
    let count = count.addingReportingOverflow(other.count)
    guard !amount.overflow, !count.overflow else {
      throw .damaged("What is held and spent in a scope is beyond 63 bits.")
    }
    return Exposure(amount: amount.partialValue, count: count.partialValue)
  }
}
