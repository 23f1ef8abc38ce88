import JSON
import Payments

extension Stripe {
  /// What a PaymentIntent proves (S01–S08); believed only if everything it says agrees with what
  /// was asked for. `complete` is false for one embedded in an error, which may leave members out.
  static func intent(
    _ object: JSONValue, to instruction: Instruction, complete: Bool = true
  ) -> Finding {
    guard let id = object["id"]?.string else { return unreadable }
    guard object["object"]?.string != nil || !complete else { return unreadable }
    guard plausible(id, prefixes: ["pi_"]), known(id, to: instruction),
      agrees(object, type: "payment_intent", with: instruction, complete: complete)
    else { return mismatch }

    if object["status"]?.string == "succeeded", let received = object["amount_received"],
      received.integer != instruction.operation.terms.money.amount
    {
      return mismatch
    }
    return standing(
      of: object, id, afterConfirming: instruction.kind == .confirm,
      livemode: instruction.livemode)
  }

  /// What a PaymentIntent proves by itself.
  ///
  /// - Parameter afterConfirming: whether this is the answer to a confirmation.
  static func standing(
    of object: JSONValue, _ id: String, afterConfirming: Bool, livemode: Bool
  ) -> Finding {
    switch object["status"]?.string {
    case "succeeded":
      return .captured(id, livemode: livemode)
    case "requires_capture", "processing":
      return .processing(id)
    case "requires_action":
      return .unauthenticated(id)
    case "requires_confirmation":
      return .created(id)
    case "requires_payment_method":
      return unpaid(object, id, afterConfirming: afterConfirming)
    case "canceled":
      return .voided(id)
    default:
      return .unknown(Doubt(reason: "status_unrecognized", remedy: .lookUp))
    }
  }

  /// `requires_payment_method`: declined if there is an error to show for it (S05), and otherwise
  /// never confirmed, unless this is the answer to a confirmation.
  private static func unpaid(
    _ object: JSONValue, _ id: String, afterConfirming: Bool
  ) -> Finding {
    if let error = object["last_payment_error"], error.object != nil {
      let error = StripeError(members: error)
      // A read of the object settles what an issuer's talk of a duplicate leaves open (C13): this
      // object is unpaid, and it is the only one this operation has.
      return .declined(decline(error, reference: id))
    }
    guard afterConfirming else { return .created(id) }
    return .declined(Decline(reference: id, code: "generic_decline", advice: .anotherMethod))
  }

  /// What a refund proves (F01–F03), under the same condition.
  static func refund(_ object: JSONValue, to instruction: Instruction) -> Finding {
    guard let id = object["id"]?.string, object["object"]?.string != nil else { return unreadable }
    // Refunds of other means than cards are named `pyr_`.
    guard plausible(id, prefixes: ["re_", "pyr_"]), known(id, to: instruction),
      agrees(object, type: "refund", with: instruction, complete: true)
    else { return mismatch }

    return standing(ofRefund: object, id, livemode: instruction.livemode)
  }

  /// What a refund proves by itself.
  static func standing(ofRefund object: JSONValue, _ id: String, livemode: Bool) -> Finding {
    switch object["status"]?.string {
    case "succeeded": .refunded(id, livemode: livemode)
    case "pending", "requires_action": .submitted(id)
    case "failed", "canceled": .refundFailed(id)
    default: .unknown(Doubt(reason: "status_unrecognized", remedy: .lookUp))
    }
  }

  /// Whether the object is the one asked for by id; true where it was not asked for by id.
  private static func known(_ id: String, to instruction: Instruction) -> Bool {
    switch instruction.kind {
    case .confirm, .retrieve, .cancel, .retrieveRefund:
      guard let reference = instruction.operation.processorReference else { return false }
      return same(id, reference)
    case .create, .find, .refund, .findRefund:
      return true
    }
  }

  /// Whether all the object says is what was asked for (S08). Refunds have no `livemode`; a
  /// customer or a charge that is left out or expanded is no contradiction.
  private static func agrees(
    _ object: JSONValue, type: String, with instruction: Instruction, complete: Bool
  ) -> Bool {
    let terms = instruction.operation.terms
    func says(_ name: String, required: Bool, _ test: (JSONValue) -> Bool) -> Bool {
      guard let value = object[name] else { return !required }
      return test(value)
    }
    let refund = type == "refund"
    return says("object", required: complete) { $0.string == type }
      && says("amount", required: complete) { $0.integer == terms.money.amount }
      && says("currency", required: complete) {
        $0.string.flatMap { Currency($0) } == terms.money.currency
      }
      && says("livemode", required: complete && !refund) { $0.bool == instruction.livemode }
      && says("metadata", required: complete) { belongs($0, to: instruction.operation) }
      && says("customer", required: false) { $0.string.map { same($0, terms.customer) } ?? true }
      && says("payment_intent", required: false) { value in
        guard refund, let said = value.string, let charge = terms.chargeReference else {
          return true
        }
        return same(said, charge)
      }
  }

  /// Whether an object's metadata name this operation.
  static func belongs(_ metadata: JSONValue, to operation: Operation) -> Bool {
    guard let name = metadata["bursar_operation"]?.string else { return false }
    return same(name, operation.id.text)
  }

  /// Whether a text can be one of Stripe's ids: it will be kept, shown and put into paths.
  static func plausible(_ id: String, prefixes: [String]) -> Bool {
    guard
      prefixes.contains(where: { id.utf8.starts(with: $0.utf8) && id.utf8.count > $0.utf8.count })
    else { return false }
    return id.utf8.count <= 255
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
