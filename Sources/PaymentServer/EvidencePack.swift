import JSON
public import Ledger
public import Payments

/// `bursar audit export`: everything the books hold about one operation, for whoever has to be
/// shown what happened: a bank in a dispute, an auditor, the customer.
extension Report {
  /// One JSON document, or nil when there is no such operation. Keys and names of means of payment
  /// are left out wherever they stand; of the processor's answers the books keep the HTTP status
  /// and what it proved.
  public static func evidence(
    ledger path: String, id: String, at now: Instant
  ) throws(LedgerError) -> [UInt8]? {
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) -> [UInt8]? in
      guard let operation = try books.operation(OperationID(id)) else { return nil }
      var pack = JSONObject([
        ("format", "bursar.evidence.1"), ("exported", .string(timestamp(now))),
        ("operation", .object(entry(operation))),
        ("outcome", .string(operation.outcome.rawValue)),
      ])
      let history = try books.history(of: operation.id)
      pack["timeline"] = .array(
        try history.map { (line) throws(LedgerError) in
          .object(try timelineEntry(line, books))
        })
      pack["policies"] = .array(try policies(in: books, judging: history))
      pack["attempts"] = .array(try books.attempts(of: operation.id).map { .object(evidence($0)) })
      let refunds = try books.refunds(of: operation.id)
      pack["refunds"] = .array(refunds.map { .object(entry($0)) })
      pack["chain"] = .object(chain(try books.anchor(), history))
      return lines([redacted(.object(pack))])
    }
  }

  private static func timelineEntry(
    _ line: HistoryEntry, _ books: borrowing Books
  ) throws(LedgerError) -> JSONObject {
    var entry = JSONObject([
      ("sequence", .integer(line.sequence)), ("at", .string(timestamp(line.at))),
      ("at_ms", .integer(line.at.milliseconds)), ("reason", .string(line.reason)),
    ])
    if let version = line.version { entry["version"] = .integer(version) }
    if let from = line.from { entry["from"] = .string(from.rawValue) }
    if let to = line.to { entry["to"] = .string(to.rawValue) }
    if !line.detail.isEmpty { entry["detail"] = .string(line.detail) }
    if let text = try books.particulars(ofLine: line.sequence) {
      entry["particulars"] = document(text) ?? .string(text)
    }
    return entry
  }

  /// The policy in force when it was first judged, and each that came into force until its last
  /// change, as they were accepted.
  private static func policies(
    in books: borrowing Books, judging history: [HistoryEntry]
  ) throws(LedgerError) -> [JSONValue] {
    guard let first = history.first, let last = history.last else { return [] }
    let accepted = try books.policies(inForceFrom: first.sequence, until: last.sequence)
    return accepted.map { line in
      [
        "sequence": .integer(line.sequence), "at": .string(timestamp(line.at)),
        "accepted": document(line.detail) ?? .string(line.detail),
      ]
    }
  }

  private static func evidence(_ attempt: Attempt) -> JSONObject {
    var request = JSONObject([
      ("method", .string(attempt.request.method.rawValue)),
      ("path", .string(attempt.request.path)),
      (
        "headers",
        .array(
          attempt.request.headers.map { ["name": .string($0.name), "value": .string($0.value)] })
      ),
    ])
    if !attempt.request.body.isEmpty {
      request["body"] = .string(String(decoding: attempt.request.body, as: UTF8.self))
    }
    var entry = JSONObject([
      ("number", .integer(Int64(attempt.number))),
      ("instruction", .string(attempt.instruction.rawValue)),
      ("started", .string(timestamp(attempt.started))),
      ("started_ms", .integer(attempt.started.milliseconds)), ("request", .object(request)),
    ])
    if let key = attempt.key { entry["idempotency_key"] = .string(key) }
    guard let finished = attempt.finished else { return entry }
    entry["latency_ms"] = .integer(attempt.started.duration(to: finished).milliseconds)
    var answer = JSONObject()
    answer["proved"] = attempt.outcome.map { .string($0) }
    answer["status"] = attempt.status.map { .integer(Int64($0)) }
    entry["answer"] = .object(answer)
    return entry
  }

  /// Where the chain ends that all of this is tied to; `audit verify --head` checks against it.
  private static func chain(_ anchor: Anchor?, _ history: [HistoryEntry]) -> JSONObject {
    var chain = JSONObject()
    chain["head"] = anchor.map { .string($0.text) }
    chain["entries"] = .array(history.map { .integer($0.sequence) })
    return chain
  }

  private static func document(_ text: String) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(reading: Array(text.utf8))
    } catch {
      return nil
    }
  }
}

/// The value with every secret and every name of a means of payment replaced, wherever in a text it
/// stands.
func redacted(_ value: JSONValue) -> JSONValue {
  switch value {
  case .null, .bool, .number: value
  case .string(let text): .string(redacted(text))
  case .array(let items): .array(items.map { redacted($0) })
  case .object(let object):
    .object(JSONObject(object.members.map { (redacted($0.key), redacted($0.value)) }))
  }
}

private func redacted(_ text: String) -> String { redacted(text, isSecret) }

/// A text with every secret key in it replaced.
func withoutKeys(_ text: String) -> String {
  carriesKey(text) ? redacted(text) { carriesKey(String(decoding: $0, as: UTF8.self)) } : text
}

/// A text with the words replaced that are not to be told.
private func redacted(_ text: String, _ isSecret: ([UInt8]) -> Bool) -> String {
  var result: [UInt8] = []
  var word: [UInt8] = []
  func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
  func end() {
    result += isSecret(word) ? Array("[redacted]".utf8) : word
    word = []
  }
  for byte in text.utf8 {
    if isOfWord(byte) {
      word.append(byte)
    } else {
      end()
      result.append(byte)
    }
  }
  end()
  return String(decoding: result, as: UTF8.self)
}

/// Whether a word is a key of the processor or its name for a means of payment (`processors.md`).
private func isSecret(_ word: [UInt8]) -> Bool {
  let text = String(decoding: word, as: UTF8.self)
  if carriesKey(text) || text.contains("_secret_") { return true }
  // Some reasons for a decline begin like a card's name, which has digits in it.
  if text.hasPrefix("card_") {
    return word.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
  let prefixes = ["pm_", "tok_", "src_", "ba_", "pk_"]
  return prefixes.contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
}
