public import Payments

/// What a person lets pass (``Approval``).
extension Books {
  /// The approval of an operation, whether it is still good or not; nil when there never was one.
  public func approval(of id: OperationID) throws(LedgerError) -> Approval? {
    try only(.approval, [.text(id.text)], Self.approval)
  }

  /// Every approval that was ever given, in the order of the operations.
  public func approvals() throws(LedgerError) -> [Approval] {
    try connection.rows(.approvals, [], Self.approval)
  }

  /// Keeps an approval in place of an earlier one of the same operation.
  public mutating func keep(_ approval: Approval) throws(LedgerError) {
    let subject = approval.subject
    try change(
      .keepApproval,
      [
        .text(approval.operation.text), .text(subject.customer), .integer(subject.money.amount),
        .text(subject.money.currency.code), .maybe(subject.charge?.text),
        .text(subject.environment.rawValue), .instant(approval.until), .text(approval.why),
        .instant(approval.at),
      ])
  }

  private static func approval(_ row: inout Row) throws(LedgerError) -> Approval {
    let (id, customer, amount) = (try row.text(), try row.text(), try row.integer())
    guard let currency = Currency(try row.text()) else {
      throw .damaged("A currency in the ledger has no three letters.")
    }
    let subject = Approval.Subject(
      customer: customer, money: Money(amount, currency),
      charge: try row.textOrNil().map { OperationID($0) }, environment: try row.word())
    return Approval(
      operation: OperationID(id), subject: subject, until: try row.instant(),
      why: try row.text(), at: try row.instant())
  }
}
