import JSON
import PaymentServer
import Payments
import Processors

/// The namespace and the ledger a policy names, for what must work while the policy is broken.
///
/// A running server keeps the rules it began with when its policy is edited wrongly, so that the
/// freeze that stops it must not need a sound one. Only what the file says is believed: where a
/// broken one says nothing that can be used, nothing is guessed, because a freeze in another place
/// holds nobody.
struct BooksOnPaper {
  /// Nil when the policy is broken and names none that could be.
  let namespace: String?
  let ledger: String

  /// Reads what can be read; nil after complaining that it is not known where the ledger is.
  ///
  /// - Parameter named: the ledger, when it is said without a policy.
  init?(option: String?, ledger named: String?) {
    if let named {
      (namespace, ledger) = (nil, absolute(named, environment: System.environment()))
      return
    }
    let environment = System.environment()
    let source = PolicySource(option: option, environment: environment)
    var policy = defaultPolicy(currencies: Stripe.currencies)
    var isNamed = true
    switch PaperReading(source) {
    case .sound(let read): policy = read
    case .unreadable: return nil
    case .broken(let bytes):
      guard let found = BrokenPolicy(bytes) else { return nil }
      policy.ledgerPath = found.ledgerPath
      policy.namespace = found.namespace ?? policy.namespace
      isNamed = found.namespace != nil
      complain("The policy is broken. Of it only the namespace and the ledger's path count here.")
    }
    guard let ledger = PaperReading.ledger(of: policy, source, environment) else { return nil }
    self.ledger = ledger
    self.namespace = isNamed ? policy.namespace : nil
  }

  /// What is frozen or thawed; nil after complaining that the policy's namespace is needed and not
  /// known.
  func extent(of subject: FreezeOrder.Subject) -> Freeze.Extent? {
    if case .all = subject { return .all }
    guard let namespace else {
      complain("The policy names no namespace that could be frozen; --all needs none.")
      return nil
    }
    switch subject {
    case .run(let run): return .run(run, namespace: namespace)
    case .customer(let customer): return .customer(customer, namespace: namespace)
    case .namespace: return .namespace(namespace)
    case .all: return .all
    }
  }
}

/// What a policy with mistakes says of its books.
private struct BrokenPolicy {
  /// The default where the file says nothing; nil when it says what is none.
  let namespace: String?
  /// Nil where the file says nothing.
  let ledgerPath: String?

  /// Nil when the file is no JSON, or does not say where the ledger is in a way that can be used.
  init?(_ bytes: [UInt8]) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONValue(reading: bytes, comments: true)
    } catch {
      // What is wrong with it is said already.
      return nil
    }
    guard root.object != nil else { return nil }
    let ledger = root["ledger"]
    let path = ledger?["path"]
    guard ledger == nil || ledger?.object != nil, path == nil || Self.isPath(path?.string) else {
      complain("It is not known where the ledger is; mend ledger.path, or name another policy.")
      return nil
    }
    ledgerPath = path?.string
    switch root["namespace"] {
    case nil: namespace = "default"
    case .string(let name)? where isReference(name) && Secret(in: name) == nil: namespace = name
    case .some: namespace = nil
    }
  }

  private static func isPath(_ text: String?) -> Bool {
    guard let text, !text.isEmpty else { return false }
    // As in a sound policy: a long number in a path is no card.
    return !carriesKey(text)
  }
}
