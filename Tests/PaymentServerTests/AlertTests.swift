import JSON
import Ledger
import PaymentServer
import Payments
import Testing

/// What the operator is told without asking.
@Suite struct AlertTests {
  private static let cap =
    #"{"name": "run", "per": "run", "amount": "100.00", "count": 20, "currency": "USD"}"#

  @Test func aSessionIsFlaggedAtHalfAtFourFifthsAndNearTheEnd() throws {
    for (mark, share) in [(Int64(5000), "50"), (8000, "80"), (9500, "95")] {
      for (step, warns) in [(Int64(-1), false), (0, true), (1, true)] {
        let till = try Till(ample(Self.cap))
        // Everything below is reached by the first charge, so that the second crosses one mark.
        try till.charge(mark - 100)
        let before = till.events("cap_warning").count
        try till.charge(100 + step)
        #expect(till.events("cap_warning").count - before == (warns ? 1 : 0), "\(share) \(step)")
        #expect(try till.history("cap_warning").count == till.events("cap_warning").count)
      }
    }
  }

  @Test func theNumberOfOperationsIsFlaggedToo() throws {
    let till = try Till(ample(Self.cap))
    let flags = try (1...20).map { number in
      let before = till.events("cap_warning").count
      try till.charge(100)
      return till.events("cap_warning").count > before ? number : 0
    }
    #expect(flags.filter { $0 > 0 } == [10, 16, 19])
  }

  @Test func manyRepetitionsAreToldOnceUntilTheyCease() throws {
    let till = try Till(
      ample(Self.cap, members: #", "alerts": {"retries": 12, "window": "5m"}"#))
    func again(_ times: Int) throws {
      for _ in 0..<times { try till.charge(100, reference: "INV-1") }
      // Whatever is written next takes the count along.
      try till.charge(100)
    }
    try again(12)
    #expect(till.events("retries_unusual").isEmpty)
    try again(1)
    #expect(till.events("retries_unusual").count == 1)
    #expect(till.events("retries_unusual").first?["retries"]?.integer == 12)
    try again(9)
    #expect(till.events("retries_unusual").count == 1)
    till.now = till.now.advanced(by: .seconds(360))
    try again(12)
    #expect(till.events("retries_unusual").count == 2)
    #expect(try till.history("retries_unusual").map(\.detail).first == "default 12 within 5m")
  }

  @Test func repetitionsOfShortLivedProcessesAreCountedAtTheirEnd() throws {
    let till = try Till(
      ample(Self.cap, members: #", "alerts": {"retries": 3, "window": "5m"}"#))
    for _ in 1...4 {
      #expect(till.events("retries_unusual").isEmpty)
      try till.charge(100, reference: "INV-1")
      try till.step([.ended])
      till.restart()
    }
    #expect(till.events("retries_unusual").count == 1)
  }

  @Test func requestsThatAreSentAgainCountToo() throws {
    let till = try Till(
      ample(Self.cap, members: #", "alerts": {"retries": 2, "window": "1h"}"#))
    till.answers = { dispatch in
      dispatch.reads ? nil : .failure(TransportFailure(cause: .connection, sent: false))
    }
    try till.step([.line(Array(chargeLine.utf8))])
    for _ in 1...40 {
      till.now = till.now.advanced(by: .seconds(1))
      try till.step([.tick])
    }
    #expect(till.events("retries_unusual").count == 1)
  }

  private var chargeLine: String {
    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":{"#
      + #""reference":"R-1","customer":"cus_1","amount":900,"currency":"USD"},"_meta":{"#
      + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
      + #""io.modelcontextprotocol/clientCapabilities":{}}}}"#
  }
}
