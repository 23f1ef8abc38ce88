import Payments
import Testing

@testable import Ledger

/// Books held against themselves.
@Suite struct ContradictionTests {
  let scratch = Scratch()

  private func ledger() throws(LedgerError) -> Ledger {
    try Ledger(path: scratch("ledger.db"))
  }

  private func found(_ ledger: inout Ledger) throws(LedgerError) -> [String] {
    try ledger.read { books throws(LedgerError) in try books.contradictions().map(\.words) }
  }

  /// A charge that was captured, a refund of half of it, one held, one that failed.
  private func written() throws(LedgerError) -> Ledger {
    var ledger = try ledger()
    let paid = try ledger.add(charge("op_1"))
    try ledger.change(paid) {
      $0.state = .captured
      $0.processorReference = "pi_1"
    }
    try ledger.add(charge("op_2", reference: "INV-2"))
    let failed = try ledger.add(charge("op_3", reference: "INV-3"))
    try ledger.change(failed) { $0.state = .failed }
    let refund = try ledger.add(refund("op_4", of: "op_1", amount: 2500))
    try ledger.change(refund) { $0.state = .refunded }
    return ledger
  }

  private func refund(_ id: String, of charge: String, amount: Int64) -> Payments.Operation {
    let paid = Ledger.charge(amount)
    return Payments.Operation(
      id: OperationID(id), kind: .refund, namespace: "acme", reference: "CN-\(id)",
      terms: Terms(
        customer: "cus_1", money: paid, paymentMethod: nil, description: nil,
        charge: OperationID(charge)),
      run: "run-2", task: nil, step: nil, checkpoint: nil, state: .validated,
      processorReference: nil, round: 0, confirmation: 0, next: .refund, due: at(1000),
      attempt: nil, tries: 0, attempts: 0, unknownSince: nil, firstSent: nil, code: nil,
      detail: nil, deadLetter: nil, owner: nil, livemode: false, created: at(1000),
      updated: at(1000), policy: "00ff", rule: nil, version: 0)
  }

  @Test func soundBooksContradictNothing() throws {
    var ledger = try written()
    #expect(try found(&ledger) == [])
    try ledger.commit { books throws(LedgerError) in try books.freezeContradictions(at: at(9)) }
    #expect(try ledger.read { books throws(LedgerError) in try books.freezes() }.isEmpty)
  }

  @Test(arguments: [
    ("UPDATE held SET amount = 1 WHERE scope LIKE '%|run|acme|run-1'", "charge|USD|run|acme|run-1"),
    ("DELETE FROM held WHERE scope LIKE '%|customer|%'", "charge|USD|customer|acme|cus_1"),
    ("INSERT INTO held VALUES ('charge|EUR|run|acme|x', 5, 1)", "charge|EUR|run|acme|x"),
    (
      "UPDATE exposure SET amount = amount - 1 WHERE width = 0 AND scope LIKE 'charge%namespace%'",
      "charge|USD|namespace|acme"
    ),
    (
      "UPDATE exposure SET amount = 2501 WHERE width = 0 AND scope LIKE 'returned%|run|%'",
      "charge|USD|run|acme|run-1"
    ),
  ]) func aSumThatIsNotTheOperationsIsFound(damage: String, scope: String) throws {
    var ledger = try written()
    try ledger.books.connection.run(damage)
    #expect(try found(&ledger) == ["exposure_contradicts \(scope)"])
  }

  @Test func moreRefundedThanCapturedAndTwoOfOneObjectAreFound() throws {
    var ledger = try written()
    let second = try ledger.add(refund("op_5", of: "op_1", amount: 2501))
    try ledger.change(second) { $0.state = .refunded }
    let twin = try ledger.add(charge("op_6", reference: "INV-6"))
    try ledger.change(twin) {
      $0.state = .captured
      $0.processorReference = "pi_1"
    }
    #expect(try found(&ledger) == ["moved_twice op_6", "over_refunded op_1"])
  }

  @Test func aReleaseOfMoreThanIsHeldIsRecordedAndFreezes() throws {
    var ledger = try ledger()
    let held = try ledger.add(charge("op_1"))
    try ledger.books.connection.run("UPDATE held SET amount = 4999 WHERE scope LIKE '%|run|%'")
    let violations = try ledger.commit { books throws(LedgerError) in
      var after = held
      after.state = .captured
      _ = try books.write(Transition(before: held, after: after, reason: "captured"), at: at(2000))
      return books.violations
    }
    #expect(violations.map(\.kind) == [.exposure])
    let scope = Scope.run("run-1", in: "acme", .charge, Currency("USD")!)
    let (operation, exposure, freezes) = try ledger.read { books throws(LedgerError) in
      (
        try books.operation(held.id), try books.exposure(of: scope, since: nil),
        try books.freezes()
      )
    }
    #expect(operation?.state == .captured)
    #expect(exposure == Exposure(amount: 5000, count: 1))
    #expect(freezes.map(\.extent) == [.namespace("acme")])
    #expect(freezes.first?.isAutomatic == true)
    #expect(try ledger.commit { books throws(LedgerError) in books.violations }.isEmpty)
  }

  @Test func aFreezeOfTheNamespaceCatchesEveryDemandInIt() throws {
    var ledger = try ledger()
    try ledger.commit { books throws(LedgerError) in
      try books.freeze(Freeze(.namespace("acme"), why: "w", at: at(1)))
      try books.freeze(Freeze(.run("run-1", namespace: "acme"), why: "narrow", at: at(1)))
    }
    func caught(_ namespace: String) throws(LedgerError) -> Freeze? {
      try ledger.read { books throws(LedgerError) in
        try books.freeze(
          of: Demand(
            kind: .charge, namespace: namespace, run: "run-1", customer: "c",
            money: Money(1, Currency("USD")!)))
      }
    }
    #expect(try caught("acme")?.why == "w")
    #expect(try caught("other") == nil)
    #expect(Freeze.Extent(text: "namespace|acme") == .namespace("acme"))
    #expect(Freeze.Extent(text: "namespace") == nil)
  }
}

extension Ledger {
  fileprivate static func charge(_ amount: Int64) -> Money { Money(amount, Currency("USD")!) }
}
