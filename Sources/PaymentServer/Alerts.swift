import JSON
public import Ledger
public import Payments

extension Report {
  /// The most discrepancies one report lists.
  static let listedDiscrepancies = 1000

  /// What is wrong with a policy because of what its ledger holds, as a mistake of the policy; nil
  /// when nothing is.
  public static func mistake(
    of policy: Policy, ledger path: String
  ) throws(LedgerError) -> PolicyMistake? {
    guard Ledger.exists(at: path) else { return nil }
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try policy.environmentMistake(in: books)
    }
  }

  /// What a person has to look at, as the books stand: for `bursar check`.
  public static func alerts(
    ledger path: String, at now: Instant
  ) throws(LedgerError) -> [PolicyWarning] {
    guard Ledger.exists(at: path) else { return [] }
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      var alerts: [PolicyWarning] = []
      if let oldest = try books.deadLetters(limit: 1).first {
        let count = try books.deadLetterCount()
        alerts.append(
          PolicyWarning(
            code: "dead_letters",
            message: "\(count) dead letter\(count == 1 ? " waits" : "s wait") for a person, the "
              + "oldest for \(DeadLetters.age(since: oldest.updated, at: now)); see bursar dead-letters."
          ))
      }
      let differences = try books.discrepancyCount()
      if differences > 0 {
        let noun = differences == 1 ? "discrepancy is" : "discrepancies are"
        alerts.append(
          PolicyWarning(
            code: "discrepancies",
            message: "\(differences) \(noun) known between the books and the processor; see bursar "
              + "reconcile."))
      }
      return try alerts + unavailable(books, at: now) + givenUp(books)
    }
  }

  /// How long after the last doubt it is still said that the processor made no sense.
  private static let recent = Duration.seconds(600)

  /// That nothing new is begun, because the processor made no sense a moment ago.
  private static func unavailable(
    _ books: borrowing Books, at now: Instant
  ) throws(LedgerError) -> [PolicyWarning] {
    try books.openBreakers().filter { $0.breaker.last.duration(to: now) < recent }.map { open in
      PolicyWarning(
        code: "processor_unavailable",
        message: "The processor answered nothing that could be relied on, the last time at "
          + "\(timestamp(open.breaker.last)): in namespace \(quoted(open.namespace)) one new payment "
          + "is let through every \(Breaker.rest.milliseconds / 1000) s until one is answered.")
    }
  }

  /// That deliveries were given up; nothing when none was.
  private static func givenUp(_ books: borrowing Books) throws(LedgerError) -> [PolicyWarning] {
    let count = try books.undelivered().count
    if count == 0 { return [] }
    return [
      PolicyWarning(
        code: "given_up_deliveries",
        message: "\(count) \(count == 1 ? "delivery" : "deliveries") to a sink "
          + "\(count == 1 ? "was" : "were") given up; see bursar dead-letters.")
    ]
  }

  /// What a reconciliation found: a table for people, or one JSON object a line; what was counted
  /// stands last.
  public static func discrepancies(
    ledger path: String, seenSince: Instant, _ tally: ComparisonCount, json: Bool
  ) throws(LedgerError) -> [UInt8] {
    var found: [Discrepancy] = []
    if tally.discrepancies > 0 {
      var ledger = try Ledger(path: path)
      found = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.discrepancies(seenSince: seenSince, limit: listedDiscrepancies)
      }
    }
    if json {
      return lines(found.map(\.document) + [.object(JSONObject(tally.members))])
    }
    let rows = found.map { discrepancy in
      let document = discrepancy.document
      return [
        discrepancy.kind.rawValue, discrepancy.subject, discrepancy.operation?.text ?? "-",
        "books: \(quoted(document["books"]?.string ?? ""))",
        "processor: \(quoted(document["processor"]?.string ?? ""))",
        "since \(timestamp(discrepancy.found))",
      ]
    }
    var text = table(rows)
    if found.count < tally.discrepancies {
      text.append("and \(tally.discrepancies - found.count) more")
    }
    text.append(tally.sentence)
    return Array((text.joined(separator: "\n") + "\n").utf8)
  }
}

extension Discrepancy {
  /// What is known of it, as one object.
  var document: JSONValue {
    var members = JSONObject()
    do throws(JSONError) {
      if let detail = try JSONValue(reading: Array(detail.utf8)).object { members = detail }
    } catch {
      members["detail"] = .string(detail)
    }
    members["found"] = .string(timestamp(found))
    return .object(members)
  }
}

extension ComparisonCount {
  /// What was counted, as a sentence.
  fileprivate var sentence: String {
    let left = young == 0 ? "" : ", \(young) left for next time"
    let others = foreign == 0 ? "" : ", \(foreign) of others"
    return "Compared \(compared) objects of the processor's list\(others): \(resolved) resolved, "
      + "\(settled) settled, \(discrepancies) discrepancies\(left)."
  }
}
