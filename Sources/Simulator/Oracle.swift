import JSON
import Ledger
import PaymentServer
import Payments
import Processors

/// Who knows what is true: it reads the processor's books, and believes no server.
final class Oracle {
  /// Money that moved at the processor.
  struct Moved {
    let operation: OperationID
    /// The business's name for it, which is its identity in every world: task and step follow from
    /// it.
    let reference: String
    /// The operation's run as the books have it.
    let run: String
    let customer: String
    let money: Money
    /// The time in the books at that moment: later than the grant, no later than the booking, so
    /// that every window that holds two of these held the earlier one when the later was granted.
    let at: Instant
  }

  let policy: Policy
  let books: [WatchedBooks]
  private(set) var captured: [OperationID: Moved] = [:]
  private(set) var refunded: [OperationID: Moved] = [:]
  /// What was refunded and came back.
  private(set) var bounced: Set<OperationID> = []
  private var paid: Set<String> = []
  private var givenBack: Set<String> = []
  private var captures: [Moved] = []
  private var refunds: [Moved] = []
  private var paidIntents: Set<Int> = []
  private var refundsSeen = 0
  /// What was asked for, by the charge's reference.
  private var asked: [String: Set<[String]>] = [:]
  /// In which runs and words, by the charge's reference.
  private var askedIn: [String: Set<[String]>] = [:]
  /// What was to be given back, by the refund's reference: of which charge, and how much if said.
  private var askedBack: [String: [(charge: String, amount: Int64?)]] = [:]
  /// What a cap on single operations stopped, by the books it stands in.
  private var stopped: [[OperationID]]
  /// What a person let pass of it, or may have.
  private var approved: [OperationID: [Terms]] = [:]
  /// How often money moved by a person's word.
  private(set) var approvedMoves = 0
  private var keys: [String: String] = [:]
  private var keySent: [String: Instant] = [:]

  init(_ policy: Policy, _ books: [WatchedBooks]) {
    self.policy = policy
    self.books = books
    self.stopped = books.map { _ in [] }
  }

  /// An agent asks for something; whether it asked for it in other words before.
  func hear(_ ask: Ask, inRun run: String) -> Bool {
    let reference = ask.arguments["reference"]?.string ?? ""
    if ask.tool == "refund" {
      let charge = ask.arguments["charge"]?.string ?? ""
      askedBack[reference, default: []].append((charge, ask.arguments["amount"]?.integer))
    }
    guard ask.tool == "charge" else { return false }
    let terms = ["customer", "amount", "currency"].map { name in
      let value = ask.arguments[name]
      return value?.string ?? value?.integer.map(String.init) ?? ""
    }
    asked[reference, default: []].insert(terms)
    askedIn[reference, default: []].insert(terms + [run])
    return (asked[reference]?.count ?? 0) > 1
  }

  /// The processor takes back its word that a refund succeeded.
  func hear(bounced refund: Sandbox.Refund) {
    bounced.insert(OperationID(refund.metadata["bursar_operation"]?.string ?? ""))
  }

  /// What the books recorded since the last time is held against what the processor did.
  ///
  /// How much that was.
  @discardableResult
  func readNews(of place: Int) throws(Breach) -> Int {
    let news = try books[place].news()
    for entry in news {
      guard let id = entry.operation, let to = entry.to else { continue }
      let isStopped = isSame(entry.reason, Reason.denied + Code.tooLarge)
      if isStopped, !stopped[place].contains(id) { stopped[place].append(id) }
      let has = captured[id] != nil || refunded[id] != nil
      switch to {
      case .denied, .declined, .failed, .voided:
        if has, !bounced.contains(id) {
          throw Breach(.failureIsTrue, "\(id.text) was recorded \(to.rawValue)")
        }
      case .captured, .settled, .refunded:
        if !has { throw Breach(.successIsTrue, "\(id.text) was recorded \(to.rawValue)") }
      case .initiated, .validated, .authorised, .submitted: break
      }
    }
    return news.count
  }

