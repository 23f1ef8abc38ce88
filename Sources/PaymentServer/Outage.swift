import JSON
import Ledger
import MCP
import Payments

/// What is said and done while the books cannot be written. Nothing is lost, nothing is sent.
extension Desk {
  /// How long one step waits for somebody else's writing to end: what needs no books is not
  /// answered meanwhile. Longer waits are made of steps.
  static let patience = Duration.milliseconds(250)

  /// Tries again soon. While somebody else writes in the books calls wait for them, but no longer
  /// than any call waits; in every other trouble they are told at once.
  mutating func withoutBooks(_ error: LedgerError, at reading: Instant) {
    let now = reading.advanced(by: ahead)
    answerWhoWaitedInVain(now)
    switch error {
    case .busy, .conflict:
      if busySince == nil { complain(of: error) }
      let since = busySince ?? now
      busySince = since
      let limit = setting.policy.inForce?.respondWithin ?? .zero
      if since.duration(to: now) < limit, calls.count <= Self.waitingCalls {
        wake = now
        return
      }
    case .full, .damaged, .unusable:
      busySince = nil
      complain(of: error)
    }
    for call in calls { answer(call, texts.verdict(on: error)) }
    calls = []
    wake = now.advanced(by: .seconds(1))
  }

  private mutating func complain(of error: LedgerError) {
    log("ledger", [("error", .string(error.code)), ("reason", .string(error.reason))])
  }

  /// A call whose time is up is told what was known when it began to wait; the truth comes later.
  private mutating func answerWhoWaitedInVain(_ now: Instant) {
    let asked = waiting
    waiting = []
    for waiter in asked {
      guard waiter.deadline <= now else {
        waiting.append(waiter)
        continue
      }
      let count = polls[waiter.operation, default: 0] + 1
      polls[waiter.operation] = count
      let verdict = texts.verdict(on: waiter.known, waiter.occasion, polls: count, at: now)
      answer(waiter.call, verdict, about: waiter.known)
    }
  }
}
