/// What a call was to the operation it is answered about.
public enum Occasion: Hashable, Sendable {
  /// The call that started it.
  case first
  /// A call that asked for what was already recorded.
  case repeated
  /// A question about it.
  case asked
}

/// Every sentence a model reads about an operation. One file, so that they can be read together,
/// and covered by golden tests. No text of a processor enters, and no argument unquoted or
/// unbounded.
public struct Texts: Sendable {
  /// The processor's currencies, for amounts in major units.
  public let currencies: CurrencyTable
  /// Which world the money is of.
  public let environment: Policy.Environment

  /// Texts for one processor and one world.
  public init(currencies: CurrencyTable, environment: Policy.Environment) {
    self.currencies = currencies
    self.environment = environment
  }

  /// The verdict on an operation as it stands.
  ///
  /// - Parameters:
  ///   - occasion: what the call was; a repeated one is told that nothing moved again.
  ///   - polls: how often this was asked; with the elapsed time it keeps two answers from being
  ///     equal.
  public func verdict(
    on operation: Operation, _ occasion: Occasion, polls: Int, at now: Instant
  ) -> Verdict {
    if operation.deadLetter != nil { return deadLetter(operation) }
    switch operation.state {
    case .initiated, .validated, .authorised, .submitted:
      return unresolved(operation, polls, now)
    case .captured, .settled, .refunded: return done(operation, occasion)
    case .declined: return declined(operation)
    case .failed: return failed(operation)
    case .voided:
      return Verdict(
        .stop, Code.voided,
        "\(name(operation)) was cancelled at the processor before it took effect. No money moved. "
          + "Tell the user. Call again with the same reference only if the user still wants it.")
    case .denied: return refused(operation)
    }
  }

  /// What is said later of what the policy refused: what may be done is what was said then.
  private func refused(_ operation: Operation) -> Verdict {
    let way =
      if operation.awaitsApproval {
        unlessApproved(operation)
      } else if isSame(operation.code, Code.declinedTooOften) {
        "Do not retry with the same payment method. Ask the user for a different one."
      } else if isSame(operation.code, Code.nearDuplicate) {
        "It may be a repetition of another payment. Ask the user; call again as the answer said only "
          + "if it is none."
      } else {
        "Do not retry this tool. Tell the user."
      }
    return Verdict(
      .stop, operation.code ?? Code.denied,
      "The policy refused \(name(operation)). No money moved. \(way)")
  }

  private func done(_ operation: Operation, _ occasion: Occasion) -> Verdict {
    let what = "\(currencies.text(operation.terms.money))"
    let customer = quoted(operation.terms.customer)
    let reference = quoted(operation.reference)
    let verb = operation.kind == .charge ? "charged" : "refunded"
    let purpose = operation.kind == .charge ? "for" : "under"
    let fact = "\(what) was \(verb) to \(customer) \(purpose) \(reference)"
    let when = timestamp(operation.updated)
    return switch occasion {
    case .first:
      Verdict(.done, operation.state.rawValue, "\(fact)\(tag(operation))\(world(operation))")
    case .repeated:
      Verdict(
        .done, "replayed",
        "Already done at \(when): \(fact)\(tag(operation)) Nothing was \(verb) again."
          + world(operation))
    case .asked:
      Verdict(
        .done, operation.state.rawValue, "\(fact) at \(when)\(tag(operation))\(world(operation))")
    }
  }

  private func unresolved(_ operation: Operation, _ polls: Int, _ now: Instant) -> Verdict {
    let seconds = elapsed(operation, now)
    let asked = polls == 1 ? "asked once" : "asked \(polls) times"
    let quotedID = quoted(operation.id.text)
    if isSame(operation.code, Code.approval) {
      return Verdict(
        .stop, Code.approval,
        "\(name(operation)) waits for a person's approval at the processor (for \(seconds) s, "
          + "\(asked)). "
          + "It may still happen: \(doNotRepeat(operation)). Tell the user that it must be "
          + "approved there. "
          + "Call status with operation \(quotedID) when it was.")
    }
    if operation.unknownSince != nil, operation.next?.writes == false || operation.next == .cancel {
      return Verdict(
        .stop, "outcome_unknown",
        "The outcome of \(name(operation)) is unknown after \(seconds) s (\(asked)). It may have "
          + "happened: \(doNotRepeat(operation)). The processor is being asked. "
          + "Tell the user it is being checked, and call status with operation \(quotedID) later."
      )
    }
    return Verdict(
      .pending, "pending",
      "\(name(operation)) was accepted and its outcome is not known yet after \(seconds) s "
        + "(\(asked)). "
        + "Do not start it under another reference. Call status with operation \(quotedID) in 5 "
        + "seconds, "
        + "or repeat the same call: it cannot happen twice.",
      retryAfter: 5)
  }

