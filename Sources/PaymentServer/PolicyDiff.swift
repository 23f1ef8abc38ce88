import JSON
public import Payments

/// `bursar policy diff`: what another policy changes, in words.
extension Report {
  /// Key by key and cap by cap; caps are told apart by their names.
  public static func difference(
    from old: Policy, to new: Policy, json: Bool, currencies: CurrencyTable
  ) -> [UInt8] {
    let changes = policyChanges(from: old, to: new, currencies: currencies)
    if json {
      return lines([
        [
          "from": .string(old.hash), "to": .string(new.hash),
          "changes": .array(changes.map { .object($0.entry) }),
        ]
      ])
    }
    if changes.isEmpty { return Array("The two policies say the same.\n".utf8) }
    return Array((changes.map(\.sentence).joined(separator: "\n") + "\n").utf8)
  }
}

/// One thing that differs between two policies.
public struct PolicyChange: Hashable, Sendable {
  /// What a change does to what may be spent.
  public enum Effect: String, Sendable {
    /// More is allowed.
    case looser
    /// Less is allowed.
    case tighter
    /// Neither can be said.
    case other
  }

  /// The key (`respondWithin`), or the cap (`cap "run"`).
  public let subject: String
  /// What it was; nil when it is new.
  public let old: String?
  /// What it is; nil when it is gone.
  public let new: String?
  /// What it does to what may be spent.
  public let effect: Effect

  /// The change in words.
  public var sentence: String {
    let tail = effect == .other ? "" : " (\(effect.rawValue))"
    return switch (old, new) {
    case (nil, let new?): "\(subject) is new: \(new)\(tail)"
    case (let old?, nil): "\(subject) is gone; it was \(old)\(tail)"
    case (let old?, let new?): "\(subject) goes from \(old) to \(new)\(tail)"
    case (nil, nil): "\(subject) differs\(tail)"
    }
  }

  var entry: JSONObject {
    JSONObject([
      ("subject", .string(subject)), ("from", old.map { .string($0) } ?? .null),
      ("to", new.map { .string($0) } ?? .null), ("effect", .string(effect.rawValue)),
      ("message", .string(sentence)),
    ])
  }
}

/// What another policy changes, in the order of the file; empty when both say the same.
public func policyChanges(
  from old: Policy, to new: Policy, currencies: CurrencyTable
) -> [PolicyChange] {
  var changes: [PolicyChange] = []
  for (before, after) in zip(old.settings, new.settings)
  where !isSame(before.text, after.text) {
    changes.append(
      PolicyChange(subject: before.key, old: before.text, new: after.text, effect: .other))
  }
  changes += capChanges(old.caps, new.caps, "cap", currencies)
  changes += capChanges(old.refundCaps, new.refundCaps, "refund cap", currencies)
  var rest = old
  rest.hash = new.hash
  rest.text = new.text
  if changes.isEmpty, rest != new {
    changes.append(PolicyChange(subject: "something else", old: nil, new: nil, effect: .other))
  }
  return changes
}

private func capChanges(
  _ old: [Cap], _ new: [Cap], _ word: String, _ currencies: CurrencyTable
) -> [PolicyChange] {
  var changes: [PolicyChange] = []
  for before in old {
    let subject = "\(word) \(quoted(before.name))"
    if let after = new.first(where: { isSame($0.name, before.name) }) {
      guard before != after else { continue }
      changes.append(
        PolicyChange(
          subject: subject, old: before.rule(currencies), new: after.rule(currencies),
          effect: effect(before, after)))
    } else {
      changes.append(
        PolicyChange(
          subject: subject, old: before.rule(currencies), new: nil, effect: .looser))
    }
  }
  for after in new where !old.contains(where: { isSame($0.name, after.name) }) {
    changes.append(
      PolicyChange(
        subject: "\(word) \(quoted(after.name))", old: nil, new: after.rule(currencies),
        effect: .tighter))
  }
  let (first, second) = (old.map(\.name), new.map(\.name))
  if changes.isEmpty, !first.elementsEqual(second, by: isSame) {
    changes.append(
      PolicyChange(
        subject: "the order of the \(word)s", old: first.map { quoted($0) }.joined(separator: ", "),
        new: second.map { quoted($0) }.joined(separator: ", "), effect: .other))
  }
  return changes
}

