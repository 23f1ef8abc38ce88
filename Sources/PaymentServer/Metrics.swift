public import Ledger
public import Payments

/// `bursar metrics`: what the books say of how it goes, for Prometheus. No label holds a customer,
/// a reference or a run.
extension Report {
  /// How many of the newest operations say which runs and customers a cap is looked up for.
  static let newestUsers = 1000

  /// All metrics of a ledger; of one that is not there, that nothing happened. Reads the tallies,
  /// what is pending and the newest operations: the same time whatever the size of the books.
  public static func metrics(
    of policy: Policy, ledger path: String, at now: Instant
  ) throws(LedgerError) -> [UInt8] {
    var figures = Figures()
    var caps: [CapInUse] = []
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      (figures, caps) = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        (try Figures(books, now), try capsInUse(policy, books, now, newest: newestUsers))
      }
    }
    var exposition = Exposition()
    figures.write(to: &exposition)
    write(caps, to: &exposition)
    return exposition.bytes
  }

  /// The namespace's use of each cap, or that of the fullest run or customer.
  private static func write(_ caps: [CapInUse], to exposition: inout Exposition) {
    let caps = caps.filter { $0.cap.extent != .operation }
    func labels(_ cap: CapInUse) -> [Exposition.Label] {
      [
        ("cap", cap.cap.name), ("per", cap.cap.extent.rawValue), ("kind", cap.kind.rawValue),
        ("currency", cap.cap.amount.currency.code),
      ]
    }
    let used = "used: held and spent now; per run or customer, of the fullest of those seen lately"
    exposition.family("bursar_cap_used_minor_units", .gauge, "What of a cap's amount is \(used).")
    for cap in caps where cap.cap.limitsAmount {
      exposition.sample(
        "bursar_cap_used_minor_units", labels(cap), cap.users.first?.usage.used.amount ?? 0)
    }
    exposition.family("bursar_cap_limit_minor_units", .gauge, "A cap's amount.")
    for cap in caps where cap.cap.limitsAmount {
      exposition.sample("bursar_cap_limit_minor_units", labels(cap), cap.cap.amount.amount)
    }
    exposition.family("bursar_cap_used_operations", .gauge, "What of a cap's number is \(used).")
    for cap in caps where cap.cap.count != nil {
      exposition.sample(
        "bursar_cap_used_operations", labels(cap), cap.users.first?.usage.used.count ?? 0)
    }
    exposition.family("bursar_cap_limit_operations", .gauge, "A cap's number of operations.")
    for cap in caps {
      guard let count = cap.cap.count else { continue }
      exposition.sample("bursar_cap_limit_operations", labels(cap), count)
    }
  }
}

/// What was counted, and what can be counted quickly.
private struct Figures {
  var tallies: [Tally] = []
  var pending: Int64 = 0
  var unknown: (count: Int64, since: Instant?) = (0, nil)
  /// Since when the oldest dead letter is held; nil when there is none.
  var held: Instant?
  var discrepancies: [(kind: Discrepancy.Kind, count: Int64)] = []
  var sinks: [(name: String, untold: Int64, givenUp: Int64)] = []
  var now = Instant(milliseconds: 0)

  init() {}

  init(_ books: borrowing Books, _ now: Instant) throws(LedgerError) {
    tallies = try books.tallies()
    pending = Int64(try books.pendingCount())
    unknown = try books.unknowns()
    held = try books.deadLetters(limit: 1).first?.updated
    discrepancies = try books.discrepancyCounts()
    let (last, undelivered) = (try books.lastLine(), try books.undelivered())
    sinks = try books.sinks().map { row in
      (
        row.name, max(0, last - row.cursor),
        Int64(undelivered.filter { isSame($0.sink, row.name) }.count)
      )
    }
    self.now = now
  }

  /// The counts of tallies that begin with a word, by their other words.
  private func counts(_ word: String) -> [(words: ArraySlice<String>, count: Int64)] {
    tallies.filter { $0.words.first == word }.map { ($0.words.dropFirst(), $0.count) }
  }

