import JSON
import Payments

extension Sandbox {
  /// POST /v1/payment_intents
  mutating func createIntent(_ form: Form, at now: Instant) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(
      form,
      known: [
        "amount", "currency", "customer", "payment_method", "capture_method", "confirm",
        "off_session", "metadata",
      ])
    let money = try money(parameters)
    let customer = try customer(parameters)
    let method = try paymentMethod(parameters)
    _ = try parameters.choice("capture_method", of: ["automatic", "automatic_async"])
    let confirm = try parameters.choice("confirm", of: ["true", "false"]) == "true"
    if confirm {
      try requireOffSession(parameters)
    } else if parameters["off_session"] != nil {
      throw .refusal(
        code: "parameter_unknown", param: "off_session",
        message: "off_session can only be used together with confirm.")
    }

    // From here on the object exists.
    intents.append(
      Intent(
        id: numbered("pi", intents.count + 1), money: money, customer: customer,
        paymentMethod: method, metadata: parameters.metadata, created: now.milliseconds / 1000,
        status: method == nil ? .requiresPaymentMethod : .requiresConfirmation))
    let index = intents.count - 1
    return confirm ? charge(index, method, at: now) : .result(intents[index])
  }

  /// POST /v1/payment_intents/{id}/confirm
  mutating func confirmIntent(
    _ id: String, _ form: Form, at now: Instant
  ) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(form, known: ["payment_method", "off_session"])
    let index = try index(of: id)
    let method = try paymentMethod(parameters)
    switch intents[index].status {
    case .succeeded:
      throw unexpectedState(
        index,
        "You cannot confirm this PaymentIntent because it has already succeeded after being"
          + " previously confirmed.")
    case .canceled:
      throw unexpectedState(
        index, "You cannot confirm this PaymentIntent because it has a status of canceled.")
    case .requiresPaymentMethod, .requiresConfirmation:
      break
    }
    try requireOffSession(parameters)
    return charge(index, method ?? intents[index].paymentMethod, at: now)
  }

  /// POST /v1/payment_intents/{id}/cancel
  mutating func cancelIntent(_ id: String, _ form: Form) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(form, known: ["cancellation_reason"])
    _ = try parameters.choice(
      "cancellation_reason",
      of: ["duplicate", "fraudulent", "requested_by_customer", "abandoned"])
    let index = try index(of: id)
    switch intents[index].status {
    case .succeeded, .canceled:
      throw unexpectedState(
        index,
        "You cannot cancel this PaymentIntent because it has a status of"
          + " \(intents[index].status.rawValue).")
    case .requiresPaymentMethod, .requiresConfirmation:
      intents[index].status = .canceled
      return .result(intents[index])
    }
  }

  /// Lets the payer's bank dispute what was paid. Nothing happens to what is not there.
  public mutating func dispute(intent id: String) {
    guard let index = position(of: id), intents[index].status == .succeeded else { return }
    intents[index].isDisputed = true
  }

  /// What can be expanded: the charge, and whether its funds are available.
  private static let funds = "latest_charge.balance_transaction"

  /// GET /v1/payment_intents/{id}
  func retrieveIntent(
    _ id: String, _ form: Form, at now: Instant
  ) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(form, known: ["expand[]"])
    let expands = try parameters.choice("expand[]", of: [Self.funds]) != nil
    let intent = intents[try index(of: id)]
    return .result(expands ? intent.body(settledAfter: settlesAfter, at: now) : intent.body)
  }

  /// GET /v1/payment_intents: no filter on metadata or status, as at Stripe (`processors.md` §2.7).
  func listIntents(_ form: Form, at now: Instant) throws(SandboxReply) -> SandboxReply {
    let parameters = try SandboxParameters(
      form, known: ["customer", "created[gte]", "expand[]"] + SandboxPage.parameters)
    let customer = try customer(parameters)
    let start = try parameters.integer("created[gte]") ?? 0
    let expands = try parameters.choice("expand[]", of: ["data.\(Self.funds)"]) != nil
    return try SandboxPage(parameters).list(
      intents, at: "/v1/payment_intents", placed: { position(of: $0) },
      where: { intent in
        intent.created >= start
          && (customer.map { wanted in intent.customer.map { same($0, wanted) } ?? false } ?? true)
      },
      as: { expands ? $0.body(settledAfter: settlesAfter, at: now) : $0.body })
  }

  /// The one place where money is taken; reached only while nothing was.
  private mutating func charge(
    _ index: Int, _ method: String?, at now: Instant
  ) -> SandboxReply {
    precondition(
      !intents[index].charges.contains { $0.paid }, "A PaymentIntent is paid at most once.")
    guard method != nil || intents[index].customer != nil else {
      return unexpectedState(
        index, "You cannot confirm this PaymentIntent because it's missing a payment method.")
    }
    charges += 1
    let charge = numbered("ch", charges)
    // Without a method it is the customer's default, and that one pays.
    switch method.flatMap({ SandboxCard(paymentMethod: $0) }) ?? .pays {
    case .pays:
      intents[index].charges.append(Charge(id: charge, paid: true, created: now))
      intents[index].paymentMethod = method
      intents[index].lastError = nil
      intents[index].status = .succeeded
      return .result(intents[index])
    case .declines(let decline):
      intents[index].charges.append(Charge(id: charge, paid: false, created: now))
      intents[index].paymentMethod = nil
      intents[index].lastError = decline
      intents[index].status = .requiresPaymentMethod
      return .refusal(
        status: 402, type: "card_error", code: decline.code, message: decline.message,
        more: decline.members(charge: charge) + [("payment_intent", intents[index].body)],
        kept: true)
    }
  }

  private func unexpectedState(_ index: Int, _ message: String) -> SandboxReply {
    .refusal(
      code: "payment_intent_unexpected_state", message: message,
      more: [("payment_intent", intents[index].body)], kept: true)
  }

  /// Where a PaymentIntent stands in the books.
  private func index(of id: String) throws(SandboxReply) -> Int {
    guard let index = position(of: id) else {
      throw .missing("payment_intent", id, param: "intent", status: 404)
    }
    return index
  }

  /// The place its name counts; nil if the name is not one of ours.
  func position(of id: String) -> Int? {
    guard let number = number(of: id),
      intents.indices.contains(number - 1), same(intents[number - 1].id, id)
    else { return nil }
    return number - 1
  }

  private func money(_ parameters: SandboxParameters) throws(SandboxReply) -> Money {
    _ = try parameters.required("amount")
    let text = try parameters.required("currency")
    guard let currency = Currency(text), let rule = Stripe.currencies[currency] else {
      throw .refusal(param: "currency", message: "Invalid currency: \(text).")
    }
    let amount = try parameters.integer("amount") ?? 0
    guard amount >= rule.minimum else {
      throw .refusal(
        code: "amount_too_small", param: "amount",
        message: "Amount must be at least \(rule.minimum) \(text).")
    }
    guard amount <= rule.maximum else {
      throw .refusal(
        code: "amount_too_large", param: "amount",
        message: "Amount must be no more than \(rule.maximum) \(text).")
    }
    guard amount % rule.multiple == 0 else {
      throw .refusal(
        code: "parameter_invalid_integer", param: "amount",
        message: "Amount must be a multiple of \(rule.multiple) \(text).")
    }
    return Money(amount, currency)
  }

  /// Any customer exists here but `cus_missing`.
  private func customer(_ parameters: SandboxParameters) throws(SandboxReply) -> String? {
    guard let customer = parameters["customer"] else { return nil }
    guard customer.utf8.starts(with: "cus_".utf8), (5...68).contains(customer.utf8.count),
      !same(customer, "cus_missing")
    else { throw .missing("customer", customer, param: "customer", status: 400) }
    return customer
  }

  private func paymentMethod(_ parameters: SandboxParameters) throws(SandboxReply) -> String? {
    guard let method = parameters["payment_method"] else { return nil }
    guard SandboxCard(paymentMethod: method) != nil else {
      throw .missing("PaymentMethod", method, param: "payment_method", status: 400)
    }
    return method
  }

  /// Nobody is there to be sent to a bank's page, so the payment has to say so.
  private func requireOffSession(_ parameters: SandboxParameters) throws(SandboxReply) {
    let given = try parameters.choice(
      "off_session", of: ["true", "false", "one_off", "recurring"])
    guard let given, given != "false" else {
      throw .refusal(
        code: "parameter_missing", param: "return_url",
        message: "Without off_session a return_url is needed.")
    }
  }
}
