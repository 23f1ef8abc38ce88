import JSON
public import Ledger
public import Payments

/// A charge somebody might ask for, put to the policy without asking for it.
public struct PolicyQuestion: Sendable {
  let reference: String
  let customer: String
  let money: Money
  let run: String

  /// A question from its parts.
  public init(reference: String, customer: String, money: Money, run: String) {
    self.reference = reference
    self.customer = customer
    self.money = money
    self.run = run
  }
}

/// `bursar policy explain`: which rule would decide about a charge, and what is left of each cap.
extension Report {
  /// Reads, never writes: asking changes no rate, no run and no cap.
  ///
  /// - Parameters:
  ///   - path: the ledger; need not exist.
  ///   - json: one JSON object instead of text.
  public static func explanation(
    of policy: Policy, _ question: PolicyQuestion, ledger path: String, dialect: Dialect,
    at now: Instant, json: Bool
  ) throws(LedgerError) -> [UInt8] {
    let asked = Asked(policy: policy, question: question, dialect: dialect, now: now)
    var finding: PolicyExplanation
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      finding = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try asked.explain(by: try asked.record(in: books)) { (scope, since) throws(LedgerError) in
          try books.exposure(of: scope, since: since)
        }
      }
    } else {
      finding = asked.explain(by: Record(runStarted: now)) { _, _ in .zero }
    }
    if json { return lines([.object(finding.entry)]) }
    let currencies = dialect.profile.currencies
    return Array((finding.rows(currencies).joined(separator: "\n") + "\n").utf8)
  }
}

/// What a question leads to.
private struct PolicyExplanation {
  /// What would be answered.
  enum Outcome: String {
    /// It would be judged, held and sent.
    case granted
    /// The books answer: this was asked for before.
    case known
    /// Other terms under a reference that was used.
    case conflict
    /// A rule of the policy stops it.
    case stopped
    /// It resembles a charge that was made.
    case heldBack = "held_back"
    /// The processor does not take such an amount.
    case impossible
  }

  let subject: String
  let outcome: Outcome
  /// The rule that decides.
  let rule: String
  let reason: String
  let usages: [CapUsage]
  let question: PolicyQuestion
  let isApproved: Bool

  var decision: String {
    switch outcome {
    case .granted: "would be granted"
    case .known: "would be answered from the books; nothing is judged again"
    case .conflict: "would be refused as a conflict"
    case .stopped, .heldBack: "would be stopped by \(rule)"
    case .impossible: "would be refused before the policy is asked"
    }
  }

  func rows(_ currencies: CurrencyTable) -> [String] {
    var rows = ["\(subject) \(decision).", "  \(reason)"]
    if !usages.isEmpty { rows.append("The caps that count it, as they are now:") }
    rows += Report.table(
      usages.map { usage in
        [
          "  \(usage.cap.name)", "used \(usage.words(currencies))",
          "left \(usage.leftWords(currencies))", refuses(usage) ? "does not allow it" : "allows it",
        ]
      })
    return rows
  }

  var entry: JSONObject {
    JSONObject([
      ("outcome", .string(outcome.rawValue)), ("rule", .string(rule)),
      ("reason", .string(reason)), ("reference", .string(question.reference)),
      ("customer", .string(question.customer)), ("amount", .integer(question.money.amount)),
      ("currency", .string(question.money.currency.code)), ("run", .string(question.run)),
      (
        "caps",
        .array(
          usages.map { usage in
            var entry = usage.cap.entry
            for member in usage.entry.members { entry[member.key] = member.value }
            entry["allows"] = .bool(!refuses(usage))
            return .object(entry)
          })
      ),
    ])
  }

  private func refuses(_ usage: CapUsage) -> Bool {
    if isApproved, usage.cap.extent == .operation { return false }
    if let left = usage.amountLeft, question.money.amount > left { return true }
    return usage.countLeft == 0
  }
}

/// What the books know that a question has to do with.
private struct Record {
  /// The charge that was asked for under this reference before.
  var known: Operation?
  /// The charge it may be a repetition of, and why.
  var lookalike: (operation: Operation, resemblance: Resemblance)?
  let runStarted: Instant
  /// A person's word by which it passes caps on single operations, while it is good.
  var approval: Approval?
  /// Why nothing new may be paid at all, and the rule.
  var closure: (verdict: Verdict, rule: String)?
}

/// The question with everything it is judged by.
private struct Asked {
  let policy: Policy
  let question: PolicyQuestion
  let dialect: Dialect
  let now: Instant

  /// What is asked for, by the means of payment on record, because none was given.
  private func demand(_ record: Record) -> Demand {
    Demand(
      kind: .charge, namespace: policy.namespace, run: question.run, customer: question.customer,
      money: question.money, paymentMethod: record.known?.terms.paymentMethod)
  }

