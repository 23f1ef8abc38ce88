import JSON
public import Payments

/// How large a run's cap should be (`requirements.md` F3-33 to F3-35): one and a half times to
/// twice the most a run is expected to need.
public struct CapSize: Hashable, Sendable {
  /// One and a half times, rounded up to a whole minor unit.
  public let low: Money
  /// Twice.
  public let high: Money

  /// The size for a run that needs at most this much; nil when that is beyond 63 bits.
  public init?(need: Money) {
    guard need.amount >= 0, need.amount <= Int64.max / 3 else { return nil }
    low = Money((need.amount * 3 + 1) / 2, need.currency)
    high = Money(need.amount * 2, need.currency)
  }

  /// The size for so many operations of at most this much each; nil when that is beyond 63 bits.
  public init?(batch: Int64, of largest: Money) {
    let (need, overflow) = largest.amount.multipliedReportingOverflow(by: batch)
    guard batch >= 1, !overflow else { return nil }
    self.init(need: Money(need, largest.currency))
  }
}

extension Report {
  /// What a cap per run should be for a batch, in words or as one JSON object; nil when it does not
  /// fit.
  public static func size(
    batch: Int64, of largest: Money, json: Bool, currencies: CurrencyTable
  ) -> [UInt8]? {
    guard let size = CapSize(batch: batch, of: largest) else { return nil }
    if json {
      return lines([
        [
          "batch": .integer(batch), "largest": .integer(largest.amount),
          "currency": .string(largest.currency.code), "low": .integer(size.low.amount),
          "high": .integer(size.high.amount),
        ]
      ])
    }
    let subject = batch == 1 ? "One operation of" : "\(batch) operations of"
    let low = currencies.text(size.low)
    let bare = String(low.prefix { $0 != " " })
    let text = """
      \(subject) at most \(currencies.text(largest)) in a run: a cap of \(bare) to \
      \(currencies.text(size.high)), one and a half times to twice that.
      { "name": "run", "per": "run", "amount": "\(bare)", "currency": "\(largest.currency.code)" }

      """
    return Array(text.utf8)
  }
}
