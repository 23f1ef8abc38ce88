public import Ledger
public import Payments

/// A rule that is allowed and probably not meant.
public struct PolicyWarning: Hashable, Sendable {
  /// A stable snake_case word for the kind of warning.
  public let code: String
  /// What is odd, and what would be better; a sentence.
  public let message: String
}

/// What is odd about a policy, by itself and against what its ledger has seen: first the rules that
/// can never decide, then the caps that do not fit.
///
/// - Parameter path: the ledger; need not exist.
public func lint(
  _ policy: Policy, ledger path: String, currencies: CurrencyTable
) throws(LedgerError) -> [PolicyWarning] {
  var lint = Lint(policy: policy, currencies: currencies)
  lint.judgeRules()
  if Ledger.exists(at: path) {
    var ledger = try Ledger(path: path)
    let (operations, approved) = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      (try books.operations(newest: .max), try books.approvals().map(\.operation))
    }
    lint.judgeNamespace(by: operations)
    lint.judgeSizes(by: operations, besides: Set(approved))
  }
  return lint.warnings
}

private struct Lint {
  let policy: Policy
  let currencies: CurrencyTable
  var warnings: [PolicyWarning] = []

  init(policy: Policy, currencies: CurrencyTable) {
    self.policy = policy
    self.currencies = currencies
  }

  private mutating func warn(_ code: String, _ message: String) {
    warnings.append(PolicyWarning(code: code, message: message))
  }

  mutating func judgeRules() {
    if !policy.caps.contains(where: \.limitsAmount) {
      warn(
        "nothing_allowed",
        "No cap limits an amount, so every charge is refused; give each currency a cap.")
    }
    for currency in policy.currencies ?? []
    where !policy.caps.contains(where: { $0.limitsAmount && $0.amount.currency == currency }) {
      warn(
        "currency_without_cap",
        "\(currency.code) is allowed and no cap limits an amount in it, so every charge in it is "
          + "refused; give it a cap or take it from currencies.")
    }
    for kind in Operation.Kind.allCases {
      judgeCaps(policy.caps(on: kind), kind == .charge ? "cap" : "refund cap")
      if !policy.caps(on: kind).isEmpty,
        !policy.tools.contains(where: { isSame($0, kind.rawValue) })
      {
        warn(
          "unreachable",
          "There are caps on \(kind.rawValue)s, and the tool \(kind.rawValue) is not allowed.")
      }
    }
    switch policy.environment {
    case .live: judgeThresholds()
    case .sandbox, .test: break
    }
    for pattern in policy.customers.allow {
      guard let refusing = policy.customers.refuse.first(where: { covers($0, pattern) }) else {
        continue
      }
      warn(
        "unreachable",
        "customers.allow \(quoted(pattern)) allows nobody: customers.refuse \(quoted(refusing)) "
          + "refuses all of them.")
    }
  }

  /// A cap on single charges is the approval threshold: what is above it is stopped, and the model
  /// tells a person, who decides and acts. Nothing a model can send approves anything.
  private mutating func judgeThresholds() {
    let limited = policy.caps.filter(\.limitsAmount)
    for currency in Set(limited.map(\.amount.currency)).sorted()
    where !limited.contains(where: { $0.extent == .operation && $0.amount.currency == currency }) {
      warn(
        "live_without_threshold",
        "Real money moves and no cap per operation limits one charge in \(currency.code): give it "
          + "one, the amount from which on a person has to decide.")
    }
  }

  private mutating func judgeCaps(_ caps: [Cap], _ word: String) {
    for (place, cap) in caps.enumerated() {
      let subject = "\(word) \(quoted(cap.name))"
      if let allowed = policy.currencies, !allowed.contains(cap.amount.currency) {
        warn(
          "unreachable",
          "\(subject) is in \(cap.amount.currency.code), which is not among the currencies.")
      }
      let narrower = caps.enumerated().first { other in
        other.offset != place && other.element.precedes(cap)
          && !(cap.precedes(other.element) && place < other.offset)
      }
      if let narrower = narrower?.element {
        warn(
          "unreachable",
          "\(subject) (\(cap.rule(currencies))) can never be reached: \(quoted(narrower.name)) "
            + "(\(narrower.rule(currencies))) stops everything before it.")
      }
    }
  }

