import JSON
import Payments
import Processors
import Testing

/// One row of the classification table, as an answer and what it has to prove.
struct Row: Sendable, CustomTestStringConvertible {
  let id: String
  let kind: Instruction.Kind
  let answer: Answer
  let proves: Finding

  init(_ id: String, _ kind: Instruction.Kind, _ answer: Answer, _ proves: Finding) {
    self.id = id
    self.kind = kind
    self.answer = answer
    self.proves = proves
  }

  var testDescription: String { "\(id) \(kind.rawValue)" }
}

func failure(_ cause: TransportFailure.Cause, sent: Bool) -> Answer {
  .failure(TransportFailure(cause: cause, sent: sent))
}

func silence(_ reason: String) -> Finding {
  .unknown(Doubt(reason: reason, remedy: .resend, silent: true))
}

@Suite struct ClassificationTests {
  @Test(arguments: transportRows + successRows + listRows + refundRows)
  func everyAnswerProvesWhatTheTableSays(row: Row) {
    #expect(finding(row.kind, row.answer) == row.proves)
  }

  @Test(arguments: requestRows + statusRows + serverRows)
  func everyRefusalProvesWhatTheTableSays(row: Row) {
    #expect(finding(row.kind, row.answer) == row.proves)
  }

  @Test func everyRowOfThePublishedTableIsHere() throws {
    let rows = transportRows + successRows + listRows + refundRows + requestRows + statusRows
    // K01 and K02 are no answers: they are about the age of a key, and have tests of their own.
    let ours = Set((rows + serverRows).map(\.id) + ["K01", "K02"])
    #expect(ours.count == 64)
    guard let table = try publishedTable("stripe-classification.json") else { return }
    let theirs = try #require(table["rows"]?.array).compactMap { $0["id"]?.string }
    #expect(ours.sorted() == theirs.sorted())
  }

  @Test func k01AKeyIsNotSentAgainBlindlyNearTheDayAfterWhichItIsForgotten() {
    let profile = Stripe.dialect().profile
    #expect(profile.keyRetention == .seconds(20 * 3600))
    #expect(profile.keyRetention < .seconds(24 * 3600))
    #expect(profile.quiescence == .seconds(600))
    #expect(profile.keyLength == 255)
  }

  @Test func k02NoRequestDependsOnWhenItIsMade() {
    for kind in Instruction.Kind.allCases {
      let instruction = sampleInstruction(kind)
      var later = instruction.operation
      later.updated = Instant(milliseconds: 0)
      later.due = Instant(milliseconds: 1)
      // Only a cancellation is another request each time.
      if kind != .cancel { later.attempts = 7 }
      let again = sampleInstruction(kind, later)
      #expect(Stripe.dialect().request(instruction) == Stripe.dialect().request(again))
    }
  }
}

let transportRows: [Row] = [
  Row(
    "T01", .confirm, failure(.address, sent: false),
    .misconfigured(Refusal(code: "address_invalid"))),
  Row("T02", .confirm, failure(.nameResolution, sent: false), .notSent(.nameResolution)),
  Row("T03", .confirm, failure(.connection, sent: false), .notSent(.connection)),
  Row("T04", .confirm, failure(.timeout, sent: false), .notSent(.timeout)),
  Row(
    "T05", .confirm, failure(.security, sent: false), .misconfigured(Refusal(code: "tls_failed"))),
  Row("T06", .confirm, failure(.interrupted, sent: false), .notSent(.interrupted)),
  Row("T10", .confirm, failure(.timeout, sent: true), silence("timeout")),
  Row("T11", .confirm, failure(.interrupted, sent: true), silence("interrupted")),
  Row("T12", .create, failure(.interrupted, sent: true), silence("interrupted")),
  Row("T13", .confirm, failure(.oversize, sent: true), silence("oversize")),
  Row(
    "T14", .confirm, answer(200, String(sampleIntent("succeeded").dropLast(9))),
    unknown("answer_unreadable")),
  Row("T20", .confirm, failure(.connection, sent: true), silence("connection")),
  Row("T20", .confirm, failure(.security, sent: true), silence("security")),
  Row("T20", .confirm, failure(.address, sent: true), silence("address")),
  Row("T20", .confirm, failure(.nameResolution, sent: true), silence("name_resolution")),
  Row("T30", .confirm, failure(.ownerDied, sent: true), silence("owner_died")),
]

