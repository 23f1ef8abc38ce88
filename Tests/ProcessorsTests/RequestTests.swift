import Payments
import Testing

@testable import Processors

private func request(
  _ kind: Instruction.Kind, _ operation: Payments.Operation? = nil
) -> Request {
  Stripe.dialect().request(sampleInstruction(kind, operation))
}

private func text(_ request: Request) -> String {
  let headers = request.headers.map { "\($0.name): \($0.value)\n" }.joined()
  let body = String(decoding: request.body, as: UTF8.self)
  return "\(request.method.rawValue) \(request.path)\n\(headers)\n\(body)"
}

private let pinned = "Stripe-Version: 2026-10-28.endive\n"
private let form = "Content-Type: application/x-www-form-urlencoded\n"
private let metadata =
  "metadata%5Bbursar_operation%5D=op_1&metadata%5Bbursar_namespace%5D=acme"
  + "&metadata%5Bbursar_reference%5D=INV-1"
  + "&metadata%5Bbursar_run%5D=run-1"

@Suite struct RequestTests {
  @Test func aCreationHasTheseBytes() {
    #expect(
      text(request(.create)) == """
        POST /v1/payment_intents
        \(pinned)\(form)Idempotency-Key: b1_key:create

        amount=1099&currency=usd&customer=cus_1&payment_method=pm_card_visa\
        &capture_method=automatic&\(metadata)
        """)
  }

  @Test func aCreationOnTheCustomersDefaultNamesNoMethod() {
    let operation = sampleOperation(method: nil, processorReference: nil)
    #expect(
      String(decoding: request(.create, operation).body, as: UTF8.self)
        == "amount=1099&currency=usd&customer=cus_1&capture_method=automatic&\(metadata)")
    #expect(
      String(
        decoding: request(.confirm, sampleOperation(method: nil)).body, as: UTF8.self)
        == "off_session=true")
  }

  @Test func aConfirmationHasTheseBytes() {
    #expect(
      text(request(.confirm)) == """
        POST /v1/payment_intents/pi_x/confirm
        \(pinned)\(form)Idempotency-Key: b1_key:confirm:1

        payment_method=pm_card_visa&off_session=true
        """)
  }

  @Test func aCancellationHasTheseBytes() {
    #expect(
      text(request(.cancel)) == """
        POST /v1/payment_intents/pi_x/cancel
        \(pinned)\(form)Idempotency-Key: b1_key:cancel:0


        """)
  }

  @Test func aRefundHasTheseBytes() {
    let operation = sampleOperation(.refund, processorReference: nil, reason: "duplicate")
    #expect(
      text(request(.refund, operation)) == """
        POST /v1/refunds
        \(pinned)\(form)Idempotency-Key: b1_key:refund

        payment_intent=pi_x&amount=1099&reason=duplicate&\(metadata)
        """)
  }

  @Test func readsCarryNeitherKeyNorBody() {
    #expect(text(request(.retrieve)) == "GET /v1/payment_intents/pi_x\n\(pinned)\n")
    #expect(text(request(.retrieveRefund)) == "GET /v1/refunds/re_x\n\(pinned)\n")
    #expect(
      text(request(.findRefund)) == "GET /v1/refunds?payment_intent=pi_x&limit=100\n\(pinned)\n")
  }

  @Test func aSearchBeginsFiveMinutesBeforeTheFirstRequest() {
    #expect(
      request(.find).path
        == "/v1/payment_intents?customer=cus_1&created%5Bgte%5D=1795167186&limit=100")
    let sent = sampleOperation(
      processorReference: nil, firstSent: Instant(milliseconds: 1_795_168_000_999))
    #expect(request(.find, sent).path.contains("created%5Bgte%5D=1795167700&"))
    let early = sampleOperation(
      processorReference: nil, firstSent: Instant(milliseconds: 5))
    #expect(request(.find, early).path.contains("created%5Bgte%5D=0&"))
  }

  @Test func nothingInAnIdentifierCanLeaveItsPlace() {
    let operation = sampleOperation(
      method: "pm_1&amount=1", processorReference: "pi_x/../y?z#\u{e9}")
    let request = request(.confirm, operation)
    #expect(request.path == "/v1/payment_intents/pi_x%2F..%2Fy%3Fz%23%C3%A9/confirm")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "payment_method=pm_1%26amount%3D1&off_session=true")
  }

  @Test func aLongRunIsCutBetweenScalarsWithin500Bytes() throws {
    let run = String(repeating: "\u{20ac}", count: 200)
    let body = request(.create, sampleOperation(processorReference: nil, run: run)).body
    let read = try #require(Form(reading: body))
    #expect(read.fields.last?.name == "metadata[bursar_run]")
    #expect(read.fields.last?.value == String(repeating: "\u{20ac}", count: 166))
  }

  @Test func aLaterRoundSaysWhichItIs() {
    let operation = sampleOperation(processorReference: nil, round: 12)
    #expect(
      String(decoding: request(.create, operation).body, as: UTF8.self)
        .hasSuffix("&\(metadata)&metadata%5Bbursar_round%5D=12"))
  }

  @Test func freeTextOfAnAgentIsNeverSent() {
    for kind in Instruction.Kind.allCases {
      #expect(!text(request(kind)).contains("never"))
    }
  }

  @Test func theFormReadsBackWhatItWrote() throws {
    var form = Form()
    form.append("a b[c]", "1+1=2&3 %\u{1F600}\u{0}")
    form.append("", "")
    let read = try #require(Form(reading: form.text.utf8))
    #expect(read == form)
    #expect(Form(reading: "a=%4".utf8) == nil)
    #expect(Form(reading: "a=%zz".utf8) == nil)
    #expect(Form(reading: "a=%FF".utf8) == nil)
    #expect(Form(reading: "a".utf8)?.fields == [Form.Field(name: "a", value: "")])
  }

  @Test func noTwoBeginningsShareAKey() {
    let key = IdempotencyKey(String(repeating: "k", count: 30))
    var seen: Set<String> = []
    var made = 0
    for kind in Instruction.Kind.allCases where kind.writes && kind != .cancel {
      for round in Array(0...60) + [1000, 46655] {
        for confirmation in 0...34 {
          let operation = sampleOperation(round: round, confirmation: confirmation)
          let instruction = Instruction(
            kind: kind, operation: operation, key: key, livemode: false)
          let made1 = Stripe.idempotencyKey(for: instruction)
          #expect(made1.utf8.count <= 45)
          #expect(made1.utf8.allSatisfy { (0x21...0x7e).contains($0) })
          seen.insert(made1)
          made += 1
        }
      }
    }
    #expect(seen.count == made)
  }

  @Test func everyCancellationHasAKeyOfItsOwn() {
    func key(_ attempt: Int) -> String {
      var operation = sampleOperation()
      operation.attempts = attempt
      return Stripe.idempotencyKey(for: sampleInstruction(.cancel, operation))
    }
    #expect(key(4) == "b1_key:cancel:4")
    #expect(key(40) == "b1_key:cancel:14")
    #expect(Set((1...2000).map(key)).count == 2000)
  }

  @Test func keysReadLikeThis() {
    func key(_ kind: Instruction.Kind, _ round: Int, _ confirmation: Int) -> String {
      let operation = sampleOperation(round: round, confirmation: confirmation)
      return Stripe.idempotencyKey(for: sampleInstruction(kind, operation))
    }
    #expect(key(.create, 0, 0) == "b1_key:create")
    #expect(key(.create, 2, 0) == "b1_key:create:2")
    #expect(key(.confirm, 0, 0) == "b1_key:confirm:1")
    #expect(key(.confirm, 0, 1) == "b1_key:confirm:2")
    #expect(key(.confirm, 2, 1) == "b1_key:confirm:2.2")
    #expect(key(.refund, 1, 0) == "b1_key:refund:1")
  }

  @Test func thePublicWordsOfTheProfile() {
    #expect(Stripe.dialect().profile.name == "stripe")
    #expect(Stripe.dialect(profileName: "sandbox").profile.name == "sandbox")
  }
}
