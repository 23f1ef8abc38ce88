import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// Refunds that succeeded and failed weeks later (`processors.md` §2.6).
@Suite struct BounceTests {
  private static let day = Duration.seconds(86_400)
  private static let refundCap =
    #", "refunds": {"caps": [\#(cap("back", "namespace", "10.00", #", "window": "day""#))]}"#

  private static func rules(_ more: String = "") -> String {
    #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(Shop.wide)]\#(more)}"#
  }

  /// A charge of 30.00, of which 10.00 were given back days ago.
  private func shop(_ more: String = "", days: Int64 = 10) throws -> Shop {
    let shop = try Shop(Self.rules(more))
    try shop.charge("INV-1", 3000)
    #expect(try shop.refund("R-1", of: "INV-1", 1000)["verdict"]?.string == "DONE")
    shop.pass(.seconds(days * 86_400))
    return shop
  }

  private func bounce(_ shop: Shop) {
    shop.sandbox.bounce(refund: "re_sandbox_000001")
  }

  /// What refunds spent since then, and what they gave back of their charges' exposure.
  private func spent(_ shop: Shop, since: Duration?) throws -> (Exposure, returned: Int64) {
    let dollar = try #require(Currency("USD"))
    let start = since.map { shop.now.advanced(by: .zero - $0) }
    var books = try Ledger(path: shop.ledger)
    return try books.read { (books: borrowing Books) throws(LedgerError) in
      let charges = Scope.namespace("default", .charge, dollar)
      return (
        try books.exposure(of: .namespace("default", .refund, dollar), since: start),
        try books.exposure(of: charges.returned, since: start).amount
      )
    }
  }

  @Test func whatBouncedIsFailedAndMayBeGivenBackOnceMore() throws {
    let shop = try shop()
    bounce(shop)
    let first = try shop.reconcile()
    #expect(first.tally?.bounced == 1 && first.tally?.discrepancies == 0)
    #expect(first.log.contains { $0["reason"]?.string == "refund_failed" })
    let failed = try shop.operation("R-1", .refund)
    #expect(failed.state == .failed && failed.code == "refund_failed")
    let last = try #require(try shop.history(of: failed).last)
    #expect(last.from == .refunded && last.to == .failed)
    #expect(last.detail == "refund_failed statement")

    let told = try shop.refund("R-1", of: "INV-1", 1000)
    #expect(told["verdict"]?.string == "STOP" && told["code"]?.string == "refund_failed")
    #expect(try shop.refund("R-2", of: "INV-1", 3000)["verdict"]?.string == "DONE")
    // Nothing is left, and the bounced one is still said to have failed.
    #expect(try shop.refund("R-1", of: "INV-1", 1000)["code"]?.string == "refund_failed")
    #expect(try shop.refund("R-3", of: "INV-1", 1)["code"]?.string == "nothing_to_refund")
    shop.pass(.seconds(3600))
    let second = try shop.reconcile()
    #expect(second.tally?.bounced == 0 && second.tally?.discrepancies == 0)
  }

