/// What the command line asks for.
enum Command: Equatable {
  case serve(policy: String?, run: String?, transcript: String?)
  case check(policy: String?, json: Bool, strict: Bool)
  case operations(shown: String?, policy: String?, json: Bool)
  case settle(SettleOrder)
  case policy(PolicyOrder)
  case freeze(FreezeOrder)
  case thaw(FreezeOrder)
  case approve(ApproveOrder)
  case deadLetters(DeadLettersOrder)
  case webhooks(port: UInt16, policy: String?)
  case reconcile(policy: String?, since: String?, json: Bool)
  case sandbox(SandboxOrder)
  case audit(AuditOrder)
  case replay(ReplayOrder)
  case initialize(InitOrder)
  case doctor(DoctorOrder)
  case metrics(MetricsOrder)
  case events(follow: Bool, since: Int64, policy: String?, json: Bool)
  case version
  case help(Topic?)

  /// The commands there is help for.
  enum Topic: String, CaseIterable {
    case serve
    case check
    case operations
    case policy
    case freeze
    case thaw
    case approve
    case settle
    case reconcile
    case webhooks
    case deadLetters = "dead-letters"
    case sandbox
    case audit
    case replay
    case initialize = "init"
    case doctor
    case metrics
    case events
  }
}

/// A command line that cannot be understood, in one plain sentence.
struct UsageMistake: Error, Equatable {
  let message: String
}

extension Command {
  /// Reads the arguments after the program's name. Without any: `serve`.
  init(arguments: [String]) throws(UsageMistake) {
    let first = arguments.first
    if first == "help" {
      self = try .help(Self.topic(Array(arguments.dropFirst())))
      return
    }
    let name = first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    guard let topic = Topic(rawValue: name ?? "serve") else {
      throw UsageMistake(
        message:
          "There is no command \"\(name ?? "")\"; there are \(Topic.listed) and help.")
    }
    var words = Words(topic: topic, rest: arguments.dropFirst(name == nil ? 0 : 1))
    try words.read()
    if words.flags.contains("--help") {
      self = .help(name == nil ? nil : topic)
    } else if words.flags.contains("--version") {
      self = .version
    } else {
      self = try words.command()
    }
  }

  private static func topic(_ names: [String]) throws(UsageMistake) -> Topic? {
    guard let name = names.first else { return nil }
    guard names.count == 1, let topic = Topic(rawValue: name) else {
      throw UsageMistake(
        message: "There is no help on \"\(names.joined(separator: " "))\"; "
          + "there is on \(Topic.listed).")
    }
    return topic
  }
}

extension Command.Topic {
  /// All of them, as they stand in a sentence.
  static var listed: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The words after a command: options with a value, flags, and names.
private struct Words {
  let topic: Command.Topic
  var rest: ArraySlice<String>
  var values: [String: String] = [:]
  var flags: Set<String> = []
  var names: [String] = []

  init(topic: Command.Topic, rest: ArraySlice<String>) {
    self.topic = topic
    self.rest = rest
  }

  /// The options of the command that take a value.
  private var valued: [String] {
    switch topic {
    case .serve: ["--policy", "--run", "--transcript"]
    case .check, .operations: ["--policy"]
    case .policy: PolicyOrder.valued
    case .freeze, .thaw: ["--run", "--customer", "--why", "--policy", "--ledger"]
    case .approve: ApproveOrder.valued
    case .settle: ["--policy", "--limit"]
    case .audit: ["--policy", "--head"]
    case .replay: ["--policy", "--run"]
    case .initialize: ["--file", "--command", "--policy"]
    case .doctor: ["--policy"]
    case .reconcile: ["--policy", "--since"]
    case .webhooks: ["--port", "--policy"]
    case .deadLetters: DeadLettersOrder.valued
    case .metrics: ["--policy", "--watch", "--every"]
    case .events: ["--policy", "--since"]
    case .sandbox: ["--port", "--faults", "--seed", "--books"]
    }
  }

  /// The options of the command that stand alone.
  private var plain: [String] {
    switch topic {
    case .serve, .sandbox, .webhooks, .metrics, .approve: ["--help", "--version"]
    case .check: ["--help", "--version", "--json", "--strict"]
    case .freeze, .thaw: ["--help", "--version", "--namespace", "--all", "--json"]
    case .initialize: ["--help", "--version", "--write", "--yes"]
    case .doctor: ["--help", "--version", "--json", "--offline"]
    case .events: ["--help", "--version", "--json", "--follow"]
    case .settle: ["--help", "--version", "--json", "--watch", "--events"]
    case .operations, .policy, .audit, .replay, .reconcile, .deadLetters:
      ["--help", "--version", "--json"]
    }
  }

  mutating func read() throws(UsageMistake) {
    while let word = rest.popFirst() {
      if word == "-h" {
        flags.insert("--help")
      } else if word.hasPrefix("-") {
        try readOption(word)
      } else {
        names.append(word)
      }
    }
  }