  /// Something that a person is about to let pass, as it was asked for last; nil when nothing is.
  func hearApproval(in place: Int, _ random: inout Random) throws(Breach) -> Operation? {
    guard !stopped[place].isEmpty else { return nil }
    let id = random.one(of: stopped[place])
    let known = try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.operation(id)
    }
    guard let operation = known ?? nil else { return nil }
    approved[id, default: []].append(operation.terms)
    return operation
  }

  private func isApproved(_ moved: Moved) -> Bool {
    approved[moved.operation]?.contains {
      $0.money == moved.money && isSame($0.customer, moved.customer)
    } ?? false
  }

  /// What an answer says of an operation is held against what the processor did.
  func judge(_ state: State, of operation: OperationID, amount: Int64?) throws(Breach) {
    let moved = captured[operation] ?? refunded[operation]
    switch state {
    case .denied, .declined, .failed, .voided:
      if moved != nil { throw Breach(.answerIsTrue, "\(operation.text) is not \(state.rawValue)") }
    case .captured, .settled, .refunded:
      guard let moved, moved.money.amount == amount else {
        throw Breach(.answerIsTrue, "\(operation.text) is not \(state.rawValue) with that amount")
      }
    case .initiated, .validated, .authorised, .submitted: break
    }
  }

  /// The processor did something: its books are read again.
  func readProcessor(_ sandbox: Sandbox) throws(Breach) {
    for (number, intent) in sandbox.intents.enumerated()
    where !paidIntents.contains(number) && intent.amountReceived > 0 {
      paidIntents.insert(number)
      let moved = try self.moved(intent.metadata, intent.customer ?? "", intent.money)
      guard captured[moved.operation] == nil, paid.insert(moved.reference).inserted else {
        throw Breach(.chargedOnce, "\(moved.reference) was captured twice")
      }
      guard intent.amountReceived == intent.money.amount else {
        throw Breach(.chargedOnce, "\(intent.id) was captured twice")
      }
      captured[moved.operation] = moved
      try checkAsked(moved)
      captures.append(moved)
      try checkCaps(policy.caps, captures)
    }
    for refund in sandbox.refunds[refundsSeen...] {
      refundsSeen += 1
      let moved = try self.moved(refund.metadata, nil, refund.money)
      guard refunded[moved.operation] == nil, givenBack.insert(moved.reference).inserted else {
        throw Breach(.refundedOnce, "\(moved.reference) was refunded twice")
      }
      refunded[moved.operation] = moved
      try checkAsked(moved, of: sandbox.intents.first { isSame($0.id, refund.intent) })
      refunds.append(moved)
      try checkCaps(policy.refundCaps, refunds)
    }
    for intent in sandbox.intents where intent.amountRefunded > intent.amountReceived {
      throw Breach(.refundsWithinCharge, "of \(intent.id) more was refunded than captured")
    }
  }

  private func moved(
    _ metadata: JSONObject, _ customer: String?, _ money: Money
  ) throws(Breach) -> Moved {
    let id = OperationID(metadata["bursar_operation"]?.string ?? "")
    for place in books {
      guard let story = place.stories[id] else { continue }
      guard story.state.holds else {
        throw Breach(.heldBeforeMoved, "\(id.text) is \(story.state.rawValue) and moved")
      }
      let known = try place.read { (books: borrowing Books) throws(LedgerError) in
        try books.operation(id)
      }
      guard let operation = known ?? nil else { continue }
      guard operation.terms.money == money else {
        throw Breach(.asAsked, "\(id.text) moved another amount than the books say")
      }
      return Moved(
        operation: id, reference: metadata["bursar_reference"]?.string ?? "", run: operation.run,
        customer: customer ?? operation.terms.customer,
        money: money, at: place.latest)
    }
    throw Breach(.heldBeforeMoved, "money moved for \(id.text), which is in no books")
  }

  private func checkAsked(_ moved: Moved) throws(Breach) {
    let terms = [
      moved.customer, String(moved.money.amount), moved.money.currency.code, moved.run,
    ]
    guard askedIn[moved.reference]?.contains(terms) == true else {
      throw Breach(.asAsked, "nobody asked for \(terms) under \(moved.reference)")
    }
  }

  private func checkAsked(_ moved: Moved, of intent: Sandbox.Intent?) throws(Breach) {
    let names = ["bursar_reference", "bursar_operation"].map { intent?.metadata[$0]?.string }
    let isAsked = askedBack[moved.reference, default: []].contains { charge, amount in
      names.contains(charge) && (amount == nil || amount == moved.money.amount)
    }
    guard isAsked else {
      throw Breach(
        .asAsked, "nobody asked for \(moved.money.amount) of \(names) under \(moved.reference)")
    }
  }
}

