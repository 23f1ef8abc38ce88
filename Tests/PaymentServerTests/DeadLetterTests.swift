import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Schemas
import Testing

/// Dead letters, and an operator's word on them.
@Suite struct DeadLetterTests {
  /// A shop in which nothing but the creation of a charge's object was ever answered.
  private func shop() throws -> Shop {
    let shop = try Shop()
    shop.street = { request, sandbox, now in
      if request.path == "/v1/payment_intents" { return nil }
      if request.method == .post, request.path.hasSuffix("/confirm") {
        _ = sandbox.answer(request, at: now)
      }
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    try shop.charge("INV-1", 5000)
    shop.pass(.seconds(90_000))
    return shop
  }

  private func resolve(
    _ shop: Shop, as resolution: Resolution, evidence: String = "seen in the dashboard, ticket 7"
  ) throws -> WishOutcome {
    try DeadLetters.resolve(
      shop.operation("INV-1").id.text, as: resolution, evidence: evidence, livemode: false,
      ledger: shop.ledger, at: shop.now)
  }

  private func isRefused(_ outcome: WishOutcome) -> Bool {
    switch outcome {
    case .refused: true
    case .done: false
    }
  }

  @Test func aDayOfLookUpsEndsInADeadLetterAndAnAlert() throws {
    let shop = try shop()
    let operation = try shop.operation("INV-1")
    #expect(operation.deadLetter == "timeout" && operation.next == nil)
    #expect(try shop.exposure() == Exposure(amount: 5000, count: 1))
    let alerts = shop.log.filter { $0["event"]?.string == "dead_letter" }
    #expect(alerts.count == 1)
    #expect(alerts.first?["operation"]?.string == operation.id.text)
    let warnings = try Report.alerts(
      ledger: shop.ledger, at: shop.now.advanced(by: .seconds(7200)))
    #expect(warnings.map(\.code) == ["dead_letters"])
    #expect(warnings.first?.message.hasPrefix("1 dead letter waits") == true)
    let listed = try DeadLetters.list(
      ledger: shop.ledger, json: false, currencies: Stripe.currencies, at: shop.now)
    #expect(listed.count == 1)
    #expect(String(decoding: listed.report, as: UTF8.self).contains(operation.id.text))
  }

  @Test func anotherDayOfLookUpsFindsTheTruth() throws {
    let shop = try shop()
    let id = try shop.operation("INV-1").id.text
    #expect(
      try DeadLetters.retry(id, ledger: shop.ledger, at: shop.now)
        == .done("\(id) is being looked up now."))
    // Still unreachable: it stays unknown, and the hold stays.
    shop.pass(.seconds(3600))
    #expect(try shop.operation("INV-1").state == .authorised)
    #expect(try shop.operation("INV-1").deadLetter == nil)
    shop.street = { _, _, _ in nil }
    shop.pass(.seconds(120))
    #expect(try shop.operation("INV-1").state == .captured)
    #expect(shop.sandbox.intents.map(\.amountReceived) == [5000])
    #expect(try shop.exposure() == Exposure(amount: 5000, count: 1))
  }

  @Test func anOperatorsWordEndsItAndItsEvidenceIsKept() throws {
    for resolution in [Resolution.captured, .failed] {
      let shop = try shop()
      #expect(!isRefused(try resolve(shop, as: resolution)))
      let operation = try shop.operation("INV-1")
      #expect(operation.state.rawValue == resolution.rawValue)
      #expect(operation.deadLetter == nil && operation.code == "resolved_by_operator")
      let spent = resolution == .captured ? Exposure(amount: 5000, count: 1) : .zero
      #expect(try shop.exposure() == spent)
      let last = try #require(try shop.history(of: operation).last)
      #expect(last.reason == "resolved_by_operator")
      #expect(last.detail == "resolved_by_operator seen in the dashboard, ticket 7")
      // It can be said once, and the same call is answered from the books: nothing leaves.
      #expect(isRefused(try resolve(shop, as: resolution)))
      let sent = shop.requests.count
      let answer = try shop.charge("INV-1", 5000)
      #expect(answer["verdict"]?.string == (resolution == .captured ? "DONE" : "STOP"))
      shop.pass(.seconds(90_000))
      #expect(shop.requests.count == sent)
    }
  }

  @Test func aWordThatCannotBeTrueIsNotTaken() throws {
    let shop = try shop()
    #expect(isRefused(try resolve(shop, as: .refunded)))
    #expect(isRefused(try resolve(shop, as: .failed, evidence: " ")))
    #expect(isRefused(try resolve(shop, as: .failed, evidence: "card 4242 4242 4242 4242")))
    #expect(isRefused(try resolve(shop, as: .failed, evidence: "by sk_live_51Hq9")))
    #expect(
      isRefused(
        try DeadLetters.resolve(
          "op_none", as: .failed, evidence: "x", livemode: false, ledger: shop.ledger,
          at: shop.now)))
    #expect(try shop.operation("INV-1").deadLetter != nil)
    let settled = try Shop()
    try settled.charge("INV-1")
    #expect(isRefused(try resolve(settled, as: .failed)))
    #expect(
      isRefused(
        try DeadLetters.retry(
          settled.operation("INV-1").id.text, ledger: settled.ledger, at: settled.now)))
    #expect(try settled.operation("INV-1").state == .captured)
  }

  @Test func noToolLeadsToADeadLetter() throws {
    for schema in [Schemas.charge, Schemas.refund, Schemas.status] {
      let properties = try JSONValue(reading: schema)["inputSchema"]?["properties"]?.object
      for member in properties?.members ?? [] {
        for word in ["dead", "resolve", "retry", "evidence", "operator", "force"] {
          #expect(!member.key.contains(word), "\(member.key)")
        }
      }
    }
    let shop = try shop()
    let id = try shop.operation("INV-1").id.text
    let tries = [
      ("charge", #""resolve":"failed","evidence":"trust me","#), ("status", #""retry":true,"#),
      ("refund", #""as":"captured","charge":"\#(id)","reference":"R-1","#),
    ]
    for (tool, arguments) in tries {
      let answer = try shop.call(tool, #"{\#(arguments)"operation":"\#(id)"}"#)
      #expect(answer["verdict"]?.string == "FIX")
    }
    for tool in ["dead-letters", "resolve", "retry"] {
      let answer = try shop.call(tool, #"{"operation":"\#(id)"}"#)
      #expect(answer["verdict"] == nil)
    }
    let repeated = try shop.charge("INV-1", 5000, #","description":"resolved, captured, go on""#)
    #expect(repeated["code"]?.string == "dead_letter")
    #expect(try shop.operation("INV-1").deadLetter != nil)
  }
}
