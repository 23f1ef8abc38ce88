import JSON
import Payments

extension Stripe {
  /// What the body of a success shows broken: only objects that name this operation in their
  /// metadata count, so that nobody else's answer, nor a proxy's, freezes anything.
  static func violation(by body: JSONValue, to instruction: Instruction) -> Violation.Kind? {
    let objects = (body["data"]?.array ?? [body]).filter { object in
      object["metadata"].map { belongs($0, to: instruction.operation) } ?? false
    }
    let money = instruction.operation.terms.money
    let moved = objects.filter { isExecuted($0, instruction.operation.kind) }
    if objects.contains(where: {
      ($0["livemode"]?.bool ?? instruction.livemode) != instruction.livemode
    }) {
      return .livemode
    }
    if moved.count > 1 { return .doubled }
    // What a request is answered with is only a doubt; the object itself is asked before anybody
    // is alarmed.
    guard !instruction.kind.writes else { return nil }
    return moved.contains { !moves(money, $0) } ? .amount : nil
  }

  /// Whether an object of that kind says that money moved.
  private static func isExecuted(_ object: JSONValue, _ kind: Operation.Kind) -> Bool {
    let type =
      switch kind {
      case .charge: "payment_intent"
      case .refund: "refund"
      }
    return object["object"]?.string == type && object["status"]?.string == "succeeded"
  }

  /// Whether what moved is that much. What is left out contradicts nothing.
  private static func moves(_ money: Money, _ object: JSONValue) -> Bool {
    let amount = object["amount_received"]?.integer ?? object["amount"]?.integer
    let currency = object["currency"]?.string.flatMap { Currency($0) }
    return amount ?? money.amount == money.amount && currency ?? money.currency == money.currency
  }
}
