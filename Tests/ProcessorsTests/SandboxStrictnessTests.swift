import JSON
import Payments
import Processors
import Testing

@Suite struct SandboxStrictnessTests {
  @Test(
    arguments: [
      ("currency=usd", "parameter_missing", "amount"),
      ("amount=1099", "parameter_missing", "currency"),
      ("amount=10.99&currency=usd", "parameter_invalid_integer", "amount"),
      ("amount=-5&currency=usd", "parameter_invalid_integer", "amount"),
      ("amount=99999999999999999999&currency=usd", "parameter_invalid_integer", "amount"),
      ("amount=&currency=usd", "parameter_invalid_empty", "amount"),
      ("amount=49&currency=usd", "amount_too_small", "amount"),
      ("amount=100000000&currency=usd", "amount_too_large", "amount"),
      ("amount=150&currency=isk", "parameter_invalid_integer", "amount"),
      ("amount=1099&currency=zzz", nil, "currency"),
      ("amount=1099&amount=1&currency=usd", nil, "amount"),
      ("\(usd)&description=hello", "parameter_unknown", "description"),
      (
        "\(usd)&payment_method_types[]=card", "payment_method_types_no_longer_supported",
        "payment_method_types[]"
      ),
      ("\(usd)&off_session=true", "parameter_unknown", "off_session"),
      ("\(usd)&confirm=true", "parameter_missing", "return_url"),
      ("\(usd)&confirm=maybe", nil, "confirm"),
      ("\(usd)&payment_method=pm_card_unheard", "resource_missing", "payment_method"),
      ("\(usd)&payment_method=card_1", "resource_missing", "payment_method"),
      ("amount=1099&currency=usd&customer=cus_missing", "resource_missing", "customer"),
      ("amount=1099&currency=usd&customer=cus_", "resource_missing", "customer"),
      ("amount=1099&currency=usd&customer=someone", "resource_missing", "customer"),
      ("\(usd)&metadata=a", "parameter_unknown", "metadata"),
      ("\(usd)&metadata[a[b]]=c", "parameter_invalid", "metadata"),
      ("\(usd)&metadata[a]=c&metadata[a]=d", nil, "metadata[a]"),
    ] as [(String, String?, String)])
  func whatStripeRefusesIsRefused(body: String, code: String?, param: String) throws {
    var customer = Customer()
    try expectError(customer.post("/v1/payment_intents", body), 400, code: code, param: param)
    #expect(customer.sandbox.intents.isEmpty)
  }

  @Test func metadataHaveStripesLimits() throws {
    var customer = Customer()
    let long = String(repeating: "v", count: 501)
    let fifty = (1...50).map { "&metadata[k\($0)]=v" }.joined()
    for body in [
      "\(usd)&metadata[a]=\(long)", "\(usd)&metadata[\(long.prefix(41))]=v",
      "\(usd)\(fifty)&metadata[more]=v",
    ] {
      try expectError(
        customer.post("/v1/payment_intents", body), 400, code: "parameter_invalid",
        param: "metadata")
    }
    let most = "\(usd)\(fifty.dropLast())\(long.dropFirst())"
    #expect(customer.post("/v1/payment_intents", most).status == 200)
  }

  @Test func anEmptyMetadatumIsNone() throws {
    var customer = Customer()
    let response = customer.post("/v1/payment_intents", "\(usd)&metadata[a]=&metadata[b]=c")
    #expect(try response.json["metadata"] == ["b": "c"])
  }

  @Test func onlyFormsAreRead() throws {
    var customer = Customer()
    let json = Request(
      method: .post, path: "/v1/payment_intents",
      headers: [Header("Content-Type", "application/json")], body: Array("{}".utf8))
    try expectError(customer.sandbox.answer(json, at: noon), 400)
    try expectError(customer.post("/v1/payment_intents", "amount=%zz"), 400)
    try expectError(customer.post("/v1/payment_intents", usd, key: ""), 400)
    let long = String(repeating: "k", count: 256)
    try expectError(customer.post("/v1/payment_intents", usd, key: long), 400)
    #expect(customer.sandbox.intents.isEmpty)
  }

  @Test func anUnknownAddressIsNotFound() throws {
    var customer = Customer()
    for path in [
      "", "/", "/v1", "/v1/payment_intents/", "/stripe/v1/payment_intents", "/v1/charges",
      "/v1/payment_intents/pi_x/confirm/", "//v1/payment_intents", "/v1/payment_intents/a/capture",
    ] {
      try expectError(customer.post(path, usd), 404)
    }
    try expectError(
      customer.get("/v1/payment_intents/pi_x"), 404, code: "resource_missing", param: "intent")
    try expectError(
      customer.get("/v1/payment_intents/pi_sandbox_1"), 404, code: "resource_missing",
      param: "intent")
    try expectError(
      customer.get("/v1/refunds/re_x"), 404, code: "resource_missing", param: "id")
    try expectError(
      customer.get("/v1/refunds?payment_intent=pi_x"), 400, code: "resource_missing",
      param: "payment_intent")
    try expectError(
      customer.post("/v1/payment_intents/pi_x/confirm", "off_session=true"), 404,
      code: "resource_missing", param: "intent")
  }

  @Test func withoutCustomerAndMethodThereIsNothingToCharge() throws {
    var customer = Customer()
    _ = customer.post("/v1/payment_intents", "amount=1099&currency=usd")
    let response = customer.post("\(intentPath)/confirm", "off_session=true")
    try expectError(response, 400, code: "payment_intent_unexpected_state")
    #expect(
      try response.json["error"]?["payment_intent"]?["status"] == "requires_payment_method")
    try expectError(
      customer.post("\(intentPath)/confirm", "payment_method=pm_1"), 400,
      code: "parameter_missing", param: "return_url")
    let paid = customer.post("\(intentPath)/confirm", "payment_method=pm_1&off_session=true")
    #expect(paid.status == 200)
  }
}
