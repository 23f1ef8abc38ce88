import Payments
import Testing

/// Where an agent goes on that remembers nothing.
@Suite struct ResumptionTests {
  private static let texts = Texts(currencies: Fixture.table, environment: .live)
  private static let soon = Fixture.now.advanced(by: .milliseconds(4234))

  private static func step(_ number: Int, _ name: String?, _ state: State) -> Step {
    Step(operation: OperationID("op_\(number)"), name: name, state: state, isHeld: false)
  }

  private static func point(_ steps: Step...) -> String {
    let point = ResumePoint(of: steps)
    return point.word + (point.step.map { " \($0.operation.text)" } ?? "")
  }

  @Test func itGoesOnAtTheFirstStepThatIsNotDone() {
    #expect(Self.point() == "start")
    #expect(Self.point(Self.step(1, "a", .captured)) == "after op_1")
    #expect(
      Self.point(Self.step(1, "a", .captured), Self.step(2, "b", .refunded)) == "after op_2")
    #expect(
      Self.point(
        Self.step(1, "a", .captured), Self.step(2, "b", .authorised), Self.step(3, "c", .declined))
        == "at op_2")
    #expect(Self.point(Self.step(1, "a", .declined), Self.step(2, "b", .settled)) == "at op_1")
  }

  @Test func aStepThatWasDoneLaterUnderTheSameNameIsDone() {
    #expect(Self.point(Self.step(1, "a", .declined), Self.step(2, "a", .captured)) == "after op_2")
    #expect(Self.point(Self.step(1, "a", .captured), Self.step(2, "a", .declined)) == "at op_2")
    #expect(Self.point(Self.step(1, nil, .declined), Self.step(2, nil, .captured)) == "at op_1")
    // What is not known is never taken for done, whatever came after it.
    #expect(Self.point(Self.step(1, "a", .validated), Self.step(2, "a", .captured)) == "at op_1")
    // Names are bytes: the composed and the decomposed letter are two.
    #expect(
      Self.point(Self.step(1, "\u{e9}", .failed), Self.step(2, "e\u{301}", .captured))
        == "at op_1")
  }

  @Test func nothingIsCertainThatTheProcessorDidNotConfirm() {
    for state in State.allCases {
      let charge = Fixture.charge { $0.state = state }
      let isFinal = state.moved || !state.holds && state != .initiated
      #expect((charge.outcome == .unknown) == !isFinal, "\(state)")
      #expect((charge.outcome == .done) == state.moved, "\(state)")
      #expect(!charge.nextSteps.isEmpty)
      let held = Fixture.charge {
        $0.state = state
        $0.deadLetter = "timeout"
      }
      #expect(held.outcome == .unknown && held.nextSteps == [.tellUser])
    }
  }

  /// What may be repeated is exactly what a repeated call would not refuse.
  @Test func whatIsOfferedIsWhatARepeatedCallDoes() {
    let failures = [
      Code.rejected, Code.misconfigured, Code.blocked, Code.approval, Code.unreachable,
      Code.notExecuted, Code.exhausted,
    ]
    for code in failures {
      let failed = Fixture.charge {
        $0.state = .failed
        $0.code = code
        $0.next = nil
        $0.due = nil
      }
      let later = failed.updated.advanced(by: .seconds(60))
      if failed.nextSteps.contains(.repeatCall) {
        switch failed.repeated(with: failed.terms, Fixture.rule, at: later) {
        case .again: break
        case .same, .conflict: Issue.record("\(code) cannot be repeated")
        }
      }
    }
    let declined = Fixture.authorised {
      $0.state = .declined
      $0.next = nil
    }
    #expect(declined.nextSteps.first == .changePaymentMethod)
  }

  private static var standings: [Verdict] {
    let done = Fixture.authorised {
      $0.state = .captured
      $0.step = "1"
      $0.checkpoint = "after mail"
    }
    let pending = Fixture.authorised { $0.step = "2" }
    let declined = Fixture.charge {
      $0.state = .declined
      $0.code = Code.declined
      $0.detail = "generic_decline:another_method"
    }
    let held = Fixture.authorised { $0.deadLetter = "timeout" }
    func standing(
      _ steps: [Payments.Operation], at point: Payments.Operation?, _ word: (Step) -> ResumePoint,
      moving: Payments.Operation? = nil
    ) -> Verdict {
      texts.standing(
        of: "task \"t\"", steps.map { Step($0) }, point.map { (word(Step($0)), $0) },
        moving: moving.map { ($0, 2) }, ["Left of cap \"run\": 1.00 USD of 2.00 USD."], at: soon)
    }
    let other = Fixture.charge(reference: "INV-8", id: "op_other") { $0.step = "3" }
    return [
      standing([], at: nil) { .at($0) },
      standing([done], at: done) { .after($0) },
      standing([done, pending], at: pending, { .at($0) }, moving: pending),
      standing([done, declined], at: declined) { .at($0) },
      standing([declined, other], at: declined, { .at($0) }, moving: other),
      standing([held], at: held) { .at($0) },
    ]
  }

  private static var sentences: [String] {
    NextStep.allCases.map { "\($0.rawValue) \(texts.sentence($0, about: Fixture.charge()))" } + [
      texts.sentence(.begin, about: nil),
      texts.sentence(onTask: "t", Fixture.charge()),
      texts.sentence(onTask: "t", Fixture.charge { $0.step = "2" }),
      texts.leftOut(listed: 20, of: 57, isCut: false, withoutCheckpoint: 3) ?? "",
      texts.leftOut(listed: 20, of: 1000, isCut: true, withoutCheckpoint: 0) ?? "",
    ]
  }

  @Test func everySentenceReadsAsItWasAgreed() {
    let rendered = Self.standings.map { "\($0.code) \($0.message)" } + Self.sentences
    let golden = goldenResumption.split(separator: "\n").map(String.init)
    #expect(rendered.count == golden.count)
    for (sentence, agreed) in zip(rendered, golden) { #expect(sentence == agreed) }
    if rendered != golden { print(rendered.joined(separator: "\n")) }
    #expect(texts.leftOut(listed: 2, of: 2, isCut: false, withoutCheckpoint: 0) == nil)
  }

  private let texts = Self.texts

  @Test func everySentenceIsOneAsciiLineThatGuessesNothing() {
    for text in Self.standings.map(\.message) + Self.sentences {
      #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "\(text)")
      for guess in ["probably", "likely", "should have", "seems"] {
        #expect(!text.contains(guess), "\(text)")
      }
    }
  }

  @Test func twoLooksAtAMovingTaskNeverReadTheSame() {
    let moving = Fixture.authorised()
    let messages = (0...3).flatMap { polls in
      (0...3).map { milliseconds in
        Self.texts.standing(
          of: "task \"t\"", [Step(moving)], (.at(Step(moving)), moving),
          moving: (moving, polls), [], at: Fixture.now.advanced(by: .milliseconds(milliseconds))
        ).message
      }
    }
    #expect(Set(messages).count == 16)
  }
}

