public import Payments

/// Which world the money of a namespace is of: what was practised is never taken for paid.
extension Books {
  /// The environment a namespace's payments are of; nil before the first.
  public func environment(of namespace: String) throws(LedgerError) -> Policy.Environment? {
    let place = try only(.environment, [.text(Self.name(namespace))]) {
      row throws(LedgerError) in try row.number()
    }
    guard let place else { return nil }
    guard Policy.Environment.allCases.indices.contains(place) else {
      throw .damaged("The ledger names an environment that there is none of.")
    }
    return Policy.Environment.allCases[place]
  }

  /// Says of which environment a namespace's payments are, unless that was said before.
  public mutating func keep(
    _ environment: Policy.Environment, of namespace: String
  ) throws(LedgerError) {
    // Kept as its place: sandbox, test, live.
    let place =
      switch environment {
      case .sandbox: 0
      case .test: 1
      case .live: 2
      }
    try change(.keepEnvironment, [.text(Self.name(namespace)), .integer(place)])
  }

  private static func name(_ namespace: String) -> String { "environment \(namespace)" }
}
