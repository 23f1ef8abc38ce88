public import Payments

/// What is held and spent per scope, kept in memory by the rules of the books: for judging again
/// what was judged once.
///
/// ``exposure(of:since:)`` gives what ``Books/exposure(of:since:)`` gives after the same movements.
public struct ExposureBook: Sendable {
  /// A scope as a key: the same hash for the same bytes, equal only byte for byte.
  private struct Key: Hashable {
    let text: String

    static func == (left: Key, right: Key) -> Bool { isSame(left.text, right.text) }
  }

  /// One minute in which something was spent, with everything that was spent up to its end.
  fileprivate struct Minute {
    let start: Int64
    var total: Exposure
  }

  fileprivate struct Account {
    var held = Exposure.zero
    var minutes: [Minute] = []
  }

  private var accounts: [Key: Account] = [:]

  /// Nothing held, nothing spent.
  public init() {}

  /// Books a movement at an instant.
  /// - Throws: ``LedgerError/damaged(_:)`` when a sum is beyond 63 bits, as the books do.
  public mutating func apply(_ movement: Movement, at now: Instant) throws(LedgerError) {
    try accounts[Key(text: movement.scope.text), default: Account()].apply(movement, at: now)
  }

  /// Everything held in a scope, and what was spent since an instant, rounded down to the minute.
  /// Without an instant: ever.
  public func exposure(of scope: Scope, since: Instant?) throws(LedgerError) -> Exposure {
    guard let account = accounts[Key(text: scope.text)] else { return .zero }
    let all = account.minutes.last?.total ?? .zero
    guard let since, let first = Bucket.spans(since: since).first?.range.lowerBound else {
      return try account.held.adding(all)
    }
    let place = account.place(ofMinute: first)
    let before = place == 0 ? .zero : account.minutes[place - 1].total
    let spent = Exposure(amount: all.amount - before.amount, count: all.count - before.count)
    return try account.held.adding(spent)
  }
}

extension ExposureBook.Account {
  fileprivate mutating func apply(_ movement: Movement, at now: Instant) throws(LedgerError) {
    held = try held.adding(movement.held)
    if movement.spent != .zero, let bucket = Bucket.all(at: now).first {
      try spend(movement.spent, inMinute: bucket.start)
    }
  }

  /// Where the first minute stands that is not before this one.
  fileprivate func place(ofMinute start: Int64) -> Int {
    var low = 0
    var high = minutes.count
    while low < high {
      let middle = (low + high) / 2
      if minutes[middle].start < start { low = middle + 1 } else { high = middle }
    }
    return low
  }

  fileprivate mutating func spend(
    _ spent: Exposure, inMinute start: Int64
  ) throws(LedgerError) {
    let place = place(ofMinute: start)
    if place == minutes.count || minutes[place].start != start {
      let before = place == 0 ? .zero : minutes[place - 1].total
      minutes.insert(ExposureBook.Minute(start: start, total: before), at: place)
    }
    for index in place..<minutes.count {
      minutes[index].total = try minutes[index].total.adding(spent)
    }
  }
}
