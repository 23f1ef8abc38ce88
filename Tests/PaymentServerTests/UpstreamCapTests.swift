import JSON
import Payments
import Testing

/// A spend cap of a proxy in front of the processor (`requirements.md` F3-14, Decisions 6).
@Suite struct UpstreamCapTests {
  private static let policy = """
    {"caps": [{"name": "day", "per": "namespace", "window": "day", "amount": "900.00",
    "currency": "USD"}]}
    """

  /// A till behind a proxy whose cap is used up, and how often something was sent.
  private final class Proxied {
    let till: Till
    var sent = 0
    var isUsedUp = true
    let refusal: Response

    init(_ refusal: Response) throws {
      till = try Till(UpstreamCapTests.policy)
      self.refusal = refusal
      till.answers = { [unowned self] _ in
        sent += 1
        return isUsedUp ? .response(refusal) : nil
      }
    }
  }

  static let refusals = [
    Response(status: 402, headers: [], body: Array(#"{"code":"cap_exhausted"}"#.utf8)),
    Response(
      status: 429, headers: [],
      body: Array(#"{"error":"Daily spend cap of $50 reached"}"#.utf8)),
  ]

  @Test(arguments: refusals)
  func theModelReadsTheSessionCapsText(_ refusal: Response) throws {
    let proxied = try Proxied(refusal)
    let answer = try proxied.till.call(
      "charge", #"{"reference":"A","customer":"cus_1","amount":1000,"currency":"USD"}"#)
    #expect(answer["code"] == "spend_cap_exceeded")
    #expect(answer["message"] == .string("STOP: " + sessionCapText))
    #expect(answer["state"] == "failed")
    #expect(proxied.sent == 1)
  }

  @Test func nothingMoreIsSentInThatRunUntilADayHasPassed() throws {
    let proxied = try Proxied(Self.refusals[0])
    let till = proxied.till
    #expect(try till.charge(1000, reference: "A") == "spend_cap_exceeded")
    for minutes in [1, 10, 1430] {
      let now = moment("2026-11-20T09:00:30Z").advanced(by: .seconds(minutes * 60))
      #expect(try till.charge(1000, at: now, reference: "A") == "spend_cap_exceeded")
      #expect(try till.charge(2000, customer: "cus_2", at: now) == "spend_cap_exceeded")
      till.restart()
    }
    #expect(proxied.sent == 1)
    proxied.isUsedUp = false
    let later = moment("2026-11-20T09:00:30Z").advanced(by: .seconds(86_400 + 120))
    #expect(try till.charge(1000, at: later, reference: "A") == "captured")
    #expect(till.taken == 1000)
  }

  @Test func anotherRunMayTryAgain() throws {
    let proxied = try Proxied(Self.refusals[0])
    let till = proxied.till
    #expect(try till.charge(1000, reference: "A") == "spend_cap_exceeded")
    proxied.isUsedUp = false
    let later = moment("2026-11-20T09:05:00Z")
    #expect(try till.charge(1000, run: "run-2", at: later, reference: "A") == "captured")
    #expect(try till.charge(2000, run: "run-1", customer: "cus_2") == "spend_cap_exceeded")
    #expect(till.taken == 1000)
  }
}
