import JSON
import Ledger
import Payments

/// Where several operations stand, and where an agent that remembers nothing goes on.
struct Standing {
  /// What the operations have in common.
  enum Scope {
    case reference(String)
    case task(String)
    case run(String)

    /// As it stands in a sentence.
    var words: String {
      switch self {
      case .reference(let reference): "reference \(quoted(reference))"
      case .task(let task): "task \(quoted(task))"
      case .run: "this session"
      }
    }
  }

  /// The most operations of a scope that are looked at.
  static let looked = 1000
  /// The most operations that are listed.
  static let listed = 20
  /// The most bytes of checkpoints in one list, besides the one to resume from.
  static let checkpointBytes = 32 * 1024

  let scope: Scope
  /// The newest, in the order they were first asked for.
  let steps: [Step]
  let point: ResumePoint
  /// The operation of the point, as it stands; nil at the start.
  let operation: Operation?
  /// The first whose outcome is not known and may become known by itself.
  let moving: Operation?

  init(of scope: Scope, _ policy: Policy, _ books: borrowing Books) throws(LedgerError) {
    let namespace = policy.namespace
    let steps =
      switch scope {
      case .reference(let reference):
        try books.operations(reference: reference, namespace: namespace)
          .suffix(Self.looked).map { Step($0) }
      case .task(let task):
        try books.steps(task: task, namespace: namespace, limit: Self.looked)
      case .run(let run): try books.steps(run: run, namespace: namespace, limit: Self.looked)
      }
    self.scope = scope
    self.steps = steps
    self.point = ResumePoint(of: steps)
    self.operation = try Self.operation(point.step, books)
    self.moving = try Self.operation(steps.first { $0.isMoving }, books)
  }

  private static func operation(
    _ step: Step?, _ books: borrowing Books
  ) throws(LedgerError) -> Operation? {
    guard let step else { return nil }
    return try books.operation(step.operation)
  }
}

extension Desk {
  /// What is known of a task, a run or a reference, bounded: the newest operations in order, the
  /// point to resume from with its checkpoint, the next steps, and what was left out.
  func facts(
    _ standing: Standing, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> JSONObject {
    var facts = JSONObject()
    let all = standing.steps
    let (listed, withoutCheckpoint) = try list(all.suffix(Standing.listed), books, now)
    switch standing.scope {
    case .task(let task):
      facts["task_id"] = .string(task)
      facts["resource"] = .string(ResourceAddress.task(task).text)
      facts["steps"] = .array(listed)
    case .run, .reference: facts["operations"] = .array(listed)
    }
    let open = all.filter { $0.outcome == .unknown }.suffix(Standing.listed)
    facts["resume"] = .array(open.map { .string($0.operation.text) })
    facts["resume_from"] = .object(resumeFrom(standing))
    let next = standing.operation?.nextSteps ?? [.begin]
    facts["next_steps"] = .array(next.map { entry($0, about: standing.operation) })
    let leftOut = texts.leftOut(
      listed: listed.count, of: all.count, isCut: all.count == Standing.looked,
      withoutCheckpoint: withoutCheckpoint)
    facts["left_out"] = leftOut.map { .string($0) }
    return facts
  }

  /// The operations of a list, in its order; the newest keep their checkpoints while there is room.
  private func list(
    _ steps: ArraySlice<Step>, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> (entries: [JSONValue], withoutCheckpoint: Int) {
    var entries: [JSONValue] = []
    var room = Standing.checkpointBytes
    var withoutCheckpoint = 0
    for step in steps.reversed() {
      guard let operation = try books.operation(step.operation) else { continue }
      var entry = try facts(operation, books, now)
      if let size = operation.checkpoint?.utf8.count {
        if size <= room {
          room -= size
        } else {
          entry["checkpoint"] = nil
          withoutCheckpoint += 1
        }
      }
      entries.append(.object(entry))
    }
    return (entries.reversed(), withoutCheckpoint)
  }

  private func resumeFrom(_ standing: Standing) -> JSONObject {
    var entry = JSONObject([("position", .string(standing.point.word))])
    guard let operation = standing.operation else { return entry }
    entry["outcome"] = .string(operation.outcome.rawValue)
    entry["operation"] = .string(operation.id.text)
    entry["reference"] = .string(operation.reference)
    if let task = operation.task { entry["task_id"] = .string(task) }
    if let step = operation.step { entry["step_id"] = .string(step) }
    if let checkpoint = operation.checkpoint { entry["checkpoint"] = .string(checkpoint) }
    return entry
  }

  /// What may be done next about one operation, and how its task is found.
  func nextSteps(of operation: Operation) -> JSONValue {
    var entries = operation.nextSteps.map { entry($0, about: operation) }
    if let task = operation.task {
      entries.append(
        .object(
          JSONObject([
            ("action", .string(NextStep.ask.rawValue)), ("task_id", .string(task)),
            ("sentence", .string(texts.sentence(onTask: task, operation))),
          ])))
    }
    return .array(entries)
  }

  private func entry(_ step: NextStep, about operation: Operation?) -> JSONValue {
    var entry = JSONObject([("action", .string(step.rawValue))])
    if let operation { entry["operation"] = .string(operation.id.text) }
    entry["sentence"] = .string(texts.sentence(step, about: operation))
    return .object(entry)
  }
}