  @Test func aChargeMayOrMayNotCountWhatBounced() throws {
    let shop = try shop()
    bounce(shop)
    _ = try shop.reconcile()
    shop.pass(.seconds(3600))
    for (sum, found) in [(0, []), (1000, []), (400, ["refunds pi_sandbox_000001"])] {
      shop.street = { request, sandbox, now in
        let response = sandbox.answer(request, at: now)
        let body = String(decoding: response.body, as: UTF8.self)
          .replacing(#""amount_refunded":0"#, with: #""amount_refunded":\#(sum)"#)
        return .response(Response(status: 200, headers: [], body: Array(body.utf8)))
      }
      #expect(try shop.reconcile().found == found)
    }
  }

  @Test func itIsTakenOutWhereItWasBooked() throws {
    let shop = try shop()
    let (booked, returned) = try spent(shop, since: Self.day * 11)
    #expect(booked == Exposure(amount: 1000, count: 1) && returned == 1000)
    bounce(shop)
    _ = try shop.reconcile()
    for since in [nil, Self.day, Self.day * 11] {
      let (now, returned) = try spent(shop, since: since)
      #expect(now == .zero && returned == 0)
    }
    var books = try Ledger(path: shop.ledger)
    let contradictions = try books.read { (books: borrowing Books) throws(LedgerError) in
      try books.contradictions()
    }
    #expect(contradictions.isEmpty)
  }

  @Test func todaysCapIsNotRaisedAndASimulationSaysTheSame() throws {
    let shop = try shop(Self.refundCap)
    bounce(shop)
    _ = try shop.reconcile()
    #expect(try shop.refund("R-2", of: "INV-1", 1000)["verdict"]?.string == "DONE")
    let third = try shop.refund("R-3", of: "INV-1", 500)
    #expect(third["code"]?.string == "spend_cap_exceeded")
    let policy = try accepted(Self.rules(Self.refundCap))
    var books = try Ledger(path: shop.ledger)
    let simulation = try books.read { (books: borrowing Books) throws(LedgerError) in
      try PolicySimulation(policy, of: books, since: nil)
    }
    #expect(simulation.trials.map(\.now) == [nil, nil, nil, "cap back"])
  }

  @Test func whatIsAboutSomethingElseIsReportedAndNotRewritten() throws {
    let shop = try shop()
    let intent = try shop.operation("INV-1").processorReference ?? ""
    let other = try shop.givenBack(intent, 500, for: Planting.id("R-OTHER", .refund))
    let said = try shop.givenBack(intent, 1000, for: Planting.id("R-SAID", .refund))
    try shop.record("R-OTHER", .refund) { $0.processorReference = other }
    try shop.record("R-SAID", .refund) {
      $0.processorReference = said
      $0.code = "resolved_by_operator"
    }
    for name in [other, said] { shop.sandbox.bounce(refund: name) }
    shop.pass(.seconds(3600))
    let found = try shop.reconcile()
    #expect(found.found == ["state \(other)", "state \(said)"] && found.tally?.bounced == 0)
    #expect(try shop.operation("R-OTHER", .refund).state == .refunded)
    #expect(try shop.operation("R-SAID", .refund).state == .refunded)
  }

  @Test func aLookFarBackFindsItAndANearOneDoesNotReadThatFar() throws {
    let shop = try shop(days: 34)
    bounce(shop)
    #expect(try shop.reconcile(since: Self.day * 3).tally?.compared == 0)
    #expect(try shop.operation("R-1", .refund).state == .refunded)
    let far = try shop.reconcile(since: Self.day * 3, refunds: Reconciliation.bounces)
    #expect(far.tally?.compared == 1 && far.tally?.bounced == 1)
    #expect(try shop.operation("R-1", .refund).state == .failed)
  }

  @Test func whatIsMissingOrMendedFarBackIsFoundByTheFarLookOnly() throws {
    let shop = try shop(days: 0)
    let gone = try shop.record("R-GONE", .refund) { $0.processorReference = "re_sandbox_000002" }
    let paid = try shop.record("GONE") { $0.processorReference = "pi_gone" }
    shop.pass(Self.day * 20)
    let near = { try shop.reconcile(since: Self.day * 3) }
    let far = { try shop.reconcile(since: Self.day * 3, refunds: Reconciliation.bounces) }
    #expect(try near().found == [])
    #expect(try far().found == ["missing_there \(gone.id.text)"])
    #expect(try shop.reconcile().found == ["missing_there \(paid.id.text)"])
    // It was there all the time; and of the charge a far look knows nothing.
    let back = shop.now
    shop.now = back.advanced(by: .zero - Self.day * 20)
    let intent = try shop.operation("INV-1").processorReference ?? ""
    #expect(try shop.givenBack(intent, 1000, for: gone.id.text) == "re_sandbox_000002")
    shop.now = back.advanced(by: .seconds(3600))
    func known() throws -> Int {
      var count = 0
      try shop.tamper { books throws(LedgerError) in count = try books.discrepancyCount() }
      return count
    }
    _ = try near()
    #expect(try known() == 2)
    _ = try far()
    #expect(try known() == 1)
  }
}
