import JSON
import Payments
import Processors
import Testing

let noon = Instant(milliseconds: 1_795_176_000_000)

/// A sandbox and someone who talks to it in plain words.
struct Customer {
  var sandbox = Sandbox()
  var now = noon

  mutating func post(_ path: String, _ body: String, key: String? = nil) -> Response {
    sandbox.answer(posting(path, body, key: key), at: now)
  }

  mutating func get(_ path: String) -> Response {
    sandbox.answer(Request(method: .get, path: path, headers: [], body: []), at: now)
  }
}

func posting(_ path: String, _ body: String, key: String? = nil) -> Request {
  var headers = [Header("content-type", "application/x-www-form-urlencoded; charset=utf-8")]
  if let key { headers.append(Header("Idempotency-Key", key)) }
  return Request(method: .post, path: path, headers: headers, body: Array(body.utf8))
}

let usd = "amount=1099&currency=usd&customer=cus_1"
let intentPath = "/v1/payment_intents/pi_sandbox_000001"

func expectError(
  _ response: Response, _ status: Int, code: String? = nil, param: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(response.status == status, sourceLocation: sourceLocation)
  let error = try #require(try response.json["error"], sourceLocation: sourceLocation)
  #expect(error["code"]?.string == code, sourceLocation: sourceLocation)
  #expect(error["param"]?.string == param, sourceLocation: sourceLocation)
}

