/// What is held and spent is counted per scope: one kind of operation, one currency, and either the
/// whole namespace, one run or one customer.
///
/// Every operation counts in all of its scopes, whatever caps the policy has today, so that a cap
/// added tomorrow knows what was spent yesterday.
public struct Scope: Hashable, Sendable {
  /// The scope as text; compared as UTF-8 bytes.
  public let text: String

  private init(_ words: String...) {
    text = words.joined(separator: "|")
  }

  /// Everything of that kind and currency in a namespace.
  public static func namespace(
    _ namespace: String, _ kind: Operation.Kind, _ currency: Currency
  ) -> Scope {
    Scope(kind.rawValue, currency.code, "namespace", namespace)
  }

  /// Everything of that kind and currency in one run.
  public static func run(
    _ run: String, in namespace: String, _ kind: Operation.Kind, _ currency: Currency
  ) -> Scope {
    Scope(kind.rawValue, currency.code, "run", namespace, run)
  }

  /// Everything of that kind and currency of one customer, whatever the case of the letters: no
  /// processor has two customers that differ in nothing else.
  public static func customer(
    _ customer: String, in namespace: String, _ kind: Operation.Kind, _ currency: Currency
  ) -> Scope {
    Scope(kind.rawValue, currency.code, "customer", namespace, folded(customer))
  }

  /// The declines of one payment method of a customer; nil is what the customer has on file.
  public static func declines(
    of method: String?, customer: String, in namespace: String
  ) -> Scope {
    Scope("calls", "declines", namespace, folded(customer), method ?? "")
  }

  private static func folded(_ customer: String) -> String {
    String(decoding: customer.utf8.map(lowered), as: UTF8.self)
  }

  /// What refunds gave back of the charges that count in this scope, each counted when its charge
  /// was: what is spent in a window less what was returned in it is what stayed spent, never less
  /// than nothing. Recorded whatever the policy says, for one that wants it tomorrow.
  public var returned: Scope { Scope("returned \(text)") }

  /// The calls of a namespace that came again, and the requests that were sent again.
  public static func retries(in namespace: String) -> Scope {
    Scope("calls", "retries", namespace)
  }

  /// The calls of one run that were told to stop for the same thing: a cap, or one operation.
  public static func stops(for subject: String, run: String, in namespace: String) -> Scope {
    Scope("calls", "stops", namespace, run, subject)
  }

  /// The calls of one run that were judged, whatever the verdict: what rates are counted by.
  public static func calls(run: String, in namespace: String) -> Scope {
    Scope("calls", "run", namespace, run)
  }
}

/// What counts against a cap: minor units and operations, held or spent.
public struct Exposure: Hashable, Sendable {
  /// Minor units.
  public var amount: Int64
  /// Operations.
  public var count: Int64

  /// Nothing.
  public static let zero = Exposure(amount: 0, count: 0)

  /// That many minor units in that many operations.
  public init(amount: Int64, count: Int64) {
    self.amount = amount
    self.count = count
  }
}

/// A change of what is held and spent in one scope. Deltas: negative ones release.
public struct Movement: Hashable, Sendable {
  /// Where.
  public let scope: Scope
  /// The change of what is held open, whatever the window.
  public let held: Exposure
  /// The change of what is spent, booked at the time of the change.
  public let spent: Exposure

  /// A movement from its parts.
  public init(scope: Scope, held: Exposure, spent: Exposure) {
    self.scope = scope
    self.held = held
    self.spent = spent
  }
}

extension Operation {
  /// The scopes this operation counts in, in a fixed order.
  public var scopes: [Scope] {
    let currency = terms.money.currency
    return [
      .namespace(namespace, kind, currency),
      .run(run, in: namespace, kind, currency),
      .customer(terms.customer, in: namespace, kind, currency),
    ]
  }

  /// What this operation sets aside while its outcome is not known; it counts in every window until
  /// then, so that no window opens while money may still move.
  private var held: Exposure {
    state.holds ? Exposure(amount: terms.money.amount, count: 1) : .zero
  }

  /// What this operation has spent, booked when the processor's word arrived.
  private var spent: Exposure {
    state.moved ? Exposure(amount: terms.money.amount, count: 1) : .zero
  }

  /// What changes in the scopes when `before` becomes this operation; empty when nothing does.
  public func movements(from before: Operation?) -> [Movement] {
    var movements: [Movement] = []
    if let before, before.held != .zero || before.spent != .zero {
      let isSameMovement =
        isSame(before.run, run) && isSame(before.terms.customer, terms.customer)
        || before.scopes == scopes
      precondition(
        isSameMovement && before.terms.money == terms.money,
        "An operation that holds or spent money never changes its terms.")
    }
    let held = Exposure(
      amount: self.held.amount - (before?.held.amount ?? 0),
      count: self.held.count - (before?.held.count ?? 0))
    let spent = Exposure(
      amount: self.spent.amount - (before?.spent.amount ?? 0),
      count: self.spent.count - (before?.spent.count ?? 0))
    guard held != .zero || spent != .zero else { return [] }
    for scope in scopes {
      movements.append(Movement(scope: scope, held: held, spent: spent))
    }
    return movements
  }

  /// The issuer's decline that `before` met when it became this operation; nil when it met none.
  /// That the customer has to authenticate is none.
  public func decline(from before: Operation?) -> Movement? {
    guard state == .declined, before?.state != .declined, !isSame(code, Code.authentication) else {
      return nil
    }
    let scope = Scope.declines(
      of: terms.paymentMethod, customer: terms.customer, in: namespace)
    return Movement(scope: scope, held: .zero, spent: Exposure(amount: 0, count: 1))
  }

  /// What changes in the scopes of a charge when `before`, a refund of it, becomes this one: the
  /// amount and never the number, so that a cap on the number ends every churn. To be booked at the
  /// time the charge was.
  public func returns(from before: Operation?, to charge: Operation) -> [Movement] {
    guard kind == .refund, state.moved != (before?.state.moved ?? false), !compensates(charge)
    else { return [] }
    let amount = state.moved ? terms.money.amount : -terms.money.amount
    return charge.scopes.map { scope in
      Movement(
        scope: scope.returned, held: .zero, spent: Exposure(amount: amount, count: 0))
    }
  }
}
