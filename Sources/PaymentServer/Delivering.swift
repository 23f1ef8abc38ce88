import JSON
import Ledger
import Payments

/// Telling sinks what happened: read from the history in the transaction, told by the shell, and
/// the sink's cursor moved in the next one. At least once, in order per sink, by one process at a
/// time; without sinks nothing of it is asked of the books.
extension Desk {
  /// How soon it is looked again whether another process that is telling a sink still lives.
  static let leasePatrol = Duration.seconds(1)
  /// How much longer than one try a process that tells a sink is left alone.
  static let leaseGrace = Duration.seconds(30)
  /// How many pages of events a sink does not take are passed over in one step.
  private static let pagesPerStep = 16

  /// Makes the policy's sinks known to the books, before anything of this step is written: they are
  /// told of all of it.
  mutating func registerSinks(
    _ policy: Policy, in books: inout Books
  ) throws(LedgerError) {
    let names = policy.sinks.map(\.name)
    guard !names.elementsEqual(knownSinks, by: isSame) else { return }
    let known = try books.sinks().map(\.name)
    for name in names where !known.contains(where: { isSame($0, name) }) {
      try books.register(sink: name)
    }
    knownSinks = names
  }

  /// Writes down what came of deliveries. One that is no longer ours is dropped: whoever took the
  /// sink over tells it again.
  mutating func recordDeliveries(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    guard !reported.isEmpty else { return }
    let own = try books.own(at: now)
    for (id, outcome) in reported {
      delivering.remove(id)
      guard var row = try books.sinks().first(where: { isSame($0.name, id.sink) }),
        row.lessee == own, id.isAgain || row.cursor < id.first
      else {
        log("late_delivery", [("sink", .string(id.sink))])
        continue
      }
      row.lessee = nil
      row.until = nil
      switch outcome {
      case .accepted:
        if id.isAgain {
          try books.delivered(id.first, to: id.sink)
        } else {
          row.cursor = id.last
          row.tries = 0
          row.due = nil
        }
      case .refused(let why): try follow(why, id, &row, policy, in: &books, now)
      }
      try books.write(row)
    }
    reported = []
  }

  /// What follows from a try that failed: another one later, or a dead letter.
  private mutating func follow(
    _ why: String, _ id: DeliveryID, _ row: inout SinkRow, _ policy: Policy,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    if id.isAgain {
      try books.giveUp(id.first, to: id.sink, at: now, tries: 1, why: why)
      log("delivery_failed", [("sink", .string(id.sink)), ("why", .string(why))])
      return
    }
    row.tries += 1
    let sink = policy.sinks.first { isSame($0.name, id.sink) }
    if let sink, row.tries >= sink.attempts {
      try giveUp(id, tries: row.tries, why, in: &books, now)
      row.cursor = id.first
      row.tries = 0
      row.due = nil
      return
    }
    let wait = sink?.wait(after: row.tries, event: id.first) ?? Sink.longestWait
    row.due = now.advanced(by: wait)
    log(
      "delivery_failed",
      [
        ("sink", .string(id.sink)), ("entry", .integer(id.first)),
        ("tries", .integer(Int64(row.tries))), ("why", .string(why)),
        ("again", .string(timestamp(now.advanced(by: wait)))),
      ])
  }

  /// A dead letter of a sink: written down, told to the log at once, and an event itself, unless it
  /// is the sink's own dead letter that it would not take, which would never end.
  private mutating func giveUp(
    _ id: DeliveryID, tries: Int, _ why: String, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    try books.giveUp(id.first, to: id.sink, at: now, tries: tries, why: why)
    let facts: [(String, JSONValue)] = [
      ("sink", .string(id.sink)), ("entry", .integer(id.first)),
      ("tries", .integer(Int64(tries))), ("why", .string(why)),
    ]
    log(Reason.deliveryGivenUp, facts)
    let entry = try books.history(after: id.first - 1, limit: 1).first
    if let entry, isSame(entry.reason, Reason.deliveryGivenUp), tells(entry.detail, of: id.sink) {
      return
    }
    let detail = JSONValue.object(JSONObject(facts)).canonical
    try books.record(
      Reason.deliveryGivenUp, detail: String(decoding: detail, as: UTF8.self), at: now)
    hasWritten = true
  }

