import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A wall clock that was ahead, and was corrected (`reliability.md`, Decisions 9).
@Suite struct ClockTests {
  private static let hour = Duration.seconds(3600)

  /// A key that was sent while the clock was two days ahead is a day old and looks new: it is not
  /// sent again, because the processor has forgotten it and would give back a second time.
  @Test func aKeyOfUnknownAgeIsNotSentAgain() throws {
    let shop = try Shop(
      #"{"processor": {"backoff": "30s"}, "respondWithin": "1s", "caps": [\#(Shop.wide)]}"#)
    let start = shop.now
    try shop.charge("INV-1", 5000)
    var sent = 0
    shop.street = { request, sandbox, now in
      guard request.path == "/v1/refunds", request.method == .post else { return nil }
      sent += 1
      if sent == 1 { _ = sandbox.answer(request, at: now) }
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    shop.now = start.advanced(by: Self.hour * 48)
    #expect(try shop.refund("R-1", of: "INV-1", 300)["verdict"]?.string == "PENDING")
    shop.restart()
    shop.now = start.advanced(by: Self.hour * 25)
    shop.pass(Self.hour)
    #expect(sent == 1)
    #expect(try shop.operation("R-1", .refund).state == .refunded)
    #expect(shop.sandbox.refunds.map(\.money.amount) == [300])
  }

  /// Whoever pays while the books are ahead of the clock is served as ever.
  @Test func whatIsNewIsPaidWhileTheBooksAreAhead() throws {
    let shop = try Shop()
    let start = shop.now
    shop.now = start.advanced(by: Self.hour * 72)
    try shop.charge("INV-1", 5000)
    shop.restart()
    shop.now = start
    for number in 2...4 {
      let invoice = "INV-\(number)"
      #expect(try shop.charge(invoice, 5000)["code"]?.string == "captured")
      #expect(try shop.refund("R-\(number)", of: invoice, 300)["code"]?.string == "refunded")
      shop.restart()
    }
    #expect(shop.sandbox.intents.map(\.amountReceived) == [5000, 5000, 5000, 5000])
  }

  /// A clock that jumps ahead does not make time pass at the processor: a refund that was lost on
  /// its way and may still arrive is not taken for one that never will.
  @Test func aJumpAheadIsNoQuiescence() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    var late: Request?
    shop.street = { request, _, _ in
      guard request.path == "/v1/refunds", request.method == .post else { return nil }
      late = request
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    try shop.refund("R-1", of: "INV-1", 300)
    shop.pass(.seconds(5))
    shop.now = shop.now.advanced(by: Self.hour)
    shop.pass(.seconds(180))
    #expect(try shop.operation("R-1", .refund).state == .validated)
    let request = try #require(late)
    _ = shop.sandbox.answer(request, at: shop.now)
    shop.pass(.seconds(120))
    #expect(try shop.operation("R-1", .refund).state == .refunded)
  }

  /// What never arrives is known not to have happened when that time is over.
  @Test func whatNeverArrivesIsGivenUpAfterQuiescence() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    shop.street = { request, _, _ in
      request.path == "/v1/refunds" && request.method == .post
        ? .failure(TransportFailure(cause: .timeout, sent: true)) : nil
    }
    try shop.refund("R-1", of: "INV-1", 300)
    shop.pass(.seconds(590))
    #expect(try shop.operation("R-1", .refund).state == .validated)
    shop.pass(.seconds(90))
    let refund = try shop.operation("R-1", .refund)
    #expect(refund.state == .failed && refund.code == "not_executed")
  }

  /// A charge that was settled a moment ago was made days ago: an equal one is no repetition.
  @Test func settlingMakesNoChargeNewAgain() throws {
    let shop = try Shop(#"{"caps": [\#(Shop.wide)]}"#)
    let made = shop.now
    try shop.charge("INV-1", 5000)
    shop.pass(Self.hour * 100)
    #expect(try shop.reconcile().tally?.settled == 1)
    #expect(try shop.charge("HOSTING-7", 5000)["verdict"]?.string == "DONE")
    let repeated = try shop.charge("INV-1", 5000)["message"]?.string ?? ""
    #expect(repeated.contains("Already done at \(timestamp(made))"), "\(repeated)")
  }
}
