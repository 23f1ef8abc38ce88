import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// What webhooks say, and what is made of it.
@Suite struct HintTests {
  /// A box, because the watch is not copyable.
  private final class Watch {
    var value: HintWatch
    let shop: Shop
    var log: [JSONValue] = []

    init(_ shop: Shop) throws {
      guard case .accepted(let policy) = shop.setting.policy else { throw LedgerError.busy }
      value = HintWatch(shop.setting, policy)
      self.shop = shop
    }

    func take(_ id: String, _ reference: String?) throws -> HintWatch.Reception {
      let kind: Payments.Operation.Kind = reference?.hasPrefix("re_") == true ? .refund : .charge
      return try value.take(Hint(id: id, kind: kind, reference: reference), at: shop.now)
    }

    /// Reads whatever can be read now.
    func work() throws {
      var inputs: [Input] = [.tick]
      while !inputs.isEmpty {
        let outputs = value.step(inputs, at: shop.now)
        inputs = []
        for output in outputs {
          switch output {
          case .line, .deliver: break
          case .log(let line): log.append(try JSONValue(reading: line))
          case .send(let dispatch):
            inputs.append(.answer(dispatch.id, shop.answer(dispatch.request)))
          }
        }
      }
    }
  }

  /// A shop with a charge whose confirmation was executed and never answered.
  private func shop() throws -> Shop {
    let shop = try Shop()
    shop.street = { request, sandbox, now in
      if request.path == "/v1/payment_intents" { return nil }
      if request.path.hasSuffix("/confirm") { _ = sandbox.answer(request, at: now) }
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    try shop.charge("INV-1", 5000)
    shop.pass(.seconds(30))
    shop.street = { _, _, _ in nil }
    return shop
  }

  @Test func aHintLeadsToAReadAndTheReadDecides() throws {
    let shop = try shop()
    let watch = try Watch(shop)
    #expect(try watch.take("evt_1", "pi_sandbox_000001") == .taken)
    #expect(try watch.take("evt_1", "pi_sandbox_000001") == .known)
    try watch.work()
    #expect(try shop.operation("INV-1").state == .captured)
    let reads = shop.requests.suffix(1).map(\.path)
    #expect(reads.first?.hasPrefix("/v1/payment_intents/pi_sandbox_000001?expand") == true)
    let wake = watch.value.wake
    #expect(wake == nil)
    // The same event again, and nothing is read again.
    #expect(try watch.take("evt_1", "pi_sandbox_000001") == .known)
    let sent = shop.requests.count
    try watch.work()
    #expect(shop.requests.count == sent)
  }

  @Test func whateverAnEventClaimsNothingIsBelieved() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000, #","payment_method":"pm_card_chargeDeclined""#)
    shop.pass(.seconds(3600))
    let watch = try Watch(shop)
    for (number, reference) in ["pi_sandbox_000001", "pi_none", "re_none"].enumerated() {
      #expect(try watch.take("evt_\(number)", reference) == .taken)
    }
    #expect(try watch.take("evt_9", nil) == .unrelated)
    try watch.work()
    #expect(try shop.operation("INV-1").state == .declined)
    #expect(watch.log.count { $0["event"]?.string == "hint" } == 3)
    #expect(watch.log.allSatisfy { $0["discrepancies"]?.integer ?? 0 == 0 })
  }

  @Test func availableFundsAreSettledByAHint() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    let watch = try Watch(shop)
    _ = try watch.take("evt_1", "pi_sandbox_000001")
    try watch.work()
    #expect(try shop.operation("INV-1").state == .captured)
    shop.pass(.seconds(2 * 86_400))
    _ = try watch.take("evt_2", "pi_sandbox_000001")
    try watch.work()
    #expect(try shop.operation("INV-1").state == .settled)
  }

  @Test func aDisputeIsFoundByAHintAndChangesNothing() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    shop.pass(.seconds(3600))
    let held = try shop.exposure()
    shop.sandbox.dispute(intent: "pi_sandbox_000001")
    let watch = try Watch(shop)
    _ = try watch.take("evt_1", "pi_sandbox_000001")
    try watch.work()
    let told = try #require(watch.log.first { $0["event"]?.string == "discrepancy" })
    #expect(told["kind"]?.string == "disputed" && told["processor"]?.string == "disputed")
    #expect(told["books"]?.string == "moved 5000 USD")
    #expect(try shop.operation("INV-1").state == .captured)
    #expect(try shop.exposure() == held)
  }

  @Test func aRefundThatBouncedIsFoundByAHintHoweverYoung() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    try shop.refund("R-1", of: "INV-1", 5000)
    let watch = try Watch(shop)
    _ = try watch.take("evt_1", "re_sandbox_000001")
    try watch.work()
    #expect(try shop.operation("R-1", .refund).state == .refunded)
    shop.sandbox.bounce(refund: "re_sandbox_000001")
    _ = try watch.take("evt_2", "re_sandbox_000001")
    try watch.work()
    #expect(try shop.operation("R-1", .refund).state == .failed)
    #expect(watch.log.contains { $0["reason"]?.string == "refund_failed" })
  }

  @Test func aHintOutlivesTheProgramThatTookIt() throws {
    let shop = try shop()
    #expect(try Watch(shop).take("evt_1", "pi_sandbox_000001") == .taken)
    // It died before it could read; the next one does.
    let next = try Watch(shop)
    try next.work()
    #expect(try shop.operation("INV-1").state == .captured)
  }

  @Test func whatCannotBeReadNowIsReadLater() throws {
    let shop = try shop()
    shop.street = { _, _, _ in .response(Response(status: 503, headers: [], body: [])) }
    let watch = try Watch(shop)
    _ = try watch.take("evt_1", "pi_sandbox_000001")
    for _ in 1...20 {
      try watch.work()
      let woken = watch.value.wake
      let wake = try #require(woken)
      #expect(shop.now.duration(to: wake) <= .seconds(60))
      shop.now = max(shop.now, wake)
    }
    shop.street = { _, _, _ in nil }
    try watch.work()
    #expect(try shop.operation("INV-1").state == .captured)
  }

  @Test func anObjectThatMayNotBeReadHoldsUpNoOther() throws {
    let shop = try shop()
    shop.street = { request, _, _ in
      request.path.hasPrefix("/v1/refunds/")
        ? .response(Response(status: 403, headers: [], body: Array(#"{"error":{}}"#.utf8))) : nil
    }
    let watch = try Watch(shop)
    _ = try watch.take("evt_1", "re_sandbox_000077")
    _ = try watch.take("evt_2", "pi_sandbox_000001")
    try watch.work()
    #expect(try shop.operation("INV-1").state == .captured)
    let asked = shop.requests.count { $0.path.hasPrefix("/v1/refunds/") }
    #expect(asked == 1)
    // It is not lost: it is asked for again an hour later, and then known.
    let woken = watch.value.wake
    shop.now = try #require(woken)
    shop.street = { _, _, _ in nil }
    try watch.work()
    #expect(shop.requests.count { $0.path.hasPrefix("/v1/refunds/") } == 2)
    let rest = watch.value.wake
    #expect(rest == nil)
  }
}
