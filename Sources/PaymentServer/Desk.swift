import JSON
import Ledger
import MCP
import Payments
import Schemas

/// Everything the server knows besides the books: the connection, who waits, what is out. A
/// copyable value, so that a step that fails leaves nothing behind.
struct Desk {
  /// A call that waits for its operation to come to rest.
  struct Waiting {
    let call: Call
    let operation: OperationID
    let since: Instant
    let deadline: Instant
    /// What the call is to it.
    let occasion: Occasion
    /// What was asked about, if that is more than the operation; then all of it is answered.
    let whole: StatusArguments?
    /// The operation when it was last read: in flight.
    var known: Operation
    var progress: Int64 = 0
  }

  let setting: Setting
  /// The rules in force, or what was wrong with them at the start: then no money moves.
  var rules: PolicyReading
  /// What is wrong with the policy's file since it was edited, while the rules before are in force.
  var badEdit: String?
  /// The hash of the policy the books are known to name as the one in force.
  var recordedPolicy: String?
  var texts: Texts
  var retries: RetryRule
  let schemas: ToolSchemas
  var connection: Connection
  var waiting: [Waiting] = []
  var out: Set<DispatchID> = []
  /// Answers of the processor that the books could not take yet.
  var unrecorded: [(DispatchID, Answer)] = []
  /// What sinks are being told.
  var delivering: Set<DeliveryID> = []
  /// What came of deliveries and the books could not take yet.
  var reported: [(DeliveryID, DeliveryOutcome)] = []
  /// The sinks the books are known to know, by name.
  var knownSinks: [String] = []
  /// When a sink is to be told next; nil while none is.
  var deliveryWake: Instant?
  /// Calls that came again and requests that were sent again, not yet counted in the books.
  var repetitions: Int64 = 0
  /// Whether no more calls will come.
  var isEnding = false
  /// What the idempotency keys of operations begin with that are at work here: asked for at every
  /// turn, and a digest to find out.
  var keys: [OperationID: IdempotencyKey] = [:]
  /// How often each operation was asked about while unresolved.
  var polls: [OperationID: Int] = [:]
  /// How far the books' clock is ahead of the readings: time never goes back.
  var ahead = Duration.zero
  /// The time of the step that is carried out, for the log.
  var moment = Instant(milliseconds: 0) {
    didSet { if moment != oldValue { stamp = timestamp(moment) } }
  }
  /// The same as the log writes it.
  private(set) var stamp = timestamp(Instant(milliseconds: 0))
  /// At first the beginning of time: what an earlier process left is looked for at once.
  var wake: Instant? = Instant(milliseconds: 0)
  /// Since when somebody else has been writing in the books whenever we would; nil while nobody is.
  var busySince: Instant?
  /// Whether this is the first step: what needs no books is answered then before they are opened,
  /// however much an earlier process left in them.
  var isNew = true
  /// Whether the books were looked through for what an earlier process left.
  var resumed = false
  /// When it was last looked whether others that own operations in flight live.
  var patrolled: Instant?

  /// The last line of the history that whoever watches was told of; nil while nobody watches.
  var seen: Int64?
  /// Whether there is more in the history to be told of.
  var isBehind = false

  /// Gathered during a step: calls to carry out, questions to answer, operations written, outputs.
  var calls: [Call] = []
  var questions: [Question] = []
  var touched: [OperationID: Operation] = [:]
  /// Whether this step wrote anything besides operations.
  var hasWritten = false
  var outputs: [Output] = []
  /// What was counted and is written down with the next change to the books, or at the end.
  var counted: [Counted: Int64] = [:]

  init(_ setting: Setting) {
    self.setting = setting
    self.rules = setting.policy
    let policy = setting.policy.inForce
    self.texts = Texts(
      currencies: setting.dialect.profile.currencies,
      environment: policy?.environment ?? .sandbox)
    self.retries = RetryRule(
      policy?.processor ?? ProcessorSetting(), setting.dialect.profile,
      inFlight: policy?.rates.inFlight ?? 0)
    self.schemas = ToolSchemas.standard
    self.connection = Connection(
      tools: schemas.documents, where: { policy?.allows(tool: $0) ?? true },
      templates: Self.templates, name: "bursar", version: setting.version, title: "Bursar",
      instructions: ToolSchemas.instructions)
  }

  /// The outputs gathered so far, leaving none behind.
  mutating func handOut() -> [Output] {
    defer { outputs = [] }
    return outputs
  }

  /// Protocol first: what needs no books is answered at once.
  mutating func receive(_ inputs: [Input]) {
    for input in inputs {
      switch input {
      case .line(let line): take(connection.receive(line))
      case .oversizedLine: take(connection.receiveOversizedLine())
      case .answer(let id, let answer): unrecorded.append((id, answer))
      case .delivered(let id, let outcome): reported.append((id, outcome))
      case .policy(let reading): amend(reading)
      case .ended:
        isEnding = true
        outputs += connection.endStreams().map { .line($0) }
      case .tick: break
      }
    }
  }

