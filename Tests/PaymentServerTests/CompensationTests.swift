import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// Money that was taken for a charge after it was given up.
@Suite struct CompensationTests {
  private static func rules(_ more: String) -> String {
    #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(Shop.wide)]\#(more)}"#
  }

  /// A shop in which INV-1 of 50.00 was declared failed by a person, and was captured after all.
  private func shop(_ more: String) throws -> Shop {
    let shop = try Shop(Self.rules(more))
    let executed = try shop.object(for: Planting.id("INV-1"), amount: 5000)
    try shop.record("INV-1") {
      $0.terms.money = Money(5000, $0.terms.money.currency)
      $0.processorReference = executed
      $0.state = .failed
      $0.code = "resolved_by_operator"
    }
    return shop
  }

  private func refund(_ shop: Shop) throws -> Payments.Operation? {
    let charge = try shop.operation("INV-1").id
    var books = try Ledger(path: shop.ledger)
    return try books.read { (books: borrowing Books) throws(LedgerError) in
      try books.refunds(of: charge).first
    }
  }

  @Test func byDefaultItIsReportedAndNobodyChargesAgain() throws {
    let shop = try shop("")
    #expect(try shop.reconcile().found == ["executed pi_sandbox_000001"])
    #expect(try refund(shop) == nil)
    let status = try shop.call("status", #"{"reference":"INV-1"}"#)
    #expect(status["code"]?.string == "executed_after_all")
    #expect(
      status["executed_after_all"]?["processor_reference"]?.string == "pi_sandbox_000001")
    #expect(status["message"]?.string?.contains("No money moved") == false)
    let sent = shop.requests.count
    #expect(try shop.charge("INV-1", 5000)["code"]?.string == "executed_after_all")
    #expect(shop.requests.count == sent)
  }

