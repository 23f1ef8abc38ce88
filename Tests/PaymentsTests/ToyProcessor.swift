import Payments

/// A processor in a hundred lines that really executes: one object per create key, at most one
/// capture per object, one refund per key for as long as the key is remembered, and answers that
/// may be saved errors. What is lost on the way is for the walk to decide.
struct ToyProcessor {
  enum Intent { case unconfirmed, declined, waiting, captured, cancelled }

  private(set) var intents: [Intent] = []
  private(set) var refunds = 0
  private var created: [Int: Int] = [:]
  private var confirmed: [String: Finding] = [:]
  private var refundKeys: [Int: (sent: Instant, answer: Finding)] = [:]
  var dice: Dice

  init(seed: UInt64) {
    dice = Dice(state: seed)
  }

  var captures: Int { intents.count { $0 == .captured } }

  private func number(_ operation: Operation) -> Int? {
    operation.processorReference.flatMap { Int($0.dropFirst(3)) }
  }

  private func read(_ index: Int) -> Finding {
    switch intents[index] {
    case .unconfirmed: .created("pi_\(index)")
    case .declined:
      .declined(Decline(reference: "pi_\(index)", code: "generic_decline", advice: .anotherMethod))
    case .waiting: .unauthenticated("pi_\(index)")
    case .captured: .captured("pi_\(index)", livemode: false)
    case .cancelled: .voided("pi_\(index)")
    }
  }

  /// Customers come, and what waited for them is paid.
  mutating func welcome(_ share: UInt64 = 1) {
    for index in intents.indices where intents[index] == .waiting && dice.roll(share) == 0 {
      intents[index] = .captured
    }
  }

  /// Executes a request that arrived and gives the true answer.
  mutating func execute(
    _ kind: Instruction.Kind, for operation: Operation, at now: Instant
  ) -> Finding {
    welcome(4)
    switch kind {
    case .create:
      let index = created[operation.round] ?? intents.count
      if created[operation.round] == nil {
        created[operation.round] = index
        intents.append(.unconfirmed)
      }
      return .created("pi_\(index)")
    case .find: return created[operation.round].map { read($0) } ?? .absent
    case .retrieve: return number(operation).map { read($0) } ?? .absent
    case .confirm: return confirm(operation)
    case .cancel:
      guard let index = number(operation) else { return .absent }
      if intents[index] != .captured { intents[index] = .cancelled }
      return read(index)
    case .refund: return refund(operation.round, at: now)
    case .findRefund, .retrieveRefund:
      return refunds > 0 ? .refunded("re_1", livemode: false) : .absent
    }
  }

  private mutating func confirm(_ operation: Operation) -> Finding {
    guard let index = number(operation) else { return .absent }
    let key = "\(operation.round):\(operation.confirmation)"
    if let saved = confirmed[key] { return saved }
    if intents[index] == .unconfirmed || intents[index] == .declined {
      intents[index] =
        [.declined, .declined, .waiting, .captured, .captured, .captured][
          Int(dice.roll(6))]
    }
    let answer = dice.roll(6) == 0 ? Finding.unknown(Fixture.savedError) : read(index)
    confirmed[key] = answer
    return answer
  }

  /// A key is forgotten after a day, and then the same request is a new refund.
  private mutating func refund(_ round: Int, at now: Instant) -> Finding {
    if let known = refundKeys[round], known.sent.duration(to: now) < .seconds(86_400) {
      return known.answer
    }
    let executes = dice.roll(5) > 0
    if executes { refunds += 1 }
    let answer =
      dice.roll(6) == 0
      ? Finding.unknown(Fixture.savedError)
      : executes
        ? .refunded("re_1", livemode: false) : .rejected(Refusal(code: "charge_not_refundable"))
    refundKeys[round] = (now, answer)
    return answer
  }
}

/// The numbers a walk is made of: SplitMix64, so that a failing seed can be walked again.
struct Dice {
  var state: UInt64

  mutating func roll(_ sides: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return (mixed ^ (mixed >> 31)) % sides
  }
}