private let goldenResumption = #"""
  status DONE: No operation is known for task "t". What was begun elsewhere is found by \#
  task_id or reference; else begin with the first step. Left of cap "run": 1.00 USD of 2.00 USD.
  status DONE: 1 operation is known for task "t": 1 done. All of them are done: do not \#
  repeat any. Go on after step "1" (operation op_abcdefghijklmnopqrstuvwxyz). Its \#
  checkpoint is in resume_from. Left of cap "run": 1.00 USD of 2.00 USD.
  pending PENDING: 2 operations are known for task "t": 1 done, 1 unknown. Go on at step "2" \#
  (operation op_abcdefghijklmnopqrstuvwxyz): The charge of 49.99 USD for "INV-7" was \#
  accepted and its outcome is not known yet after 5.234 s (asked 2 times). Do not start it \#
  under another reference. Call status with operation "op_abcdefghijklmnopqrstuvwxyz" in 5 \#
  seconds, or repeat the same call: it cannot happen twice. Left of cap "run": 1.00 USD of \#
  2.00 USD.
  status DONE: 2 operations are known for task "t": 1 done, 1 not done. Go on at operation \#
  op_abcdefghijklmnopqrstuvwxyz: The card was declined (generic_decline) for the charge of \#
  49.99 USD for "INV-7". No money moved. Do not retry with the same payment method. Ask the \#
  user for a different payment method, then call again with the same reference and the new \#
  payment_method. Left of cap "run": 1.00 USD of 2.00 USD.
  pending PENDING: 2 operations are known for task "t": 1 not done, 1 unknown. Go on at \#
  operation op_abcdefghijklmnopqrstuvwxyz: The card was declined (generic_decline) for the \#
  charge of 49.99 USD for "INV-7". No money moved. Do not retry with the same payment \#
  method. Ask the user for a different payment method, then call again with the same \#
  reference and the new payment_method. Not known yet after 5.234 s (asked 2 times): the \#
  charge of 49.99 USD for "INV-8" (operation op_other). Left of cap "run": 1.00 USD of 2.00 \#
  USD.
  status DONE: 1 operation is known for task "t": 1 unknown. Go on at operation \#
  op_abcdefghijklmnopqrstuvwxyz: The charge of 49.99 USD for "INV-7" could not be resolved \#
  automatically and is held for a person. It may have happened: do not charge again, under \#
  this or any other reference. Tell the user that the operator must look at operation \#
  "op_abcdefghijklmnopqrstuvwxyz". Left of cap "run": 1.00 USD of 2.00 USD.
  begin_task Nothing was asked for yet: begin with the first step.
  continue Do not repeat the charge of 49.99 USD for "INV-7": it is done. Go on with what \#
  comes after it.
  call_status Call status with operation "op_abcdefghijklmnopqrstuvwxyz" again until the \#
  outcome of the charge of 49.99 USD for "INV-7" is known.
  change_payment_method Ask the user for a different payment method, then call charge with \#
  the same reference and the new payment_method.
  correct_arguments Correct the arguments and call charge again with the same reference.
  repeat_same_call If it is still wanted, call charge again with the same reference and \#
  arguments; it cannot happen twice.
  tell_user Tell the user how the charge of 49.99 USD for "INV-7" stands, and wait for an \#
  answer.
  Nothing was asked for yet: begin with the first step.
  It is part of task "t". Call status with task_id "t" to see where to go on.
  It is step "2" of task "t". Call status with task_id "t" to see where to go on.
  Of 57, the newest 20 are listed. 3 of them stand without their checkpoint; ask for one by \#
  its operation.
  Only the newest 1000 operations were looked at. Of 1000, the newest 20 are listed.
  """#
