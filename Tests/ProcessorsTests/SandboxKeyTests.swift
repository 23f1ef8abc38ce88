import JSON
import Payments
import Processors
import Testing

private let create = "/v1/payment_intents"

@Suite struct SandboxKeyTests {
  @Test func aRepeatedRequestGetsTheStoredAnswer() throws {
    var customer = Customer()
    let first = customer.post(create, usd, key: "k")
    let again = customer.post(create, "customer=cus_1&currency=usd&amount=1099", key: "k")
    #expect(first.body == again.body)
    #expect(again.headers.contains(Header("Idempotent-Replayed", "true")))
    #expect(again.headers.contains(Header("Request-Id", "req_sandbox_000002")))
    #expect(!first.headers.contains { $0.name == "Idempotent-Replayed" })
    #expect(customer.sandbox.intents.count == 1)
  }

  @Test func aReplayIsASnapshotAndNoRead() throws {
    var customer = Customer()
    _ = customer.post(create, usd, key: "k")
    _ = customer.post("\(intentPath)/confirm", "off_session=true", key: "c")
    #expect(
      try customer.post(create, usd, key: "k").json["status"] == "requires_payment_method")
    #expect(try customer.get(intentPath).json["status"] == "succeeded")
  }

  @Test func aKeyIsForOneRequestInTheWholeAccount() throws {
    var customer = Customer()
    _ = customer.post(create, usd, key: "k")
    let other = customer.post(create, "\(usd)&payment_method=pm_1", key: "k")
    try expectError(other, 400)
    #expect(try other.json["error"]?["type"] == "idempotency_error")
    let elsewhere = customer.post("\(intentPath)/confirm", "off_session=true", key: "k")
    try expectError(elsewhere, 400)
    #expect(try elsewhere.json["error"]?["type"] == "idempotency_error")
    _ = customer.post(create, usd)
    _ = customer.post("\(intentPath)/cancel", "", key: "c")
    let neighbour = customer.post("/v1/payment_intents/pi_sandbox_000002/cancel", "", key: "c")
    #expect(try neighbour.json["error"]?["type"] == "idempotency_error")
    let broken = customer.post(create, "amount=x", key: "k")
    #expect(try broken.json["error"]?["type"] == "idempotency_error")
    #expect(customer.sandbox.intents.map(\.status) == [.canceled, .requiresPaymentMethod])
    #expect(customer.sandbox.intents.flatMap(\.charges) == [])
  }

  @Test func declinesAreStored() throws {
    var customer = Customer()
    _ = customer.post(create, "\(usd)&payment_method=pm_card_chargeDeclined")
    let first = customer.post("\(intentPath)/confirm", "off_session=true", key: "c")
    let again = customer.post("\(intentPath)/confirm", "off_session=true", key: "c")
    #expect(first.status == 402 && again.status == 402)
    #expect(first.body == again.body)
    #expect(again.headers.contains(Header("Idempotent-Replayed", "true")))
    #expect(customer.sandbox.intents[0].charges.count == 1)
  }

  @Test func refusedParametersAreNotStored() throws {
    var customer = Customer()
    try expectError(
      customer.post(create, "\(usd)&description=x", key: "k"), 400, code: "parameter_unknown",
      param: "description")
    #expect(customer.post(create, usd, key: "k").status == 200)
    try expectError(
      customer.post("\(intentPath)/confirm", "payment_method=pm_card_x", key: "c"), 400,
      code: "resource_missing", param: "payment_method")
    #expect(customer.post("\(intentPath)/confirm", "off_session=true", key: "c").status == 200)
  }

  @Test func aStoredServerErrorIsReplayedThoughTheMoneyMoved() throws {
    var customer = Customer()
    _ = customer.post(create, usd)
    let request = posting("\(intentPath)/confirm", "off_session=true", key: "c")
    guard case .underway(let ticket) = customer.sandbox.begin(request, at: noon) else {
      Issue.record("A first request is executed.")
      return
    }
    let failed = customer.sandbox.complete(ticket, as: .serverError(effect: true), at: noon)
    #expect(failed.status == 500)
    #expect(customer.sandbox.intents[0].amountReceived == 1099)
    let again = customer.sandbox.answer(request, at: noon)
    #expect(again.status == 500)
    #expect(again.headers.contains(Header("Idempotent-Replayed", "true")))
    let found = Stripe.dialect().finding(sampleInstruction(.confirm), .response(again))
    #expect(found == unknown("server_error", .lookUp))
  }

  @Test func aServerErrorMayAlsoHaveHadNoEffect() {
    var customer = Customer()
    let request = posting(create, usd, key: "k")
    guard case .underway(let ticket) = customer.sandbox.begin(request, at: noon) else {
      Issue.record("A first request is executed.")
      return
    }
    let failed = customer.sandbox.complete(ticket, as: .serverError(effect: false), at: noon)
    #expect(failed.status == 500)
    #expect(customer.sandbox.intents.isEmpty)
  }

  @Test func aKeyIsInUseUntilItsRequestIsAnswered() throws {
    var customer = Customer()
    let request = posting(create, usd, key: "k")
    guard case .underway(let ticket) = customer.sandbox.begin(request, at: noon) else {
      Issue.record("A first request is executed.")
      return
    }
    try expectError(customer.post(create, usd, key: "k"), 409, code: "idempotency_key_in_use")
    #expect(customer.post(create, usd, key: "other").status == 200)
    #expect(customer.sandbox.complete(ticket, at: noon).status == 200)
    #expect(customer.post(create, usd, key: "k").status == 200)
    #expect(customer.sandbox.intents.count == 2)
  }

  @Test func afterADayAKeyIsForgottenAndTheRequestIsANewOne() {
    var customer = Customer()
    let charge = "\(usd)&confirm=true&off_session=true"
    _ = customer.post(create, charge, key: "k")
    customer.now = noon.advanced(by: .seconds(24 * 3600 - 1))
    _ = customer.post(create, charge, key: "k")
    #expect(customer.sandbox.intents.count == 1)
    customer.now = noon.advanced(by: .seconds(24 * 3600))
    _ = customer.post(create, charge, key: "k")
    #expect(customer.sandbox.intents.count == 2)
  }

  @Test func manyKeysAreForgottenInTheEnd() {
    var customer = Customer()
    for day in 0..<3 {
      customer.now = noon.advanced(by: .seconds(day * 48 * 3600))
      for number in 0..<1500 {
        _ = customer.post(create, usd, key: "k\(number)")
      }
    }
    #expect(customer.sandbox.intents.count == 4500)
    _ = customer.post(create, usd, key: "k1499")
    #expect(customer.sandbox.intents.count == 4500)
  }

  @Test func aReadTakesNoKey() {
    var customer = Customer()
    _ = customer.post(create, usd, key: "k")
    let read = Request(
      method: .get, path: intentPath, headers: [Header("Idempotency-Key", "k")], body: [])
    #expect(customer.sandbox.answer(read, at: noon).status == 200)
  }
}
