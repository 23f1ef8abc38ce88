public import Payments

/// The books held against themselves: what is held and spent against the operations, refunds
/// against their charges.
extension Books {
  /// Every rule about money that the books show broken, in the order of their names. Takes as long
  /// as reading every operation does.
  public func contradictions() throws(LedgerError) -> [Violation] {
    var sums = Sums()
    for operation in try operations(newest: .max) { sums.add(operation) }
    sums.giveBack()
    var found = sums.contradictions
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

  /// Freezes every namespace in which ``contradictions()`` finds something. What was found before,
  /// all of it the same, freezes nothing again: whoever thawed it since knew of it.
  public mutating func freezeContradictions(at now: Instant) throws(LedgerError) {
    let found = try contradictions()
    let digest = found.isEmpty ? 0 : Self.digest(of: found)
    let known = try only(.audited, []) { row throws(LedgerError) in try row.integer() }
    guard known ?? 0 != digest else { return }
    try change(.markAudited, [.integer(digest)])
    for violation in found { try freeze(for: violation, at: now) }
  }

  private static func digest(of violations: [Violation]) -> Int64 {
    let lines = violations.map { "\($0.namespace) \($0.words)\n" }.joined()
    return sha256(Array(lines.utf8)).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
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
  private var charges: [String: Operation] = [:]
  private var refunds: [Operation] = []
  private var refunded: [String: Int64] = [:]
  private var owners: [String: String] = [:]
  private var doubled: [Violation] = []

  mutating func add(_ operation: Operation) {
    for scope in operation.scopes {
      var account = scopes[scope.text] ?? Account(namespace: operation.namespace)
      if operation.state.holds { account.held.add(operation.terms.money) }
      if operation.state.moved { account.spent.add(operation.terms.money) }
      scopes[scope.text] = account
    }
    guard operation.state.moved else { return }
    switch operation.kind {
    case .charge: charges[operation.id.text] = operation
    case .refund: refunds.append(operation)
    }
    guard let reference = operation.processorReference else { return }
    if owners.updateValue(operation.id.text, forKey: reference) != nil {
      doubled.append(Violation(.doubled, of: operation))
    }
  }

  /// What was refunded, in the scopes of its charges.
  mutating func giveBack() {
    for refund in refunds {
      guard let id = refund.terms.charge?.text else { continue }
      // What gives back an orphan takes nothing from its charge.
      if let charge = charges[id], refund.compensates(charge) { continue }
      let (sum, overflow) = refunded[id, default: 0]
        .addingReportingOverflow(refund.terms.money.amount)
      refunded[id] = overflow ? .max : sum
    }
    for (id, amount) in refunded {
      for scope in charges[id]?.scopes ?? [] {
        let (sum, overflow) = (scopes[scope.text]?.returned ?? 0).addingReportingOverflow(amount)
        scopes[scope.text]?.returned = overflow ? .max : sum
      }
    }
  }

  /// What needs no look at the exposures.
  var contradictions: [Violation] {
    let over = charges.values.filter { refunded[$0.id.text] ?? 0 > $0.terms.money.amount }
    return doubled + over.map { Violation(.overRefunded, of: $0) }
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
