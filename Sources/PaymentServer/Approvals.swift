import JSON
public import Ledger
public import Payments

/// A person's word on what a cap on single operations stops. No tool leads here (DESIGN §4,
/// invariant 10).
public enum Approvals {
  /// How long an approval is good when nobody says otherwise.
  public static let length = Duration.seconds(3600)
  /// How long it may be good at most.
  public static let longest = Duration.seconds(7 * 86_400)

  /// What a person says: which operation, and what it is to be, so that nothing else can be put in
  /// its place between looking and saying.
  public struct Word: Sendable {
    let operation: String
    let customer: String
    let money: Money
    let why: String
    let length: Duration

    /// A word from its parts.
    ///
    /// - Parameters:
    ///   - operation: the operation's id.
    ///   - why: what the word rests on, for whoever asks later; kept in the history.
    ///   - length: how long it is good.
    public init(
      operation: String, customer: String, money: Money, why: String,
      length: Duration = Approvals.length
    ) {
      self.operation = operation
      self.customer = customer
      self.money = money
      self.why = why
      self.length = length
    }
  }

  /// Lets an operation pass the caps on single operations, until a time.
  ///
  /// - Parameters:
  ///   - policy: the rules that stop it; what else in them would stop it now is said.
  public static func approve(
    _ word: Word, under policy: Policy, ledger path: String, vfs: String? = nil,
    currencies: CurrencyTable, at reading: Instant
  ) throws(LedgerError) -> WishOutcome {
    if let mistake = wordMistake(in: word.why, called: "reason") { return .refused(mistake) }
    guard Ledger.exists(at: path, vfs: vfs) else {
      return .refused("There is no ledger at \(path) yet.")
    }
    let texts = Texts(currencies: currencies, environment: policy.environment)
    var ledger = try Ledger(path: path, vfs: vfs)
    return try ledger.commit { (books: inout Books) throws(LedgerError) -> WishOutcome in
      guard let operation = try books.operation(OperationID(word.operation)) else {
        return .refused("There is no operation \(quoted(word.operation)) in \(path).")
      }
      let clock = try books.clock()
      let now = clock.now(at: reading)
      if let distrusted = clock.distrusted(at: reading), distrusted >= now {
        return .refused(
          "The clock is behind the ledger, so that nobody knows when an approval would end; set the "
            + "clock.")
      }
      if let objection = try objection(to: operation, word, policy, texts, books, now) {
        return .refused(objection)
      }
      // From here on the word is taken.
      let approval = Approval(
        operation: operation.id,
        subject: Approval.Subject(of: operation.terms, policy.environment),
        until: now.advanced(by: word.length), why: word.why, at: now)
      try books.keep(approval)
      _ = try books.write(
        Transition(
          before: operation, after: operation, reason: Reason.approved,
          note: "\(currencies.text(word.money)) until \(timestamp(approval.until)): \(word.why)"),
        at: now)
      try books.mark(now, at: reading)
      let charge = operation.terms.charge.map { " of charge \($0.text)" } ?? ""
      let obstacle = try obstacle(to: operation, policy, texts, books, reading, now)
      return .done(
        "Approved until \(timestamp(approval.until)): \(texts.name(operation)), customer "
          + "\(quoted(operation.terms.customer))\(charge). "
          + (obstacle ?? "The same call is not stopped by a cap per operation any more."))
    }
  }

  /// Why there is nothing to approve; nil when there is.
  private static func objection(
    to operation: Operation, _ word: Word, _ policy: Policy, _ texts: Texts,
    _ books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> String? {
    let name = operation.id.text
    if let mistake = foreignMistake(operation, to: policy.namespace) { return mistake }
    if let mistake = try policy.environmentMistake(in: books) {
      return "\(mistake.path) \(mistake.message)"
    }
    if operation.state.holds || operation.state.moved {
      return "\(name) is \(operation.state.rawValue): there is nothing to approve."
    }
    guard isSame(operation.terms.customer, word.customer), operation.terms.money == word.money
    else {
      return "\(name) is not what was said: it is \(texts.name(operation)), customer "
        + "\(quoted(operation.terms.customer)), as it was asked for last."
    }
    let denial = try policy.singleDenial(of: operation.demand, at: now) {
      (scope, since) throws(LedgerError) in
      try books.exposure(of: scope, since: since)
    }
    return denial == nil ? "No cap per operation stops \(name): there is nothing to approve." : nil
  }

  /// What else stops it now; nil when nothing does.
  private static func obstacle(
    to operation: Operation, _ policy: Policy, _ texts: Texts, _ books: borrowing Books,
    _ reading: Instant, _ now: Instant
  ) throws(LedgerError) -> String? {
    if let (verdict, rule) = try policy.closure(of: operation, texts, in: books, now) {
      return "But \(rule) stops it: \(verdict.message)"
    }
    let judged = try policy.judge(
      operation, in: books, distrusted: books.clock().distrusted(at: reading), now)
    if case .refused(let denial) = judged.judgement {
      return "But \(denial.rule) stops it: \(texts.denied(denial, operation).message)"
    }
    let rule = policy.nearDuplicates
    guard operation.kind == .charge, rule.action != .allow,
      let (other, why) = try books.lookalike(
        of: operation, since: now.advanced(by: .zero - rule.window))
    else { return nil }
    return "But nearDuplicates stops it: "
      + texts.nearDuplicate(of: other, why, rule, at: now).message
  }
}

extension Policy {
  /// Judges an operation by what is held and spent, and by what a person approved of it; gives back
  /// the approval if that is what lets it pass.
  func judge(
    _ candidate: Operation, in books: borrowing Books, distrusted: Instant?, _ now: Instant
  ) throws(LedgerError) -> (judgement: Judgement, approval: Approval?) {
    let started = try books.run(candidate.run, namespace: candidate.namespace)?.firstSeen ?? now
    func judgement(isApproved: Bool) throws(LedgerError) -> Judgement {
      try judge(candidate.demand, runStarted: started, isApproved: isApproved, at: now) {
        (scope, since) throws(LedgerError) in
        try books.exposure(of: scope, since: since)
      }
    }
    let plain = try judgement(isApproved: false)
    guard case .refused(let denial) = plain, denial.mayBeApproved,
      let approval = try books.approval(of: candidate.id),
      approval.covers(candidate, environment, distrusted: distrusted, at: now)
    else { return (plain, nil) }
    return (try judgement(isApproved: true), approval)
  }
}
