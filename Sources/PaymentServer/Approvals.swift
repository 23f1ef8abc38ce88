import JSON
public import Ledger
public import Payments

/// A person's word on what a cap on single operations stopped. No tool leads here (DESIGN §4,
/// invariant 10).
public enum Approvals {
  /// How long an approval is good when nobody says otherwise.
  public static let length = Duration.seconds(3600)
  /// How long it may be good at most.
  public static let longest = Duration.seconds(7 * 86_400)

  /// Approves an operation as it was asked for last: of that customer, of that amount.
  ///
  /// - Parameters:
  ///   - policy: the rules it was stopped by; what else in them would stop it now is said.
  ///   - why: what the word rests on, for whoever asks later; kept in the history.
  public static func approve(
    _ id: String, why: String, for length: Duration, policy: Policy, ledger path: String,
    vfs: String? = nil, currencies: CurrencyTable, at reading: Instant
  ) throws(LedgerError) -> WishOutcome {
    if let mistake = wordMistake(in: why, called: "reason") { return .refused(mistake) }
    guard Ledger.exists(at: path, vfs: vfs) else {
      return .refused("There is no ledger at \(path) yet.")
    }
    let texts = Texts(currencies: currencies, environment: policy.environment)
    var ledger = try Ledger(path: path, vfs: vfs)
    return try ledger.commit { (books: inout Books) throws(LedgerError) -> WishOutcome in
      guard let operation = try books.operation(OperationID(id)) else {
        return .refused("There is no operation \(quoted(id)) in \(path).")
      }
      if let objection = objection(to: operation, policy) { return .refused(objection) }
      let now = try books.time(at: reading)
      let until = now.advanced(by: length)
      let money = currencies.text(operation.terms.money)
      let customer = quoted(operation.terms.customer)
      try books.keep(
        Approval(
          operation: operation.id, customer: operation.terms.customer,
          money: operation.terms.money, until: until, why: why, at: now))
      _ = try books.write(
        Transition(
          before: operation, after: operation, reason: Reason.approved,
          note: "\(money) until \(timestamp(until)): \(why)"),
        at: now)
      try books.mark(now, at: reading)
      var sentence =
        "Approved until \(timestamp(until)): the \(operation.kind.rawValue) of \(money) for "
        + "\(quoted(operation.reference)), customer \(customer). The same call goes through now."
      if let obstacle = try obstacle(to: operation, policy, texts, books, now) {
        sentence = sentence.replacing("The same call goes through now.", with: obstacle)
      }
      return .done(sentence)
    }
  }

  /// Why there is nothing to approve; nil when there is.
  private static func objection(to operation: Operation, _ policy: Policy) -> String? {
    let name = operation.id.text
    guard isSame(operation.namespace, policy.namespace) else {
      return "\(name) is of namespace \(quoted(operation.namespace)), and the policy is of "
        + "\(quoted(policy.namespace)); give the one that stopped it."
    }
    if operation.awaitsApproval { return nil }
    guard operation.state == .denied else {
      return "\(name) is \(operation.state.rawValue): there is nothing to approve."
    }
    return "\(name) was stopped by \(operation.rule ?? "another rule"), which no approval lifts: "
      + "only a cap per operation waits for a person."
  }

  /// What else stops it now; nil when nothing does.
  private static func obstacle(
    to operation: Operation, _ policy: Policy, _ texts: Texts, _ books: borrowing Books,
    _ now: Instant
  ) throws(LedgerError) -> String? {
    if let (verdict, rule) = try policy.closure(of: operation, texts, in: books, now) {
      return "But \(rule) stops it: \(verdict.message)"
    }
    guard case .refused(let denial) = try policy.judge(operation, in: books, now) else {
      return nil
    }
    return "But \(denial.rule) stops it: \(texts.denied(denial).message)"
  }
}

extension Policy {
  /// Judges an operation by what is held and spent, and by what a person approved of it.
  func judge(
    _ candidate: Operation, in books: borrowing Books, _ now: Instant
  ) throws(LedgerError) -> Judgement {
    let started = try books.run(candidate.run, namespace: candidate.namespace)?.firstSeen ?? now
    func judgement(isApproved: Bool) throws(LedgerError) -> Judgement {
      try judge(candidate.demand, runStarted: started, isApproved: isApproved, at: now) {
        (scope, since) throws(LedgerError) in
        try books.exposure(of: scope, since: since)
      }
    }
    let plain = try judgement(isApproved: false)
    guard case .refused(let denial) = plain, denial.mayBeApproved,
      try books.approval(of: candidate.id)?.covers(candidate, at: now) == true
    else { return plain }
    return try judgement(isApproved: true)
  }
}
