import Foundation
import JSON
import Payments

@testable import Processors

/// A charge of 10.99 USD, or a refund of it, as the ledger would hand it over.
func sampleOperation(
  _ kind: Payments.Operation.Kind = .charge, amount: Int64 = 1099, currency: String = "USD",
  method: String? = "pm_card_visa", processorReference: String? = "pi_x", reason: String? = nil,
  reference: String = "INV-1", run: String = "run-1", id: String = "op_1", round: Int = 0,
  confirmation: Int = 0, firstSent: Instant? = nil
) -> Payments.Operation {
  guard let currency = Currency(currency) else { preconditionFailure("A sample has a currency.") }
  return Payments.Operation(
    id: OperationID(id), kind: kind, namespace: "acme", reference: reference,
    terms: Terms(
      customer: "cus_1", money: Money(amount, currency), paymentMethod: method,
      description: "never sent",
      chargeReference: kind == .refund ? "pi_x" : nil, reason: reason),
    run: run, task: "task", step: "step", checkpoint: "never sent", state: .validated,
    processorReference: processorReference, round: round, confirmation: confirmation,
    next: nil, due: nil, attempt: nil, tries: 0, attempts: 0, unknownSince: nil,
    firstSent: firstSent, code: nil, detail: nil, deadLetter: nil, owner: nil, livemode: false,
    created: Instant(milliseconds: 1_795_167_486_500),
    updated: Instant(milliseconds: 1_795_167_486_500), policy: "", rule: nil, version: 0)
}

/// An instruction about a sample; refunds' instructions are about a sample refund.
func sampleInstruction(
  _ kind: Instruction.Kind, _ operation: Payments.Operation? = nil, livemode: Bool = false
) -> Instruction {
  let sample: Payments.Operation =
    switch kind {
    case .create, .find: sampleOperation(processorReference: nil)
    case .confirm, .retrieve, .cancel: sampleOperation()
    case .refund, .findRefund: sampleOperation(.refund, processorReference: nil)
    case .retrieveRefund: sampleOperation(.refund, processorReference: "re_x")
    }
  return Instruction(
    kind: kind, operation: operation ?? sample, key: IdempotencyKey("b1_key"), livemode: livemode)
}

/// A PaymentIntent as Stripe sends it, with what a test wants to be wrong about it.
func sampleIntent(
  _ status: String, id: String = "pi_x", object: String = "payment_intent",
  amount: String = "1099", currency: String = "usd", operation: String = "op_1",
  livemode: String = "false", customer: String = "cus_1", created: Int = 1_795_167_486,
  more: String = ""
) -> String {
  """
  {"id":"\(id)","object":"\(object)","amount":\(amount),"currency":"\(currency)",\
  "customer":"\(customer)","created":\(created),"livemode":\(livemode),\
  "metadata":{"bursar_operation":"\(operation)"},"status":"\(status)"\(more)}
  """
}

/// A refund as Stripe sends it.
func sampleRefund(
  _ status: String, id: String = "re_x", amount: String = "1099", intent: String = "pi_x",
  operation: String = "op_1", created: Int = 1_795_167_486, round: String = ""
) -> String {
  """
  {"id":"\(id)","object":"refund","amount":\(amount),"currency":"usd","created":\(created),\
  "payment_intent":"\(intent)","metadata":{"bursar_operation":"\(operation)"\(round)},\
  "status":"\(status)"}
  """
}

func sampleList(_ elements: [String], more: String = "false") -> String {
  """
  {"object":"list","data":[\(elements.joined(separator: ","))],"has_more":\(more)}
  """
}

/// A response with that body.
func answer(_ status: Int, _ body: String, _ headers: [Header] = []) -> Answer {
  .response(Response(status: status, headers: headers, body: Array(body.utf8)))
}

/// An error in Stripe's shape, given its members.
func answer(_ status: Int, error members: String, _ headers: [Header] = []) -> Answer {
  answer(status, "{\"error\":{\(members)}}", headers)
}

/// What the dialect makes of it.
func finding(_ kind: Instruction.Kind, _ answer: Answer) -> Finding {
  Stripe.dialect().finding(sampleInstruction(kind), answer)
}

func unknown(_ reason: String, _ remedy: Doubt.Remedy = .resend) -> Finding {
  .unknown(Doubt(reason: reason, remedy: remedy))
}

let mismatch = unknown("answer_mismatch", .lookUp)

/// A table the processor publishes, where it is kept next to the package; nil where it is not.
func publishedTable(_ name: String) throws -> JSONValue? {
  let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let file = package.appending(path: "../shared/data/\(name)").standardizedFileURL
  guard let bytes = FileManager.default.contents(atPath: file.path) else { return nil }
  return try JSONValue(reading: Array(bytes))
}

extension Response {
  /// The body as JSON, or null where it is none.
  var json: JSONValue {
    get throws { try JSONValue(reading: body) }
  }
}
