import JSON
import Payments

extension Stripe {
  /// What an answer proves, for every row of the classification table (`processors.md` §4).
  ///
  /// Total: whatever arrives is one of the findings, and what cannot be read is *unknown*. No text
  /// of the processor gets into a finding, only codes, parameter names and ids that look like ones.
  static func proof(by answer: Answer, of instruction: Instruction) -> Proof {
    switch answer {
    case .failure(let failure): return Proof(finding(of: failure))
    case .response(let response):
      let body = object(in: response)
      let isSuccess = (200..<300).contains(response.status)
      return Proof(
        finding(of: response, body, to: instruction),
        violation: isSuccess ? body.flatMap { violation(by: $0, to: instruction) } : nil)
    }
  }

  /// Rows T01–T30. Nothing was sent only with the sender's proof.
  private static func finding(of failure: TransportFailure) -> Finding {
    if failure.sent {
      return .unknown(Doubt(reason: failure.cause.rawValue, remedy: .resend, silent: true))
    }
    switch failure.cause {
    case .security: return .misconfigured(Refusal(code: "tls_failed"))
    case .address: return .misconfigured(Refusal(code: "address_invalid"))
    case .nameResolution, .connection, .timeout, .interrupted, .oversize, .ownerDied,
      .sandboxJournal:
      return .notSent(failure.cause)
    }
  }

  private static func finding(
    of response: Response, _ body: JSONValue?, to instruction: Instruction
  ) -> Finding {
    switch response.status {
    case 200..<300:
      return success(body, to: instruction)
    case 300..<400:
      return .misconfigured(Refusal(code: "redirected", detail: String(response.status)))
    case 400..<500:
      return refusal(response, StripeError(body), body, to: instruction)
    case 500..<600:
      return .unknown(serverError(response))
    default:
      return unreadable
    }
  }

  /// Rows S01–S10. A replayed answer is read like any other: it is the first attempt's result.
  private static func success(_ body: JSONValue?, to instruction: Instruction) -> Finding {
    guard let body else { return unreadable }
    switch instruction.kind {
    case .create, .confirm, .retrieve, .cancel:
      return intent(body, to: instruction)
    case .refund, .retrieveRefund:
      return refund(body, to: instruction)
    case .find, .findRefund:
      return list(body, to: instruction)
    }
  }

  /// Rows X01–X05. A stored 500 is replayed for the key's life, so posting it again tells nothing.
  private static func serverError(_ response: Response) -> Doubt {
    let stored =
      response.says("true", in: "Idempotent-Replayed")
      || response.says("false", in: "Stripe-Should-Retry")
    return Doubt(
      reason: "server_error", remedy: stored ? .lookUp : .resend,
      retryAfter: retryAfter(of: response))
  }

  /// The body as a JSON object of at most 4 MiB; nil for anything else.
  static func object(in response: Response) -> JSONValue? {
    var limits = JSONLimits.message
    limits.bytes = 4 << 20
    do throws(JSONError) {
      let body = try JSONValue(reading: response.body, limits: limits)
      return body.object == nil ? nil : body
    } catch {
      return nil
    }
  }

  /// The answer is not one Stripe gives: a portal, a proxy, a broken end (S09, T14).
  static var unreadable: Finding {
    .unknown(Doubt(reason: "answer_unreadable", remedy: .resend))
  }

  /// The answer is about something else than was asked: someone else's replay, another account
  /// (S08).
  static var mismatch: Finding {
    .unknown(Doubt(reason: "answer_mismatch", remedy: .lookUp))
  }
}

extension Response {
  /// The value of the first header of that name, compared without regard to ASCII case.
  func header(_ name: String) -> String? {
    headers.first { header in
      header.name.utf8.count == name.utf8.count
        && header.name.utf8.elementsEqual(name.utf8) { left, right in lower(left) == lower(right) }
    }?.value
  }

  /// Whether a header is there and says that word, without regard to ASCII case.
  func says(_ word: String, in name: String) -> Bool {
    guard let value = header(name) else { return false }
    return value.utf8.elementsEqual(word.utf8) { left, right in lower(left) == lower(right) }
  }
}

/// An ASCII letter in lower case, any other byte as it is.
func lower(_ byte: UInt8) -> UInt8 {
  UInt8(ascii: "A") <= byte && byte <= UInt8(ascii: "Z") ? byte + 32 : byte
}

/// Whether two identifiers are the same bytes; `==` would take two spellings of a letter for one.
func same(_ left: String, _ right: String) -> Bool {
  isSame(left, right)
}