  @Test func byPolicyItIsGivenBackOnceHoweverOftenItIsFound() throws {
    let shop = try shop(#", "orphans": "refund", "tools": ["charge"]"#)
    for _ in 1...3 { #expect(try shop.reconcile().tally?.discrepancies == 1) }
    let waiting = try #require(try refund(shop))
    #expect(waiting.state == .validated && waiting.reference == "orphan:pi_sandbox_000001")
    // Nobody was at work until now; whoever comes next goes on with it.
    shop.pass(.seconds(5))
    #expect(try refund(shop)?.state == .refunded)
    #expect(shop.sandbox.refunds.map(\.money.amount) == [5000])
    let status = try shop.call("status", #"{"reference":"INV-1"}"#)
    #expect(status["message"]?.string?.contains("It was given back.") == true)
    shop.pass(.seconds(3600))
    let last = try shop.reconcile()
    #expect(last.tally?.discrepancies == 0)
    #expect(shop.sandbox.refunds.count == 1)
    #expect(try shop.operation("INV-1").state == .failed)
    #expect(try shop.exposure() == .zero)
    try expectNothingFrozen(shop)
  }

  /// Giving an orphan back is no contradiction: nobody has to be stopped for it.
  private func expectNothingFrozen(_ shop: Shop) throws {
    var books = try Ledger(path: shop.ledger)
    let found = try books.commit { (books: inout Books) throws(LedgerError) in
      try books.freezeContradictions(at: shop.now)
      return (try books.freezes(), try books.contradictions())
    }
    #expect(found.0.isEmpty && found.1.isEmpty, "\(found)")
  }

  @Test func aSecondObjectThatIsGivenBackGivesNoBudgetBack() throws {
    let more = #""orphans": "refund", "refunds": {"restoreBudget": true}"#
    let shop = try Shop(
      #"{\#(more), "caps": [\#(cap("day", "namespace", "60.00", #", "window": "day""#))]}"#)
    try shop.charge("INV-1", 5000)
    _ = try shop.object(for: Planting.id("INV-1"), amount: 5000)
    shop.pass(.seconds(3600))
    _ = try shop.reconcile()
    shop.pass(.seconds(5))
    #expect(shop.sandbox.intents.map(\.amountRefunded) == [0, 5000])
    // 50.00 are spent still: the cap has room for 10.00 and not for more.
    #expect(try shop.charge("INV-2", 1001)["code"]?.string == "spend_cap_exceeded")
    #expect(try shop.charge("INV-3", 1000)["verdict"]?.string == "DONE")
    try expectNothingFrozen(shop)
  }

  @Test func theRefundOfAnOrphanWhoseAnswerIsLostIsSentOnce() throws {
    let shop = try shop(#", "orphans": "refund""#)
    _ = try shop.reconcile()
    var losses = 2
    shop.street = { request, sandbox, now in
      guard request.path == "/v1/refunds", request.method == .post, losses > 0 else { return nil }
      losses -= 1
      _ = sandbox.answer(request, at: now)
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    shop.pass(.seconds(600))
    #expect(try refund(shop)?.state == .refunded)
    #expect(shop.sandbox.refunds.count == 1)
  }

  @Test func theCapsOnRefundsHold() throws {
    let narrow = #", "orphans": "refund", "refunds": {"caps": [\#(cap("r", "run", "49.99"))]}"#
    let shop = try shop(narrow)
    let first = try shop.reconcile()
    #expect(first.found == ["executed pi_sandbox_000001"])
    let refused = first.log.filter { $0["event"]?.string == "orphan_refused" }
    #expect(refused.map { $0["rule"]?.string } == ["cap r"])
    shop.pass(.seconds(600))
    #expect(try refund(shop) == nil && shop.sandbox.refunds.isEmpty)
  }

  @Test func aFreezeHoldsItBackUntilItIsThawed() throws {
    let shop = try shop(#", "orphans": "refund""#)
    try Freezing.freeze(Freeze(.all, why: "a test", at: shop.now), ledger: shop.ledger)
    _ = try shop.reconcile()
    #expect(try refund(shop) == nil)
    _ = try Freezing.thaw(Freeze(.all, why: "", at: shop.now), ledger: shop.ledger)
    _ = try shop.reconcile()
    shop.pass(.seconds(5))
    #expect(try refund(shop)?.state == .refunded)
  }

  @Test func aSecondObjectIsGivenBackAndTheFirstStays() throws {
    let shop = try Shop(Self.rules(#", "orphans": "refund""#))
    try shop.charge("INV-1", 5000)
    let second = try shop.object(for: Planting.id("INV-1"), amount: 5000)
    shop.pass(.seconds(3600))
    #expect(try shop.reconcile().found == ["second_object \(second)"])
    shop.pass(.seconds(5))
    #expect(shop.sandbox.intents.map(\.amountRefunded) == [0, 5000])
    #expect(try shop.reconcile().tally?.discrepancies == 0)
    // All of the first can still be given back by whoever has reason to.
    #expect(try shop.refund("R-1", of: "INV-1", 5000)["verdict"]?.string == "DONE")
    #expect(shop.sandbox.intents.map(\.amountRefunded) == [5000, 5000])
    try expectNothingFrozen(shop)
  }

  @Test func anAgentThatTookTheReferenceFirstGainsNothing() throws {
    let shop = try shop(#", "orphans": "refund""#)
    try shop.charge("INV-2", 5000)
    let taken = try shop.refund("orphan:pi_sandbox_000001", of: "INV-2", 100)
    #expect(taken["verdict"]?.string == "DONE")
    _ = try shop.reconcile()
    shop.pass(.seconds(60))
    // It is reported still: a person has to look.
    #expect(try shop.reconcile().tally?.discrepancies == 1)
    #expect(shop.sandbox.intents.map(\.amountRefunded) == [0, 100])
  }

  @Test func whatWasOnlyRefusedHereIsSomebodyElsesAndStays() throws {
    let shop = try Shop(
      #"{"orphans": "refund", "caps": [\#(cap("day", "namespace", "10.00", #", "window": "day""#))]}"#
    )
    #expect(try shop.charge("INV-1", 5000)["code"]?.string == "spend_cap_exceeded")
    let theirs = try shop.object(for: Planting.id("INV-1"), amount: 5000)
    shop.pass(.seconds(3600))
    #expect(try shop.reconcile().found == ["missing_here \(theirs)"])
    shop.pass(.seconds(60))
    #expect(try refund(shop) == nil && shop.sandbox.refunds.isEmpty)
    let repeated = try shop.charge("INV-1", 5000)
    #expect(repeated["code"]?.string == "spend_cap_exceeded")
  }
}
