import Payments
import Testing

@testable import Ledger

/// What is kept in memory from one transaction to the next is what the books say, whoever wrote
/// them.
@Suite struct MemoryTests {
  let scratch = Scratch()
  private let scope = Scope.namespace("acme", .charge, Currency("USD")!)

  /// The operation and the exposure of its namespace as a transaction finds them.
  private func found(
    _ ledger: inout Ledger, at now: Instant = at(9000)
  ) throws -> (operation: Operation?, exposure: Exposure, lately: Exposure) {
    try ledger.commit { books throws(LedgerError) in
      (
        try books.operation(OperationID("op_1")), try books.exposure(of: scope, since: nil),
        try books.exposure(of: scope, since: now)
      )
    }
  }

  @Test func whatIsAtWorkIsNotReadAgain() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let written = try ledger.add(charge())
    #expect(ledger.books.known[written.id] == written)
    #expect(try found(&ledger).operation == written)
    #expect(ledger.books.known[written.id] == written)
    let done = try ledger.change(written) { $0.next = nil }
    #expect(ledger.books.known[written.id] == nil)
    #expect(try found(&ledger).operation == done)
  }

  @Test func whatAnotherProgramWroteIsFound() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second = try Ledger(path: scratch("ledger.db"))
    let written = try first.add(charge())
    let held = Exposure(amount: 5000, count: 1)
    #expect(try found(&first).exposure == held)

    let changed = try second.change(written) { $0.state = .captured }
    try second.add(charge("op_2", reference: "INV-2", amount: 700))
    let now = try found(&first)
    #expect(now.operation == changed)
    #expect(now.exposure == Exposure(amount: 5700, count: 2))
    #expect(now.lately == Exposure(amount: 5700, count: 2))

    // And what it adds goes on top of that.
    try first.change(changed, at: at(70_000)) { $0.state = .failed }
    #expect(try found(&second).exposure == Exposure(amount: 700, count: 1))
  }

  @Test func whatWasUndoneIsForgotten() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let written = try ledger.add(charge())
    let before = try found(&ledger)
    #expect(throws: LedgerError.busy) {
      try ledger.commit { books throws(LedgerError) in
        var after = written
        after.state = .captured
        _ = try books.write(
          Transition(before: written, after: after, reason: "captured"), at: at(9000))
        _ = try books.exposure(of: scope, since: at(9000))
        throw LedgerError.busy
      }
    }
    let after = try found(&ledger)
    #expect(after.operation == written)
    #expect(after.exposure == before.exposure)
    #expect(after.lately == before.lately)
  }

  @Test func aWindowOfEveryMinuteIsCountedAsTheBooksCountIt() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    for minute in 0..<30 {
      let now = at(Int64(minute) * 60_000 + 59_999)
      let added = try first.add(
        charge("op_\(minute)", reference: "INV-\(minute)", amount: 1 << Int64(minute)), at: now)
      try first.change(added, at: now) { ($0.state, $0.next) = (.captured, nil) }
      var fresh = try Ledger(path: scratch("ledger.db"))
      for back in [0, 1, 5, 29] {
        let since = at(Int64(minute - back) * 60_000)
        let kept = try first.commit { books throws(LedgerError) in
          try books.exposure(of: scope, since: since)
        }
        let read = try fresh.read { books throws(LedgerError) in
          try books.exposure(of: scope, since: since)
        }
        #expect(kept == read, "\(minute) \(back)")
      }
    }
  }
}
