import JSON
import Payments

/// How full one cap would have been over time, the fullest of what it counts at each moment.
struct CapChart: Sendable {
  let cap: Cap
  let kind: Operation.Kind
  /// What was asked for, in order: when, how full it was then in percent, and whether this cap
  /// stopped it.
  private(set) var points: [(at: Instant, share: Int64, isStopped: Bool)] = []
  /// The fullest it was.
  private(set) var peak: CapUsage

  init(cap: Cap, kind: Operation.Kind) {
    self.cap = cap
    self.kind = kind
    self.peak = CapUsage(cap: cap, used: .zero)
  }

  /// How often this cap stopped something.
  var stops: Int { points.count { $0.isStopped } }

  /// Notes what was used when something was asked for, together with it if it was granted.
  mutating func note(_ usage: CapUsage, _ asked: Money, _ judgement: Judgement, at now: Instant) {
    var used = usage.used
    var isStopped = false
    switch judgement {
    case .granted:
      let (sum, overflow) = used.amount.addingReportingOverflow(asked.amount)
      used = Exposure(amount: overflow ? .max : sum, count: used.count + 1)
    case .refused(.capExhausted(let other)): isStopped = other.cap == cap
    case .refused(.operationTooLarge(let other)), .refused(.split(let other, _)):
      isStopped = other == cap
    case .refused(.toolNotAllowed), .refused(.currencyNotAllowed), .refused(.currencyWithoutCap),
      .refused(.customerNotAllowed), .refused(.runExpired), .refused(.declinedTooOften):
      break
    }
    let full = CapUsage(cap: cap, used: used)
    points.append((now, full.share, isStopped))
    let isFuller = full.share == peak.share && used.amount > peak.used.amount
    if full.share > peak.share || isFuller { peak = full }
  }

  /// One span of time: how full the cap was at most, and how often it stopped something.
  struct Slice {
    let from: Instant
    var share: Int64?
    var stops = 0
  }

  /// The time from one instant to another in so many slices of the same length.
  func slices(from start: Instant, to end: Instant, count: Int) -> [Slice] {
    let span = max(0, start.duration(to: end).milliseconds)
    let width = max(1, span / Int64(count) + 1)
    let number = Int(span / width) + 1
    var slices = (0..<number).map { place in
      Slice(from: start.advanced(by: .milliseconds(Int64(place) * width)))
    }
    for point in points {
      let place = Int(start.duration(to: point.at).milliseconds / width)
      guard slices.indices.contains(place) else { continue }
      slices[place].share = max(slices[place].share ?? 0, point.share)
      if point.isStopped { slices[place].stops += 1 }
    }
    return slices
  }

  /// Five rows of columns, one for each slice of time: `#` up to the fullest, `x` where the cap
  /// stopped something.
  func rows(_ slices: [Slice], _ currencies: CurrencyTable) -> [String] {
    let subject = kind == .charge ? "cap" : "refund cap"
    var rows = ["\(subject) \(cap.sentence(currencies))"]
    guard let first = points.first, let last = points.last else {
      return rows + ["  nothing was asked for that it counts"]
    }
    for level in [100, 80, 60, 40, 20] as [Int64] {
      let columns = slices.map { slice -> Character in
        if level == 100, slice.stops > 0 { return "x" }
        guard let share = slice.share else { return " " }
        return share >= level ? "#" : level == 20 && share > 0 ? "." : " "
      }
      let mark = String(repeating: " ", count: level == 100 ? 2 : 3) + "\(level) %"
      rows.append("\(mark) |\(String(columns))|")
    }
    rows.append(
      "  \(timestamp(first.at)) to \(timestamp(last.at)); at most \(peak.words(currencies)) "
        + "(\(peak.share) %); stopped \(stops)")
    return rows
  }

  /// The same for programs.
  func entry(_ slices: [Slice]) -> JSONObject {
    var entry = cap.entry
    entry["kind"] = .string(kind.rawValue)
    entry["stopped"] = .integer(Int64(stops))
    entry["peak"] = .object(peak.entry)
    entry["usage"] = .array(
      slices.filter { $0.share != nil }.map { slice in
        [
          "from": .string(timestamp(slice.from)), "percent": .integer(slice.share ?? 0),
          "stopped": .integer(Int64(slice.stops)),
        ]
      })
    return entry
  }
}
