import JSON
import Payments

extension Stripe {
  /// Stripe's own list: PaymentIntents and refunds, newest first, a hundred to a page
  /// (docs.stripe.com/api/pagination), with what says whether a charge's funds are available
  /// and whether it is disputed.
  static let statement = StatementDialect(
    request: { question in Stripe.request(for: question) },
    answer: { question, answer in Stripe.answer(answer, to: question) })

  /// Expanded objects are at most four deep (docs.stripe.com/api/expanding_objects).
  private static let funds = "latest_charge.balance_transaction"

  private static func request(for question: StatementQuestion) -> Request {
    var query = Form()
    switch question {
    case .page(let kind, let since, let after):
      query.append("created[gte]", String(max(0, since.milliseconds / 1000)))
      query.append("limit", "100")
      query.append("starting_after", after)
      switch kind {
      case .charge:
        query.append("expand[]", "data.\(funds)")
        return read("/v1/payment_intents?\(query.text)")
      case .refund:
        return read("/v1/refunds?\(query.text)")
      }
    case .one(.charge, let reference):
      query.append("expand[]", funds)
      return read("/v1/payment_intents/\(percentEscaped(reference))?\(query.text)")
    case .one(.refund, let reference):
      return read("/v1/refunds/\(percentEscaped(reference))")
    }
  }

  /// Whole or not at all: a page with an entry that cannot be read is asked for again.
  private static func answer(
    _ answer: Answer, to question: StatementQuestion
  ) -> StatementAnswer {
    switch answer {
    case .failure(let failure):
      switch failure.cause {
      case .security, .address, .sandboxJournal:
        return .refused(Refusal(code: failure.cause.rawValue))
      case .nameResolution, .connection, .timeout, .interrupted, .oversize, .ownerDied:
        return .later(failure.cause.rawValue, after: nil)
      }
    case .response(let response):
      let body = object(in: response)
      guard response.status == 200 else { return refusal(response, StripeError(body), question) }
      switch question {
      case .page(let kind, _, _):
        guard let body, body["object"]?.string == "list", let elements = body["data"]?.array,
          let more = body["has_more"]?.bool
        else { return .later("answer_unreadable", after: nil) }
        let entries = elements.compactMap { entry($0, kind) }
        guard entries.count == elements.count, !more || !entries.isEmpty else {
          return .later("answer_unreadable", after: nil)
        }
        return .entries(entries, more: more)
      case .one(let kind, let reference):
        guard let entry = body.flatMap({ entry($0, kind) }), same(entry.reference, reference) else {
          return .later("answer_unreadable", after: nil)
        }
        return .entries([entry], more: false)
      }
    }
  }

  private static func refusal(
    _ response: Response, _ error: StripeError?, _ question: StatementQuestion
  ) -> StatementAnswer {
    switch (response.status, question) {
    case (404, .one) where error?.code == "resource_missing": return .absent
    case (408, _), (409, _), (424, _), (425, _), (429, _), (499, _), (500..., _):
      return .later("status_\(response.status)", after: retryAfter(of: response))
    default:
      return .refused(
        Refusal(code: word(error?.code) ?? "unexpected_http_status", detail: "\(response.status)"))
    }
  }

  /// An object of a list as it can be compared; nil when it is none of that kind.
  private static func entry(_ object: JSONValue, _ kind: Operation.Kind) -> StatementEntry? {
    let type = kind == .charge ? "payment_intent" : "refund"
    let prefixes = kind == .charge ? ["pi_"] : ["re_", "pyr_"]
    guard object["object"]?.string == type, let id = object["id"]?.string,
      plausible(id, prefixes: prefixes), let amount = object["amount"]?.integer,
      let currency = object["currency"]?.string.flatMap({ Currency($0) }),
      let created = object["created"]?.integer
    else { return nil }
    let (milliseconds, overflow) = created.multipliedReportingOverflow(by: 1000)
    if overflow { return nil }
    let livemode = object["livemode"]?.bool
    let finding =
      kind == .charge
      ? standing(of: object, id, afterConfirming: false, livemode: livemode ?? false)
      : standing(ofRefund: object, id, livemode: livemode ?? false)
    var moved = amount
    if case .captured = finding { moved = object["amount_received"]?.integer ?? amount }
    let charge = object["latest_charge"]
    let refunded = kind == .charge ? charge?["amount_refunded"]?.integer : nil
    guard amount >= 0, moved >= 0, refunded ?? 0 >= 0 else { return nil }
    let metadata = object["metadata"]
    return StatementEntry(
      reference: id, kind: kind,
      operation: metadata?["bursar_operation"]?.string.map { OperationID($0) },
      namespace: metadata?["bursar_namespace"]?.string,
      name: metadata?["bursar_reference"]?.string,
      created: Instant(milliseconds: milliseconds), finding: finding,
      money: Money(moved, currency),
      refunded: refunded,
      customer: reference(object["customer"]), charge: reference(object["payment_intent"]),
      livemode: livemode,
      isSettled: charge?["balance_transaction"]?["status"]?.string == "available",
      isDisputed: kind == .charge && charge?["disputed"]?.bool == true)
  }

  /// The id of an object that may be expanded.
  private static func reference(_ value: JSONValue?) -> String? {
    value?.string ?? value?["id"]?.string
  }
}
