import Ledger
import Payments
import Testing

/// Which charge another one is taken for.
@Suite struct LookalikeTests {
  let scratch = Scratch()
  let candidate = charge("op_new", reference: "order-9", created: at(700_000))

  /// What `candidate` is taken for in books with these operations, by a window of ten minutes.
  private func found(
    _ candidate: Operation, among operations: [Operation]
  ) throws -> (OperationID, Resemblance)? {
    var ledger = try Ledger(path: scratch("ledger.db"))
    for operation in operations { try ledger.add(operation, at: operation.created) }
    return try ledger.read { books throws(LedgerError) in
      try books.lookalike(of: candidate, since: at(100_000)).map {
        ($0.operation.id, $0.resemblance)
      }
    }
  }

  @Test(arguments: [Int64(100_000), 100_001]) func theWindowOpensAfterItsBeginning(
    _ moved: Int64
  ) throws {
    let old = charge(created: at(moved)) {
      $0.state = .captured; $0.next = nil; $0.due = nil
    }
    let (id, why) = try found(candidate, among: [old]) ?? (OperationID("none"), .reference)
    #expect(id == OperationID(moved > 100_000 ? "op_1" : "none"))
    #expect(why == (moved > 100_000 ? .amount : .reference))
  }

  @Test func whatIsHeldCountsHoweverOldItIs() throws {
    let old = charge(created: at(1)) { $0.state = .authorised }
    #expect(try found(candidate, among: [old])?.0 == OperationID("op_1"))
  }

  @Test(arguments: [State.denied, .declined, .failed, .voided])
  func whatMovedNothingResemblesNothing(_ state: State) throws {
    let other = charge(reference: "order-9-retry", created: at(600_000)) {
      $0.state = state
      $0.next = nil
      $0.due = nil
    }
    #expect(try found(candidate, among: [other]) == nil)
  }

  @Test func otherCustomersCurrenciesAmountsAndNamespacesDoNotResemble() throws {
    let others = [
      charge("op_1") { $0.terms.customer = "cus_2" },
      charge("op_2") { $0.terms.money = Money(5000, Currency("EUR")!) },
      charge("op_3", amount: 5001),
      charge("op_4", reference: "order-8", amount: 1),
    ]
    #expect(try found(candidate, among: others) == nil)
    #expect(try found(candidate, among: [candidate]) == nil)
  }

  @Test func aReferenceResemblesForEverAndTheNewestIsNamed() throws {
    let drifted = charge("op_1", reference: "ORDER_9", amount: 1) {
      $0.state = .captured
      $0.next = nil
      $0.due = nil
    }
    let newer = charge("op_2", reference: "x", created: at(2000))
    #expect(try found(candidate, among: [drifted])?.1 == .reference)
    #expect(try found(candidate, among: [newer])?.0 == OperationID("op_2"))
  }
}