  private func tells(_ detail: String, of sink: String) -> Bool {
    do throws(JSONError) {
      return isSame(try JSONValue(reading: Array(detail.utf8))["sink"]?.string, sink)
    } catch {
      return false
    }
  }

  /// Begins what each sink is to be told next, if its time has come and nobody else is at it.
  mutating func deliver(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    deliveryWake = nil
    guard !policy.sinks.isEmpty else { return }
    let own = try books.own(at: now)
    let rows = try books.sinks()
    let asked = try books.askedAgain()
    for sink in policy.sinks {
      guard !delivering.contains(where: { isSame($0.sink, sink.name) }),
        var row = rows.first(where: { isSame($0.name, sink.name) })
      else { continue }
      if let lessee = row.lessee, lessee != own, let until = row.until, until > now,
        try books.isAlive(owner: lessee)
      {
        wakeForDeliveries(at: min(until, now.advanced(by: Self.leasePatrol)))
        continue
      }
      if let again = asked.first(where: { isSame($0.sink, sink.name) }) {
        try begin(again, sink, &row, own, in: &books, now)
      } else {
        try begin(sink, &row, own, in: &books, now)
      }
    }
  }

  /// What comes next for a sink.
  private mutating func begin(
    _ sink: Sink, _ row: inout SinkRow, _ own: Int64, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    if let due = row.due, due > now { return wakeForDeliveries(at: due) }
    let start = row.cursor
    let end = try books.lastLine()
    let limit = row.tries == 0 ? sink.batch : 1
    for _ in 0..<Self.pagesPerStep where row.cursor < end {
      let page = try told(after: row.cursor, in: books)
      guard let last = page.last?.sequence else { break }
      let taken = page.filter { sink.takes($0.type) }.prefix(limit)
      guard let first = taken.first else {
        row.cursor = last
        continue
      }
      row.cursor = first.sequence - 1
      let settled = taken.count < limit ? last : taken.last?.sequence ?? last
      let id = DeliveryID(
        sink: sink.name, first: first.sequence, last: settled, isAgain: false)
      return try hand(Array(taken), id, to: sink, &row, own, in: &books, now)
    }
    if row.cursor < end { wakeForDeliveries(at: now) }
    if row.cursor != start || row.lessee != nil {
      row.lessee = nil
      row.until = nil
      try books.write(row)
    }
  }

  /// A delivery an operator asked for once more, out of turn.
  private mutating func begin(
    _ again: Undelivered, _ sink: Sink, _ row: inout SinkRow, _ own: Int64,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let events = try told(after: again.sequence - 1, in: books).prefix(1)
    let id = DeliveryID(
      sink: sink.name, first: again.sequence, last: again.sequence, isAgain: true)
    try hand(Array(events), id, to: sink, &row, own, in: &books, now)
  }

  private mutating func hand(
    _ events: [LedgerEvent], _ id: DeliveryID, to sink: Sink, _ row: inout SinkRow, _ own: Int64,
    in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    row.lessee = own
    row.until = now.advanced(by: sink.timeout + Self.leaseGrace)
    try books.write(row)
    delivering.insert(id)
    let items = events.map { Delivery.Item(id: $0.id, line: $0.line) }
    outputs.append(.deliver(Delivery(id: id, sink: sink, events: items)))
  }

  private func told(
    after sequence: Int64, in books: borrowing Books
  ) throws(LedgerError) -> [LedgerEvent] {
    let name = try books.name() ?? LedgerEvent.unchained
    return try books.events(after: sequence, limit: 256).map { LedgerEvent($0, ledger: name) }
  }

  private mutating func wakeForDeliveries(at instant: Instant) {
    deliveryWake = min(deliveryWake ?? instant, instant)
  }
}