  private func sum(_ word: String, where isMeant: (ArraySlice<String>) -> Bool) -> Int64 {
    counts(word).filter { isMeant($0.words) }.reduce(0) { $0 + $1.count }
  }

  func write(to exposition: inout Exposition) {
    writeCalls(to: &exposition)
    writeOperations(to: &exposition)
    writeAttempts(to: &exposition)
    writeStatement(to: &exposition)
    writeLengths(
      "bursar_final_state_latency_seconds", "latency",
      "From the first request of an operation to its final state.", to: &exposition)
    writeLengths(
      "bursar_unknown_resolution_seconds", "resolution",
      "How long an outcome was unknown until it was known.", to: &exposition)
    writeKeyFigures(to: &exposition)
  }

  private func writeCalls(to exposition: inout Exposition) {
    let families: [(name: String, word: String, help: String)] = [
      (
        "bursar_idempotency_hits_total", "hit",
        "Repeated calls that were answered by the operation that was there. "
          + "Counted with the next change to the books."
      ),
      ("bursar_idempotency_misses_total", "miss", "Calls that began an operation."),
      (
        "bursar_idempotency_conflicts_total", "conflict",
        "Calls that named an operation and asked for something else."
      ),
      (
        "bursar_idempotency_renewals_total", "again",
        "Calls that began anew what had ended without money moving."
      ),
    ]
    for family in families {
      exposition.family(family.name, .counter, family.help)
      for kind in Operation.Kind.allCases {
        let count = sum("calls") { $0.elementsEqual([kind.rawValue, family.word]) }
        exposition.sample(family.name, [("kind", kind.rawValue)], count)
      }
    }
  }

  private func writeOperations(to exposition: inout Exposition) {
    exposition.family("bursar_operations", .gauge, "Operations by where they are in their life.")
    for (words, count) in counts("operations") {
      guard let kind = words.first, let state = words.last else { continue }
      exposition.sample("bursar_operations", [("kind", kind), ("state", state)], count)
    }
    exposition.family(
      "bursar_pending_operations", .gauge, "Operations that something is left to be done for.")
    exposition.sample("bursar_pending_operations", [], pending)
    exposition.family(
      "bursar_unknown_operations", .gauge, "Operations whose outcome is unknown now.")
    exposition.sample("bursar_unknown_operations", [], unknown.count)
    exposition.family(
      "bursar_unknown_oldest_seconds", .gauge, "For how long the oldest of them has been so.")
    if let since = unknown.since {
      exposition.sample("bursar_unknown_oldest_seconds", [], age(since))
    }
    exposition.family("bursar_dead_letters", .gauge, "Operations that are held for a person.")
    for kind in Operation.Kind.allCases {
      let count = sum("held") { $0.elementsEqual([kind.rawValue]) }
      exposition.sample("bursar_dead_letters", [("kind", kind.rawValue)], count)
    }
    exposition.family(
      "bursar_dead_letters_oldest_seconds", .gauge, "For how long the oldest of them is held.")
    if let held { exposition.sample("bursar_dead_letters_oldest_seconds", [], age(held)) }
  }

  /// What the processor's list and the books disagree about, and what sinks were not told.
  private func writeStatement(to exposition: inout Exposition) {
    exposition.family(
      "bursar_discrepancies", .gauge, "Differences between the processor's list and the books.")
    for kind in Discrepancy.Kind.allCases {
      exposition.sample("bursar_discrepancies", [("kind", kind.rawValue)], count(of: kind))
    }
    exposition.family(
      "bursar_sink_untold_entries", .gauge, "Entries of the history a sink was not told of yet.")
    for sink in sinks {
      exposition.sample("bursar_sink_untold_entries", [("sink", sink.name)], sink.untold)
    }
    exposition.family(
      "bursar_sink_given_up_deliveries", .gauge, "Deliveries to a sink that were given up.")
    for sink in sinks {
      exposition.sample("bursar_sink_given_up_deliveries", [("sink", sink.name)], sink.givenUp)
    }
  }

