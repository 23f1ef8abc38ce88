/// What an agent reads that takes up a task it may know nothing of: where it stands, from what is
/// certain, and what may be done next.
extension Texts {
  /// Where several operations stand: a task, a run, or whatever a reference names.
  ///
  /// - Parameters:
  ///   - scope: what they have in common (`task "month-end"`).
  ///   - steps: in the order in which they were first asked for.
  ///   - point: where to go on, with its operation as it stands; nil at the start.
  ///   - moving: the first whose outcome may become known by itself, and how often it was asked
  ///     about by now: with the elapsed time it keeps two answers from being equal.
  ///   - rest: further sentences: what is left of the caps, what was left out.
  public func standing(
    of scope: String, _ steps: [Step], _ point: (ResumePoint, Operation)?,
    moving: (operation: Operation, polls: Int)?, _ rest: [String], at now: Instant
  ) -> Verdict {
    var sentences: [String] = []
    if let (point, operation) = point {
      sentences.append(tally(steps, scope))
      sentences += resuming(point, operation, moving?.polls ?? 0, now)
      if let moving, moving.operation.id != operation.id { sentences.append(waiting(moving, now)) }
    } else {
      sentences.append(
        "No operation is known for \(scope). What was begun elsewhere is found by task_id or "
          + "reference; else begin with the first step.")
    }
    let text = (sentences + rest).joined(separator: " ")
    // What is held for a person does not change by being asked about.
    return moving == nil
      ? Verdict(.done, "status", text) : Verdict(.pending, "pending", text, retryAfter: 5)
  }

  private func waiting(_ moving: (operation: Operation, polls: Int), _ now: Instant) -> String {
    let asked = moving.polls == 1 ? "asked once" : "asked \(moving.polls) times"
    return "Not known yet after \(elapsed(moving.operation, now)) s (\(asked)): "
      + "\(name(moving.operation)) (operation \(moving.operation.id.text))."
  }

  private func tally(_ steps: [Step], _ scope: String) -> String {
    let number = steps.count == 1 ? "1 operation is" : "\(steps.count) operations are"
    let parts = Outcome.allCases.compactMap { outcome -> String? in
      let count = steps.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(word(outcome))"
    }
    return "\(number) known for \(scope): \(parts.joined(separator: ", "))."
  }

  private func word(_ outcome: Outcome) -> String {
    switch outcome {
    case .done: "done"
    case .notDone: "not done"
    case .unknown: "unknown"
    }
  }

  private func resuming(
    _ point: ResumePoint, _ operation: Operation, _ polls: Int, _ now: Instant
  ) -> [String] {
    let place =
      operation.step.map { "step \(quoted($0)) (operation \(operation.id.text))" }
      ?? "operation \(operation.id.text)"
    let kept = operation.checkpoint == nil ? "" : " Its checkpoint is in resume_from."
    switch point {
    case .start: return []
    case .after:
      return ["All of them are done: do not repeat any. Go on after \(place).\(kept)"]
    case .at:
      let verdict = verdict(on: operation, .asked, polls: polls, at: now)
      let sentence = verdict.message.dropFirst(verdict.word.rawValue.utf8.count + 2)
      return ["Go on at \(place): \(sentence)\(kept)"]
    }
  }

  /// One of the next steps as a sentence.
  public func sentence(_ step: NextStep, about operation: Operation?) -> String {
    let name = operation.map { self.name($0) } ?? "it"
    let tool = operation?.kind.rawValue ?? "the tool"
    switch step {
    case .begin: return "Nothing was asked for yet: begin with the first step."
    case .goOn: return "Do not repeat \(name): it is done. Go on with what comes after it."
    case .ask:
      let id = operation.map { " with operation \(quoted($0.id.text))" } ?? ""
      return "Call status\(id) again until the outcome of \(name) is known."
    case .changePaymentMethod:
      return "Ask the user for a different payment method, then call \(tool) with the same "
        + "reference and the new payment_method."
    case .correct:
      return "Correct the arguments and call \(tool) again with the same reference."
    case .repeatCall:
      return "If it is still wanted, call \(tool) again with the same reference and arguments; "
        + "it cannot happen twice."
    case .tellUser: return "Tell the user how \(name) stands, and wait for an answer."
    }
  }

  /// How an operation's task is found from it.
  public func sentence(onTask task: String, _ operation: Operation) -> String {
    let step = operation.step.map { "step \(quoted($0)) of " } ?? "part of "
    return "It is \(step)task \(quoted(task)). Call status with task_id \(quoted(task)) to see "
      + "where to go on."
  }

  /// What is left of a cap's amount, in minor units.
  public func left(of cap: Cap, _ amount: Int64) -> String {
    "Left of cap \(quoted(cap.name)): \(currencies.text(Money(amount, cap.amount.currency))) of "
      + "\(currencies.text(cap.amount))."
  }

  /// What a list does not show.
  ///
  /// - Parameters:
  ///   - listed: how many operations it has.
  ///   - known: how many it was made from.
  ///   - isCut: whether there are more than those.
  ///   - withoutCheckpoint: how many of those it has stand there without theirs.
  public func leftOut(
    listed: Int, of known: Int, isCut: Bool, withoutCheckpoint: Int
  ) -> String? {
    var sentences: [String] = []
    if isCut {
      sentences.append("Only the newest \(known) operations were looked at.")
    }
    if listed < known { sentences.append("Of \(known), the newest \(listed) are listed.") }
    if withoutCheckpoint > 0 {
      sentences.append(
        "\(withoutCheckpoint) of them stand without their checkpoint; ask for one by its "
          + "operation.")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }
}
