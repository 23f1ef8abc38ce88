public import Payments

/// The circuit breaker of each namespace, for every process that shares the books.
extension Books {
  /// A namespace's breaker.
  public func breaker(of namespace: String) throws(LedgerError) -> Breaker {
    try only(.breaker, Self.names(namespace)) { row throws(LedgerError) in
      guard let doubts = try row.integerOrNil(), let last = try row.instantOrNil() else {
        return .closed
      }
      return Breaker(doubts: doubts, last: last)
    } ?? .closed
  }

  /// The namespaces in which nothing new is begun, with their breakers, in the order of the names.
  public func openBreakers() throws(LedgerError) -> [(namespace: String, breaker: Breaker)] {
    try connection.rows(.openBreakers, [.integer(Breaker.limit)]) { row throws(LedgerError) in
      (
        namespace: try row.text(),
        breaker: Breaker(doubts: try row.integer(), last: try row.instant())
      )
    }
  }

  /// Keeps a namespace's breaker.
  public mutating func keep(
    _ breaker: Breaker, of namespace: String
  ) throws(LedgerError) {
    try change(
      .keepBreaker,
      Self.names(namespace) + [.integer(breaker.doubts), .instant(breaker.last)])
  }

  private static func names(_ namespace: String) -> [Value] {
    [.text("doubts \(namespace)"), .text("doubted \(namespace)")]
  }
}
