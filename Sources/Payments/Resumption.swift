/// What is certain about a movement of money, for whoever has to go on from it: confirmed, or said
/// to be unknown, never guessed (`requirements.md` F0-21, F0-22).
public enum Outcome: String, Sendable, CaseIterable {
  /// The processor confirmed that the money moved.
  case done
  /// No money moved, and none will without a new call.
  case notDone = "not_done"
  /// Not known yet: the processor is being asked, or the operation is held for a person.
  case unknown
}

extension State {
  /// What is certain of an operation that is there, unless it is held for a person.
  var outcome: Outcome {
    switch self {
    case .captured, .settled, .refunded: .done
    case .denied, .declined, .failed, .voided: .notDone
    case .initiated, .validated, .authorised, .submitted: .unknown
    }
  }
}

extension Operation {
  /// What is certain about it now.
  public var outcome: Outcome { Step(self).outcome }

  /// What may be done about it next, the best first. Never empty (F2-12).
  public var nextSteps: [NextStep] {
    if deadLetter != nil { return [.tellUser] }
    switch state {
    case .captured, .settled, .refunded: return [.goOn]
    case .initiated, .validated, .authorised, .submitted:
      if isSame(code, Code.approval) { return [.tellUser, .ask] }
      let isLookedUp = unknownSince != nil && (next?.writes == false || next == .cancel)
      return isLookedUp ? [.ask, .tellUser] : [.ask, .repeatCall]
    case .denied:
      return isSame(code, Code.declinedTooOften)
        ? [.changePaymentMethod, .tellUser] : [.tellUser]
    case .declined: return [.changePaymentMethod, .tellUser]
    case .voided: return [.tellUser, .repeatCall]
    case .failed:
      if isSame(code, Code.rejected) { return [.correct, .tellUser] }
      let mendable = [Code.unreachable, Code.notExecuted, Code.exhausted]
      let mayRepeat = mendable.contains { isSame($0, code) }
      return mayRepeat ? [.tellUser, .repeatCall] : [.tellUser]
    }
  }
}

/// What an agent may do next, as a stable word.
public enum NextStep: String, Sendable, CaseIterable {
  /// Nothing was asked for yet.
  case begin = "begin_task"
  /// It is done; whatever comes after it.
  case goOn = "continue"
  /// Ask again until the outcome is known.
  case ask = "call_status"
  /// The same reference with another means of payment.
  case changePaymentMethod = "change_payment_method"
  /// The same reference with corrected arguments.
  case correct = "correct_arguments"
  /// The very same call; it cannot happen twice.
  case repeatCall = "repeat_same_call"
  /// Nothing an agent can do alone.
  case tellUser = "tell_user"
}

/// One operation of a task, as far as it decides where the task goes on.
public struct Step: Hashable, Sendable {
  /// Which operation.
  public let operation: OperationID
  /// The agent's name for the step, if it gave one.
  public let name: String?
  /// What is certain about it.
  public let outcome: Outcome
  /// Whether automatic recovery has given it up and a person must decide.
  public let isHeld: Bool

  /// A step from what the books say of an operation.
  public init(operation: OperationID, name: String?, state: State, isHeld: Bool) {
    self.operation = operation
    self.name = name
    self.outcome = isHeld ? .unknown : state.outcome
    self.isHeld = isHeld
  }

  /// The step an operation is.
  public init(_ operation: Operation) {
    self.init(
      operation: operation.id, name: operation.step, state: operation.state,
      isHeld: operation.deadLetter != nil)
  }

  /// Whether its outcome is not known and may become known by itself.
  public var isMoving: Bool { outcome == .unknown && !isHeld }
}

/// Where an agent that remembers nothing goes on (F0-04, F0-17).
public enum ResumePoint: Hashable, Sendable {
  /// Nothing was asked for yet.
  case start
  /// At this step: it is not done, or not known to be.
  case at(Step)
  /// After this step, the last of those that were asked for; all are done.
  case after(Step)

  /// The first of the steps that is not done, else the end of the last. A step that was not done
  /// counts as done when a later operation under the same name is.
  ///
  /// - Parameter steps: in the order in which they were first asked for.
  public init(of steps: [Step]) {
    var made: Set<[UInt8]> = []
    var open: Step?
    for step in steps.reversed() {
      let name = step.name.map { Array($0.utf8) }
      switch step.outcome {
      case .done: if let name { made.insert(name) }
      case .unknown: open = step
      case .notDone: if name.map({ !made.contains($0) }) ?? true { open = step }
      }
    }
    if let open {
      self = .at(open)
    } else {
      self = steps.last.map { .after($0) } ?? .start
    }
  }

  /// The step it is about; nil at the start.
  public var step: Step? {
    switch self {
    case .start: nil
    case .at(let step), .after(let step): step
    }
  }

  /// The stable word for it.
  public var word: String {
    switch self {
    case .start: "start"
    case .at: "at"
    case .after: "after"
    }
  }
}
