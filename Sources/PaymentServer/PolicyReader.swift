import JSON
import Ledger
import Payments

/// From a document that satisfies the schema to a policy, gathering what makes no sense.
struct PolicyReader {
  let document: JSONDocument
  let currencies: CurrencyTable
  var mistakes: [PolicyMistake] = []

  init(document: JSONDocument, currencies: CurrencyTable) {
    self.document = document
    self.currencies = currencies
  }

  mutating func policy() -> Policy {
    let root = document.value
    let canonical = root.canonical
    var policy = Policy(hash: hexadecimal(sha256(canonical)))
    policy.text = String(decoding: canonical, as: UTF8.self)
    if let namespace = name([.key("namespace")], root["namespace"]) {
      policy.namespace = namespace
      if !isReference(namespace) {
        refuse(
          [.key("namespace")],
          "must be 1 to 64 letters, digits and . _ : / # -, beginning with a letter or digit")
      }
    }
    policy.environment =
      root["environment"]?.string.flatMap(Policy.Environment.init(rawValue:)) ?? policy.environment
    policy.identity =
      root["identity"]?.string.flatMap(Policy.IdentityRule.init(rawValue:)) ?? policy.identity
    policy.ledgerPath = root["ledger"]?["path"]?.string
    policy.processor = processor()
    policy.run = run()
    policy.respondWithin = duration(
      [.key("respondWithin")], policy.respondWithin, .milliseconds(50)...Duration.seconds(600))
    policy.tools = root["tools"]?.array?.compactMap(\.string) ?? policy.tools
    policy.currencies = allowedCurrencies()
    policy.customers.allow = customers("allow")
    policy.customers.refuse = customers("refuse")
    policy.caps = caps([.key("caps")])
    policy.refundCaps = caps([.key("refunds"), .key("caps")])
    policy.restoresBudget = root["refunds"]?["restoreBudget"]?.bool ?? policy.restoresBudget
    policy.rates = rates()
    policy.declines = declines()
    policy.alerts = alerts()
    policy.warnAt = warnings(policy.warnAt)
    policy.nearDuplicates = nearDuplicates()
    policy.reconcile = reconcile()
    policy.orphans =
      root["orphans"]?.string.flatMap(Orphans.init(rawValue:)) ?? policy.orphans
    policy.webhookSecret = secret([.key("webhooks"), .key("secret")], root["webhooks"]?["secret"])
    policy.flagFix = root["results"]?["flagFix"]?.bool ?? policy.flagFix
    policy.sinks = sinks()
    checkWorld(policy)
    refuseKeys(in: root, [])
    return policy
  }

  /// The environment and the processor must speak of the same world.
  private mutating func checkWorld(_ policy: Policy) {
    switch (policy.processor.kind, policy.environment) {
    case (.sandbox, .sandbox), (.stripe, .test), (.stripe, .live): break
    case (.sandbox, .test), (.sandbox, .live):
      refuse([.key("environment")], "must be sandbox, because processor.kind is sandbox")
    case (.stripe, .sandbox):
      refuse(
        document.value["environment"] == nil
          ? [.key("processor"), .key("kind")] : [.key("environment")],
        "needs environment test or live, because processor.kind is stripe")
    }
    if policy.processor.kind == .stripe, document.value["processor"]?["apiKey"] == nil {
      refuse(
        [.key("processor")],
        "needs apiKey: {\"env\": \"STRIPE_API_KEY\"} or {\"file\": \"/path/to/key\"}")
    }
  }

  private mutating func processor() -> ProcessorSetting {
    let path: JSONDocument.Path = [.key("processor")]
    var setting = ProcessorSetting()
    guard let given = document.value["processor"] else { return setting }
    setting.kind =
      given["kind"]?.string.flatMap(ProcessorSetting.Kind.init(rawValue:)) ?? setting.kind
    setting.baseURL = given["baseURL"]?.string ?? setting.baseURL
    setting.apiKey = secret(path + [.key("apiKey")], given["apiKey"])
    let short = Duration.milliseconds(100)...Duration.seconds(300)
    setting.connectTimeout = duration(
      path + [.key("connectTimeout")], setting.connectTimeout, short)
    setting.timeout = duration(path + [.key("timeout")], setting.timeout, short)
    setting.attempts = given["attempts"]?.integer.map(Int.init) ?? setting.attempts
    setting.timeoutAttempts =
      given["timeoutAttempts"]?.integer.map(Int.init) ?? setting.timeoutAttempts
    setting.backoff = duration(
      path + [.key("backoff")], setting.backoff, .milliseconds(10)...Duration.seconds(60))
    setting.jitter = duration(
      path + [.key("jitter")], setting.jitter, .zero...Duration.seconds(60))
    setting.requestsPerSecond =
      given["requestsPerSecond"]?.integer.map(Int.init) ?? setting.requestsPerSecond
    return setting
  }

