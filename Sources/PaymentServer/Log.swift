import JSON
import Ledger
import Payments

/// What the operator's log is told: one JSON line per decision, stable words, no text of an
/// argument.
extension Desk {
  mutating func log(_ event: String, _ members: [(String, JSONValue)]) {
    outputs.append(logLine(event, members, stamp))
  }

  /// A change to the books.
  mutating func report(_ operation: Operation, _ reason: String) {
    log("transition", transitionMembers(operation, reason))
  }

  /// A dead letter, the moment it becomes one: a person has to look.
  mutating func alert(_ operation: Operation) {
    guard let why = operation.deadLetter else { return }
    log(
      "dead_letter",
      [
        ("operation", .string(operation.id.text)), ("why", .string(why)),
        ("look", .string("bursar dead-letters show \(operation.id.text)")),
      ])
  }

  /// A rule about money that is broken, and what follows.
  mutating func report(_ violation: Violation) {
    hasWritten = true
    log(
      "violation",
      [
        ("rule", .string(violation.kind.rawValue)), ("subject", .string(violation.subject)),
        ("frozen", .string(violation.namespace)),
      ])
  }

  /// A cap that is nearly used up: told, and written down in the same transaction as what used it.
  mutating func warn(
    _ usage: CapUsage, _ operation: Operation, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    let facts: [(String, JSONValue)] = [
      ("cap", .string(usage.cap.name)), ("used", .integer(usage.used.amount)),
      ("of", .integer(usage.cap.amount.amount)),
      ("currency", .string(usage.cap.amount.currency.code)),
      ("operation", .string(operation.id.text)),
    ]
    log(Reason.capWarning, facts)
    let detail = JSONValue.object(JSONObject(facts)).canonical
    try books.record(Reason.capWarning, detail: String(decoding: detail, as: UTF8.self), at: now)
  }
}

/// One line of the operator's log.
func logLine(_ event: String, _ members: [(String, JSONValue)], at now: Instant) -> Output {
  logLine(event, members, timestamp(now))
}

/// One line of the operator's log, its time as text.
func logLine(_ event: String, _ members: [(String, JSONValue)], _ stamp: String) -> Output {
  let head: [(String, JSONValue)] = [("at", .string(stamp)), ("event", .string(event))]
  var line = JSONValue.object(JSONObject(head + members)).compact
  line.append(UInt8(ascii: "\n"))
  return .log(line)
}

/// What the log says of a change to an operation.
func transitionMembers(_ operation: Operation, _ reason: String) -> [(String, JSONValue)] {
  [
    ("operation", .string(operation.id.text)), ("state", .string(operation.state.rawValue)),
    ("reason", .string(reason)), ("attempt", .integer(Int64(operation.attempts))),
  ]
}

extension LedgerError {
  /// The stable word for it.
  var code: String {
    switch self {
    case .busy: "ledger_busy"
    case .full: "ledger_full"
    case .damaged: "ledger_damaged"
    case .unusable: "ledger_unusable"
    case .conflict: "ledger_conflict"
    }
  }
}

extension Texts {
  /// What a call is told when the books could not be written.
  func verdict(on error: LedgerError) -> Verdict {
    switch error {
    case .busy, .conflict: ledgerBusy
    case .full: ledgerBroken(error.code, "it cannot be written")
    case .damaged: ledgerBroken(error.code, "it is damaged or not a ledger")
    case .unusable: ledgerBroken(error.code, "it cannot be opened")
    }
  }
}

extension Finding {
  /// The stable word under which an attempt's outcome is recorded.
  var word: String {
    switch self {
    case .created: "created"
    case .captured: "captured"
    case .processing: "processing"
    case .unauthenticated: "unauthenticated"
    case .declined: "declined"
    case .voided: "voided"
    case .refunded: "refunded"
    case .submitted: "submitted"
    case .refundFailed: "refund_failed"
    case .absent: "absent"
    case .rejected(let refusal): "rejected:\(refusal.code)"
    case .misconfigured(let refusal): "misconfigured:\(refusal.code)"
    case .blocked(let refusal): "blocked:\(refusal.code)"
    case .deferred: "deferred"
    case .notSent(let cause): "not_sent:\(cause.rawValue)"
    case .throttled: "throttled"
    case .inProgress: "in_progress"
    case .unknown(let doubt): "unknown:\(doubt.reason)"
    }
  }
}
