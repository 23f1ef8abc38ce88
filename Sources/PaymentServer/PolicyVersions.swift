import JSON
import Ledger
import Payments

/// The policy while the server runs: an edit is taken whole or not at all, and each version that
/// judged anything is in the history.
extension Desk {
  /// Takes an edited policy for the calls judged from now on. One that is broken, or changes what
  /// cannot change under a running server, leaves the rules before in force.
  mutating func amend(_ reading: PolicyReading) {
    guard let present = rules.inForce else { return amendBroken(reading) }
    switch reading {
    case .broken(let mistakes):
      for mistake in mistakes { log("policy_refused", [("mistake", .string(mistake.sentence))]) }
      badEdit = reading.firstMistake
    case .accepted(let policy):
      if let key = present.lastingKey(changedBy: policy) {
        let mistake = "\(key) cannot change while the server runs; start it again."
        log("policy_refused", [("mistake", .string(mistake))])
        badEdit = mistake
        return
      }
      badEdit = nil
      guard !isSame(policy.hash, present.hash) else { return }
      let changes = policyChanges(
        from: present, to: policy, currencies: setting.dialect.profile.currencies)
      log(
        "policy_accepted",
        [
          ("hash", .string(policy.hash)),
          ("changes", .array(changes.map { .string($0.sentence) })),
        ])
      rules = reading
      let distrusted = retries.distrusted
      retries = RetryRule(
        policy.processor, setting.dialect.profile, inFlight: policy.rates.inFlight)
      retries.distrusted = distrusted
    }
  }

  /// A server that began without rules has no way to a processor either: a mended file is for the
  /// next start.
  private mutating func amendBroken(_ reading: PolicyReading) {
    switch reading {
    case .broken: rules = reading
    case .accepted:
      rules = .broken([
        PolicyMistake(
          line: 1, column: 1, path: "",
          message: "The policy was mended after this server had started; start the server again.")
      ])
    }
    log("policy_refused", [("mistake", .string(rules.firstMistake))])
  }

  /// Holds the policy against the books before anything is done by it: payments of another
  /// environment are not its own, neither what is due of them nor what they say was paid.
  mutating func holdAgainstBooks(_ books: borrowing Books) throws(LedgerError) {
    guard recordedPolicy == nil, let policy = rules.inForce,
      let mistake = try policy.environmentMistake(in: books)
    else { return }
    log("policy_refused", [("mistake", .string(mistake.sentence))])
    rules = .broken([mistake])
  }

  /// Writes down which policy judges from here on, unless it is the one the books name last.
  mutating func recordPolicy(
    _ policy: Policy, in books: inout Books, _ now: Instant
  ) throws(LedgerError) {
    if isSame(recordedPolicy, policy.hash) { return }
    try books.keep(policy.environment, of: policy.namespace)
    let last = try books.lastPolicy().map { AcceptedPolicy(detail: $0.detail) }
    if !isSame(last?.hash, policy.hash) {
      let accepted = AcceptedPolicy(
        policy, after: last, currencies: setting.dialect.profile.currencies)
      try books.record(Reason.policyAccepted, detail: accepted.detail, at: now)
    }
    recordedPolicy = policy.hash
  }
}

extension Policy {
  /// What is wrong when the books hold payments of another environment in this namespace.
  func environmentMistake(in books: borrowing Books) throws(LedgerError) -> PolicyMistake? {
    var known = try books.environment(of: namespace)
    if known == nil {
      // Books from before it was kept: the policy they name last may be of this namespace.
      known = try books.lastPolicy().map { AcceptedPolicy(detail: $0.detail) }?
        .environment(of: namespace)
    }
    guard let known, known != environment else { return nil }
    return PolicyMistake(
      line: 1, column: 1, path: "environment",
      message: "is \(environment.rawValue), and the ledger holds payments of \(known.rawValue) in "
        + "this namespace: give it a ledger.path or a namespace of its own, so that what was only "
        + "practised does not count as paid.")
  }

  /// The first key that differs and may not while a server runs: it was arranged at its start.
  fileprivate func lastingKey(changedBy other: Policy) -> String? {
    if environment != other.environment { return "environment" }
    if !isSame(namespace, other.namespace) { return "namespace" }
    if identity != other.identity { return "identity" }
    if !isSame(ledgerPath, other.ledgerPath) { return "ledger.path" }
    if processor != other.processor { return "processor" }
    return run.sources == other.run.sources ? nil : "run.from"
  }
}

/// What the history says of a policy that was accepted: its hash, what changed in words, and the
/// whole of it, so that any version can be looked up and compared.
struct AcceptedPolicy {
  /// Canonical JSON on one line.
  let detail: String
  /// SHA-256 of the policy's canonical form; nil when the line is not one of ours.
  let hash: String?
  private let text: String?

  /// As it was recorded.
  init(detail: String) {
    self.detail = detail
    do throws(JSONError) {
      let entry = try JSONValue(reading: Array(detail.utf8))
      hash = entry["hash"]?.string
      text = entry["policy"].map { String(decoding: $0.canonical, as: UTF8.self) }
    } catch {
      hash = nil
      text = nil
    }
  }

  /// As it is to be recorded, after what was recorded last.
  init(_ policy: Policy, after last: AcceptedPolicy?, currencies: CurrencyTable) {
    var changes: [String]?
    if let text = last?.text,
      case .accepted(let before) = readPolicy(Array(text.utf8), currencies: currencies)
    {
      changes = policyChanges(from: before, to: policy, currencies: currencies).map(\.sentence)
    }
    var entry = JSONObject([("hash", .string(policy.hash))])
    if let changes { entry["changes"] = .array(changes.map { .string($0) }) }
    // Rules that were not read from a file have no text.
    if !policy.text.isEmpty { entry["policy"] = Self.document(policy.text) }
    self.init(detail: String(decoding: JSONValue.object(entry).compact, as: UTF8.self))
  }

  /// The environment it was of, if it was of that namespace; nil when it was not, or is not told.
  func environment(of namespace: String) -> Policy.Environment? {
    guard let text else { return nil }
    do throws(JSONError) {
      let root = try JSONValue(reading: Array(text.utf8))
      guard isSame(root["namespace"]?.string ?? "default", namespace) else { return nil }
      return root["environment"]?.string.map { Policy.Environment(rawValue: $0) } ?? .sandbox
    } catch {
      return nil
    }
  }

  private static func document(_ text: String) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(reading: Array(text.utf8))
    } catch {
      preconditionFailure("The canonical form of a policy is JSON: \(error.message)")
    }
  }
}
