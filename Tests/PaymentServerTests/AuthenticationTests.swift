import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// Charges that wait for the customer at the processor (`processors.md` §2.3, S04).
@Suite struct AuthenticationTests {
  private static let method = #","payment_method":"pm_1""#

  /// A shop whose processor wants the customer to do something; cancelling is up to the test.
  private func shop(_ cancelled: @escaping (inout Sandbox, Instant) -> Answer?) throws -> Shop {
    let shop = try Shop()
    shop.street = { request, sandbox, now in
      if request.path.hasSuffix("/cancel") { return cancelled(&sandbox, now) }
      guard request.path.hasSuffix("/confirm") || request.path.hasSuffix("pi_sandbox_000001"),
        let intent = sandbox.intents.first, intent.status == .requiresConfirmation
      else { return nil }
      let path = "/v1/payment_intents/\(intent.id)"
      let read = sandbox.answer(
        Request(method: .get, path: path, headers: [], body: []), at: now)
      let body = String(decoding: read.body, as: UTF8.self)
        .replacing("requires_confirmation", with: "requires_action")
      return .response(Response(status: 200, headers: [], body: Array(body.utf8)))
    }
    return shop
  }

  @Test func itIsCancelledAndTheModelIsToldInTheSameCall() throws {
    let shop = try shop { _, _ in nil }
    let told = try shop.charge("INV-1", 5000, Self.method)
    #expect(told["verdict"]?.string == "STOP")
    #expect(told["code"]?.string == "authentication_required")
    #expect(shop.sandbox.intents.map(\.status) == [.canceled])
    let ended = try shop.operation("INV-1")
    #expect(ended.state == .declined && ended.code == "authentication_required")
    #expect(try shop.exposure() == .zero)
    // The same again is told the same; another payment method gets an object of its own.
    let sent = shop.requests.count
    #expect(
      try shop.charge("INV-1", 5000, Self.method)["code"]?.string == "authentication_required")
    #expect(shop.requests.count == sent)
    let other = try shop.charge("INV-1", 5000, #","payment_method":"pm_card_visa""#)
    #expect(other["verdict"]?.string == "DONE")
    #expect(shop.sandbox.intents.map(\.status) == [.canceled, .succeeded])
  }

  @Test func itHoldsItsBudgetUntilTheCancellationIsCertain() throws {
    let shop = try shop { _, _ in .failure(TransportFailure(cause: .timeout, sent: true)) }
    #expect(try shop.charge("INV-1", 5000, Self.method)["code"]?.string == "outcome_unknown")
    shop.pass(.seconds(3600))
    let waiting = try shop.operation("INV-1")
    #expect(waiting.state == .authorised && waiting.code == "authentication_required")
    #expect(try shop.exposure() == Exposure(amount: 5000, count: 1))
    // The customer came after all.
    shop.street = { _, _, _ in nil }
    try shop.post("/v1/payment_intents/pi_sandbox_000001/confirm", "off_session=true")
    shop.pass(.seconds(120))
    #expect(try shop.operation("INV-1").state == .captured)
  }
}
