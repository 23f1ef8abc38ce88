import Payments
import Testing

@testable import Ledger

/// The book in memory and the books on the disk say the same.
@Suite struct ExposureBookTests {
  let scratch = Scratch()

  private func instants(_ seed: UInt64, _ count: Int, _ range: ClosedRange<Int64>) -> [Instant] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let width = UInt64(range.upperBound - range.lowerBound) + 1
      return at(range.lowerBound + Int64((state >> 11) % width))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func theSameMovementsGiveTheSameExposure(seed: UInt64) throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    var book = ExposureBook()
    let range = -3 * Bucket.day...3 * Bucket.day
    for (index, moment) in instants(seed, 120, range).enumerated() {
      var operation = charge("op_\(index)", amount: Int64(1) << Int64(index % 40))
      operation.run = "run-\(index % 3)"
      let first = try ledger.add(operation, at: moment)
      for movement in operation.movements(from: nil) { try book.apply(movement, at: moment) }
      guard index % 4 != 0 else { continue }
      let state: State = index % 4 == 1 ? .failed : .captured
      try ledger.change(first, at: moment) { $0.state = state }
      var after = operation
      after.state = state
      for movement in after.movements(from: operation) { try book.apply(movement, at: moment) }
    }
    let edges = (-3...3).flatMap { day in (-1...1).map { at(Int64(day) * Bucket.day + $0) } }
    let probes = edges + instants(seed &+ 9, 60, range) + [at(.min), at(.max)]
    for index in 0..<3 {
      var operation = charge("op_x")
      operation.run = "run-\(index)"
      for scope in operation.scopes {
        for since in probes.map(Optional.init) + [nil] {
          let expected = try ledger.read { books throws(LedgerError) in
            try books.exposure(of: scope, since: since)
          }
          #expect(try book.exposure(of: scope, since: since) == expected)
        }
      }
    }
  }

  @Test func scopesThatOnlyLookAlikeAreTwo() throws {
    var book = ExposureBook()
    let usd = try #require(Currency("USD"))
    let composed = Scope.customer("caf\u{e9}", in: "acme", .charge, usd)
    let decomposed = Scope.customer("cafe\u{301}", in: "acme", .charge, usd)
    let spent = Exposure(amount: 5, count: 1)
    try book.apply(Movement(scope: composed, held: .zero, spent: spent), at: at(0))
    #expect(try book.exposure(of: composed, since: nil) == spent)
    #expect(try book.exposure(of: decomposed, since: nil) == .zero)
  }

  @Test func aSumBeyondSixtyThreeBitsIsRefused() throws {
    var book = ExposureBook()
    let usd = try #require(Currency("USD"))
    let scope = Scope.namespace("acme", .charge, usd)
    let most = Movement(scope: scope, held: .zero, spent: Exposure(amount: .max, count: 1))
    try book.apply(most, at: at(0))
    #expect(throws: LedgerError.self) { try book.apply(most, at: at(1)) }
  }
}
