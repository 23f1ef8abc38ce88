import Payments
import Testing

/// How long is waited before the same request is sent again (`requirements.md` F3-09, F3-10,
/// F3-16).
@Suite struct RetryTests {
  private static let ids = (0..<200).map { number in
    "op_" + String(repeating: "a", count: 23) + String(1000 + number).suffix(3)
  }

  private static func rule(jitter: Duration = .seconds(1) / 2) -> RetryRule {
    var setting = ProcessorSetting()
    setting.attempts = 30
    setting.jitter = jitter
    return RetryRule(
      setting,
      Profile(
        name: "toy", currencies: Fixture.table, keyLength: 255, keyRetention: .seconds(20 * 3600),
        quiescence: .seconds(600)), inFlight: 0)
  }

  /// How long a confirmation waits that was sent so often, the last time with that answer.
  private static func wait(
    _ tries: Int, attempts: Int? = nil, id: String = Fixture.id, asked: Duration? = nil,
    throttled: Bool = false, _ rule: RetryRule = rule()
  ) throws -> Duration {
    let sent = Fixture.charge(id: id) {
      $0.state = .authorised
      $0.processorReference = "pi_1"
      $0.next = .confirm
      $0.tries = tries
      $0.attempts = attempts ?? tries
      $0.attempt = tries
      $0.firstSent = Fixture.now
    }
    let finding: Finding =
      throttled
      ? .throttled(retryAfter: asked)
      : .unknown(Doubt(reason: "server_error", remedy: .resend, retryAfter: asked))
    let (after, _) = try #require(sent.followed(by: finding, rule, at: Fixture.now))
    #expect(after.next == .confirm)
    return Fixture.now.duration(to: try #require(after.due))
  }

  @Test func eachWaitIsTwiceAsLongAsTheOneBefore() throws {
    let plain = Self.rule(jitter: .zero)
    let waits = try (1...6).map { try Self.wait($0, plain) }
    #expect(waits == [1, 2, 4, 8, 16, 32].map { Duration.seconds($0) })
  }

  @Test func theJitterIsAtMostHalfASecondAndIsSpreadOverIt() throws {
    for (tries, own) in [(1, 1000), (2, 2000), (3, 4000)] as [(Int, Int64)] {
      let jitters = try Self.ids.map { try Self.wait(tries, id: $0).milliseconds - own }
      #expect(jitters.allSatisfy { (0..<500).contains($0) })
      #expect(Set(jitters).count > 100)
      #expect((jitters.min() ?? 500) < 50 && (jitters.max() ?? 0) >= 450)
    }
  }

  @Test func theJitterIsAHashOfOperationAndAttempt() throws {
    let waits = try (1...100).map { try Self.wait(1, attempts: $0) }
    #expect(try (1...100).map { try Self.wait(1, attempts: $0) } == waits)
    #expect(Set(waits).count > 50)
    let others = try (1...100).map { try Self.wait(1, attempts: $0, id: Self.ids[0]) }
    #expect(zip(waits, others).count { $0 == $1 } < 10)
  }

  @Test(arguments: [false, true]) func itIsNeverSoonerThanWasAskedFor(throttled: Bool) throws {
    for tries in 1...5 {
      let own = try Self.wait(tries)
      for seconds in [-1, 0, 1, 2, 7, 60, 3600] as [Int64] {
        let asked = Duration.seconds(seconds)
        let wait = try Self.wait(tries, asked: asked, throttled: throttled)
        #expect(wait == max(own, asked))
      }
    }
  }

  @Test(arguments: [false, true]) func whatIsAskedForCountsUpToAnHour(throttled: Bool) throws {
    for seconds in [3601, 86_400, 1_000_000_000] as [Int64] {
      let wait = try Self.wait(1, asked: .seconds(seconds), throttled: throttled)
      #expect(wait == .seconds(3600))
    }
  }
}
