import Payments
import Testing

@testable import Ledger

@Suite struct ReadingTests {
  let scratch = Scratch()

  private func names(_ operations: [Payments.Operation]) -> [String] { operations.map(\.id.text) }

  private func names(_ steps: [Step]) -> [String] { steps.map(\.operation.text) }

  @Test func operationsAreFoundByWhatTheyAreAskedFor() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge("op_c", reference: "A", created: at(3)) { $0.task = "t" })
    try ledger.add(charge("op_b", reference: "A", created: at(1)) { $0.run = "run-2" })
    try ledger.add(
      charge("op_a", reference: "A", created: at(3)) {
        $0.terms.charge = OperationID("op_b")
        $0.task = "t"
      })
    try ledger.add(charge("op_d", reference: "a", created: at(2)))
    try ledger.read { books throws(LedgerError) in
      let reference = try books.operations(reference: "A", namespace: "acme")
      #expect(names(reference) == ["op_b", "op_a", "op_c"])
      #expect(try books.operations(reference: "A", namespace: "other").isEmpty)
      let run = try books.steps(run: "run-1", namespace: "acme", limit: 2)
      #expect(names(run) == ["op_c", "op_a"])
      #expect(names(try books.steps(task: "t", namespace: "acme", limit: 9)) == ["op_c", "op_a"])
      #expect(names(try books.steps(task: "t", namespace: "acme", limit: 1)) == ["op_a"])
      #expect(names(try books.refunds(of: OperationID("op_b"))) == ["op_a"])
      #expect(names(try books.operations(newest: 3)) == ["op_d", "op_a", "op_c"])
      #expect(try books.operation(OperationID("op_z")) == nil)
    }
  }

  @Test func whatIsDueComesInTheOrderItIsDue() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge("op_b") { $0.due = at(20) })
    try ledger.add(charge("op_a") { $0.due = at(20) })
    try ledger.add(charge("op_c") { $0.due = at(10) })
    try ledger.add(charge("op_later") { $0.due = at(21) })
    try ledger.add(
      charge("op_rest") {
        $0.next = nil
        $0.due = nil
      })
    try ledger.read { books throws(LedgerError) in
      #expect(try books.nextDue(in: nil) == at(10))
      #expect(names(try books.due(at: at(20), in: nil, limit: 9)) == ["op_c", "op_a", "op_b"])
      #expect(names(try books.due(at: at(20), in: nil, limit: 2)) == ["op_c", "op_a"])
      #expect(names(try books.due(at: at(19), in: nil, limit: 9)) == ["op_c"])
      #expect(try books.due(at: at(9), in: nil, limit: 9).isEmpty)
      #expect(try books.due(at: at(20), in: "acme", limit: 9).count == 3)
      #expect(try books.due(at: at(20), in: "other", limit: 9).isEmpty)
      #expect(try books.nextDue(in: "other") == nil)
      #expect(try books.pendingCount() == 4)
    }
  }

  @Test func newBooksAreEmpty() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.read { books throws(LedgerError) in
      #expect(try books.nextDue(in: nil) == nil)
      #expect(try books.pendingCount() == 0)
      #expect(try books.latest() == nil)
      #expect(try books.run("run-1", namespace: "acme") == nil)
      #expect(try books.exposure(of: .calls(run: "r", in: "n"), since: nil) == .zero)
      #expect(try books.attempts(of: OperationID("op_1")).isEmpty)
    }
  }

  @Test func attemptsComeBackByteForByte() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    try ledger.add(charge())
    let bytes = Request(
      method: .get, path: "/v1?a=%00", headers: [], body: Array(UInt8.min...UInt8.max))
    let silent = Attempt(
      operation: OperationID("op_1"), number: 2, instruction: .findRefund, key: nil,
      request: bytes, started: at(5), owner: 7)
    try ledger.commit { books throws(LedgerError) in
      try books.begin(attempt(1))
      try books.begin(silent)
      try books.begin(attempt(3))
      try books.begin(attempt(4, key: "b1_other"))
    }
    try ledger.finish(2, outcome: "unknown", status: nil)
    let over = Attempt(
      operation: OperationID("op_1"), number: 2, instruction: .findRefund, key: nil,
      request: bytes, started: at(5), owner: 7, finished: at(3000), outcome: "unknown")
    let id = OperationID("op_1")
    try ledger.read { books throws(LedgerError) in
      let all = try books.attempts(of: id)
      #expect(all == [attempt(1), over, attempt(3), attempt(4, key: "b1_other")])
      #expect(try books.attempt(2, of: id) == over)
      #expect(try books.attempt(5, of: id) == nil)
      #expect(try books.lastAttempt(of: id, key: "b1_abc") == attempt(3))
      #expect(try books.lastAttempt(of: id, key: "b1") == nil)
    }
  }

  @Test func aRunRemembersItsFirstCallItsLastAndItsStops() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    for (moment, stop) in [(5, false), (9, true), (7, true)] {
      try ledger.commit { books throws(LedgerError) in
        try books.note(run: "r", namespace: "n", at: at(Int64(moment)), stop: stop)
      }
    }
    let run = try ledger.read { books throws(LedgerError) in
      #expect(try books.run("r", namespace: "other") == nil)
      return try books.run("r", namespace: "n")
    }
    #expect(run == Run(firstSeen: at(5), lastCall: at(9), stops: 2))
  }

  @Test func theClockMarkNeverGoesBack() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    var marks: [Instant?] = []
    for moment: Int64 in [-5, 10, 9, 10, 11, 3] {
      try ledger.commit { books throws(LedgerError) in try books.mark(at(moment), at: at(moment)) }
      marks.append(try ledger.read { books throws(LedgerError) in try books.latest() })
    }
    #expect(marks == [at(-5), at(10), at(10), at(10), at(11), at(11)])
  }
}
