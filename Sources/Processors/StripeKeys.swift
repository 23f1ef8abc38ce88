import Payments

extension Stripe {
  /// The idempotency key of an instruction that writes: `<key>:<phase>` and then the numbers that
  /// tell this beginning from the others, so that no two (phase, round, confirmation) share a key.
  ///
  /// A confirmation is numbered from 1 and always says so: `:confirm:1`; a later round stands
  /// before it: `:confirm:2.1`. The other phases say their round from the second on: `:create`,
  /// `:create:1`, and the confirmation they follow only if there was one: `:refund:0.2`. Numbers
  /// are in base 36, which keeps a key of 30 characters within 45 up to round 46655 and
  /// confirmation 35.
  ///
  /// A cancellation moves no money and may be asked for again and again, so that each has a key of
  /// its own, by the attempt's number: `:cancel:4`. A 500 stored under one key would else stand for
  /// a day between an unknown outcome and its end.
  static func idempotencyKey(for instruction: Instruction) -> String {
    let round = String(instruction.operation.round, radix: 36)
    let confirmation = String(instruction.operation.confirmation + 1, radix: 36)
    let first = instruction.operation.round == 0
    let phase = "\(instruction.key.text):\(instruction.kind.rawValue)"
    switch instruction.kind {
    case .confirm:
      return first ? "\(phase):\(confirmation)" : "\(phase):\(round).\(confirmation)"
    case .cancel:
      return "\(phase):\(String(instruction.operation.attempts, radix: 36))"
    case .create, .refund:
      if instruction.operation.confirmation > 0 { return "\(phase):\(round).\(confirmation)" }
      return first ? phase : "\(phase):\(round)"
    case .retrieve, .find, .retrieveRefund, .findRefund:
      preconditionFailure("Reading needs no idempotency key.")
    }
  }
}