extension Oracle {
  /// A request leaves: its key is the one it always had, and young enough.
  func readKey(of request: Request, _ id: DispatchID, at now: Instant) throws(Breach) {
    guard request.method == .post, !request.path.hasSuffix("/cancel"),
      let key = request.headers.first(where: { $0.name == "Idempotency-Key" })?.value
    else { return }
    // A declined charge may be confirmed again: with another key, and the same body if the payment
    // method is the first one again.
    if !request.path.hasSuffix("/confirm") {
      let body = String(decoding: request.body, as: UTF8.self)
      let name = "\(id.operation.text) \(request.path) \(body)"
      if let known = keys[name], known != key {
        throw Breach(.sameKey, "\(id.operation.text) went out as \(known) and as \(key)")
      }
      keys[name] = key
    }
    let first = keySent[key] ?? now
    keySent[key] = first
    guard first.duration(to: now) < .seconds(86_400) else {
      throw Breach(.keyIsFresh, "\(key) was sent again after a day")
    }
  }

  /// A request has reached the processor: its row must be in the books.
  func readRow(of request: Request, _ id: DispatchID, in place: Int) throws(Breach) {
    let row = try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.attempt(id.attempt, of: id.operation)
    }
    guard (row ?? nil)?.request == request else {
      throw Breach(
        .recordedBeforeSent, "no row of \(id.operation.text) has attempt \(id.attempt)")
    }
  }

  /// What moved so far is within every cap: recomputed from nothing but what the processor did.
  private func checkCaps(_ caps: [Cap], _ moved: [Moved]) throws(Breach) {
    guard let last = moved.last else { return }
    for cap in caps where cap.amount.currency == last.money.currency {
      if cap.extent == .operation, isApproved(last) {
        if cap.limitsAmount, last.money.amount > cap.amount.amount { approvedMoves += 1 }
        continue
      }
      var sum: Int64 = 0
      var count: Int64 = 0
      for each in moved
      where each.money.currency == last.money.currency
        && isTogether(each, last, cap.extent) && isInWindow(each.at, last.at, cap.window)
      {
        sum += each.money.amount
        count += 1
      }
      if cap.limitsAmount, sum > cap.amount.amount {
        throw Breach(.withinCaps, "\(sum) moved under the cap \(cap.name) of \(cap.amount.amount)")
      }
      if let most = cap.count, count > most, cap.extent != .operation {
        throw Breach(.withinCaps, "\(count) moved under the cap \(cap.name) of \(most)")
      }
    }
  }

  private func isTogether(_ one: Moved, _ other: Moved, _ extent: Cap.Extent) -> Bool {
    switch extent {
    case .operation: one.operation == other.operation
    case .run: one.run == other.run
    case .customer: one.customer == other.customer
    case .namespace: true
    }
  }

  /// Whether an earlier moment is in the window that ends at a later one.
  private func isInWindow(_ earlier: Instant, _ later: Instant, _ window: Window) -> Bool {
    func day(_ instant: Instant, _ offset: Int) -> Int64 {
      (instant.milliseconds + Int64(offset) * 60_000) / 86_400_000
    }
    switch window {
    case .lifetime: return true
    case .rolling(let length): return earlier.duration(to: later) <= length
    case .day(let offset): return day(earlier, offset) == day(later, offset)
    case .month(let offset):
      let one = CalendarDay(daysSince1970: day(earlier, offset))
      let other = CalendarDay(daysSince1970: day(later, offset))
      return one.year == other.year && one.month == other.month
    }
  }
}
