import JSON
import Ledger
import MCP
import Payments

/// What is said and done while the books cannot be written. Nothing is lost, nothing is sent.
extension Desk {
  /// How long somebody else has the books to himself between two tries of ours.
  static let breath = Duration.milliseconds(10)

  /// Tries again soon. While somebody else writes in the books calls wait for them, but no longer
  /// than any call waits; in every other trouble they are told at once. Who waits for an operation
  /// goes on waiting until the time is up.
  mutating func withoutBooks(_ error: LedgerError, at reading: Instant) {
    let now = reading.advanced(by: ahead)
    moment = now
    for waiter in waiting where waiter.deadline <= now {
      answer(waiter.call, texts.unreadable(waiter.operation), about: waiter.known)
    }
    waiting.removeAll { $0.deadline <= now }
    switch error {
    case .busy, .conflict:
      if busySince == nil { complain(of: error) }
      let since = busySince ?? now
      busySince = since
      let limit = rules.inForce?.respondWithin ?? .zero
      if since.duration(to: now) < limit, calls.count + questions.count <= Self.waitingCalls {
        wake = now.advanced(by: Self.breath)
        return
      }
    case .full, .damaged, .unusable:
      busySince = nil
      // What was undone may stand in the log, where a crash would find it: what is committed next
      // is written over it, if it writes anything.
      hasWritten = true
      complain(of: error)
    }
    for call in calls { answer(call, texts.verdict(on: error)) }
    for question in questions { refuse(question, texts.verdict(on: error).message) }
    calls = []
    questions = []
    wake = (waiting.map(\.deadline) + [now.advanced(by: .seconds(1))]).min()
  }

  /// Whether a call waits that only asks.
  var isAsked: Bool { calls.contains { $0.tool == "status" } }

  /// Answers what only asks from books that can be read and not written, at once.
  mutating func lookUp(
    in books: borrowing Books, at reading: Instant
  ) throws(LedgerError) {
    guard let policy = rules.inForce else { return }
    let now = try advance(reading, books.clock())
    moment = now
    let reader = ArgumentReader(
      schema: schemas.status, currencies: setting.dialect.profile.currencies)
    let asked = calls
    calls = []
    for call in asked {
      guard call.tool == "status", call.flaws.isEmpty, ArgumentReader.flood(call.arguments) == nil,
        case .sound(var arguments) = reader.status(call.arguments)
      else {
        calls.append(call)
        continue
      }
      arguments.wait = .zero
      try status(call, arguments, policy, books, now)
    }
  }

  private mutating func complain(of error: LedgerError) {
    log("ledger", [("error", .string(error.code)), ("reason", .string(error.reason))])
  }
}
