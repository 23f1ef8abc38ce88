/// The text of an exhausted session cap, exactly as the source documents demand it (DESIGN §6,
/// F3-38).
public let sessionCapText =
  "The spend cap for this agent session has been exhausted. Do not retry this tool. "
  + "Inform the user that billing could not be completed and that a new session is required."

/// One thing wrong with the arguments of a call.
public struct Mistake: Hashable, Sendable {
  /// The argument's name.
  public let argument: String
  /// What is wrong and what to send instead; a sentence without the argument's name.
  public let text: String

  /// A mistake from its parts.
  public init(_ argument: String, _ text: String) {
    self.argument = argument
    self.text = text
  }
}

extension Texts {
  /// The most mistakes named in one answer.
  public static let mistakesNamed = 12

  /// All mistakes of a call at once, because some frameworks allow a single correction.
  public func fix(_ mistakes: [Mistake]) -> Verdict {
    precondition(!mistakes.isEmpty, "A FIX names at least one mistake.")
    let named = mistakes.prefix(Self.mistakesNamed)
    var list = named.map { "`\($0.argument)` \($0.text)" }.joined(separator: " ")
    if mistakes.count > named.count { list += " And \(mistakes.count - named.count) more." }
    let wrong = Set(mistakes.map { Array($0.argument.utf8) }).count
    let count = wrong == 1 ? "1 argument is wrong" : "\(wrong) arguments are wrong"
    return Verdict(
      .fix, "invalid_arguments",
      "\(count), so nothing was done. \(list) Correct this and call again.")
  }

  /// The same identity with other values.
  public func conflict(_ operation: Operation, _ differences: [Difference]) -> Verdict {
    let list = differences.map {
      "\($0.field) is recorded as \(quoted($0.recorded)) and was sent as \(quoted($0.sent))"
    }.joined(separator: "; ")
    return Verdict(
      .stop, "reference_conflict",
      "Reference \(quoted(operation.reference)) already names another \(operation.kind.rawValue) "
        + "(operation \(operation.id.text), \(operation.state.rawValue)): \(list). Nothing was "
        + "done. "
        + "Do not retry with changed values. If this is a different payment, use its own "
        + "reference; "
        + "if not, tell the user.")
  }

  /// The processor answers nothing that can be relied on, so that nothing new is begun.
  public func processorUnavailable(_ operation: Operation) -> Verdict {
    Verdict(
      .stop, "processor_unavailable",
      "The payment processor is not answering as it should, so \(name(operation)) was not started. "
        + "Nothing was sent and no money moved. Do not retry now. Tell the user; the same call may "
        + "be made later.")
  }

  /// The processor answered nothing that could be relied on, and another operation is finding out
  /// whether it does again.
  public func processorAwaited(_ operation: Operation) -> Verdict {
    Verdict(
      .retry, "processor_awaited",
      "Nothing was sent: another payment is finding out whether the processor answers again, so "
        + "\(name(operation)) was not started. Repeat the same call after 5 seconds.",
      retryAfter: 5)
  }

