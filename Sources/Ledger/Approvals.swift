public import Payments

/// What a person lets pass (``Approval``).
extension Books {
  /// The approval of an operation, whether it is still good or not; nil when there never was one.
  public func approval(of id: OperationID) throws(LedgerError) -> Approval? {
    try only(.approval, [.text(id.text)]) { row throws(LedgerError) in
      let customer = try row.text()
      let amount = try row.integer()
      guard let currency = Currency(try row.text()) else {
        throw .damaged("A currency in the ledger has no three letters.")
      }
      return Approval(
        operation: id, customer: customer, money: Money(amount, currency),
        until: try row.instant(), why: try row.text(), at: try row.instant())
    }
  }

  /// Keeps an approval in place of an earlier one of the same operation.
  public mutating func keep(_ approval: Approval) throws(LedgerError) {
    let money = approval.money
    try change(
      .keepApproval,
      [
        .text(approval.operation.text), .text(approval.customer), .integer(money.amount),
        .text(money.currency.code), .instant(approval.until), .text(approval.why),
        .instant(approval.at),
      ])
  }
}
