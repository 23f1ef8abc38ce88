import PaymentServer
import Payments
import Testing

@Suite struct SigningSecretTests {
  /// Checked with another implementation of HMAC-SHA256.
  @Test func aMessageIsSignedAsStandardWebhooksHasIt() throws {
    let secret = try #require(SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let headers = secret.headers(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: Array(#"{"test": 2432232314}"#.utf8),
      at: Instant(milliseconds: 1_614_265_330_999))
    #expect(
      headers == [
        Header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        Header("webhook-timestamp", "1614265330"),
        Header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
      ])
  }

  @Test func whatIsNoSecretIsRefusedAndASecretIsNotPrinted() throws {
    for text in [
      "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!!",
      "whsec_" + String(repeating: "QUJD", count: 30),
    ] {
      #expect(SigningSecret(text) == nil, "\(text)")
    }
    let secret = try #require(SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    #expect("\(secret) \(String(reflecting: secret))" == "(secret) (secret)")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.contains("77"))
  }
}
