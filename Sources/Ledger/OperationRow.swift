import Payments

extension Operation {
  /// What never changes, in the order of the columns.
  var lastingValues: [Value] {
    [
      .text(id.text), .text(kind.rawValue), .text(namespace), .text(reference), .instant(created),
    ]
  }

  /// What changes only while nothing moved and nothing can have moved, in the order of the columns
  /// after those.
  var askedValues: [Value] {
    [
      .text(terms.customer), .integer(terms.money.amount), .text(terms.money.currency.code),
      .maybe(terms.paymentMethod), .maybe(terms.description),
      .maybe(terms.charge?.text), .maybe(terms.chargeReference), .maybe(terms.reason),
      .text(run), .maybe(task), .maybe(step), .maybe(checkpoint),
    ]
  }

  /// What any transition may change, in the order of the columns after those.
  var changingValues: [Value] {
    [
      .text(state.rawValue), .maybe(processorReference), .integer(round), .integer(confirmation),
      .maybe(next?.rawValue), .maybe(due),
      .maybe(attempt), .integer(tries), .integer(attempts), .maybe(unknownSince),
      .maybe(firstSent),
      .maybe(code), .maybe(detail), .maybe(deadLetter), .maybe(owner), .integer(livemode ? 1 : 0),
      .instant(updated), .text(policy), .maybe(rule), .integer(version),
    ]
  }

  /// All that changes so seldom, in the order a revision names its columns.
  var revisedValues: [Value] { askedValues + [.maybe(trace?.text)] }

  /// What stands after the columns that books always had: the normal form of the reference, which
  /// is only searched by, and the trace.
  var addedValues: [Value] { [.text(normalForm(of: reference)), .maybe(trace?.text)] }

  /// Reads a whole row, from the left: the arguments below stand in the order of the columns.
  init(_ row: inout Row) throws(LedgerError) {
    let id = OperationID(try row.text())
    let kind: Kind = try row.word()
    let namespace = try row.text()
    let reference = try row.text()
    let created = try row.instant()
    let terms = try Terms(&row)
    self.init(
      id: id, kind: kind, namespace: namespace, reference: reference, terms: terms,
      run: try row.text(), task: try row.textOrNil(), step: try row.textOrNil(),
      checkpoint: try row.textOrNil(), state: try row.word(),
      processorReference: try row.textOrNil(), round: try row.number(),
      confirmation: try row.number(), next: try row.wordOrNil(), due: try row.instantOrNil(),
      attempt: try row.numberOrNil(), tries: try row.number(), attempts: try row.number(),
      unknownSince: try row.instantOrNil(), firstSent: try row.instantOrNil(),
      code: try row.textOrNil(), detail: try row.textOrNil(), deadLetter: try row.textOrNil(),
      owner: try row.integerOrNil(), livemode: try row.flag(), created: created,
      updated: try row.instant(), policy: try row.text(), rule: try row.textOrNil(),
      version: try row.integer())
    _ = try row.text()
    trace = try row.textOrNil().flatMap { TraceParent($0) }
  }
}

extension Terms {
  fileprivate init(_ row: inout Row) throws(LedgerError) {
    let customer = try row.text()
    let amount = try row.integer()
    guard let currency = Currency(try row.text()) else {
      throw .damaged("A currency in the ledger has no three letters.")
    }
    self.init(
      customer: customer, money: Money(amount, currency), paymentMethod: try row.textOrNil(),
      description: try row.textOrNil(), charge: try row.textOrNil().map { OperationID($0) },
      chargeReference: try row.textOrNil(), reason: try row.textOrNil())
  }
}
