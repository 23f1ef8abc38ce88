/// An operator's word that no money may move until it is taken back.
public struct Freeze: Hashable, Sendable {
  /// What is frozen.
  public enum Extent: Hashable, Sendable {
    /// One run of a namespace.
    case run(String, namespace: String)
    /// One customer of a namespace.
    case customer(String, namespace: String)
    /// Everything in the ledger, whatever the namespace.
    case all
  }

  /// What is frozen.
  public let extent: Extent
  /// Why, in the operator's words.
  public let why: String
  /// Since when.
  public let at: Instant

  /// A freeze from its parts.
  public init(_ extent: Extent, why: String, at: Instant) {
    self.extent = extent
    self.why = why
    self.at = at
  }
}

extension Freeze.Extent {
  /// The extent as the books name it. A customer's case does not count, as in a cap.
  public var text: String {
    switch self {
    case .run(let run, let namespace): "run|\(namespace)|\(run)"
    case .customer(let customer, let namespace):
      "customer|\(namespace)|"
        + String(decoding: customer.utf8.map(lowered), as: UTF8.self)
    case .all: "all"
    }
  }

  /// The extent by its name in the books; nil when it is none. Neither a namespace nor a run can
  /// contain the separator.
  public init?(text: String) {
    let parts = text.split(separator: "|", maxSplits: 2).map(String.init)
    switch (parts.first, parts.count) {
    case ("run", 3): self = .run(parts[2], namespace: parts[1])
    case ("customer", 3): self = .customer(parts[2], namespace: parts[1])
    case ("all", 1): self = .all
    default: return nil
    }
  }
}

extension Demand {
  /// The freezes this demand would be caught by.
  public var freezable: [Freeze.Extent] {
    [.all, .customer(customer, namespace: namespace), .run(run, namespace: namespace)]
  }
}

extension Texts {
  /// The most characters of an operator's reason that a model reads.
  public static let reasonQuoted = 80

  /// The operator has frozen it.
  public func frozen(_ freeze: Freeze) -> Verdict {
    let what =
      switch freeze.extent {
      case .run: "This agent session"
      case .customer: "This customer"
      case .all: "All money"
      }
    let plain = freeze.why.unicodeScalars.filter { (0x20...0x7e).contains($0.value) }
    let reason = String(String.UnicodeScalarView(plain.prefix(Self.reasonQuoted)))
    let why = reason.isEmpty ? "" : " (reason given: \(quoted(reason, limit: Self.reasonQuoted)))"
    return Verdict(
      .stop, "frozen",
      "\(what) was frozen by the operator\(why). Nothing was done. Do not retry this tool, under this "
        + "or any other reference. Tell the user that the operator must lift the freeze.")
  }

  /// The run was told to stop too often.
  public func runClosed(stops: Int64) -> Verdict {
    Verdict(
      .stop, "run_closed",
      "This agent session was told to stop \(stops) times and called on, so it is closed for money. "
        + "Nothing was done. Do not call this tool again. Inform the user that billing could not be "
        + "completed, and that the operator must reopen this session or a new one is required.")
  }

  /// The same STOP in firmer words, the third time and the fifth; what it said stays its beginning.
  public func firmer(_ verdict: Verdict, stops: Int64) -> Verdict {
    switch stops {
    case ..<3: verdict
    case 3...4:
      verdict.adding(
        "This was answered \(stops) times: calling again changes nothing. Tell the user now.")
    default:
      verdict.adding(
        "This was answered \(stops) times and is final. End this task; if it goes on, this session is "
          + "closed for money.")
    }
  }
}
