import JSON
import Payments
import Processors
import Testing

/// Draws requests that repeat, overlap and contradict each other, and keeps what was answered.
private struct Storm {
  var dice: Dice
  var sandbox = Sandbox()
  var now = noon
  var waiting: [Sandbox.Ticket] = []
  var log: [String] = []

  mutating func request() -> Request {
    let key = "k\(dice.roll(below: 40))"
    let intent = "pi_sandbox_00000\(1 + dice.roll(below: 4))"
    let methods = ["", "&payment_method=pm_1", "&payment_method=pm_card_chargeDeclined"]
    let method = methods[dice.roll(below: methods.count)]
    switch dice.roll(below: 8) {
    case 0: return posting("/v1/payment_intents", usd + method, key: key)
    case 1: return posting("/v1/payment_intents", "\(usd)&confirm=true&off_session=true", key: key)
    case 2...4:
      return posting("/v1/payment_intents/\(intent)/confirm", "off_session=true\(method)", key: key)
    case 5:
      let reads = ["/v1/payment_intents/\(intent)", "/v1/payment_intents", "/v1/refunds"]
      return Request(
        method: .get, path: reads[dice.roll(below: reads.count)], headers: [], body: [])
    case 6:
      let amount = 1 + dice.roll(below: 700)
      return posting("/v1/refunds", "payment_intent=\(intent)&amount=\(amount)", key: key)
    default: return posting("/v1/payment_intents/\(intent)/cancel", "", key: key)
    }
  }

  mutating func step() {
    now = now.advanced(by: .seconds(dice.roll(below: 1800)))
    if dice.roll(below: 3) == 0, !waiting.isEmpty {
      let ticket = waiting.remove(at: dice.roll(below: waiting.count))
      let fails = dice.roll(below: 5) == 0
      let ending =
        fails ? Sandbox.Ending.serverError(effect: dice.roll(below: 2) == 0) : .carriedOut
      note(sandbox.complete(ticket, as: ending, at: now))
      return
    }
    switch sandbox.begin(request(), at: now) {
    case .answered(let response): note(response)
    case .underway(let ticket): waiting.append(ticket)
    }
  }

  private mutating func note(_ response: Response) {
    log.append("\(response.status) \(String(decoding: response.body, as: UTF8.self))")
  }
}

@Suite struct SandboxPropertyTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func noOrderOfRequestsChargesAnObjectTwice(seed: UInt64) throws {
    var storm = Storm(dice: Dice(seed: seed))
    for _ in 0..<1500 {
      storm.step()
      for intent in storm.sandbox.intents.prefix(4) {
        #expect(intent.charges.filter(\.paid).count <= 1)
        #expect(intent.amountReceived == (intent.status == .succeeded ? 1099 : 0))
      }
    }
    for intent in storm.sandbox.intents {
      let back = storm.sandbox.refunds.filter { $0.intent == intent.id }.map(\.money.amount)
      #expect(back.reduce(0, +) == intent.amountRefunded)
      #expect(intent.amountRefunded <= intent.amountReceived)
    }
    #expect(storm.sandbox.intents.contains { $0.status == .succeeded })
    #expect(storm.log.contains { $0.hasPrefix("409") })
    #expect(storm.log.contains { $0.hasPrefix("500") })
  }

  @Test func theSameRequestsGiveTheSameBooks() {
    var left = Storm(dice: Dice(seed: 42))
    var right = Storm(dice: Dice(seed: 42))
    for _ in 0..<500 {
      left.step()
      right.step()
    }
    #expect(left.log == right.log)
    #expect(left.sandbox.books() == right.sandbox.books())
    #expect(left.sandbox.books().compact == right.sandbox.books().compact)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func noReadingOfAnAnswerContradictsTheBooks(seed: UInt64) {
    let dialect = Stripe.dialect(profileName: "sandbox")
    var dice = Dice(seed: seed)
    var sandbox = Sandbox()
    var operation = sampleOperation(processorReference: nil, firstSent: noon)
    let methods = [nil, "pm_1", "pm_card_chargeDeclined", "pm_card_authenticationRequired"]
    for _ in 0..<300 {
      let known = operation.processorReference != nil
      let kinds: [Instruction.Kind] =
        known ? [.confirm, .retrieve, .find, .cancel, .create] : [.create, .find]
      var kind = kinds[dice.roll(below: kinds.count)]
      if kind == .cancel, dice.roll(below: 10) > 0 { kind = .retrieve }
      operation.terms.paymentMethod = methods[dice.roll(below: methods.count)]
      operation.confirmation = dice.roll(below: 6)
      let instruction = Instruction(
        kind: kind, operation: operation, key: IdempotencyKey("b1_k"), livemode: false)
      let response = sandbox.answer(dialect.request(instruction), at: noon)
      let found = dialect.finding(instruction, .response(response))
      switch found {
      case .created(let id): operation.processorReference = operation.processorReference ?? id
      case .captured(let id, _):
        #expect(sandbox.intents.contains { $0.id == id && $0.amountReceived == 1099 })
      case .voided(let id):
        #expect(sandbox.intents.contains { $0.id == id && $0.status == .canceled })
      case .absent: #expect(sandbox.intents.isEmpty)
      case .declined, .rejected, .unknown: break
      case .processing, .unauthenticated, .refunded, .submitted, .refundFailed, .misconfigured,
        .blocked, .deferred,
        .notSent, .throttled, .inProgress:
        Issue.record("The sandbox gives no cause for \(found).")
      }
    }
    #expect(!sandbox.intents.isEmpty)
  }
}