  /// Another namespace is another identity of everything: what was paid in the one is not known to
  /// be paid in the other. In the sandbox that is practice too.
  mutating func judgeNamespace(by operations: [Operation]) {
    guard policy.environment != .sandbox, let other = operations.first,
      !operations.contains(where: { isSame($0.namespace, policy.namespace) })
    else { return }
    warn(
      "namespace_unknown",
      "The ledger holds \(operations.count) operations, none of them of namespace "
        + "\(quoted(policy.namespace)); the newest is of \(quoted(other.namespace)). If that is a slip, "
        + "everything is paid again: caps begin empty and no reference is known.")
  }

  /// - Parameter approved: what a person let pass of the caps on single operations.
  mutating func judgeSizes(by operations: [Operation], besides approved: Set<OperationID>) {
    for kind in Operation.Kind.allCases {
      for cap in policy.caps(on: kind) where cap.limitsAmount {
        let seen = operations.filter {
          $0.kind == kind && isSame($0.namespace, policy.namespace)
            && $0.terms.money.currency == cap.amount.currency
            && ($0.state.moved || $0.state.holds)
            && !(cap.extent == .operation && approved.contains($0.id))
        }
        let subject = "\(kind == .charge ? "cap" : "refund cap") \(quoted(cap.name))"
        let largest = seen.map(\.terms.money.amount).max() ?? 0
        if cap.amount.amount < largest {
          let money = Money(largest, cap.amount.currency)
          warn(
            "cap_below_largest",
            "\(subject) is \(currencies.text(cap.amount)), less than the largest \(kind.rawValue) "
              + "in the ledger, \(currencies.text(money)), which would be refused.")
        } else if cap.extent == .run, kind == .charge {
          judgeRun(cap, subject, largestRun(of: seen))
        }
      }
    }
  }

  private mutating func judgeRun(_ cap: Cap, _ subject: String, _ most: Int64) {
    let need = Money(most, cap.amount.currency)
    guard most > 0, let size = CapSize(need: need), cap.amount.amount > size.high.amount else {
      return
    }
    warn(
      "cap_loose",
      "\(subject) is \(currencies.text(cap.amount)), and no run ever used more than "
        + "\(currencies.text(need)): one and a half times to twice that is "
        + "\(currencies.text(size.low)) to \(currencies.text(size.high)).")
  }

  /// The most one run ever used; saturates.
  private func largestRun(of operations: [Operation]) -> Int64 {
    var sums: [[UInt8]: Int64] = [:]
    for operation in operations {
      let (sum, overflow) = sums[Array(operation.run.utf8), default: 0]
        .addingReportingOverflow(operation.terms.money.amount)
      sums[Array(operation.run.utf8)] = overflow ? .max : sum
    }
    return sums.values.max() ?? 0
  }
}

/// Whether every customer of the second pattern is one of the first.
private func covers(_ wide: String, _ narrow: String) -> Bool {
  guard wide.utf8.last == UInt8(ascii: "*") else { return isSame(wide, narrow) }
  return narrow.utf8.starts(with: wide.utf8.dropLast())
}

extension Cap {
  /// Whether this cap refuses everything that the other would refuse: it counts at least what the
  /// other counts, and allows no more of it.
  fileprivate func precedes(_ other: Cap) -> Bool {
    guard amount.currency == other.amount.currency, countsAll(of: other) else { return false }
    let amountHolds =
      !other.limitsAmount || limitsAmount && amount.amount <= other.amount.amount
    guard amountHolds else { return false }
    if other.extent == .operation {
      return other.count == nil && (extent == .operation || amount.amount < other.amount.amount)
    }
    guard let theirs = other.count else { return true }
    return count.map { $0 <= theirs } ?? false
  }

  private func countsAll(of other: Cap) -> Bool {
    if other.extent == .operation { return true }
    guard extent == other.extent || extent == .namespace else { return false }
    return window.covers(other.window)
  }
}

extension Window {
  /// Whether this window reaches back at least as far as the other at every moment.
  fileprivate func covers(_ other: Window) -> Bool {
    let day = Duration.seconds(86_400)
    switch (self, other) {
    case (.lifetime, _): return true
    case (_, .lifetime): return false
    case (.rolling(let length), .rolling(let theirs)): return length >= theirs
    case (.rolling(let length), .day): return length >= day
    case (.rolling(let length), .month): return length >= day * 31
    case (.day(let offset), .day(let theirs)), (.month(let offset), .month(let theirs)),
      (.month(let offset), .day(let theirs)):
      return offset == theirs
    case (.day, .rolling), (.day, .month), (.month, .rolling): return false
    }
  }
}