  private func count(of kind: Discrepancy.Kind) -> Int64 {
    discrepancies.first { $0.kind == kind }?.count ?? 0
  }

  private func age(_ since: Instant) -> String {
    Exposition.seconds(max(0, since.duration(to: now).milliseconds))
  }

  private func writeAttempts(to exposition: inout Exposition) {
    exposition.family(
      "bursar_attempts_total", .counter, "Requests to the processor by what came of them.")
    for (words, count) in counts("attempts") {
      guard let instruction = words.first, let outcome = words.last else { continue }
      exposition.sample(
        "bursar_attempts_total", [("instruction", instruction), ("outcome", outcome)], count)
    }
    exposition.family(
      "bursar_retries_total", .counter, "Requests that were sent again under the same key.")
    for (words, count) in counts("retries") {
      guard let instruction = words.first else { continue }
      exposition.sample("bursar_retries_total", [("instruction", instruction)], count)
    }
  }

  private func writeLengths(
    _ name: String, _ word: String, _ help: String, to exposition: inout Exposition
  ) {
    exposition.family(name, .histogram, help)
    for kind in Operation.Kind.allCases {
      func count(_ last: String) -> Int64 {
        sum(word) { $0.elementsEqual([kind.rawValue, last]) }
      }
      var total: Int64 = 0
      for bound in LengthClass.bounds {
        total += count(String(bound))
        exposition.sample(
          "\(name)_bucket", [("kind", kind.rawValue), ("le", Self.bound(bound))], total)
      }
      total += count("more")
      exposition.sample("\(name)_bucket", [("kind", kind.rawValue), ("le", "+Inf")], total)
      exposition.sample(
        "\(name)_sum", [("kind", kind.rawValue)], Exposition.seconds(count("sum")))
      exposition.sample("\(name)_count", [("kind", kind.rawValue)], total)
    }
  }

  /// A bound in seconds, as short as it is written.
  private static func bound(_ milliseconds: Int64) -> String {
    var text = Exposition.seconds(milliseconds)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? text + "0" : text
  }

  /// The figures of the source documents (`requirements.md` F4-31, F4-54); left out while there is
  /// nothing to divide by.
  private func writeKeyFigures(to exposition: inout Exposition) {
    func charges(_ states: [State]) -> Int64 {
      sum("operations") { words in
        words.first == Operation.Kind.charge.rawValue
          && states.contains { $0.rawValue == words.last }
      }
    }
    let paid = charges([.captured, .settled])
    let ended = paid + charges([.declined, .failed, .voided])
    exposition.family(
      "bursar_charge_success_ratio", .gauge, "Charges that took the money, of those that ended.")
    write(Exposition.share(paid, of: ended), "bursar_charge_success_ratio", to: &exposition)
    exposition.family(
      "bursar_dispute_ratio", .gauge, "Charges whose money is disputed, of those that took it.")
    write(Exposition.share(count(of: .disputed), of: paid), "bursar_dispute_ratio", to: &exposition)
    let hits = sum("calls") { $0.last == "hit" }
    let misses = sum("calls") { $0.last == "miss" }
    exposition.family(
      "bursar_duplicate_ratio", .gauge,
      "Repeated calls, of all calls that named a payment; none of them moved money again.")
    write(Exposition.share(hits, of: hits + misses), "bursar_duplicate_ratio", to: &exposition)
    let resolved = sum("resolution") { $0.last != "sum" }
    let milliseconds = sum("resolution") { $0.last == "sum" }
    exposition.family(
      "bursar_reconciliation_seconds", .gauge, "How long an outcome was unknown, on average.")
    let mean = resolved > 0 ? Exposition.seconds(milliseconds / resolved) : nil
    write(mean, "bursar_reconciliation_seconds", to: &exposition)
  }

  private func write(_ value: String?, _ name: String, to exposition: inout Exposition) {
    if let value { exposition.sample(name, [], value) }
  }
}
