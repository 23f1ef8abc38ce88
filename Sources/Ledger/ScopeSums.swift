import Payments

/// What is held and spent in the scopes that are at work, in memory: read once, and written once
/// for all movements of a transaction, since the charges of one step fall into the same few scopes.
///
/// What was read is good until another program writes; ``Books`` says when.
final class ScopeSums {
  /// The most scopes that are kept from one transaction to the next.
  private static let bound = 1024

  /// A scope as a key: the same hash for the same bytes, equal only byte for byte.
  private struct Key: Hashable {
    let text: String

    static func == (left: Key, right: Key) -> Bool { isSame(left.text, right.text) }
  }

  /// One change that a transaction makes: what to add where.
  struct Change {
    /// The scope's text.
    let scope: String
    /// What to add to what is held.
    let held: Exposure
    /// What to add to what is spent, by bucket.
    let spent: [(bucket: Bucket, exposure: Exposure)]
  }

  private var accounts: [Key: Account] = [:]
  /// The scopes that this transaction moves something in, in the order it came to them.
  private var moved: [Key] = []

  /// Forgets everything.
  func forget() {
    if !accounts.isEmpty { accounts = [:] }
    moved = []
  }

  /// What is held in a scope.
  /// - Parameter read: what the books say, asked for the first time.
  func held(
    in scope: Scope, books read: () throws(LedgerError) -> Exposure
  ) throws(LedgerError) -> Exposure {
    let key = Key(text: scope.text)
    if let known = accounts[key]?.held { return known.now }
    let held = try read()
    accounts[key, default: Account()].held = Held(held)
    return held
  }

  /// What was spent in a scope since an instant.
  /// - Parameter read: what the books say, asked for the first time.
  func spent(
    in scope: Scope, since: Instant?, books read: () throws(LedgerError) -> Exposure
  ) throws(LedgerError) -> Exposure {
    let key = Key(text: scope.text)
    let minute = since.map { Bucket.beginning(ofMinuteAt: $0) }
    let account = accounts[key] ?? Account()
    if let known = account.totals.first(where: { $0.since == minute }) { return known.spent }
    var total = try read()
    for (bucket, spent) in account.spent where bucket.width == Bucket.minute {
      if minute.map({ bucket.start >= $0 }) ?? true { total = try total.adding(spent) }
    }
    accounts[key, default: Account()].note(total, since: minute)
    return total
  }

  /// Adds a movement at an instant. False when more is released than was held: then nothing is held
  /// any more.
  /// - Parameter read: what the books say is held, asked for the first time.
  /// - Throws: ``LedgerError/damaged(_:)`` when a sum is beyond 63 bits.
  func add(
    _ movement: Movement, at now: Instant, books read: () throws(LedgerError) -> Exposure
  ) throws(LedgerError) -> Bool {
    let key = Key(text: movement.scope.text)
    var account = accounts[key] ?? Account()
    if !account.isMoved { moved.append(key) }
    account.isMoved = true
    var wasHeld = true
    if movement.held != .zero {
      var held: Held
      if let known = account.held { held = known } else { held = Held(try read()) }
      held.now = try held.now.adding(movement.held)
      wasHeld = held.now.amount >= 0 && held.now.count >= 0
      held.now = Exposure(amount: max(0, held.now.amount), count: max(0, held.now.count))
      account.held = held
    }
    if movement.spent != .zero { try account.spend(movement.spent, at: now) }
    accounts[key] = account
    return wasHeld
  }

  /// What is to be written, scope by scope; nothing is left to be added then.
  func take() -> [Change] {
    var changes: [Change] = []
    for key in moved {
      guard let change = accounts[key]?.take() else { continue }
      changes.append(Change(scope: key.text, held: change.held, spent: change.spent))
    }
    moved = []
    if accounts.count > Self.bound { accounts = [:] }
    return changes
  }
}

extension ScopeSums {
  /// What is held, as the books have it and as it is after this transaction's movements.
  fileprivate struct Held {
    var before: Exposure
    var now: Exposure
  }

  /// One scope.
  fileprivate struct Account {
    /// The most beginnings of windows that are kept: those of the caps, and of a few minutes ago.
    private static let windows = 8

    var held: Held?
    /// Whether this transaction moves something here.
    var isMoved = false
    /// What this transaction adds to what is spent, by bucket.
    private(set) var spent: [(bucket: Bucket, exposure: Exposure)] = []
    /// What was spent, this transaction's additions included, by the minute the window begins with;
    /// nil for ever.
    private(set) var totals: [(since: Int64?, spent: Exposure)] = []

    mutating func note(_ total: Exposure, since minute: Int64?) {
      if totals.count == Self.windows { totals.removeFirst() }
      totals.append((minute, total))
    }

    mutating func spend(_ exposure: Exposure, at now: Instant) throws(LedgerError) {
      for bucket in Bucket.all(at: now) {
        if let place = spent.firstIndex(where: { $0.bucket == bucket }) {
          spent[place].exposure = try spent[place].exposure.adding(exposure)
        } else {
          spent.append((bucket, exposure))
        }
      }
      let minute = Bucket.beginning(ofMinuteAt: now)
      for place in totals.indices where totals[place].since.map({ $0 <= minute }) ?? true {
        totals[place].spent = try totals[place].spent.adding(exposure)
      }
    }

    /// What this transaction changes; nil when that is nothing.
    mutating func take() -> (held: Exposure, spent: [(bucket: Bucket, exposure: Exposure)])? {
      isMoved = false
      var released = Exposure.zero
      if let held {
        released.amount = held.now.amount - held.before.amount
        released.count = held.now.count - held.before.count
        self.held = Held(held.now)
      }
      let added = spent.filter { $0.exposure != .zero }
      spent = []
      return released == .zero && added.isEmpty ? nil : (released, added)
    }
  }
}

extension ScopeSums.Held {
  fileprivate init(_ held: Exposure) {
    self.init(before: held, now: held)
  }
}