  private mutating func readOption(_ word: String) throws(UsageMistake) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let option = String(parts[0])
    if plain.contains(option), parts.count == 1 {
      flags.insert(option)
      return
    }
    guard valued.contains(option) else {
      throw UsageMistake(
        message: "\(topic.rawValue) has no option \"\(word)\"; "
          + "it has \((valued + plain).joined(separator: ", ")).")
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
      throw UsageMistake(message: "The option \(option) needs a value after it.")
    }
    guard values.updateValue(value, forKey: option) == nil else {
      throw UsageMistake(message: "The option \(option) is given twice.")
    }
  }

  func command() throws(UsageMistake) -> Command {
    let policy = values["--policy"]
    let json = flags.contains("--json")
    switch topic {
    case .serve:
      try refuse(names)
      return .serve(policy: policy, run: values["--run"], transcript: values["--transcript"])
    case .check:
      try refuse(names)
      return .check(policy: policy, json: json, strict: flags.contains("--strict"))
    case .operations:
      return .operations(shown: try shown(), policy: policy, json: json)
    case .policy:
      return .policy(
        try PolicyOrder(
          names: names, values: values, number: try number("--batch", in: 1...1_000_000),
          json: json))
    case .freeze: return .freeze(try freezeOrder())
    case .thaw: return .thaw(try freezeOrder())
    case .approve: return .approve(try ApproveOrder(names: names, values: values))
    case .settle: return .settle(try settleOrder())
    case .metrics: return .metrics(try metricsOrder())
    case .audit: return .audit(try AuditOrder(names: names, values: values, json: json))
    case .replay:
      return .replay(try ReplayOrder(names: names, values: values, json: json))
    case .initialize:
      return .initialize(try InitOrder(names: names, values: values, flags: flags))
    case .doctor:
      return .doctor(try DoctorOrder(names: names, values: values, flags: flags))
    case .reconcile:
      try refuse(names)
      return .reconcile(policy: policy, since: values["--since"], json: json)
    case .webhooks:
      try refuse(names)
      return .webhooks(port: try port(), policy: policy)
    case .deadLetters:
      return .deadLetters(try DeadLettersOrder(names: names, values: values, json: json))
    case .events:
      try refuse(names)
      return .events(
        follow: flags.contains("--follow"), since: try number("--since", in: 0...Int64.max) ?? 0,
        policy: policy, json: json)
    case .sandbox:
      try refuse(names)
      return .sandbox(
        SandboxOrder(
          port: try port(), faults: values["--faults"],
          seed: try number("--seed", in: 0...Int64.max) ?? 0, books: values["--books"]))
    }
  }

  private func settleOrder() throws(UsageMistake) -> SettleOrder {
    try refuse(names)
    let limit = try number("--limit", in: 0...86_400) ?? 60
    guard values["--limit"] == nil || !flags.contains("--watch") else {
      throw UsageMistake(message: "settle takes --limit or --watch, not both.")
    }
    return SettleOrder(
      policy: values["--policy"], json: flags.contains("--json"), watch: flags.contains("--watch"),
      events: flags.contains("--events"), limit: .seconds(limit))
  }

  private func metricsOrder() throws(UsageMistake) -> MetricsOrder {
    try refuse(names)
    let seconds = try number("--every", in: 1...86_400)
    guard seconds == nil || values["--watch"] != nil else {
      throw UsageMistake(message: "The option --every says how often --watch FILE is written.")
    }
    return MetricsOrder(
      policy: values["--policy"], watch: values["--watch"], interval: .seconds(seconds ?? 15))
  }

  private func freezeOrder() throws(UsageMistake) -> FreezeOrder {
    try refuse(names)
    return try FreezeOrder(
      run: values["--run"], customer: values["--customer"], flags: flags, why: values["--why"],
      policy: values["--policy"], ledger: values["--ledger"], isThaw: topic == .thaw)
  }

  private func port() throws(UsageMistake) -> UInt16 {
    guard let port = try number("--port", in: 0...65_535) else {
      throw UsageMistake(
        message: "\(topic.rawValue) needs --port N; with 0 it finds a free one.")
    }
    return UInt16(port)
  }

  /// The value of an option that takes a whole number.
  private func number(
    _ option: String, in range: ClosedRange<Int64>
  ) throws(UsageMistake) -> Int64? {
    guard let text = values[option] else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw UsageMistake(
        message: "The option \(option) takes a whole number from \(range.lowerBound) to "
          + "\(range.upperBound), not \"\(text)\".")
    }
    return number
  }

  private func shown() throws(UsageMistake) -> String? {
    switch names.first {
    case nil, "list":
      try refuse(names.dropFirst())
      return nil
    case "show":
      guard names.count >= 2 else {
        throw UsageMistake(message: "\"operations show\" needs the id of an operation (op_...).")
      }
      try refuse(names.dropFirst(2))
      return names[1]
    case let other?:
      throw UsageMistake(message: "operations knows \"list\" and \"show ID\", not \"\(other)\".")
    }
  }

  private func refuse(_ names: some Collection<String>) throws(UsageMistake) {
    guard let name = names.first else { return }
    throw UsageMistake(message: "\(topic.rawValue) does not take \"\(name)\".")
  }
}
