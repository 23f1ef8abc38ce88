import JSON
import Payments

extension Sandbox {
  /// POST /v1/refunds: a repeated partial refund is taken again, as at Stripe; only more than was
  /// charged is refused (`processors.md` §2.6).
  mutating func createRefund(_ form: Form, at now: Instant) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(
      form, known: ["payment_intent", "amount", "reason", "metadata"])
    let id = try parameters.required("payment_intent")
    let asked = try parameters.integer("amount")
    let reason = try parameters.choice(
      "reason", of: ["duplicate", "fraudulent", "requested_by_customer"])
    guard let index = position(of: id) else {
      throw .missing("payment_intent", id, param: "payment_intent", status: 400)
    }
    guard let charge = intents[index].charges.last(where: { $0.paid }) else {
      throw .refusal(
        code: "charge_not_refundable", param: "payment_intent",
        message: "This PaymentIntent does not have a successful charge to refund.", kept: true)
    }
    let left = intents[index].money.amount - intents[index].amountRefunded
    guard left > 0 else {
      throw .refusal(
        code: "charge_already_refunded", message: "Charge \(charge.id) has already been refunded.",
        kept: true)
    }
    let amount = asked ?? left
    guard amount > 0 else {
      throw .refusal(
        code: "parameter_invalid_integer", param: "amount",
        message: "This value must be greater than or equal to 1.")
    }
    guard amount <= left else {
      throw .refusal(
        param: "amount",
        message: "Refund amount (\(amount)) is greater than unrefunded amount on charge (\(left))",
        kept: true)
    }

    // From here on the money goes back.
    let refund = Refund(
      id: numbered("re", refunds.count + 1), intent: id, charge: charge.id,
      money: Money(amount, intents[index].money.currency), reason: reason,
      metadata: parameters.metadata, created: now.milliseconds / 1000)
    refunds.append(refund)
    intents[index].amountRefunded += amount
    return .result(refund.body)
  }

  /// Lets a refund that succeeded come back, as it may for 30 days at Stripe: the money can be
  /// given back once more. Nothing happens to one that is not there, or came back already.
  public mutating func bounce(refund id: String) {
    guard let place = position(ofRefund: id), !refunds[place].isBounced,
      let intent = position(of: refunds[place].intent)
    else { return }
    refunds[place].isBounced = true
    intents[intent].amountRefunded -= refunds[place].money.amount
  }

  /// GET /v1/refunds/{id}
  func retrieveRefund(_ id: String, _ form: Form) throws(SandboxReply) -> SandboxReply {
    _ = try SandboxParameters(form, known: [])
    guard let place = position(ofRefund: id) else {
      throw .missing("refund", id, param: "id", status: 404)
    }
    return .result(refunds[place].body)
  }

  /// The place its name counts; nil if the name is not one of ours.
  private func position(ofRefund id: String) -> Int? {
    guard let number = number(of: id),
      refunds.indices.contains(number - 1), same(refunds[number - 1].id, id)
    else { return nil }
    return number - 1
  }

  /// GET /v1/refunds
  func listRefunds(_ form: Form) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(
      form, known: ["payment_intent", "created[gte]"] + SandboxPage.parameters)
    let intent = parameters["payment_intent"]
    if let intent, position(of: intent) == nil {
      throw .missing("payment_intent", intent, param: "payment_intent", status: 400)
    }
    let start = try parameters.integer("created[gte]") ?? 0
    return try SandboxPage(parameters).list(
      refunds, at: "/v1/refunds", placed: { position(ofRefund: $0) },
      where: { refund in
        refund.created >= start && (intent.map { same($0, refund.intent) } ?? true)
      },
      as: { $0.body })
  }
}