@Suite struct SandboxTests {
  @Test func aCreationAnswersLikeStripe() {
    var customer = Customer()
    let request = Stripe.dialect().request(sampleInstruction(.create))
    let response = customer.sandbox.answer(request, at: noon)
    #expect(response.status == 200)
    #expect(
      response.headers == [
        Header("Content-Type", "application/json"),
        Header("Date", "Fri, 20 Nov 2026 12:00:00 GMT"),
        Header("Request-Id", "req_sandbox_000001"),
        Header("Idempotency-Key", "b1_key:create"),
        Header("Stripe-Version", "2026-10-28.endive"),
      ])
    #expect(
      String(decoding: response.body, as: UTF8.self) == """
        {"id":"pi_sandbox_000001","object":"payment_intent","amount":1099,"amount_received":0,\
        "capture_method":"automatic","client_secret":"pi_sandbox_000001_secret_sandbox",\
        "created":1795176000,"currency":"usd","customer":"cus_1","last_payment_error":null,\
        "latest_charge":null,"livemode":false,"metadata":{"bursar_operation":"op_1",\
        "bursar_namespace":"acme",\
        "bursar_reference":"INV-1","bursar_run":"run-1"},"next_action":null,\
        "payment_method":"pm_card_visa","status":"requires_confirmation"}
        """)
  }

  @Test func moneyMovesOnceAndOnlyWhenConfirmed() throws {
    var customer = Customer()
    _ = customer.post("/v1/payment_intents", usd)
    #expect(customer.sandbox.intents[0].amountReceived == 0)
    let paid = customer.post("\(intentPath)/confirm", "off_session=true")
    #expect(try paid.json["status"] == "succeeded")
    #expect(try paid.json["amount_received"] == 1099)
    let again = customer.post("\(intentPath)/confirm", "off_session=true")
    try expectError(again, 400, code: "payment_intent_unexpected_state")
    #expect(try again.json["error"]?["payment_intent"]?["status"] == "succeeded")
    #expect(customer.sandbox.intents[0].charges.count == 1)
    #expect(customer.sandbox.intents[0].amountReceived == 1099)
  }

  @Test func oneShotChargesWork() throws {
    var customer = Customer()
    let response = customer.post("/v1/payment_intents", "\(usd)&confirm=true&off_session=true")
    #expect(try response.json["status"] == "succeeded")
    #expect(customer.sandbox.intents[0].amountReceived == 1099)
    let refused = customer.post(
      "/v1/payment_intents",
      "\(usd)&payment_method=pm_card_chargeDeclined&confirm=true&off_session=true")
    try expectError(refused, 402, code: "card_declined")
    #expect(customer.sandbox.intents.count == 2)
  }

  @Test func aDeclinedObjectSurvivesForAnotherMethod() throws {
    var customer = Customer()
    let card = "pm_card_visa_chargeDeclinedInsufficientFunds"
    _ = customer.post("/v1/payment_intents", "\(usd)&payment_method=\(card)")
    let declined = customer.post("\(intentPath)/confirm", "off_session=true")
    try expectError(declined, 402, code: "card_declined")
    let error = try #require(try declined.json["error"])
    #expect(error["decline_code"] == "insufficient_funds")
    #expect(error["advice_code"] == "try_again_later")
    #expect(error["payment_intent"]?["status"] == "requires_payment_method")
    #expect(customer.sandbox.intents[0].amountReceived == 0)
    let paid = customer.post(
      "\(intentPath)/confirm", "payment_method=pm_card_mastercard&off_session=true")
    #expect(try paid.json["status"] == "succeeded")
    #expect(try paid.json["last_payment_error"] == .null)
    #expect(customer.sandbox.intents[0].charges.map(\.paid) == [false, true])
  }

  @Test(arguments: [
    ("chargeDeclined", "card_declined", "generic_decline"),
    ("visa_chargeDeclined", "card_declined", "generic_decline"),
    ("chargeCustomerFail", "card_declined", "generic_decline"),
    ("chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("authenticationRequired", "authentication_required", "authentication_required"),
  ])
  func stripesTestCardsDecline(card: String, code: String, decline: String) throws {
    var customer = Customer()
    _ = customer.post("/v1/payment_intents", "\(usd)&payment_method=pm_card_\(card)")
    let response = customer.post("\(intentPath)/confirm", "off_session=true")
    try expectError(response, 402, code: code)
    #expect(try response.json["error"]?["decline_code"]?.string == decline)
  }

  @Test func aCancelledObjectIsNeverPaid() throws {
    var customer = Customer()
    _ = customer.post("/v1/payment_intents", usd)
    #expect(try customer.post("\(intentPath)/cancel", "").json["status"] == "canceled")
    let late = customer.post("\(intentPath)/confirm", "off_session=true")
    try expectError(late, 400, code: "payment_intent_unexpected_state")
    try expectError(
      customer.post("\(intentPath)/cancel", ""), 400, code: "payment_intent_unexpected_state")
    #expect(customer.sandbox.intents[0].charges.isEmpty)
  }

  @Test func noMoreGoesBackThanCame() throws {
    var customer = Customer()
    let refund = "payment_intent=pi_sandbox_000001"
    _ = customer.post("/v1/payment_intents", usd)
    try expectError(
      customer.post("/v1/refunds", refund), 400, code: "charge_not_refundable",
      param: "payment_intent")
    _ = customer.post("\(intentPath)/confirm", "off_session=true")
    let part = customer.post("/v1/refunds", "\(refund)&amount=500&reason=duplicate")
    #expect(try part.json["status"] == "succeeded")
    #expect(try part.json["id"] == "re_sandbox_000001")
    #expect(try part.json["livemode"] == nil)
    try expectError(
      customer.post("/v1/refunds", "\(refund)&amount=600"), 400, param: "amount")
    #expect(try customer.post("/v1/refunds", refund).json["amount"] == 599)
    try expectError(
      customer.post("/v1/refunds", "\(refund)&amount=1"), 400, code: "charge_already_refunded")
    #expect(customer.sandbox.intents[0].amountRefunded == 1099)
    #expect(customer.sandbox.refunds.map(\.money.amount) == [500, 599])
  }

  @Test func listsComeNewestFirstInPages() throws {
    var customer = Customer()
    for index in 0..<5 {
      customer.now = noon.advanced(by: .seconds(index))
      _ = customer.post(
        "/v1/payment_intents", "amount=100&currency=eur&customer=cus_\(index % 2)")
    }
    func ids(_ response: Response) throws -> [String] {
      try #require(try response.json["data"]?.array).compactMap { $0["id"]?.string?.last }
        .map { String($0) }
    }
    let all = customer.get("/v1/payment_intents")
    #expect(try ids(all) == ["5", "4", "3", "2", "1"])
    #expect(try all.json["has_more"] == false)
    let mine = customer.get("/v1/payment_intents?customer=cus_0&limit=2")
    #expect(try ids(mine) == ["5", "3"])
    #expect(try mine.json["has_more"] == true)
    let rest = customer.get(
      "/v1/payment_intents?customer=cus_0&limit=2&starting_after=pi_sandbox_000003")
    #expect(try ids(rest) == ["1"])
    #expect(try rest.json["has_more"] == false)
    #expect(
      try ids(customer.get("/v1/payment_intents?created%5Bgte%5D=1795176003")) == ["5", "4"])
    try expectError(
      customer.get("/v1/payment_intents?limit=101"), 400, code: "parameter_invalid_integer",
      param: "limit")
  }

  @Test func theBooksAreOneReadableDocument() {
    var customer = Customer()
    _ = customer.post("/v1/payment_intents", "\(usd)&metadata[a]=b&confirm=true&off_session=true")
    _ = customer.post("/v1/refunds", "payment_intent=pi_sandbox_000001&amount=99")
    #expect(
      String(decoding: customer.sandbox.books().compact, as: UTF8.self) == """
        {"payment_intents":[{"id":"pi_sandbox_000001","status":"succeeded","amount":1099,\
        "currency":"USD","amount_received":1099,"amount_refunded":99,"customer":"cus_1",\
        "payment_method":null,"charges":1,"metadata":{"a":"b"},"created":1795176000}],\
        "refunds":[{"id":"re_sandbox_000001","payment_intent":"pi_sandbox_000001","amount":99,\
        "currency":"USD","reason":null,"metadata":{},"created":1795176000}]}
        """)
  }
}