  private mutating func take(_ events: [Event]) {
    for event in events {
      switch event {
      case .line(let line): outputs.append(.line(line))
      case .call(let call): calls.append(call)
      case .question(let question): questions.append(question)
      case .cancelled(let id):
        calls.removeAll { $0.id == id }
        questions.removeAll { $0.id == id }
        // The operation goes on; only nobody is told.
        waiting.removeAll { $0.call.id == id }
      }
    }
  }

  /// Whether anything of this step has to do with the books. A start alone makes none.
  mutating func needsBooks(at reading: Instant, exist: Bool) -> Bool {
    defer { isNew = false }
    if !exist { answerWithoutBooks() }
    if !calls.isEmpty || !questions.isEmpty || !unrecorded.isEmpty || !reported.isEmpty {
      return true
    }
    if isNew, !outputs.isEmpty { return false }
    if isEnding, repetitions > 0 || !counted.isEmpty { return true }
    let now = reading.advanced(by: ahead)
    if rules.inForce == nil { wake = nil }
    if !resumed, !exist { wake = now.advanced(by: Self.idleInterval) }
    return wake.map { $0 <= now } ?? false
  }

  /// One step inside the transaction: answers first, then what is due, then calls, then who waits.
  mutating func work(in books: inout Books, at reading: Instant) throws(LedgerError) {
    let now = try advance(reading, books.clock())
    moment = now
    try holdAgainstBooks(books)
    guard let policy = rules.inForce else {
      for call in calls { answer(call, texts.policyBroken(rules.firstMistake)) }
      for question in questions { refuse(question, texts.policyBroken(rules.firstMistake).message) }
      calls = []
      questions = []
      return
    }
    try registerSinks(policy, in: &books)
    try recordDeliveries(policy, in: &books, now)
    // Who begins to watch is told of what the calls beside it do; who reads sees it.
    let (watching, asking) = (questions.filter(\.isWatch), questions.filter { !$0.isWatch })
    questions = []
    for question in watching { try answer(question, policy, in: books, now) }
    let arrived = unrecorded
    unrecorded = []
    for (id, result) in arrived { try record(result, of: id, in: &books, now) }
    let asked = calls
    calls = []
    for call in asked { try carryOut(call, policy, in: &books, now) }
    try doWhatIsDue(policy, in: &books, now)
    try answerWhoWaits(policy, in: &books, now)
    for question in asking { try answer(question, policy, in: books, now) }
    try countRepetitions(policy, in: &books, now)
    for violation in books.violations { report(violation) }
    try tellWatchers(policy, in: books)
    try deliver(policy, in: &books, now)
    // A look that wrote nothing stays free of a sync, and so does a repeated call.
    if !touched.isEmpty || hasWritten {
      try books.mark(now, at: reading)
      count(in: &books)
    } else if isEnding {
      count(in: &books)
    }
    hasWritten = false
    busySince = nil
    resumed = true
    wake = isBehind ? now : try nextWake(in: &books, now)
    touched = [:]
  }

  /// Writes down what was counted.
  private mutating func count(in books: inout Books) {
    for what in Counted.all {
      guard let count = counted[what] else { continue }
      books.tally("calls", what.kind.rawValue, what.word, by: count)
    }
    counted = [:]
  }

  /// The step's time: the reading, or later when the books already know a later one. The difference
  /// is kept, so that time goes on from there instead of standing still.
  mutating func advance(_ reading: Instant, _ clock: BookClock) -> Instant {
    let now = max(reading.advanced(by: ahead), clock.now(at: reading))
    retries.distrusted = clock.distrusted(at: reading)
    ahead = reading.duration(to: now)
    return now
  }
}

/// A call that leaves nothing else in the books.
enum Counted: Hashable {
  /// Answered by the operation that was there.
  case hit(Operation.Kind)
  /// Asked for something else under a name that is taken.
  case conflict(Operation.Kind)

  static var all: [Counted] {
    Operation.Kind.allCases.flatMap { [.hit($0), .conflict($0)] }
  }

  var kind: Operation.Kind {
    switch self {
    case .hit(let kind), .conflict(let kind): kind
    }
  }

  var word: String {
    switch self {
    case .hit: "hit"
    case .conflict: "conflict"
    }
  }
}

extension Question {
  /// Whether it begins to watch.
  fileprivate var isWatch: Bool {
    switch subject {
    case .list, .read: false
    case .watch: true
    }
  }
}

extension PolicyReading {
  /// The policy, if there is one to go by.
  var inForce: Policy? {
    switch self {
    case .accepted(let policy): policy
    case .broken: nil
    }
  }

  /// The first mistake as a sentence, for whoever cannot read the file.
  var firstMistake: String {
    switch self {
    case .accepted: ""
    case .broken(let mistakes):
      mistakes.first?.sentence ?? "unreadable."
    }
  }
}