  private func declined(_ operation: Operation) -> Verdict {
    if isSame(operation.code, Code.authentication) {
      return Verdict(
        .stop, Code.authentication,
        "\(name(operation)) needs the customer to authenticate in person, which cannot be done here, "
          + "so it was cancelled. No money moved. Do not retry with the same payment method. Tell "
          + "the user, or ask for a different payment method and call again with the same reference "
          + "and the new payment_method.")
    }
    let parts = (operation.detail ?? "generic_decline").split(separator: ":")
    let code = parts.first.map(String.init)
    let advice = parts.last.map(String.init).flatMap(Decline.Advice.init(rawValue:))
    let next =
      switch advice {
      case .authenticate:
        "The customer must authenticate with the bank, which cannot be done here. Tell the user."
      case .later:
        "The issuer may think differently on a later day. Tell the user, or ask for a different "
          + "payment "
          + "method and call again with the same reference and the new payment_method."
      case .anotherMethod, nil:
        "Ask the user for a different payment method, then call again with the same reference and "
          + "the "
          + "new payment_method."
      }
    return Verdict(
      .stop, Code.declined,
      "The card was declined\(inParentheses(code)) for \(name(operation)). No money moved. Do not "
        + "retry with the same "
        + "payment method. \(next)")
  }

  private func failed(_ operation: Operation) -> Verdict {
    let detail = inParentheses(operation.detail)
    let code = operation.code ?? "failed"
    let subject = name(operation)
    switch code {
    case Code.rejected:
      return Verdict(
        .fix, Code.rejected,
        "The processor refused \(subject)\(detail). No money moved. Correct the arguments and call "
          + "again with the same reference. If nothing can be corrected, tell the user.")
    case Code.misconfigured:
      return Verdict(
        .stop, code,
        "The payment processor does not let this server in\(detail), so \(subject) did not happen. "
          + "No money moved. Do not retry. Tell the user that the operator must correct the "
          + "configuration."
      )
    case Code.blocked:
      return Verdict(
        .stop, code,
        "A limit at the processor or its proxy refused \(subject)\(detail). No money moved. "
          + "Do not retry this tool. Tell the user that billing could not be completed.")
    case Code.capped: return sessionCap
    case Code.approval:
      return Verdict(
        .stop, code,
        "The processor wants a person to approve \(subject)\(detail). No money moved. Do not "
          + "retry. "
          + "Tell the user.")
    case Code.refundFailed:
      return Verdict(
        .stop, code,
        "\(subject) failed at the processor; the customer did not get the money. Do not retry. "
          + "Tell the user that the refund must be made another way.")
    case Code.unreachable:
      return Verdict(
        .stop, code,
        "The processor could not be reached for \(subject). Nothing was sent and no money moved. "
          + "Do not retry now. Tell the user; the same call may be made later.")
    case Code.notExecuted:
      return Verdict(
        .stop, code,
        "The processor does not know \(subject), so it did not happen. No money moved. "
          + "Do not retry now. Tell the user.")
    case Code.resolved:
      return Verdict(
        .stop, code,
        "The operator looked and found that \(subject) did not happen. No money moved. Do not "
          + "repeat this call. Tell the user.")
    default:
      return Verdict(
        .stop, code,
        "\(subject) was given up after the allowed attempts. No money moved. Do not retry now. "
          + "Tell the user; the same call may be made later.")
    }
  }

  private func deadLetter(_ operation: Operation) -> Verdict {
    Verdict(
      .stop, "dead_letter",
      "\(name(operation)) could not be resolved automatically and is held for a person. It may "
        + "have "
        + "happened: \(doNotRepeat(operation)). Tell the user that the "
        + "operator must look at operation \(quoted(operation.id.text)).")
  }

  private func doNotRepeat(_ operation: Operation) -> String {
    "do not \(operation.kind.rawValue) again, under this or any other reference"
  }

  /// A stable word of a processor in parentheses, or nothing if it is no plain short word: whatever
  /// else a processor says is not for the model.
  private func inParentheses(_ detail: String?) -> String {
    guard let detail, (1...64).contains(detail.utf8.count),
      detail.utf8.allSatisfy({ byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
          UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        default: false
        }
      })
    else { return "" }
    return " (\(detail))"
  }

  /// `The charge of 49.99 USD for "INV-7"`.
  public func name(_ operation: Operation) -> String {
    "the \(operation.kind.rawValue) of \(currencies.text(operation.terms.money)) for "
      + quoted(operation.reference)
  }

  private func tag(_ operation: Operation) -> String {
    " (operation \(operation.id.text))."
  }

  /// What must be said wherever no real money moves.
  private func world(_ operation: Operation) -> String {
    switch environment {
    case .live: ""
    case .test: " Test mode: no real money moves."
    case .sandbox: " Sandbox: no money moves."
    }
  }

  func elapsed(_ operation: Operation, _ now: Instant) -> String {
    decimal(max(0, operation.created.duration(to: now).milliseconds), exponent: 3)
  }
}
