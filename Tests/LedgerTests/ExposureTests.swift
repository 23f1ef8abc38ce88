import Payments
import Testing

@testable import Ledger

/// The same numbers for ever: a linear congruential generator (Knuth's MMIX).
private struct Dice {
  var state: UInt64

  mutating func roll(_ range: ClosedRange<Int64>) -> Int64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let width = UInt64(bitPattern: range.upperBound &- range.lowerBound) &+ 1
    return range.lowerBound &+ Int64(bitPattern: (state >> 11) % width)
  }
}

/// What the buckets stand for, kept in the plainest way: a list.
private struct Model {
  var movements: [(at: Int64, exposure: Exposure)] = []

  func spent(since: Int64?) -> Exposure {
    var total = Exposure.zero
    for movement in movements {
      if let since, floor(movement.at) < floor(since) { continue }
      total.amount += movement.exposure.amount
      total.count += movement.exposure.count
    }
    return total
  }

  private func floor(_ moment: Int64) -> Int64 {
    var minute = moment / 60_000
    while minute * 60_000 > moment { minute -= 1 }
    return minute
  }
}

@Suite struct ExposureTests {
  let scratch = Scratch()
  private let scope = Scope.namespace("acme", .charge, Currency("USD")!)

  private func exposure(
    _ ledger: inout Ledger, since: Int64?, _ scope: Scope? = nil
  ) throws(LedgerError) -> Exposure {
    try ledger.read { books throws(LedgerError) in
      try books.exposure(of: scope ?? self.scope, since: since.map { at($0) })
    }
  }

  /// Spends in one scope at some moments, an amount each that no sum of others has.
  private func spend(at moments: [Int64], in ledger: inout Ledger) throws -> Model {
    var model = Model()
    for (index, moment) in moments.enumerated() {
      let amount = Int64(1) << Int64(index % 40)
      let first = try ledger.add(charge("op_\(index)", amount: amount), at: at(moment))
      try ledger.change(first, at: at(moment)) { $0.state = .captured }
      model.movements.append((moment, Exposure(amount: amount, count: 1)))
    }
    return model
  }

  private func count(
    _ calls: Int64, of scope: Scope, at moment: Int64, in ledger: inout Ledger
  ) throws(LedgerError) {
    try ledger.commit { books throws(LedgerError) in
      try books.count(scope, calls: calls, at: at(moment))
    }
  }

  @Test(arguments: [Bucket.minute, Bucket.hour, Bucket.day], [-3, -1, 0, 1, 7])
  func aWindowIsRoundedOutwardToTheMinuteAtEveryEdge(width: Int64, place: Int64) throws {
    let edge = width * place
    let moments = (-1...1).map { edge + $0 } + [edge - width, edge + width]
    var ledger = try Ledger(path: scratch("ledger.db"))
    let model = try spend(at: moments, in: &ledger)
    for base in [edge - width, edge - Bucket.minute, edge, edge + Bucket.minute, edge + width] {
      for since in (-1...1).map({ base + $0 }) {
        #expect(try exposure(&ledger, since: since) == model.spent(since: since))
      }
    }
    #expect(try exposure(&ledger, since: nil) == model.spent(since: nil))
  }

  @Test func anyWindowIsTheSumOfWhatHappenedInIt() throws {
    var dice = Dice(state: 20_261_120)
    let moments = (0..<200).map { _ in dice.roll(-3 * Bucket.day...5 * Bucket.day) }
    var ledger = try Ledger(path: scratch("ledger.db"))
    let model = try spend(at: moments, in: &ledger)
    for moment in moments {
      for since in [moment, dice.roll(-4 * Bucket.day...6 * Bucket.day)] {
        #expect(try exposure(&ledger, since: since) == model.spent(since: since))
      }
    }
    #expect(try exposure(&ledger, since: nil) == model.spent(since: nil))
  }

  @Test func aWindowIsAFewSumsHoweverLongItIs() {
    for since: Int64 in [1, Bucket.hour - 1, Bucket.day + 1, -1, .min, .max] {
      let spans = Bucket.spans(since: at(since))
      let bounded = spans.filter { $0.width != Bucket.day }
      #expect(spans.count <= 3)
      #expect(bounded.reduce(0) { $0 + Int64($1.range.count) / $1.width } <= 60 + 24)
    }
  }

  @Test func aWindowThatBeginsWithADayIsOneSum() {
    let spans = Bucket.spans(since: at(-2 * Bucket.day))
    #expect(spans.map(\.width) == [Bucket.day])
    #expect(spans.map(\.range.lowerBound) == [-2 * Bucket.day])
  }

  @Test func whatIsHeldCountsInEveryWindow() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge(amount: 300), at: at(0))
    let held = Exposure(amount: 300, count: 1)
    for since in [nil, 0, 1, 10 * Bucket.day, .max, .min] {
      #expect(try exposure(&ledger, since: since) == held)
    }
    try ledger.change(first, at: at(Bucket.day)) { $0.state = .captured }
    #expect(try exposure(&ledger, since: nil) == held)
    #expect(try exposure(&ledger, since: Bucket.day) == held)
    #expect(try exposure(&ledger, since: Bucket.day + Bucket.minute) == .zero)
  }

  @Test func whatIsReleasedIsFreeAgain() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let first = try ledger.add(charge(amount: 300))
    try ledger.change(first) { $0.state = .failed }
    #expect(try exposure(&ledger, since: nil) == .zero)
  }

  @Test func everyScopeOfAnOperationCountsIt() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let operation = charge(amount: 300)
    try ledger.add(operation)
    for scope in operation.scopes {
      let held = try exposure(&ledger, since: nil, scope)
      #expect(held == Exposure(amount: 300, count: 1))
    }
    let other = Scope.namespace("acme", .charge, Currency("EUR")!)
    #expect(try exposure(&ledger, since: nil, other) == .zero)
  }

  @Test func callsAreCountedWhereTheyHappen() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let calls = Scope.calls(run: "run-1", in: "acme")
    for moment: Int64 in [0, 59_999, 60_000] {
      try count(1, of: calls, at: moment, in: &ledger)
    }
    #expect(try exposure(&ledger, since: 59_999, calls) == Exposure(amount: 0, count: 3))
    #expect(try exposure(&ledger, since: 60_000, calls) == Exposure(amount: 0, count: 1))
    #expect(try exposure(&ledger, since: nil, calls) == Exposure(amount: 0, count: 3))
  }

  @Test func aSumBeyondSixtyThreeBitsIsRefusedAndNeverWraps() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    let calls = Scope.calls(run: "run-1", in: "acme")
    try ledger.add(charge(amount: .max))
    #expect(throws: LedgerError.self) { try ledger.add(charge("op_2", amount: 1)) }
    #expect(try exposure(&ledger, since: nil) == Exposure(amount: .max, count: 1))
    try count(.max, of: calls, at: 0, in: &ledger)
    #expect(throws: LedgerError.self) { try count(1, of: calls, at: 1, in: &ledger) }
    #expect(try exposure(&ledger, since: 0, calls) == Exposure(amount: 0, count: .max))
  }

  @Test func momentsAtTheEndsOfTimeAreCountedToo() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    _ = try spend(at: [.min, .max], in: &ledger)
    #expect(try exposure(&ledger, since: .min) == Exposure(amount: 3, count: 2))
    #expect(try exposure(&ledger, since: .max) == Exposure(amount: 2, count: 1))
  }
}
