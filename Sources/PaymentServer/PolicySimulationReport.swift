import JSON
public import Ledger
public import Payments

/// `bursar policy simulate`: what other rules would have done.
extension Report {
  /// The columns of a chart.
  private static let columns = 60
  /// The most operations listed for people; programs get all.
  private static let shown = 20

  /// Reads a ledger and judges all of it again; writes nothing.
  ///
  /// - Parameters:
  ///   - path: the ledger; need not exist.
  ///   - since: what was asked for before counts as it was; nil judges everything.
  ///   - json: one JSON object instead of text and charts.
  public static func simulation(
    of policy: Policy, ledger path: String, since: Instant?, json: Bool,
    currencies: CurrencyTable
  ) throws(LedgerError) -> [UInt8] {
    guard Ledger.exists(at: path) else {
      if json { return lines([["requests": 0]]) }
      return Array("There is no ledger at \(path) yet, so there is nothing to judge.\n".utf8)
    }
    var ledger = try Ledger(path: path)
    let simulation = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try PolicySimulation(policy, of: books, since: since)
    }
    if json { return lines([.object(entry(simulation, policy))]) }
    return Array((rows(simulation, currencies).joined(separator: "\n") + "\n").utf8)
  }

  private static func charts(
    _ simulation: PolicySimulation
  ) -> [(chart: CapChart, slices: [CapChart.Slice])] {
    let start = simulation.trials.first?.at ?? Instant(milliseconds: 0)
    let end = simulation.trials.last?.at ?? start
    return simulation.charts.map { ($0, $0.slices(from: start, to: end, count: columns)) }
  }

  private static func rows(
    _ simulation: PolicySimulation, _ currencies: CurrencyTable
  ) -> [String] {
    guard let first = simulation.trials.first, let last = simulation.trials.last else {
      return ["Nothing was asked for in that time."] + strangers(simulation)
    }
    var rows = [
      "\(simulation.trials.count) requests from \(timestamp(first.at)) to \(timestamp(last.at)), "
        + "judged again:"
    ]
    rows += table(
      Outcome.allCases.map { outcome in
        let trials = simulation.trials.filter { outcome.includes($0) }
        return ["  \(outcome.words)", "\(trials.count)", sums(trials, currencies)]
      })
    for outcome in [Outcome.stopped, .passing] {
      let trials = simulation.trials.filter { outcome.includes($0) }
      if trials.isEmpty { continue }
      rows.append("These \(outcome.words):")
      rows += table(trials.prefix(shown).map { row($0, currencies) })
      if trials.count > shown { rows.append("  and \(trials.count - shown) more") }
    }
    for (chart, slices) in charts(simulation) { rows += chart.rows(slices, currencies) }
    return rows + strangers(simulation)
  }

  private static func row(
    _ trial: PolicySimulation.Trial, _ currencies: CurrencyTable
  ) -> [String] {
    let operation = trial.operation
    return [
      "  \(timestamp(trial.at))", operation.id.text, operation.kind.rawValue,
      currencies.text(operation.terms.money), quoted(operation.reference),
      quoted(operation.terms.customer), trial.now ?? trial.then.map { "was: \($0)" } ?? "",
    ]
  }

  private static func strangers(_ simulation: PolicySimulation) -> [String] {
    simulation.foreign == 0
      ? [] : ["\(simulation.foreign) operations of other namespaces are left out."]
  }

  private static func sums(
    _ trials: [PolicySimulation.Trial], _ currencies: CurrencyTable
  ) -> String {
    sums(trials).map { currencies.text($0) }.joined(separator: ", ")
  }

  /// What the charges and refunds among them come to, currency by currency; saturates.
  private static func sums(_ trials: [PolicySimulation.Trial]) -> [Money] {
    var totals: [Currency: Int64] = [:]
    for trial in trials {
      let money = trial.operation.terms.money
      let (sum, overflow) = totals[money.currency, default: 0].addingReportingOverflow(money.amount)
      totals[money.currency] = overflow ? .max : sum
    }
    return totals.keys.sorted().map { Money(totals[$0] ?? 0, $0) }
  }

  private static func entry(_ simulation: PolicySimulation, _ policy: Policy) -> JSONObject {
    var entry = JSONObject([
      ("policy", .string(policy.hash)), ("requests", .integer(Int64(simulation.trials.count))),
      ("other_namespaces", .integer(Int64(simulation.foreign))),
    ])
    if let first = simulation.trials.first, let last = simulation.trials.last {
      entry["from"] = .string(timestamp(first.at))
      entry["to"] = .string(timestamp(last.at))
    }
    for outcome in Outcome.allCases {
      let trials = simulation.trials.filter { outcome.includes($0) }
      var summary = JSONObject([("requests", .integer(Int64(trials.count)))])
      summary["amounts"] = .array(
        sums(trials).map {
          ["currency": .string($0.currency.code), "amount": .integer($0.amount)]
        })
      if outcome == .stopped || outcome == .passing {
        summary["list"] = .array(trials.map { .object(self.entry($0)) })
      }
      entry[outcome.rawValue] = .object(summary)
    }
    entry["caps"] = .array(charts(simulation).map { .object($0.chart.entry($0.slices)) })
    return entry
  }

  private static func entry(_ trial: PolicySimulation.Trial) -> JSONObject {
    let operation = trial.operation
    return JSONObject([
      ("at", .string(timestamp(trial.at))), ("operation", .string(operation.id.text)),
      ("kind", .string(operation.kind.rawValue)), ("reference", .string(operation.reference)),
      ("customer", .string(operation.terms.customer)), ("run", .string(operation.run)),
      ("amount", .integer(operation.terms.money.amount)),
      ("currency", .string(operation.terms.money.currency.code)),
      ("then", trial.then.map { .string($0) } ?? .null),
      ("now", trial.now.map { .string($0) } ?? .null),
    ])
  }
}

/// What was said then, and what is said now.
private enum Outcome: String, CaseIterable {
  case passed
  case stopped = "would_be_stopped"
  case passing = "would_pass"
  case refused

  var words: String {
    switch self {
    case .passed: "passed then and would pass"
    case .stopped: "passed and would have been stopped"
    case .passing: "were stopped and would have passed"
    case .refused: "were stopped then and would be"
    }
  }

  func includes(_ trial: PolicySimulation.Trial) -> Bool {
    switch self {
    case .passed: trial.then == nil && trial.now == nil
    case .stopped: trial.then == nil && trial.now != nil
    case .passing: trial.then != nil && trial.now == nil
    case .refused: trial.then != nil && trial.now != nil
    }
  }
}
