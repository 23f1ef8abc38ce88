import JSON
public import Ledger
public import Payments

/// What an operator freezes and thaws; every server on the same ledger goes by it from then on.
public enum Freezing {
  /// Freezes; a ledger that does not exist yet is made.
  ///
  /// - Throws: what the ledger throws; then nothing is frozen.
  public static func freeze(_ freeze: Freeze, ledger path: String) throws(LedgerError) {
    var ledger = try Ledger(path: path)
    try ledger.commit { (books: inout Books) throws(LedgerError) in
      let now = try latest(freeze.at, books)
      try books.freeze(Freeze(freeze.extent, why: freeze.why, at: now))
    }
  }

  /// Takes a freeze back and opens a closed run again. Gives back whether there was anything to do.
  ///
  /// - Parameter freeze: what is thawed, why, and when.
  public static func thaw(_ freeze: Freeze, ledger path: String) throws(LedgerError) -> Bool {
    var ledger = try Ledger(path: path)
    return try ledger.commit { (books: inout Books) throws(LedgerError) in
      try books.thaw(freeze.extent, why: freeze.why, at: try latest(freeze.at, books))
    }
  }

  /// What is frozen, for people: a line each.
  public static func report(ledger path: String) throws(LedgerError) -> [UInt8] {
    guard Ledger.exists(at: path) else { return Array("Nothing is frozen.\n".utf8) }
    var ledger = try Ledger(path: path)
    let freezes = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.freezes()
    }
    if freezes.isEmpty { return Array("Nothing is frozen.\n".utf8) }
    let lines = freezes.map {
      "\($0.extent.sentence) since \(timestamp($0.at)): \(quoted($0.why, limit: 500))\n"
    }
    return Array(lines.joined().utf8)
  }

  /// The books' time never goes back.
  private static func latest(
    _ now: Instant, _ books: borrowing Books
  ) throws(LedgerError) -> Instant {
    guard let latest = try books.latest() else { return now }
    return max(now, latest)
  }
}

extension Freeze.Extent {
  /// What is frozen, as the beginning of a sentence.
  public var sentence: String {
    switch self {
    case .run(let run, let namespace): "run \(quoted(run)) of namespace \(quoted(namespace))"
    case .customer(let customer, let namespace):
      "customer \(quoted(customer)) of namespace \(quoted(namespace))"
    case .all: "everything in the ledger"
    }
  }
}