  /// A name that is repeated to the model, to the processor or in the books; nil when nothing is
  /// said, and after refusing one that may be a secret, without repeating it.
  mutating func name(_ path: JSONDocument.Path, _ given: JSONValue?) -> String? {
    guard let text = given?.string else { return nil }
    switch Secret(in: text) {
    case .cardNumber?:
      refuse(path, "holds what may be a card number, which is kept nowhere")
      return nil
    // Refused with every other text that holds one.
    case .key?, nil: return text
    }
  }

  /// Refuses a key wherever it stands: the whole policy is kept in the history.
  private mutating func refuseKeys(in value: JSONValue, _ path: JSONDocument.Path) {
    switch value {
    case .null, .bool, .number: break
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        refuseKeys(in: element, path + [.index(index)])
      }
    case .object(let object):
      for member in object.members { refuseKeys(in: member.value, path + [.key(member.key)]) }
    case .string(let text):
      let place = JSONDocument.text(of: path)
      guard carriesKey(text), !mistakes.contains(where: { isSame($0.path, place) }) else { return }
      refuse(
        path,
        "holds what may be a secret key, which is kept nowhere; take it out, and replace the key, "
          + "because it stood here")
    }
  }

  /// Where a secret is found; nil when nothing is said of it.
  mutating func secret(
    _ path: JSONDocument.Path, _ given: JSONValue?
  ) -> ProcessorSetting.Secret? {
    guard let given else { return nil }
    for member in given.object?.members ?? [] where carriesKey(member.value.string ?? "") {
      refuse(
        path + [.key(member.key)],
        "holds the secret itself; expected is the name of an environment variable or a file's path, "
          + "and the secret must be replaced, because it stood here")
      return nil
    }
    switch (given["env"]?.string, given["file"]?.string) {
    case (let name?, nil): return .environment(name)
    case (nil, let file?): return .file(file)
    case (nil, nil), (_?, _?):
      refuse(path, "must have exactly one of env and file")
      return nil
    }
  }

  private mutating func reconcile() -> ReconcileRule {
    var rule = ReconcileRule()
    guard document.value["reconcile"] != nil else { return rule }
    let path: JSONDocument.Path = [.key("reconcile")]
    let long = Duration.seconds(366 * 86_400)
    rule.every = duration(path + [.key("every")], rule.every, .seconds(60)...long)
    rule.since = duration(path + [.key("since")], rule.since, .seconds(60)...long)
    if rule.since < rule.every {
      refuse(
        path,
        "looks back less far than one comparison is from the next: since must be every or more")
    }
    return rule
  }

  private mutating func run() -> RunSetting {
    var setting = RunSetting()
    if let sources = document.value["run"]?["from"]?.array {
      setting.sources = sources.compactMap(\.string).compactMap(
        RunSetting.Source.init(rawValue:))
    }
    let path: JSONDocument.Path = [.key("run"), .key("expiresIn")]
    if document.value["run"]?["expiresIn"] != nil {
      setting.expiresIn = duration(
        path, .seconds(1800), .seconds(1)...Duration.seconds(366 * 86_400))
    }
    return setting
  }

  private mutating func rates() -> Rates {
    var rates = Rates()
    guard let given = document.value["rates"] else { return rates }
    rates.perMinute = given["perMinute"]?.integer ?? rates.perMinute
    rates.stopsPerRun = given["stopsPerRun"]?.integer ?? rates.stopsPerRun
    rates.minimumGap = duration(
      [.key("rates"), .key("minimumGap")], rates.minimumGap, .zero...Duration.seconds(86_400))
    rates.inFlight = given["inFlight"]?.integer.map(Int.init) ?? rates.inFlight
    return rates
  }

  private mutating func declines() -> DeclineRule {
    var rule = DeclineRule()
    guard let given = document.value["declines"] else { return rule }
    rule.limit = given["limit"]?.integer ?? rule.limit
    rule.window = duration(
      [.key("declines"), .key("window")], rule.window,
      .seconds(60)...Duration.seconds(366 * 86_400))
    return rule
  }

  private mutating func alerts() -> Alerts {
    var alerts = Alerts()
    guard let given = document.value["alerts"] else { return alerts }
    alerts.retries = given["retries"]?.integer ?? alerts.retries
    alerts.window = duration(
      [.key("alerts"), .key("window")], alerts.window,
      .seconds(60)...Duration.seconds(366 * 86_400))
    return alerts
  }

  private mutating func nearDuplicates() -> NearDuplicateRule {
    var rule = NearDuplicateRule()
    guard let given = document.value["nearDuplicates"] else { return rule }
    rule.window = duration(
      [.key("nearDuplicates"), .key("window")], rule.window,
      .seconds(1)...Duration.seconds(366 * 86_400))
    rule.action =
      given["action"]?.string.flatMap(NearDuplicateRule.Action.init(rawValue:)) ?? rule.action
    return rule
  }

  private mutating func allowedCurrencies() -> [Currency]? {
    guard let codes = document.value["currencies"]?.array else { return nil }
    var allowed: [Currency] = []
    for (index, code) in codes.enumerated() {
      if let currency = currency(code.string ?? "", at: [.key("currencies"), .index(index)]) {
        allowed.append(currency)
      }
    }
    return allowed
  }

  private mutating func customers(_ key: String) -> [String] {
    let patterns =
      document.value["customers"]?[key]?.array?.compactMap(\.string) ?? []
    for (index, pattern) in patterns.enumerated()
    where pattern.utf8.dropLast().contains(UInt8(ascii: "*")) {
      refuse(
        [.key("customers"), .key(key), .index(index)],
        "may have * only at its end: it stands for any ending")
    }
    for (index, pattern) in patterns.enumerated()
    where !pattern.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
      refuse(
        [.key("customers"), .key(key), .index(index)],
        "must be printable ASCII without spaces, as every customer's id is; anything else matches "
          + "nobody")
    }
    for (index, pattern) in patterns.enumerated() {
      _ = name([.key("customers"), .key(key), .index(index)], .string(pattern))
    }
    return patterns
  }

  /// Shares of a cap, `0.8` or `0.85`, as thousandths; never through floating point.
  private mutating func warnings(_ standard: [Int]) -> [Int] {
    guard let given = document.value["warnAt"]?.array else { return standard }
    var marks: [Int] = []
    for (index, value) in given.enumerated() {
      if case .number(let number) = value, let mark = thousandths(number.text) {
        marks.append(mark)
      } else {
        refuse([.key("warnAt"), .index(index)], "must be a share above 0 and up to 1, such as 0.8")
      }
    }
    return marks
  }

  private func thousandths(_ text: String) -> Int? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 1 else { return nil }
    var fraction = parts.count == 2 ? Array(parts[1]) : []
    guard fraction.count <= 3 else { return nil }
    while fraction.count < 3 { fraction.append(UInt8(ascii: "0")) }
    var value = 0
    for byte in Array(parts[0]) + fraction {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return (1...1000).contains(value) ? value : nil
  }

  mutating func refuse(_ path: JSONDocument.Path, _ message: String) {
    note(path, document.position(of: path), message)
  }

  mutating func refuse(key path: JSONDocument.Path, _ message: String) {
    note(path, document.keyPosition(of: path), message)
  }

  private mutating func note(
    _ path: JSONDocument.Path, _ position: TextPosition?, _ message: String
  ) {
    let position = position ?? document.position(of: Array(path.dropLast()))
    mistakes.append(
      PolicyMistake(
        line: position?.line ?? 1, column: position?.column ?? 1,
        path: JSONDocument.text(of: path),
        message: "\(message)."))
  }
}
