/// What makes two calls the same operation: namespace, kind and reference; by policy task and step
/// instead of the reference (DESIGN §2, `requirements.md` Decisions 3–5, 11).
///
/// The amount is absent on purpose: a re-quoted amount would be a second charge.
public struct Identity: Hashable, Sendable {
  /// What the operation is named by.
  public enum Name: Hashable, Sendable {
    /// The business's reference.
    case reference(String)
    /// The agent's task and step.
    case taskStep(task: String, step: String)
  }

  /// Where the same things may be paid.
  public let namespace: String
  /// Charge or refund: no two kinds share a key.
  public let kind: Operation.Kind
  /// What it is named by.
  public let name: Name

  /// An identity from its parts.
  public init(namespace: String, kind: Operation.Kind, name: Name) {
    self.namespace = namespace
    self.kind = kind
    self.name = name
  }

  /// The bytes that are hashed: version 1 of the rule, each part after a NUL, which none can
  /// contain.
  public var canonical: [UInt8] {
    var parts = ["bursar.identity.1", namespace, kind.rawValue]
    switch name {
    case .reference(let reference): parts += ["reference", reference]
    case .taskStep(let task, let step): parts += ["task_step", task, step]
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    for part in parts {
      if !bytes.isEmpty { bytes.append(0) }
      bytes.append(contentsOf: part.utf8)
    }
    return bytes
  }

  /// The operation's id and the beginning of its idempotency keys, both from one digest: a lost or
  /// rolled-back ledger finds the same ones again.
  ///
  /// - Parameter base32: the SHA-256 of ``canonical`` in base32, 52 characters.
  public static func names(base32: String) -> (id: OperationID, key: IdempotencyKey) {
    precondition(base32.utf8.count == 52, "A SHA-256 is 52 characters of base32.")
    return (
      OperationID("op_" + base32.prefix(26)), IdempotencyKey("b1_" + base32.dropFirst(26))
    )
  }
}

/// Two values where one was expected: a field that may not change, as recorded and as sent.
public struct Difference: Hashable, Sendable {
  /// The argument's name.
  public let field: String
  /// The value on record.
  public let recorded: String
  /// The value sent now.
  public let sent: String

  /// A difference from its parts.
  public init(field: String, recorded: String, sent: String) {
    self.field = field
    self.recorded = recorded
    self.sent = sent
  }
}

extension Terms {
  /// Where other terms differ in what may not change: customer, amount, currency, payment method,
  /// and of a refund its charge. Description and reason may.
  public func differences(from recorded: Terms) -> [Difference] {
    var found: [Difference] = []
    func compare(_ field: String, _ recorded: String, _ sent: String) {
      if !isSame(recorded, sent) {
        found.append(Difference(field: field, recorded: recorded, sent: sent))
      }
    }
    compare("charge", recorded.charge?.text ?? "", charge?.text ?? "")
    compare("customer", recorded.customer, customer)
    compare("amount", String(recorded.money.amount), String(money.amount))
    compare("currency", recorded.money.currency.code, money.currency.code)
    compare("payment_method", recorded.paymentMethod ?? "", paymentMethod ?? "")
    return found
  }
}
