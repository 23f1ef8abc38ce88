import Payments

extension Stripe {
  /// The request for an instruction (`processors.md` §2.2): parameters and headers in fixed order,
  /// nothing in it that is not in the instruction.
  static func request(for instruction: Instruction) -> Request {
    let operation = instruction.operation
    switch instruction.kind {
    case .create:
      return write("/v1/payment_intents", creation(of: operation), for: instruction)
    case .confirm:
      var form = Form()
      form.append("payment_method", operation.terms.paymentMethod)
      form.append("off_session", "true")
      let path = "/v1/payment_intents/\(reference(of: operation))/confirm"
      return write(path, form, for: instruction)
    case .cancel:
      let path = "/v1/payment_intents/\(reference(of: operation))/cancel"
      return write(path, Form(), for: instruction)
    case .refund:
      return write("/v1/refunds", refund(of: operation), for: instruction)
    case .retrieve:
      return read("/v1/payment_intents/\(reference(of: operation))")
    case .find:
      return read("/v1/payment_intents?\(search(for: operation).text)")
    case .retrieveRefund:
      return read("/v1/refunds/\(reference(of: operation))")
    case .findRefund:
      var query = Form()
      query.append("payment_intent", chargeReference(of: operation))
      query.append("limit", "100")
      return read("/v1/refunds?\(query.text)")
    }
  }

  private static func creation(of operation: Operation) -> Form {
    var form = Form()
    form.append("amount", String(operation.terms.money.amount))
    form.append("currency", operation.terms.money.currency.code.lowercased())
    form.append("customer", operation.terms.customer)
    form.append("payment_method", operation.terms.paymentMethod)
    form.append("capture_method", "automatic")
    appendMetadata(of: operation, to: &form)
    return form
  }

  private static func refund(of operation: Operation) -> Form {
    var form = Form()
    form.append("payment_intent", chargeReference(of: operation))
    form.append("amount", String(operation.terms.money.amount))
    if let reason = operation.terms.reason {
      precondition(
        reason == "duplicate" || reason == "requested_by_customer",
        "A refund's reason is duplicate or requested_by_customer; others block customers.")
      form.append("reason", reason)
    }
    appendMetadata(of: operation, to: &form)
    return form
  }

  /// Five minutes before the operation's first request, because the two clocks may differ
  /// (`processors.md` §2.7).
  private static func search(for operation: Operation) -> Form {
    let start = (operation.firstSent ?? operation.created).advanced(by: .seconds(-300))
    var query = Form()
    query.append("customer", operation.terms.customer)
    query.append("created[gte]", String(max(0, start.milliseconds / 1000)))
    query.append("limit", "100")
    return query
  }

  private static func appendMetadata(of operation: Operation, to form: inout Form) {
    form.append("metadata[bursar_operation]", operation.id.text)
    form.append("metadata[bursar_namespace]", operation.namespace)
    form.append("metadata[bursar_reference]", metadataValue(operation.reference))
    form.append("metadata[bursar_run]", metadataValue(operation.run))
    if operation.round > 0 { form.append("metadata[bursar_round]", String(operation.round)) }
    form.append("metadata[traceparent]", operation.trace?.text)
  }

  /// At most 500 bytes, which is at most 500 characters however Stripe counts them; cut between
  /// Unicode scalars, because where letters end changes with Unicode's version and these bytes may
  /// not.
  private static func metadataValue(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    var length = 0
    for scalar in text.unicodeScalars {
      length += UTF8.width(scalar)
      if length > 500 { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  private static func write(_ path: String, _ form: Form, for instruction: Instruction) -> Request {
    Request(
      method: .post, path: path,
      headers: [
        Header("Stripe-Version", version),
        Header("Content-Type", "application/x-www-form-urlencoded"),
        Header("Idempotency-Key", idempotencyKey(for: instruction)),
      ],
      body: form.bytes)
  }

  static func read(_ path: String) -> Request {
    Request(method: .get, path: path, headers: [Header("Stripe-Version", version)], body: [])
  }

  private static func reference(of operation: Operation) -> String {
    guard let reference = operation.processorReference else {
      preconditionFailure(
        "This can only be asked of an operation whose processor reference is known.")
    }
    return percentEscaped(reference)
  }

  private static func chargeReference(of operation: Operation) -> String {
    guard let reference = operation.terms.chargeReference else {
      preconditionFailure("A refund names its charge by the processor's reference.")
    }
    return reference
  }
}