/// What a change of one cap does; nothing can be said when it counts other things than before.
private func effect(_ before: Cap, _ after: Cap) -> PolicyChange.Effect {
  guard before.extent == after.extent, before.window == after.window,
    before.amount.currency == after.amount.currency
  else { return .other }
  func limits(_ cap: Cap) -> (Int64, Int64) {
    (cap.limitsAmount ? cap.amount.amount : .max, cap.count ?? .max)
  }
  let (old, new) = (limits(before), limits(after))
  if new.0 >= old.0, new.1 >= old.1 { return .looser }
  if new.0 <= old.0, new.1 <= old.1 { return .tighter }
  return .other
}

extension Policy {
  /// Every key besides the caps, as words, always the same ones in the same order.
  fileprivate var settings: [(key: String, text: String)] {
    [
      ("namespace", quoted(namespace)), ("environment", environment.rawValue),
      ("identity", identity.rawValue),
      ("ledger.path", ledgerPath.map { quoted($0) } ?? "the default"),
      ("run.from", run.sources.map(\.rawValue).joined(separator: ", ")),
      ("run.expiresIn", run.expiresIn.map(spell) ?? "never"),
      ("respondWithin", spell(respondWithin)), ("tools", list(tools)),
      ("currencies", currencies.map { list($0.map(\.code)) } ?? "every currency with a cap"),
      ("customers.allow", customers.allow.isEmpty ? "everybody" : list(customers.allow)),
      ("customers.refuse", list(customers.refuse)),
      ("rates.perMinute", "\(rates.perMinute)"), ("rates.minimumGap", spell(rates.minimumGap)),
      ("rates.stopsPerRun", "\(rates.stopsPerRun)"),
      ("rates.inFlight", "\(rates.inFlight)"),
      ("nearDuplicates.window", spell(nearDuplicates.window)),
      ("nearDuplicates.action", nearDuplicates.action.rawValue),
      ("warnAt", list(warnAt.map { share($0) })),
      ("results.flagFix", "\(flagFix)"), ("refunds.restoreBudget", "\(restoresBudget)"),
      ("declines.limit", "\(declines.limit)"), ("declines.window", spell(declines.window)),
      ("alerts.retries", "\(alerts.retries)"), ("alerts.window", spell(alerts.window)),
      ("reconcile.every", spell(reconcile.every)), ("reconcile.since", spell(reconcile.since)),
      ("orphans", orphans.rawValue), ("webhooks.secret", place(of: webhookSecret)),
      ("events", sinks.isEmpty ? "none" : sinks.map(\.sentence).joined(separator: "; ")),
    ] + processor.settings
  }
}

extension Sink {
  /// The sink with everything the file says of it.
  fileprivate var sentence: String {
    let taken = types.isEmpty ? "everything" : types.joined(separator: ", ")
    let how = "\(attempts) tries, backoff \(spell(backoff)), timeout \(spell(timeout))"
    return switch place {
    case .file(let path): "\(quoted(name)): \(taken) to the file \(quoted(path)), \(how)"
    case .http(let url, .environment(let variable)):
      "\(quoted(name)): \(taken) to \(quoted(url)), secret in the variable \(variable), \(how)"
    case .http(let url, .file(let file)):
      "\(quoted(name)): \(taken) to \(quoted(url)), secret in the file \(quoted(file)), \(how)"
    case .output: "\(quoted(name)): \(taken) to standard output"
    }
  }
}

extension ProcessorSetting {
  fileprivate var settings: [(key: String, text: String)] {
    [
      ("processor.kind", kind.rawValue), ("processor.baseURL", quoted(baseURL)),
      ("processor.apiKey", place(of: apiKey)), ("processor.connectTimeout", spell(connectTimeout)),
      ("processor.timeout", spell(timeout)), ("processor.attempts", "\(attempts)"),
      ("processor.timeoutAttempts", "\(timeoutAttempts)"), ("processor.backoff", spell(backoff)),
      ("processor.jitter", spell(jitter)),
      ("processor.requestsPerSecond", "\(requestsPerSecond)"),
    ]
  }
}

/// Where a secret is found, in words.
private func place(of secret: ProcessorSetting.Secret?) -> String {
  switch secret {
  case .environment(let name)?: "the variable \(name)"
  case .file(let path)?: "the file \(quoted(path))"
  case nil: "none"
  }
}

private func list(_ words: [String]) -> String {
  words.isEmpty ? "none" : words.joined(separator: ", ")
}

/// Thousandths as the file writes them: `0.8`.
private func share(_ thousandths: Int) -> String {
  if thousandths >= 1000 { return "1" }
  var digits = String(1000 + thousandths).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  return "0.\(digits)"
}