  func record(in books: borrowing Books) throws(LedgerError) -> Record {
    let started = try books.run(question.run, namespace: policy.namespace)?.firstSeen ?? now
    var record = Record(runStarted: started)
    let candidate = candidate
    switch policy.identity {
    case .reference:
      record.known = try books.operation(candidate.id)
      let distrusted = try books.clock().distrusted(at: now)
      record.approval = try books.approval(of: candidate.id).flatMap {
        $0.covers(candidate, policy.environment, distrusted: distrusted, at: now) ? $0 : nil
      }
    case .taskStep: break
    }
    record.closure = try policy.closure(of: candidate, texts, in: books, now)
    if let mistake = try policy.environmentMistake(in: books) {
      record.closure = (texts.policyBroken(mistake.sentence), mistake.path)
    }
    if policy.nearDuplicates.action != .allow {
      record.lookalike = try books.lookalike(
        of: candidate, since: now.advanced(by: .zero - policy.nearDuplicates.window))
    }
    return record
  }

  /// The operation it would be.
  private var candidate: Operation {
    let identity = Identity(
      namespace: policy.namespace, kind: .charge, name: .reference(question.reference))
    let terms = Terms(
      customer: question.customer, money: question.money, paymentMethod: nil, description: nil)
    let draft = Draft(
      kind: .charge, reference: question.reference, terms: terms, run: question.run, task: nil,
      step: nil, checkpoint: nil)
    return draft.operation(
      Identity.names(base32: base32(sha256(identity.canonical))).id, policy, now)
  }

  /// What is asked for, as the beginning of a sentence.
  private var subject: String {
    "The charge of \(dialect.profile.currencies.text(question.money)) to "
      + "\(quoted(question.customer)) for \(quoted(question.reference)) in run "
      + quoted(question.run)
  }

  func explain<Failure: Error>(
    by record: Record, exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> PolicyExplanation {
    let demand = demand(record)
    let usages = try policy.usages(for: demand, at: now, exposure: exposure)
    func found(
      _ outcome: PolicyExplanation.Outcome, _ rule: String, _ reason: String
    ) -> PolicyExplanation {
      PolicyExplanation(
        subject: subject, outcome: outcome, rule: rule, reason: reason, usages: usages,
        question: question, isApproved: record.approval != nil)
    }
    if let objection = dialect.profile.currencies.objection(to: question.money) {
      return found(.impossible, "processor", sentence(objection))
    }
    if let (verdict, rule) = record.closure, isSame(rule, "environment") {
      return found(.stopped, rule, "The model would read: \(verdict.message)")
    }
    if let known = record.known {
      switch known.repeated(with: terms(of: known), retries, at: now) {
      case .same:
        return found(
          .known, "reference",
          "Operation \(known.id.text) of this reference is \(known.state.rawValue).")
      case .conflict(let differences):
        let list = differences.map {
          "\($0.field) was \(quoted($0.recorded)), not \(quoted($0.sent))"
        }
        return found(.conflict, "reference", "\(list.joined(separator: "; ")).")
      case .again: break
      }
    }
    if let (verdict, rule) = record.closure {
      return found(.stopped, rule, "The model would read: \(verdict.message)")
    }
    let judgement = try policy.judge(
      demand, runStarted: record.runStarted, isApproved: record.approval != nil, at: now,
      exposure: exposure)
    switch judgement {
    case .granted(let warnings):
      if let (other, why) = record.lookalike {
        let verdict = texts.nearDuplicate(of: other, why, policy.nearDuplicates, at: now)
        return found(
          .heldBack, "nearDuplicates", "The model would read: \(verdict.message)")
      }
      let names = warnings.map { quoted($0.cap.name) }.joined(separator: ", ")
      let word = record.approval.map { "A person approved it until \(timestamp($0.until)). " } ?? ""
      return found(
        .granted, "",
        warnings.isEmpty
          ? "\(word)No rule stops it."
          : "\(word)No rule stops it; it brings near the limit: \(names).")
    case .refused(let denial):
      return found(
        .stopped, denial.rule, "The model would read: \(texts.denied(denial, candidate).message)")
    }
  }

  /// The terms asked for; the means of payment are those on record, because none was given.
  private func terms(of known: Operation) -> Terms {
    Terms(
      customer: question.customer, money: question.money,
      paymentMethod: known.terms.paymentMethod, description: nil)
  }

  private var texts: Texts {
    Texts(currencies: dialect.profile.currencies, environment: policy.environment)
  }

  private var retries: RetryRule {
    RetryRule(policy.processor, dialect.profile, inFlight: policy.rates.inFlight)
  }

  private func sentence(_ objection: AmountObjection) -> String {
    let currencies = dialect.profile.currencies
    return switch objection {
    case .currency(let currency): "The processor does not take \(currency.code)."
    case .below(let money): "The processor's smallest amount is \(currencies.text(money))."
    case .above(let money): "The processor's largest amount is \(currencies.text(money))."
    case .notMultiple(let unit):
      "The processor takes only multiples of \(unit) minor units of this currency."
    }
  }
}
