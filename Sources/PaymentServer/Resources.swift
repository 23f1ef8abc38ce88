import JSON
import Ledger
import MCP
import Payments

/// Operations and tasks as resources: read, and watched for changes whoever makes them.
extension Desk {
  /// The most operations that are listed; the list says only where to look.
  static let listedResources = 50
  /// The most lines of the history that are looked through in one step.
  static let changesPerStep = 1000

  /// What a client is told it may ask for by name.
  static let templates: [JSONValue] = [
    [
      "uriTemplate": "operation://{id}", "name": "operation", "title": "One payment",
      "description": "What is certain of a charge or refund, by its operation id.",
      "mimeType": "application/json",
    ],
    [
      "uriTemplate": "task://{id}", "name": "task", "title": "One task",
      "description": "A task's steps in order, and where to go on.",
      "mimeType": "application/json",
    ],
  ]

  /// Answers a question from the books.
  mutating func answer(
    _ question: Question, _ policy: Policy, in books: borrowing Books, _ now: Instant
  ) throws(LedgerError) {
    switch question.subject {
    case .list: reply(.listed(try listedResources(policy, books)), to: question)
    case .read(let text):
      let facts = try self.facts(at: text, policy, books, now)
      reply(facts.map { .holds(.object($0)) } ?? .unknown, to: question)
    case .watch(let texts):
      var watched: [String] = []
      for text in texts where try isWatchable(text, policy, books) { watched.append(text) }
      // Of an address a client asks for alone it is told that it is none.
      let reply: Reply = watched.isEmpty && texts.count == 1 ? .unknown : .watching(watched)
      self.reply(reply, to: question)
      if seen == nil { seen = try books.lastSequence() }
    }
  }

  /// Where there are no books, nothing is listed, and none are made to say so.
  mutating func answerWithoutBooks() {
    for question in questions where question.subject == .list { reply(.listed([]), to: question) }
    questions.removeAll { $0.subject == .list }
  }

  /// Says that nothing can be said now.
  mutating func refuse(_ question: Question, _ sentence: String) {
    reply(.unavailable(sentence), to: question)
  }

  private mutating func reply(_ reply: Reply, to question: Question) {
    if let line = connection.answer(question.id, with: reply) { outputs.append(.line(line)) }
  }

  /// The newest operations, and their tasks before them, each once.
  private func listedResources(
    _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> [JSONValue] {
    let operations = try books.operations(newest: Self.listedResources)
      .filter { isSame($0.namespace, policy.namespace) }.reversed()
    var entries: [JSONValue] = []
    var tasks: Set<[UInt8]> = []
    for operation in operations {
      if let task = operation.task, tasks.insert(Array(task.utf8)).inserted {
        entries.append(entry(.task(task), name: task, title: "Task \(task)"))
      }
      entries.append(
        entry(
          .operation(operation.id.text), name: operation.id.text,
          title: "\(operation.kind.rawValue) \(operation.reference)"))
    }
    return entries
  }

  private func entry(_ address: ResourceAddress, name: String, title: String) -> JSONValue {
    [
      "uri": .string(address.text), "name": .string(name), "title": .string(title),
      "mimeType": "application/json",
    ]
  }

  /// What is at an address: what `status` would say of it; nil when nothing is.
  private func facts(
    at text: String, _ policy: Policy, _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> JSONObject? {
    switch ResourceAddress(text) {
    case .operation(let id):
      guard let operation = try operation(id, policy, books) else { return nil }
      var facts = try self.facts(operation, books, now)
      facts["next_steps"] = nextSteps(of: operation)
      return facts
    case .task(let task):
      let standing = try Standing(of: .task(task), policy, books)
      return standing.operation == nil ? nil : try facts(standing, books, now)
    case nil: return nil
    }
  }

  /// An operation is there or not; a task may begin any time.
  private func isWatchable(
    _ text: String, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> Bool {
    switch ResourceAddress(text) {
    case .operation(let id): try operation(id, policy, books) != nil
    case .task(let task): isReference(task) && !carriesCardNumber(task)
    case nil: false
    }
  }

  private func operation(
    _ id: String, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> Operation? {
    guard let operation = try books.operation(OperationID(id)),
      isSame(operation.namespace, policy.namespace)
    else { return nil }
    return operation
  }

  /// Whether somebody watches resources.
  var isWatched: Bool { seen != nil && connection.isWatched }

  /// Tells whoever watches of every operation that has changed since this was last done, in this
  /// process or another: the history says which. While nobody watches it is not looked at.
  mutating func tellWatchers(_ policy: Policy, in books: borrowing Books) throws(LedgerError) {
    isBehind = false
    let watched = connection.watched.map { (text: $0, address: ResourceAddress($0)) }
    guard !watched.isEmpty, let last = seen else {
      seen = nil
      return
    }
    let entries = try books.history(after: last, limit: Self.changesPerStep)
    seen = entries.last?.sequence ?? last
    isBehind = entries.count == Self.changesPerStep
    var told: Set<[UInt8]> = []
    for id in entries.compactMap(\.operation) where told.insert(Array(id.text.utf8)).inserted {
      let changed = try changed(with: id, policy, books)
      for (text, address) in watched {
        let isIts =
          switch address {
          case .operation(let name): changed.contains { isSame($0.id.text, name) }
          case .task(let name): changed.contains { isSame(name, $0.task) }
          case nil: false
          }
        guard isIts, told.insert(Array(text.utf8)).inserted else { continue }
        for line in connection.changed(text) { outputs.append(.line(line)) }
      }
    }
  }

  /// Of which operations something else is to be read when one has changed: of that one, and of the
  /// charge that it gives back.
  private func changed(
    with id: OperationID, _ policy: Policy, _ books: borrowing Books
  ) throws(LedgerError) -> [Operation] {
    guard let changed = try operation(id.text, policy, books) else { return [] }
    guard let id = changed.terms.charge, let charge = try operation(id.text, policy, books) else {
      return [changed]
    }
    return [changed, charge]
  }
}
