/// A limit on what may be held and spent: an amount, a number of operations, or both.
public struct Cap: Hashable, Sendable {
  /// What is counted together.
  public enum Extent: String, Sendable, CaseIterable {
    /// Each operation by itself.
    case operation
    /// Everything in one run.
    case run
    /// Everything of one customer.
    case customer
    /// Everything in the namespace.
    case namespace
  }

  /// The operator's name for it, shown to the model.
  public let name: String
  /// What is counted together.
  public let extent: Extent
  /// Since when it is counted.
  public let window: Window
  /// The largest sum, and the currency this cap is about; others do not count.
  public let amount: Money
  /// Whether the amount is limited; a cap may limit only the number.
  public let limitsAmount: Bool
  /// The largest number of operations; nil for no limit.
  public let count: Int64?
  /// Of a cap on single operations: how long charges of one customer count as one, so that an
  /// amount above the cap cannot be split; nil when each stands for itself.
  public let splitWindow: Duration?

  /// A cap from its parts; `amount` nil for a cap on the number alone.
  public init(
    name: String, extent: Extent, window: Window, currency: Currency, amount: Int64?, count: Int64?,
    splitWindow: Duration? = nil
  ) {
    self.name = name
    self.extent = extent
    self.window = window
    self.amount = Money(amount ?? 0, currency)
    self.limitsAmount = amount != nil
    self.count = count
    self.splitWindow = splitWindow
  }

  /// Whether `exposure`, which includes what is asked for, is within the cap.
  func allows(_ exposure: Exposure) -> Bool {
    if limitsAmount, exposure.amount > amount.amount { return false }
    if let count, exposure.count > count { return false }
    return true
  }
}

/// Since when a cap counts.
public enum Window: Hashable, Sendable {
  /// Since ever.
  case lifetime
  /// Since that long ago, rounded outward to a whole minute, so that budget returns at most a
  /// minute late and never early.
  case rolling(Duration)
  /// Since midnight at that many minutes east of UTC.
  case day(offset: Int)
  /// Since the first of the month at that many minutes east of UTC.
  case month(offset: Int)

  /// The window's beginning at `now`; nil for `lifetime`.
  public func start(at now: Instant) -> Instant? {
    switch self {
    case .lifetime: return nil
    case .rolling(let length): return now.advanced(by: .zero - length)
    case .day(let offset): return midnight(now, offset).start
    case .month(let offset):
      let (day, _) = midnight(now, offset)
      return Instant(
        milliseconds: firstOfMonth(day) * millisecondsADay - Int64(offset) * 60_000)
    }
  }

  /// The local day's number since 1970-01-01, and the instant it began.
  private func midnight(_ now: Instant, _ offset: Int) -> (day: Int64, start: Instant) {
    let local = now.milliseconds + Int64(offset) * 60_000
    let day = floorDivision(local, millisecondsADay)
    return (day, Instant(milliseconds: day * millisecondsADay - Int64(offset) * 60_000))
  }
}

let millisecondsADay: Int64 = 86_400_000

func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

/// The day number of the first of the month that `day` lies in (proleptic Gregorian calendar).
private func firstOfMonth(_ day: Int64) -> Int64 {
  day - Int64(CalendarDay(daysSince1970: day).day - 1)
}

/// A date of the proleptic Gregorian calendar.
public struct CalendarDay: Hashable, Sendable {
  /// The year, 1970 for the epoch.
  public let year: Int
  /// 1–12.
  public let month: Int
  /// 1–31.
  public let day: Int

  /// The date that many days after 1970-01-01: eras of 400 years of 146,097 days, each year begun
  /// in March so that the leap day comes last.
  public init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = floorDivision(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    self.day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    self.month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    self.year = Int(yearOfEra + era * 400) + (self.month <= 2 ? 1 : 0)
  }
}
