/// The word that no money may move until it is taken back: an operator's, or the program's own when
/// a rule about money is broken (``Violation``).
public struct Freeze: Hashable, Sendable {
  /// What is frozen.
  public enum Extent: Hashable, Sendable {
    /// One run of a namespace.
    case run(String, namespace: String)
    /// One customer of a namespace.
    case customer(String, namespace: String)
    /// Everything in a namespace.
    case namespace(String)
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

  /// The freeze that follows from a broken rule.
  public init(for violation: Violation, at: Instant) {
    self.init(
      .namespace(violation.namespace), why: "\(Self.automatic)\(violation.words)", at: at)
  }

  /// What the reason of a freeze begins with that nobody asked for.
  private static let automatic = "automatic: "

  /// Whether the program froze it by itself.
  public var isAutomatic: Bool { why.utf8.starts(with: Self.automatic.utf8) }
}

extension Freeze.Extent {
  /// The extent as the books name it. A customer's case does not count, as in a cap.
  public var text: String {
    switch self {
    case .run(let run, let namespace): "run|\(namespace)|\(run)"
    case .customer(let customer, let namespace):
      "customer|\(namespace)|"
        + String(decoding: customer.utf8.map(lowered), as: UTF8.self)
    case .namespace(let namespace): "namespace|\(namespace)"
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
    case ("namespace", 2): self = .namespace(parts[1])
    case ("all", 1): self = .all
    default: return nil
    }
  }
}

extension Demand {
  /// The freezes this demand would be caught by, the widest first.
  public var freezable: [Freeze.Extent] {
    [
      .all, .namespace(namespace), .customer(customer, namespace: namespace),
      .run(run, namespace: namespace),
    ]
  }
}
