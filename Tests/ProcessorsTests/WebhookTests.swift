import Payments
import Processors
import Testing

/// Webhooks as Stripe signs them (docs.stripe.com/webhooks/signature).
@Suite struct WebhookTests {
  private static let body = Array(
    (#"{"id":"evt_1","object":"event","data":{"object":{"id":"pi_sandbox_000001","#
      + #""object":"payment_intent"}}}"#).utf8)
  private static let time: Int64 = 1_795_165_200
  // Computed with Python's hmac over "1795165200." and the body.
  private static let right = "142c45487cc71215750122ec9227a65e86537a81ba46cfd70cbfc11cb45c9b31"
  private static let old = "d6efd08b2c8870f7603128d92c32c53d260d66d70e369c392bf369b40e0e5f66"

  private func isSigned(
    _ header: String, body: [UInt8] = body, secret: String = "whsec_test", after seconds: Int64 = 0
  ) -> Bool {
    Stripe.isSigned(
      body, header: header, secret: secret,
      at: Instant(milliseconds: (Self.time + seconds) * 1000))
  }

  @Test func theOfficialSchemeIsBelieved() {
    let time = Self.time
    #expect(isSigned("t=\(time),v1=\(Self.right)"))
    #expect(isSigned("t=\(time), v1=\(Self.right)"))
    #expect(isSigned("v1=\(Self.right),t=\(time)"))
    // While a secret is exchanged, one of several is right; other schemes do not count.
    #expect(isSigned("t=\(time),v1=\(Self.old),v1=\(Self.right),v0=abc"))
    #expect(isSigned("t=\(time),v1=\(Self.old),v1=\(Self.right)", secret: "whsec_old"))
    #expect(isSigned("t=\(time),v1=\(Self.right)", after: 300))
    #expect(isSigned("t=\(time),v1=\(Self.right)", after: -300))
  }

  @Test func nothingElseIs() {
    let time = Self.time
    let headers = [
      "", "t=\(time)", "v1=\(Self.right)", "t=\(time),v0=\(Self.right)", "t=,v1=\(Self.right)",
      "t=\(time),v1=", "t=\(time),v1=\(Self.right.uppercased())", "t=\(time),v1=\(Self.right)0",
      "t=\(time),v1=\(Self.right.dropLast())", "t=\(time + 1),v1=\(Self.right)",
      "t=\(time),t=\(time),v1=\(Self.right)", "t=-\(time),v1=\(Self.right)",
      "t=99999999999999999999,v1=\(Self.right)", "t=\(time);v1=\(Self.right)", "nonsense",
      "t=\(time),nonsense,v1=\(Self.right)",
    ]
    for header in headers { #expect(!isSigned(header), "\(header)") }
    #expect(!isSigned("t=\(time),v1=\(Self.right)", secret: "whsec_other"))
    #expect(!isSigned("t=\(time),v1=\(Self.right)", body: Self.body + [0x20]))
    #expect(!isSigned("t=\(time),v1=\(Self.right)", after: 301))
    #expect(!isSigned("t=\(time),v1=\(Self.right)", after: -301))
  }

  @Test func anEventNamesAnObjectAndIsBelievedNothingElse() {
    func hint(_ object: String) -> Hint? {
      Stripe.hint(
        in: Array(#"{"id":"evt_1","object":"event","data":{"object":\#(object)}}"#.utf8))
    }
    #expect(Stripe.hint(in: Self.body)?.reference == "pi_sandbox_000001")
    #expect(
      hint(#"{"id":"ch_1","object":"charge","payment_intent":"pi_2"}"#)
        == Hint(id: "evt_1", kind: .charge, reference: "pi_2"))
    #expect(
      hint(#"{"id":"re_1","object":"refund","payment_intent":"pi_2"}"#)
        == Hint(id: "evt_1", kind: .refund, reference: "re_1"))
    for strange in [#"{"id":"cus_1"}"#, "{}", "null", #"{"id":7}"#, #"{"id":"pi_../../x"}"#] {
      #expect(hint(strange) == Hint(id: "evt_1", kind: .charge, reference: nil), "\(strange)")
    }
    for body in ["", "[]", "{}", #"{"id":"evt_1"}"#, #"{"id":"pi_1","object":"event"}"#, "{"] {
      #expect(Stripe.hint(in: Array(body.utf8)) == nil, "\(body)")
    }
  }
}
