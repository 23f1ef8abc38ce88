import JSON
public import Ledger
public import Payments

/// What an operator freezes and thaws; every server on the same ledger goes by it from then on.
public enum Freezing {
  /// Freezes; a ledger that does not exist yet is made. Gives back whether what is frozen is known:
  /// of a run whether it ever called.
  ///
  /// - Throws: what the ledger throws; then nothing is frozen.
  @discardableResult
  public static func freeze(_ freeze: Freeze, ledger path: String) throws(LedgerError) -> Bool {
    var ledger = try Ledger(path: path)
    return try ledger.commit { (books: inout Books) throws(LedgerError) in
      let now = try books.time(at: freeze.at)
      try books.freeze(Freeze(freeze.extent, why: freeze.why, at: now))
      switch freeze.extent {
      case .run(let run, let namespace): return try books.run(run, namespace: namespace) != nil
      case .customer, .namespace, .all: return true
      }
    }
  }

  /// The longest reason that is kept, in UTF-8 bytes.
  public static let longestReason = longestWord

  /// What stands in place of a reason that may hold a secret: a stop must not fail over its reason.
  public static let withheldReason = "not kept: it may hold a card number or a key"

  /// What is wrong with a freeze that the history is to keep; nil when nothing is.
  public static func mistake(in freeze: Freeze) -> String? {
    switch freeze.extent {
    case .run(let name, _), .customer(let name, _):
      let mistake = wordMistake(in: name, called: "name", expected: "the whole id")
      if let mistake { return mistake }
    case .namespace, .all: break
    }
    return wordMistake(in: freeze.why, called: "reason")
  }

  /// Takes a freeze back and opens a closed run again. Gives back whether there was anything to do.
  ///
  /// - Parameter freeze: what is thawed, why, and when.
  public static func thaw(_ freeze: Freeze, ledger path: String) throws(LedgerError) -> Bool {
    var ledger = try Ledger(path: path)
    return try ledger.commit { (books: inout Books) throws(LedgerError) in
      try books.thaw(freeze.extent, why: freeze.why, at: try books.time(at: freeze.at))
    }
  }

  /// Holds the books against themselves, and freezes every namespace in which they contradict
  /// themselves. Gives back what was found and frozen for now.
  public static func freezeContradictions(
    ledger path: String, at now: Instant
  ) throws(LedgerError) -> [Violation] {
    guard Ledger.exists(at: path) else { return [] }
    var ledger = try Ledger(path: path)
    // Looked through first without keeping anybody from paying meanwhile.
    let isKnown = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.isKnown(try books.contradictions())
    }
    if isKnown { return [] }
    return try ledger.commit { (books: inout Books) throws(LedgerError) in
      try books.freezeContradictions(at: try books.time(at: now))
      return books.violations
    }
  }

  /// The most freezes that are warned of one by one.
  private static let listedFreezes = 10

  /// What is frozen, for `bursar check`: the widest first, and bounded.
  public static func warnings(ledger path: String) throws(LedgerError) -> [PolicyWarning] {
    guard Ledger.exists(at: path) else { return [] }
    var ledger = try Ledger(path: path)
    let all = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.freezes()
    }
    let freezes = all.filter(\.extent.isWide) + all.filter { !$0.extent.isWide }
    var warnings = freezes.prefix(listedFreezes).map { freeze in
      PolicyWarning(
        code: "frozen",
        message: "Frozen is \(freeze.extent.sentence), since \(timestamp(freeze.at)): "
          + "\(quoted(freeze.why, limit: 200)); see bursar thaw.")
    }
    if freezes.count > listedFreezes {
      warnings.append(
        PolicyWarning(
          code: "frozen",
          message: "\(freezes.count - listedFreezes) more runs and customers are frozen; bursar "
            + "freeze lists them."))
    }
    return warnings
  }

  /// What is frozen: a line each for people, or one JSON object.
  public static func report(ledger path: String, json: Bool) throws(LedgerError) -> [UInt8] {
    var freezes: [Freeze] = []
    if Ledger.exists(at: path) {
      var ledger = try Ledger(path: path)
      freezes = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.freezes()
      }
    }
    if json {
      let entries = freezes.map { freeze -> JSONValue in
        [
          "extent": .string(freeze.extent.text), "why": .string(freeze.why),
          "since": .string(timestamp(freeze.at)), "automatic": .bool(freeze.isAutomatic),
        ]
      }
      return Report.lines([["frozen": .array(entries)]])
    }
    if freezes.isEmpty { return Array("Nothing is frozen.\n".utf8) }
    let lines = freezes.map {
      "\($0.extent.sentence) since \(timestamp($0.at)): \(quoted($0.why, limit: 500))\n"
    }
    return Array(lines.joined().utf8)
  }
}

extension Freeze.Extent {
  /// Whether it is more than one run or one customer.
  fileprivate var isWide: Bool {
    switch self {
    case .run, .customer: false
    case .namespace, .all: true
    }
  }

  /// Whether no new money can move anywhere in a namespace while this is frozen.
  public func covers(namespace: String?) -> Bool {
    switch self {
    case .run, .customer: false
    case .namespace(let frozen): isSame(frozen, namespace)
    case .all: true
    }
  }

  /// What is frozen, as the beginning of a sentence.
  public var sentence: String {
    switch self {
    case .run(let run, let namespace): "run \(quoted(run)) of namespace \(quoted(namespace))"
    case .customer(let customer, let namespace):
      "customer \(quoted(customer)) of namespace \(quoted(namespace))"
    case .namespace(let namespace): "namespace \(quoted(namespace))"
    case .all: "everything in the ledger"
    }
  }
}
