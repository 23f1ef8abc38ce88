import Payments
import Testing

/// An operator's word, by itself.
@Suite struct ResolutionTests {
  private static let deadCharge = Fixture.authorised {
    $0.next = nil
    $0.due = nil
    $0.deadLetter = "timeout"
    $0.unknownSince = Fixture.now.advanced(by: .seconds(-90_000))
  }

  private static let deadRefund = Fixture.refund {
    $0.next = nil
    $0.due = nil
    $0.deadLetter = "timeout"
    $0.unknownSince = Fixture.now.advanced(by: .seconds(-90_000))
  }

  private func resolved(
    _ operation: Operation, _ resolution: Resolution, _ evidence: String...
  ) throws(ResolutionMistake) -> Operation {
    try operation.resolvedByOperator(
      as: resolution, livemode: true, evidence: evidence, at: Fixture.now)
  }

  @Test func whatTheProcessorSaidLastIsNotGainsaid() throws {
    #expect(throws: ResolutionMistake.contradicted("voided")) {
      try resolved(Self.deadCharge, .captured, "created", "voided", "unknown:timeout")
    }
    #expect(throws: ResolutionMistake.contradicted("captured")) {
      try resolved(Self.deadCharge, .failed, "voided", "captured")
    }
    #expect(throws: ResolutionMistake.contradicted("refund_failed")) {
      try resolved(Self.deadRefund, .refunded, "refund_failed")
    }
    let captured = try resolved(Self.deadCharge, .captured, "created", "unknown:timeout")
    #expect(captured.state == .captured)
    #expect(try resolved(Self.deadRefund, .refunded).livemode)
    #expect(try !resolved(Self.deadRefund, .failed).livemode)
  }

  @Test func aChargeWithoutANameWasNotCaptured() {
    var nameless = Self.deadCharge
    nameless.processorReference = nil
    #expect(throws: ResolutionMistake.unnamed) { try resolved(nameless, .captured) }
    #expect(throws: ResolutionMistake.ofAnotherKind) { try resolved(Self.deadRefund, .captured) }
  }

  @Test func aRetrySendsNothingThatMovesMoneyAndForgetsNoDoubt() throws {
    let lookUps: [(Operation, Instruction.Kind)] = [
      (Self.deadCharge, .retrieve), (Self.deadRefund, .findRefund),
      (
        Fixture.refund {
          $0.deadLetter = "x"
          $0.state = .submitted
        }, .retrieveRefund
      ),
    ]
    for (dead, next) in lookUps {
      let again = try dead.retriedByOperator(at: Fixture.now)
      #expect(again.next == next && again.due == Fixture.now)
      #expect(again.unknownSince == Fixture.now && again.deadLetter == nil)
      #expect(again.state == dead.state)
      // An answer that decides nothing does not end it at once.
      #expect(again.attempted(.unknown(Fixture.brokenAnswer)).deadLetter == nil)
    }
    #expect(throws: ResolutionMistake.notDeadLetter) {
      try Fixture.authorised().retriedByOperator(at: Fixture.now)
    }
  }

  @Test func whatAPersonEndedDoesNotBeginAgain() throws {
    let ended = try resolved(Self.deadCharge, .failed)
    for wait in [0, 31, 86_400, 8_640_000] {
      let repetition = ended.repeated(
        with: ended.terms, Fixture.rule, at: Fixture.now.advanced(by: .seconds(wait)))
      #expect(repetition == .same)
    }
  }
}
