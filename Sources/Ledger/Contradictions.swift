public import Payments

/// The books held against themselves: what is held and spent against the operations, refunds
/// against their charges.
extension Books {
  /// Every rule about money that the books show broken, in the order of their names. Takes as long
  /// as reading every operation does, and keeps none of them.
  public func contradictions() throws(LedgerError) -> [Violation] {
    var sums = Sums()
    var last: Operation?
    repeat {
      let page = try operations(after: last, limit: 1000)
      for operation in page { sums.add(operation) }
      last = page.last
    } while last != nil
    for id in sums.refundedCharges { sums.give(back: try operation(id)) }
    var found = sums.overRefunded
    for reference in try doubledReferences() {
      let moved = try operations(processorReference: reference).filter(\.state.moved)
      found += moved.dropFirst().map { Violation(.doubled, of: $0) }
    }
    var scopes = sums.scopes
    for held in try holds() where scopes[held.scope] == nil {
      scopes[held.scope] = Sums.Account(namespace: Sums.namespace(of: held.scope))
    }
    for (scope, account) in scopes {
      let held = try only(.held, [.text(scope)]) { row throws(LedgerError) in try row.exposure() }
      let spent = try spent(in: scope)
      let returned = try self.spent(in: "returned \(scope)")
      // Refunds from before the books knew what they give back are missing in it.
      if held ?? .zero != account.held || spent != account.spent
        || returned.amount > account.returned || returned.amount < 0
      {
        found.append(Violation(.exposure, namespace: account.namespace, subject: scope))
      }
    }
    return found.sorted { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }
  }

  /// Whether ``contradictions()`` found this when it was last acted upon.
  public func isKnown(_ found: [Violation]) throws(LedgerError) -> Bool {
    let known = try only(.audited, []) { row throws(LedgerError) in try row.integer() }
    return known ?? 0 == (found.isEmpty ? 0 : Self.digest(of: found))
  }

  /// Freezes every namespace in which ``contradictions()`` finds something. What was found before,
  /// all of it the same, freezes nothing again: whoever thawed it since knew of it.
  public mutating func freezeContradictions(at now: Instant) throws(LedgerError) {
    let found = try contradictions()
    if try isKnown(found) { return }
    try change(.markAudited, [.integer(found.isEmpty ? 0 : Self.digest(of: found))])
    for violation in found { try freeze(for: violation, at: now) }
  }

  private static func digest(of violations: [Violation]) -> Int64 {
    let lines = violations.map { "\($0.namespace) \($0.words)\n" }.joined()
    return sha256(Array(lines.utf8)).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
  }

  private func operations(
    after last: Operation?, limit: Int
  ) throws(LedgerError) -> [Operation] {
    try connection.rows(
      .following,
      [
        .instant(last?.created ?? Instant(milliseconds: .min)), .text(last?.id.text ?? ""),
        .integer(limit),
      ]
    ) { row throws(LedgerError) in try Operation(&row) }
  }

  private func doubledReferences() throws(LedgerError) -> [String] {
    try connection.rows(.doubledReferences, []) { row throws(LedgerError) in try row.text() }
  }

  private func holds() throws(LedgerError) -> [(scope: String, held: Exposure)] {
    try connection.rows(.holds, []) { row throws(LedgerError) in
      (try row.text(), try row.exposure())
    }
  }

  private func spent(in scope: String) throws(LedgerError) -> Exposure {
    try only(
      .spent, [.text(scope), .integer(Int64(0)), .integer(Int64(0)), .integer(Int64(1))]
    ) { row throws(LedgerError) in try row.exposure() } ?? .zero
  }
}

/// What the operations say, added up.
private struct Sums {
  struct Account {
    let namespace: String
    var held = Exposure.zero
    var spent = Exposure.zero
    var returned: Int64 = 0
  }

  private(set) var scopes: [String: Account] = [:]
  /// Refunds that gave money back, by the charge they are of.
  private var refunds: [String: [Operation]] = [:]
  /// The charges of which more was given back than was taken.
  private(set) var overRefunded: [Violation] = []

  mutating func add(_ operation: Operation) {
    for scope in operation.scopes {
      var account = scopes[scope.text] ?? Account(namespace: operation.namespace)
      if operation.state.holds { account.held.add(operation.terms.money) }
      if operation.state.moved { account.spent.add(operation.terms.money) }
      scopes[scope.text] = account
    }
    if operation.kind == .refund, operation.state.moved, let charge = operation.terms.charge {
      refunds[charge.text, default: []].append(operation)
    }
  }

  /// The charges something was given back of, in the order of their names.
  var refundedCharges: [OperationID] {
    refunds.keys.sorted(by: precedes).map { OperationID($0) }
  }

  /// What was refunded of a charge, in its scopes. What gives back an orphan takes nothing from it.
  mutating func give(back charge: Operation?) {
    guard let charge, charge.kind == .charge, charge.state.moved else { return }
    var refunded: Int64 = 0
    for refund in refunds[charge.id.text] ?? [] where !refund.compensates(charge) {
      let (sum, overflow) = refunded.addingReportingOverflow(refund.terms.money.amount)
      refunded = overflow ? .max : sum
    }
    for scope in charge.scopes {
      let (sum, overflow) = (scopes[scope.text]?.returned ?? 0).addingReportingOverflow(refunded)
      scopes[scope.text]?.returned = overflow ? .max : sum
    }
    if refunded > charge.terms.money.amount {
      overRefunded.append(Violation(.overRefunded, of: charge))
    }
  }

  /// The namespace in a scope's name: after the kind, the currency and the extent.
  static func namespace(of scope: String) -> String {
    let parts = scope.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
    return parts.count > 3 ? String(parts[3]) : ""
  }
}

extension Exposure {
  /// Saturates: the books refuse such sums long before.
  fileprivate mutating func add(_ money: Money) {
    let (sum, overflow) = amount.addingReportingOverflow(money.amount)
    amount = overflow ? .max : sum
    count += 1
  }
}
