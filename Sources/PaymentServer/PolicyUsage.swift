import JSON
public import Ledger
public import Payments

/// `bursar policy usage`: how full each cap is now.
extension Report {
  /// The most runs or customers shown for one cap.
  static let fullest = 5

  /// How full each cap is: one line for the namespace, one for each of the fullest runs and
  /// customers. Reads, never writes.
  ///
  /// - Parameters:
  ///   - path: the ledger; need not exist.
  ///   - json: one JSON object instead of a table.
  public static func usage(
    of policy: Policy, ledger path: String, at now: Instant, json: Bool, currencies: CurrencyTable
  ) throws(LedgerError) -> [UInt8] {
    var found: [CapInUse] = []
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      found = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try capsInUse(policy, books, now, newest: .max)
      }
    } else {
      let caps = Operation.Kind.allCases.flatMap { kind in policy.caps(on: kind).map { (kind, $0) }
      }
      found = caps.map { CapInUse(kind: $0.0, cap: $0.1, users: []) }
    }
    if json {
      let entries = found.map { JSONValue.object($0.entry) }
      return lines([["at": .string(timestamp(now)), "caps": .array(entries)]])
    }
    return Array(
      (found.flatMap { $0.rows(currencies) }.joined(separator: "\n") + "\n").utf8)
  }

  /// Each cap with those it counts, looked up for the runs and customers of the newest operations.
  static func capsInUse(
    _ policy: Policy, _ books: borrowing Books, _ now: Instant, newest: Int
  ) throws(LedgerError) -> [CapInUse] {
    let operations = try books.operations(newest: newest)
    var found: [CapInUse] = []
    for kind in Operation.Kind.allCases {
      for cap in policy.caps(on: kind) {
        var users: [(name: String, usage: CapUsage)] = []
        for (name, demand) in cap.users(among: operations, kind, policy.namespace) {
          let usages = try policy.usages(for: demand, at: now) {
            (scope, since) throws(LedgerError) in
            try books.exposure(of: scope, since: since)
          }
          guard let usage = usages.first(where: { $0.cap == cap }) else { continue }
          if cap.extent == .namespace || usage.used != .zero { users.append((name, usage)) }
        }
        users.sort { $0.usage.share > $1.usage.share }
        found.append(CapInUse(kind: kind, cap: cap, users: users))
      }
    }
    return found
  }
}

/// A cap with those it counts, the fullest first.
struct CapInUse {
  let kind: Operation.Kind
  let cap: Cap
  let users: [(name: String, usage: CapUsage)]

  func rows(_ currencies: CurrencyTable) -> [String] {
    let subject = kind == .charge ? "cap" : "refund cap"
    var rows = ["\(subject) \(cap.sentence(currencies))"]
    if cap.extent == .operation {
      rows.append("  counts each operation by itself")
    } else if users.isEmpty {
      rows.append("  nothing used")
    }
    rows += Report.table(
      users.prefix(Report.fullest).map { user in
        [
          "  \(quoted(user.name))", bar(user.usage.share), "\(user.usage.share) %",
          user.usage.words(currencies), "left \(user.usage.leftWords(currencies))",
        ]
      })
    if users.count > Report.fullest {
      rows.append("  and \(users.count - Report.fullest) more, less full")
    }
    return rows
  }

  var entry: JSONObject {
    var entry = cap.entry
    entry["kind"] = .string(kind.rawValue)
    entry["users"] = .array(
      users.prefix(Report.fullest).map { user in
        var line = JSONObject([("name", .string(user.name))])
        for member in user.usage.entry.members { line[member.key] = member.value }
        return .object(line)
      })
    entry["users_in_all"] = .integer(Int64(users.count))
    return entry
  }

  private func bar(_ share: Int64) -> String {
    let full = Int(min(20, share / 5))
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full)
      + "]"
  }
}

extension Cap {
  /// Whom the cap counts, in the order in which they first appear: a name and a demand of nothing.
  fileprivate func users(
    among operations: [Operation], _ kind: Operation.Kind, _ namespace: String
  ) -> [(String, Demand)] {
    let currency = amount.currency
    func demand(_ run: String, _ customer: String) -> Demand {
      Demand(
        kind: kind, namespace: namespace, run: run, customer: customer, money: Money(0, currency))
    }
    switch extent {
    case .operation: return []
    case .namespace: return [(namespace, demand("", ""))]
    case .run, .customer:
      var seen: Set<[UInt8]> = []
      var found: [(String, Demand)] = []
      for operation in operations
      where operation.kind == kind && isSame(operation.namespace, namespace)
        && operation.terms.money.currency == currency
      {
        let name = extent == .run ? operation.run : operation.terms.customer
        guard seen.insert(Array(name.utf8)).inserted else { continue }
        found.append((name, extent == .run ? demand(name, "") : demand("", name)))
      }
      return found
    }
  }
}