private let lastError =
  #","last_payment_error":{"code":"card_declined","decline_code":"insufficient_funds"}"#

let successRows: [Row] = [
  Row("S01", .confirm, answer(200, sampleIntent("succeeded")), .captured("pi_x", livemode: false)),
  Row(
    "S01", .retrieve, answer(200, sampleIntent("succeeded", more: #","amount_received":1099"#)),
    .captured("pi_x", livemode: false)),
  Row("S02", .confirm, answer(200, sampleIntent("requires_capture")), .processing("pi_x")),
  Row("S03", .confirm, answer(200, sampleIntent("processing")), .processing("pi_x")),
  Row("S04", .confirm, answer(200, sampleIntent("requires_action")), .unauthenticated("pi_x")),
  Row("S04", .retrieve, answer(200, sampleIntent("requires_action")), .unauthenticated("pi_x")),
  Row(
    "S05", .retrieve, answer(200, sampleIntent("requires_payment_method", more: lastError)),
    .declined(Decline(reference: "pi_x", code: "insufficient_funds", advice: .later))),
  Row(
    "S05", .confirm, answer(200, sampleIntent("requires_payment_method")),
    .declined(Decline(reference: "pi_x", code: "generic_decline", advice: .anotherMethod))),
  Row("S06", .create, answer(200, sampleIntent("requires_confirmation")), .created("pi_x")),
  Row("S06", .create, answer(200, sampleIntent("requires_payment_method")), .created("pi_x")),
  Row(
    "S06", .retrieve,
    answer(200, sampleIntent("requires_payment_method", more: #","last_payment_error":null"#)),
    .created("pi_x")),
  Row("S07", .cancel, answer(200, sampleIntent("canceled")), .voided("pi_x")),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", amount: "1098")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", amount: "1099.0")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", amount: "\"1099\"")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", currency: "eur")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", operation: "op_2")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", customer: "cus_2")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", livemode: "true")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", livemode: "null")), mismatch),
  Row("S08", .confirm, answer(200, sampleIntent("succeeded", id: "pi_y")), mismatch),
  Row("S08", .create, answer(200, sampleIntent("requires_confirmation", id: "ch_x")), mismatch),
  Row(
    "S08", .create, answer(200, sampleIntent("requires_confirmation", id: "pi_x/../y")), mismatch),
  Row(
    "S08", .create, answer(200, sampleIntent("requires_confirmation", object: "charge")), mismatch),
  Row(
    "S08", .confirm, answer(200, sampleIntent("succeeded", more: #","amount_received":1"#)),
    mismatch),
  Row("S09", .confirm, answer(200, "<html>login</html>"), unknown("answer_unreadable")),
  Row("S09", .confirm, answer(204, ""), unknown("answer_unreadable")),
  Row("S09", .confirm, answer(200, "[\(sampleIntent("succeeded"))]"), unknown("answer_unreadable")),
  Row("S09", .confirm, answer(200, #"{"code":"cap_exhausted"}"#), unknown("answer_unreadable")),
  Row(
    "S09", .confirm, answer(200, #"{"id":"pi_x","status":"succeeded"}"#),
    unknown("answer_unreadable")),
  Row(
    "S10", .confirm,
    answer(200, sampleIntent("succeeded"), [Header("idempotent-replayed", "true")]),
    .captured("pi_x", livemode: false)),
  Row(
    "S10", .confirm, answer(500, "{}", [Header("Idempotent-Replayed", "true")]),
    unknown("server_error", .lookUp)),
]

let listRows: [Row] = [
  Row(
    "S01", .find,
    answer(
      200,
      sampleList([
        sampleIntent("canceled", id: "pi_o", operation: "op_2"), sampleIntent("succeeded"),
      ])), .captured("pi_x", livemode: false)),
  Row(
    "S06", .find, answer(200, sampleList([sampleIntent("requires_confirmation")], more: "true")),
    .created("pi_x")),
  Row(
    "S06", .find,
    answer(
      200,
      sampleList([
        sampleIntent("canceled", id: "pi_1", created: 1),
        sampleIntent("requires_confirmation", id: "pi_2", created: 2),
      ])), .created("pi_2")),
  Row(
    "S01", .find,
    answer(
      200,
      sampleList([
        sampleIntent("canceled", id: "pi_2", created: 2),
        sampleIntent("succeeded", id: "pi_1", created: 1),
      ])), .captured("pi_1", livemode: false)),
  Row("S07", .find, answer(200, sampleList([])), .absent),
  Row("S08", .find, answer(200, sampleList([sampleIntent("succeeded", amount: "5")])), mismatch),
  Row(
    "S08", .find, answer(200, sampleList([sampleIntent("succeeded", operation: "op_2")])), .absent),
  Row("S08", .find, answer(200, sampleList([], more: "true")), unknown("list_incomplete", .lookUp)),
  Row(
    "S08", .find, answer(200, #"{"object":"list","data":[]}"#),
    unknown("list_incomplete", .lookUp)),
  Row(
    "S09", .find, answer(200, #"{"object":"list","data":[7],"has_more":false}"#),
    unknown("answer_unreadable")),
  Row("S09", .find, answer(200, #"{"data":[],"has_more":false}"#), unknown("answer_unreadable")),
  Row(
    "F01", .findRefund, answer(200, sampleList([sampleRefund("succeeded")])),
    .refunded("re_x", livemode: false)),
  Row(
    "F03", .findRefund,
    answer(
      200,
      sampleList([
        sampleRefund("failed", id: "re_1", created: 1),
        sampleRefund("pending", id: "re_2", created: 2),
      ])), .submitted("re_2")),
  Row(
    "F03", .findRefund, answer(200, sampleList([sampleRefund("succeeded", operation: "op_2")])),
    .absent),
]

let refundRows: [Row] = [
  Row("F01", .refund, answer(200, sampleRefund("succeeded")), .refunded("re_x", livemode: false)),
  Row(
    "F01", .refund, answer(200, sampleRefund("succeeded", id: "pyr_x")),
    .refunded("pyr_x", livemode: false)),
  Row("F01", .refund, answer(200, sampleRefund("succeeded", amount: "1")), mismatch),
  Row("F01", .refund, answer(200, sampleRefund("succeeded", intent: "pi_y")), mismatch),
  Row("F01", .retrieveRefund, answer(200, sampleRefund("succeeded", id: "re_y")), mismatch),
  Row("F02", .refund, answer(200, sampleRefund("pending")), .submitted("re_x")),
  Row("F02", .retrieveRefund, answer(200, sampleRefund("requires_action")), .submitted("re_x")),
  Row("F03", .retrieveRefund, answer(200, sampleRefund("failed")), .refundFailed("re_x")),
  Row("F03", .retrieveRefund, answer(200, sampleRefund("canceled")), .refundFailed("re_x")),
  Row(
    "F04", .refund,
    answer(
      400,
      error:
        #""type":"invalid_request_error","code":"charge_already_refunded","message":"refunded""#
    ), .rejected(Refusal(code: "charge_already_refunded"))),
  Row(
    "F05", .refund,
    answer(
      400,
      error: #""type":"invalid_request_error","param":"amount","message":"greater than unrefunded""#
    ), .rejected(Refusal(code: "amount_too_large", detail: "amount"))),
  Row(
    "F06", .refund, answer(400, error: #""type":"invalid_request_error","code":"charge_disputed""#),
    .rejected(Refusal(code: "charge_disputed"))),
  Row(
    "F06", .refund, answer(400, error: #""code":"refund_disputed_payment""#),
    .rejected(Refusal(code: "refund_disputed_payment"))),
  Row(
    "F06", .refund, answer(400, error: #""code":"charge_not_refundable""#),
    .rejected(Refusal(code: "charge_not_refundable"))),
]
