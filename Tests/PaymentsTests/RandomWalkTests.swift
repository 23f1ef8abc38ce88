import Payments
import Testing

/// Operations driven against a processor that really executes, over a street that loses requests
/// and answers, delivers late, and turns requests away; with a stubborn agent that calls again.
@Suite struct RandomWalkTests {
  /// One walk: the operation, the processor, and the requests that are still on their way.
  private struct Walk {
    var operation: Operation
    var processor: ToyProcessor
    var late: [(kind: Instruction.Kind, operation: Operation, arrives: Instant)] = []
    var now = Fixture.now
    var dice: Dice
    var sent = 0

    init(_ operation: Operation, seed: UInt64) {
      self.operation = operation
      processor = ToyProcessor(seed: seed)
      dice = Dice(state: seed &* 31 &+ 7)
    }

    mutating func deliverLate() {
      for one in late where one.arrives <= now {
        _ = processor.execute(one.kind, for: one.operation, at: one.arrives)
      }
      late.removeAll { $0.arrives <= now }
    }

    /// What comes back for one request; `faulty` while the street is bad.
    mutating func answer(_ kind: Instruction.Kind, faulty: Bool) -> Finding {
      guard faulty else { return processor.execute(kind, for: operation, at: now) }
      switch dice.roll(12) {
      case 0: return .notSent(.connection)
      case 1: return .throttled(retryAfter: .seconds(Int64(dice.roll(4000))))
      case 2: return .misconfigured(Refusal(code: "invalid_api_key"))
      case 3: return .blocked(Refusal(code: "cap_exhausted"))
      case 4, 5:
        _ = processor.execute(kind, for: operation, at: now)
        return .unknown(dice.roll(2) == 0 ? Fixture.timeout : Fixture.brokenAnswer)
      case 6, 7:
        let delay = Duration.seconds(Int64(dice.roll(500)))
        late.append((kind, operation, now.advanced(by: delay)))
        return .unknown(Fixture.timeout)
      case 8: return .unknown(Fixture.timeout)
      case 9: return .inProgress
      default: return processor.execute(kind, for: operation, at: now)
      }
    }

    mutating func step(faulty: Bool) {
      guard operation.next != nil else { return }
      now = max(now, operation.due ?? now)
      // Now and then the machine sleeps, up to two days.
      if faulty, dice.roll(25) == 0 { now = now.advanced(by: .seconds(Int64(dice.roll(172_800)))) }
      deliverLate()
      operation = operation.beginning(by: 1, Fixture.rule, at: now)
      guard let next = operation.next else { return }
      if next.writes { sent += 1 }
      let finding = answer(next, faulty: faulty)
      now = now.advanced(by: .milliseconds(Int64(dice.roll(90_000))))
      deliverLate()
      if let (after, _) = operation.followed(by: finding, Fixture.rule, at: now) {
        operation = after
      }
    }

    /// The agent calls again, now and then with another payment method.
    mutating func callAgain() {
      now = now.advanced(by: .seconds(Int64(dice.roll(120))))
      deliverLate()
      var terms = operation.terms
      if dice.roll(2) == 0 { terms.paymentMethod = "pm_\(dice.roll(9))" }
      if case .again(var again) = operation.repeated(with: terms, Fixture.rule, at: now) {
        again.due = now
        operation = again
      }
    }
  }

  private func walk(_ operation: Operation, seed: UInt64) -> Walk {
    var walk = Walk(operation, seed: seed)
    for _ in 0..<12 {
      for _ in 0..<6 { walk.step(faulty: true) }
      if walk.operation.next == nil { walk.callAgain() }
    }
    for _ in 0..<200 where walk.operation.next != nil { walk.step(faulty: false) }
    walk.now = walk.now.advanced(by: .seconds(4000))
    walk.deliverLate()
    walk.processor.welcome()
    return walk
  }

  @Test func aChargeIsCapturedAtMostOnceAndTheBooksAgree() {
    var captured = 0
    var ended: Set<String> = []
    for seed in 1...5_000 {
      let walk = walk(Fixture.charge(), seed: UInt64(seed))
      let operation = walk.operation
      #expect(walk.processor.captures <= 1, "seed \(seed)")
      #expect(operation.next == nil, "seed \(seed)")
      if operation.deadLetter == nil {
        let agrees = (operation.state == .captured) == (walk.processor.captures == 1)
        #expect(agrees, "seed \(seed): \(operation.state), captures \(walk.processor.captures)")
      }
      captured += walk.processor.captures
      ended.insert(operation.deadLetter == nil ? operation.state.rawValue : "dead_letter")
    }
    #expect(captured > 1000)
    #expect(ended.isSuperset(of: ["captured", "declined", "failed", "voided", "dead_letter"]))
  }

  @Test func aRefundIsMadeAtMostOnceAndTheBooksAgree() {
    var refunded = 0
    var ended: Set<String> = []
    for seed in 1...5_000 {
      let walk = walk(Fixture.refund(), seed: UInt64(seed))
      let operation = walk.operation
      #expect(walk.processor.refunds <= 1, "seed \(seed)")
      #expect(operation.next == nil, "seed \(seed)")
      if operation.deadLetter == nil {
        let agrees = (operation.state == .refunded) == (walk.processor.refunds == 1)
        #expect(agrees, "seed \(seed): \(operation.state), refunds \(walk.processor.refunds)")
      }
      refunded += walk.processor.refunds
      ended.insert(operation.deadLetter == nil ? operation.state.rawValue : "dead_letter")
    }
    #expect(refunded > 1000)
    #expect(ended.isSuperset(of: ["refunded", "failed", "dead_letter"]))
  }
}
