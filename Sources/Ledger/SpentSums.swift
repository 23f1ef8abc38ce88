import Payments

/// What a transaction adds to what is spent, kept until its end: the charges of one step fall into
/// the same few scopes, and what they add there is written once.
///
/// Also what was read of a scope, so that it is read once: until the end of the transaction nothing
/// else changes it.
final class SpentSums {
  /// A scope as a key: the same hash for the same bytes, equal only byte for byte.
  private struct Key: Hashable {
    let text: String

    static func == (left: Key, right: Key) -> Bool { isSame(left.text, right.text) }
  }

  /// One scope in this transaction.
  fileprivate struct Account {
    /// What is to be added, by bucket.
    var spent: [(bucket: Bucket, exposure: Exposure)] = []
    /// What the books said was spent, by the beginning of the window.
    var read: [(since: Instant?, exposure: Exposure)] = []
  }

  private var accounts: [Key: Account] = [:]

  /// Forgets everything: another transaction begins.
  func reset() {
    if !accounts.isEmpty { accounts = [:] }
  }

  /// Adds what a movement spends at an instant.
  /// - Throws: ``LedgerError/damaged(_:)`` when a sum is beyond 63 bits.
  func add(_ movement: Movement, at now: Instant) throws(LedgerError) {
    guard movement.spent != .zero else { return }
    let key = Key(text: movement.scope.text)
    var account = accounts[key] ?? Account()
    for bucket in Bucket.all(at: now) { try account.spend(movement.spent, in: bucket) }
    accounts[key] = account
  }

  /// What was spent in a scope since an instant: what the books said before this transaction, asked
  /// for the first time, and what it adds.
  func spent(
    in scope: Scope, since: Instant?, books read: () throws(LedgerError) -> Exposure
  ) throws(LedgerError) -> Exposure {
    let key = Key(text: scope.text)
    var account = accounts[key] ?? Account()
    var total: Exposure
    if let known = account.read.first(where: { $0.since == since }) {
      total = known.exposure
    } else {
      total = try read()
      account.read.append((since, total))
      accounts[key] = account
    }
    if account.spent.isEmpty { return total }
    for span in Bucket.spans(since: since) {
      for (bucket, spent) in account.spent
      where bucket.width == span.width && span.range.contains(bucket.start) {
        total = try total.adding(spent)
      }
    }
    return total
  }

  /// What is to be written, in the order of the scopes' bytes; nothing is left to be added then.
  func take() -> [(scope: String, bucket: Bucket, spent: Exposure)] {
    defer { reset() }
    return accounts.sorted { left, right in
      left.key.text.utf8.lexicographicallyPrecedes(right.key.text.utf8)
    }.flatMap { key, account in
      account.spent.filter { $0.exposure != .zero }
        .map { (scope: key.text, bucket: $0.bucket, spent: $0.exposure) }
    }
  }
}

extension SpentSums.Account {
  fileprivate mutating func spend(
    _ exposure: Exposure, in bucket: Bucket
  ) throws(LedgerError) {
    if let place = spent.firstIndex(where: { $0.bucket == bucket }) {
      spent[place].exposure = try spent[place].exposure.adding(exposure)
    } else {
      spent.append((bucket, exposure))
    }
  }
}