  /// A rule of the policy refused it.
  public func denied(_ denial: Denial, _ operation: Operation) -> Verdict {
    switch denial {
    case .toolNotAllowed(let tool):
      return Verdict(
        .stop, "tool_not_allowed",
        "The policy does not allow the tool `\(tool)`. Do not call it again. Tell the user.")
    case .currencyNotAllowed(let currency, let allowed):
      let list = allowed.map(\.code).joined(separator: ", ")
      return Verdict(
        .stop, "currency_not_allowed",
        "The policy does not allow charges in \(currency.code); allowed: \(list). Nothing was "
          + "charged. "
          + "Do not convert the amount yourself. Tell the user.")
    case .currencyWithoutCap(let currency):
      return Verdict(
        .stop, "currency_without_cap",
        "The policy has no spend cap in \(currency.code), so nothing may be charged in it. "
          + "Do not convert the amount yourself. Tell the user.")
    case .customerNotAllowed:
      return Verdict(
        .stop, "customer_not_allowed",
        "The policy does not allow charging this customer. Nothing was charged. Do not retry. "
          + "Tell the user.")
    case .runExpired:
      return Verdict(
        .stop, "run_expired",
        "The time this agent session may spend money has run out. Do not retry this tool. "
          + "Inform the user that billing could not be completed and that a new session is "
          + "required."
      )
    case .declinedTooOften(let method, let rule):
      let subject = method.map { "The payment method \(quoted($0))" }
      let often = rule.limit == 1 ? "once" : "\(rule.limit) times"
      return Verdict(
        .stop, Code.declinedTooOften,
        "\(subject ?? "What the customer has on file") was declined \(often) within "
          + "\(span(rule.window)), so it is not tried again. Nothing was charged. Do not retry with "
          + "it, for this or any other reference. Ask the user for a different payment method, "
          + "then call again with the same reference and the new payment_method.")
    case .operationTooLarge(let cap):
      return Verdict(
        .stop, Code.tooLarge,
        "The cap \(quoted(cap.name)) allows at most \(currencies.text(cap.amount)) in one "
          + "operation. Nothing was done. Do not split it. \(unlessApproved(operation))")
    case .split(let cap, let together):
      let window = span(cap.splitWindow ?? .zero)
      return Verdict(
        .stop, Code.split,
        "The cap \(quoted(cap.name)) allows at most \(currencies.text(cap.amount)) in one operation, "
          + "and charges of one customer within \(window) count as one: together they would be "
          + "\(currencies.text(Money(together, cap.amount.currency))). Nothing was charged. Do not "
          + "split it. \(unlessApproved(operation))")
    case .capExhausted(let usage): return exhausted(usage)
    }
  }

  /// What may be done about what a person may let pass, and what the person has to be told.
  func unlessApproved(_ operation: Operation) -> String {
    "Do not retry unless the user says that it was approved. Tell the user: it was "
      + "\(name(operation)), customer \(quoted(operation.terms.customer)), operation "
      + "\(operation.id.text)."
  }

  private func exhausted(_ usage: CapUsage) -> Verdict {
    if usage.cap.extent == .run { return sessionCap }
    return Verdict(
      .stop, "spend_cap_exceeded",
      "The spend cap \(quoted(usage.cap.name)) (\(limit(usage.cap))) has been exhausted. "
        + "Do not retry this tool, with this or a smaller amount. "
        + "Inform the user that billing could not be completed.")
  }

  /// The spend cap of a run is used up, here or at a proxy in front of the processor.
  public var sessionCap: Verdict { Verdict(.stop, Code.capped, sessionCapText) }

  /// A cap in words: `500.00 USD and 10 operations per customer in 24 h`.
  public func limit(_ cap: Cap) -> String {
    var parts: [String] = []
    if cap.limitsAmount { parts.append(currencies.text(cap.amount)) }
    if let count = cap.count { parts.append(count == 1 ? "1 operation" : "\(count) operations") }
    let window =
      switch cap.window {
      case .lifetime: ""
      case .rolling(let length): " in \(span(length))"
      case .day: " a day"
      case .month: " a month"
      }
    return parts.joined(separator: " and ") + " per \(cap.extent.rawValue)\(window)"
  }

  /// A length of time in the largest unit that fits it: `30 days`, `24 h`, `90 min`, `45 s`.
  func span(_ length: Duration) -> String {
    let seconds = length.milliseconds / 1000
    if seconds % 86_400 == 0, seconds > 2 * 86_400 { return "\(seconds / 86_400) days" }
    if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
    return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
  }

  /// Too many calls of one run within a minute, too close together, or too many in flight.
  public func tooFast(_ code: String, _ why: String, seconds: Int64) -> Verdict {
    let seconds = max(1, seconds)
    return Verdict(
      .retry, code,
      "Nothing was sent: \(why). Repeat the same call after \(seconds) seconds.",
      retryAfter: seconds
    )
  }

