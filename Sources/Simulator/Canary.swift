import PaymentServer
import Payments
import Processors

/// A world made wrong on purpose: what a harness does not notice, it does not check.
enum Canary: String, CaseIterable {
  /// The processor charges twice for one key.
  case chargesTwice = "charges-twice"
  /// Caps are judged as if every process kept its own books.
  case capsApart = "caps-apart"
  /// An attempt leaves before the commit of its row.
  case sendsEarly = "sends-early"
  /// What a dead sender left is taken for failed.
  case failsUnknown = "fails-unknown"
  /// Every attempt has a key of its own.
  case changesKeys = "changes-keys"
  /// The order of a dictionary decides in which order outputs leave.
  case shufflesOutputs = "shuffles-outputs"

  /// What it must be caught by.
  var caughtBy: [Promise] {
    switch self {
    case .chargesTwice: [.chargedOnce]
    case .capsApart: [.withinCaps]
    case .sendsEarly: [.recordedBeforeSent]
    case .failsUnknown: [.failureIsTrue, .heldBeforeMoved]
    case .changesKeys: [.sameKey]
    case .shufflesOutputs: [.repeatable]
    }
  }

  /// The processor's language as this canary has it spoken.
  ///
  /// - Parameter early: takes requests that leave from within the transaction.
  static func dialect(_ canary: Canary?, early: Early) -> Dialect {
    let sound = Stripe.dialect(profileName: "sandbox")
    switch canary {
    case nil, .chargesTwice, .capsApart, .shufflesOutputs: return sound
    case .sendsEarly:
      return Dialect(
        profile: sound.profile,
        request: { instruction in
          let request = sound.request(instruction)
          early.requests.append((instruction.operation, request))
          return request
        }, proof: sound.proof, statement: sound.statement)
    case .failsUnknown:
      return Dialect(
        profile: sound.profile, request: sound.request,
        proof: { instruction, answer in
          guard case .failure(let failure) = answer, failure.cause == .ownerDied else {
            return sound.proof(instruction, answer)
          }
          return Proof(.rejected(Refusal(code: "restarted")))
        }, statement: sound.statement)
    case .changesKeys:
      return Dialect(
        profile: sound.profile,
        request: { instruction in
          let request = sound.request(instruction)
          return request.renaming(attempt: instruction.operation.attempts)
        }, proof: sound.proof, statement: sound.statement)
    }
  }

  /// The outputs in the order of a dictionary, where that is this canary's.
  static func order(_ canary: Canary?, _ outputs: [Output]) -> [Output] {
    guard canary == .shufflesOutputs else { return outputs }
    var byNumber: [Int: Output] = [:]
    for (number, output) in outputs.enumerated() { byNumber[number] = output }
    return Array(byNumber.values)
  }
}

/// What left from within a transaction. Only one thread ever sees it.
final class Early: @unchecked Sendable {
  var requests: [(Operation, Request)] = []
}

extension Request {
  /// The same request under another key.
  fileprivate func renaming(attempt: Int) -> Request {
    Request(
      method: method, path: path,
      headers: headers.map {
        $0.name == "Idempotency-Key" ? Header($0.name, "\($0.value):\(attempt)") : $0
      }, body: body)
  }
}