  /// The refund asks for more than is left of the charge.
  public func overRefund(_ charge: Operation, left: Money) -> Verdict {
    Verdict(
      .fix, "refund_too_large",
      "`amount` is more than is left to refund of charge \(quoted(charge.reference)): at most "
        + "\(currencies.text(left)), which is \(left.amount) in minor units. Nothing was refunded. "
        + "If the user agrees to less, call again with the same reference and that amount.")
  }

  /// The most charges named in one answer.
  static let chargesNamed = 5

  /// Several charges have the reference by which a refund names its charge.
  public func ambiguousCharge(_ reference: String, _ charges: [Operation]) -> Verdict {
    let named = charges.suffix(Self.chargesNamed)
    var list = named.map { "\($0.id.text) (\(currencies.text($0.terms.money)))" }
      .joined(separator: ", ")
    if charges.count > named.count { list += " and \(charges.count - named.count) older" }
    return Verdict(
      .fix, "ambiguous_charge",
      "`charge` \(quoted(reference)) names \(charges.count) charges: \(list). Nothing was refunded. "
        + "Call again with the operation id of the one that is meant as `charge`; if that is not "
        + "certain, ask the user.")
  }

  /// There is nothing to refund: the charge did not happen, or nothing is left of it.
  public func notRefundable(_ charge: Operation) -> Verdict {
    Verdict(
      .stop, "nothing_to_refund",
      "Charge \(quoted(charge.reference)) is \(charge.state.rawValue) and nothing of it is left to "
        + "refund. Nothing was refunded. Do not retry. Tell the user.")
  }

  /// The charge's own outcome is not known yet, so nothing of it can be given back.
  public func chargeUnresolved(_ charge: Operation) -> Verdict {
    Verdict(
      .retry, "charge_unresolved",
      "Nothing was sent: charge \(quoted(charge.reference)) is itself not resolved yet. "
        + "Repeat the same call after 5 seconds.", retryAfter: 5)
  }

  /// No such operation.
  public func unknownOperation(_ argument: String, _ text: String) -> Verdict {
    Verdict(
      .fix, "unknown_operation",
      "No operation is known by `\(argument)` \(quoted(text)). Nothing was done. Send the "
        + "operation "
        + "id or the reference exactly as it was charged; call status without arguments to see "
        + "what "
        + "is known.")
  }

  /// The policy cannot be used, so money cannot move.
  public func policyBroken(_ first: String) -> Verdict {
    Verdict(
      .stop, "policy_broken",
      "The policy is broken (\(quoted(first, limit: 200))), so no money may move. Do not retry. "
        + "Tell the user that the operator must run `bursar check`.")
  }

  /// What `status` says while a broken edit of the policy waits to be mended.
  public func badEdit(_ first: String) -> String {
    "The policy's file was changed and is not in force, the rules before are: "
      + "\(quoted(first, limit: 200)). Tell the user that the operator must run `bursar check`."
  }

  /// An operation was accepted, and the books cannot be read to say what became of it.
  public func unreadable(_ operation: OperationID) -> Verdict {
    Verdict(
      .pending, "ledger_unavailable",
      "Operation \(operation.text) was accepted; what became of it cannot be read now, because the "
        + "ledger cannot be used. Do not start it under another reference. Call status with operation "
        + "\(quoted(operation.text)) in 5 seconds.", retryAfter: 5)
  }

  /// The books cannot be written now; somebody else may be writing.
  public var ledgerBusy: Verdict {
    Verdict(
      .retry, "ledger_busy",
      "Nothing was sent: the ledger is in use by another program. "
        + "Repeat the same call after 2 seconds.",
      retryAfter: 2)
  }

  /// The books cannot be written until somebody mends it.
  public func ledgerBroken(_ code: String, _ why: String) -> Verdict {
    Verdict(
      .stop, code,
      "The ledger cannot be used (\(why)), so no money may move. Nothing was sent. Do not retry. "
        + "Tell the user that the operator must run `bursar check`.")
  }

  /// Something inside broke after the call was accepted.
  public var internalFault: Verdict {
    Verdict(
      .stop, "internal_error",
      "Bursar met an error of its own and cannot say what happened. Do not charge or refund again. "
        + "Call status with the reference, and tell the user.")
  }
}
