import Payments
import Testing

@testable import Processors

/// A small generator with a seed, so that a failing body can be had again.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// SplitMix64.
  mutating func roll() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  mutating func roll(below limit: Int) -> Int {
    Int(roll() % UInt64(limit))
  }
}

private let hostile: [String] = [
  "", " ", "{", "}", "null", "true", "7", "\"text\"", "[]", "[{}]", "{}", "\u{FEFF}{}", "\u{0}",
  "<html><body>502 Bad Gateway</body></html>", "{\"error\":null}", "{\"error\":7}",
  "{\"error\":[]}", "{\"error\":{}}", "{\"error\":{\"code\":7,\"type\":[],\"param\":{}}}",
  "{\"error\":{\"payment_intent\":7}}",
  "{\"id\":7,\"object\":{},\"status\":[]}", "{\"id\":\"pi_x\",\"object\":\"payment_intent\"}",
  sampleIntent("succeeded", amount: "1e3"), sampleIntent("succeeded", amount: "-1099"),
  sampleIntent("succeeded", amount: "9999999999999999999999999999"),
  sampleIntent("succeeded", amount: "null"), sampleIntent("succeeded", amount: "[1099]"),
  sampleIntent("succeeded", id: ""), sampleIntent("succeeded", id: "pi_"),
  sampleIntent("succeeded", id: "pi_x\\u0000"), sampleIntent("succeeded", currency: "usdx"),
  sampleIntent("succeeded", more: ",\"status\":\"canceled\""),
  sampleIntent("succeeded", more: ",\"livemode\":false"),
  sampleIntent("SUCCEEDED"), sampleIntent("succeeded "), sampleIntent(""),
  "{\"object\":\"list\",\"data\":{},\"has_more\":false}",
  "{\"object\":\"list\",\"data\":[null],\"has_more\":false}",
  "{\"object\":\"list\",\"data\":[],\"has_more\":\"false\"}",
]

private let statuses = [
  -1, 0, 100, 199, 200, 201, 202, 204, 299, 300, 302, 304, 399, 400, 401, 402, 403, 404, 405, 408,
  409, 410, 418, 422, 424, 425, 429, 451, 499, 500, 501, 502, 503, 504, 520, 599, 600, 999, Int.max,
]

/// Whether a finding says that something moved, ended or is not there.
private func certain(_ finding: Finding) -> Bool {
  switch finding {
  case .captured, .refunded, .refundFailed, .submitted, .processing, .unauthenticated, .created,
    .voided, .absent,
    .declined, .deferred:
    true
  case .rejected, .misconfigured, .blocked, .notSent, .throttled, .inProgress, .unknown:
    false
  }
}

@Suite struct HostileAnswerTests {
  @Test(arguments: statuses) func noBodyIsTakenForMoreThanItIs(status: Int) {
    for body in hostile {
      for kind in Instruction.Kind.allCases {
        let found = finding(kind, answer(status, body))
        #expect(!certain(found), "\(kind.rawValue) \(body.prefix(80))")
      }
    }
  }

  @Test func noDepthIsTooMuch() {
    for body in [String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 9000)]
    {
      #expect(finding(.confirm, answer(200, body)) == unknown("answer_unreadable"))
    }
  }

  @Test func noBeginningOfAGoodAnswerIsBelieved() {
    let whole = Array(sampleIntent("succeeded").utf8)
    for length in 0..<whole.count {
      let response = Response(status: 200, headers: [], body: Array(whole[..<length]))
      #expect(finding(.confirm, .response(response)) == unknown("answer_unreadable"))
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func whateverBytesArriveTheDialectAnswersWithoutTrapping(seed: UInt64) {
    var dice = Dice(seed: seed)
    let bodies = [
      sampleIntent("succeeded"), sampleList([sampleIntent("succeeded")]),
      sampleRefund("succeeded"),
      #"{"error":{"type":"card_error","code":"card_declined","param":"amount"}}"#,
    ]
    var seen = 0
    for _ in 0..<2000 {
      var body = Array(bodies[dice.roll(below: bodies.count)].utf8)
      for _ in 0...dice.roll(below: 3) {
        body[dice.roll(below: body.count)] = UInt8(truncatingIfNeeded: dice.roll())
      }
      let status = statuses[dice.roll(below: statuses.count)]
      for kind in Instruction.Kind.allCases {
        let found = finding(kind, .response(Response(status: status, headers: [], body: body)))
        if case .captured(let id, let livemode) = found {
          #expect(Stripe.plausible(id, prefixes: ["pi_"]) && !livemode)
        }
        seen += 1
      }
    }
    #expect(seen == 16000)
  }

  @Test func aBodyAboveFourMebibytesIsNotRead() {
    let padding = String(repeating: " ", count: 4 << 20)
    #expect(
      finding(.confirm, answer(200, sampleIntent("succeeded") + padding))
        == unknown("answer_unreadable"))
    #expect(
      finding(.confirm, answer(200, sampleIntent("succeeded") + String(padding.dropFirst(1000))))
        == .captured("pi_x", livemode: false))
  }

  @Test func aLiveAnswerIsOnlyBelievedWhereRealMoneyIsMeant() {
    let live = Stripe.dialect().finding(
      sampleInstruction(.confirm, livemode: true),
      answer(200, sampleIntent("succeeded", livemode: "true")))
    #expect(live == .captured("pi_x", livemode: true))
    let test = Stripe.dialect().finding(
      sampleInstruction(.confirm, livemode: true), answer(200, sampleIntent("succeeded")))
    #expect(test == mismatch)
  }

  @Test func aRefundThatBouncedInAnEarlierRoundSaysNothingAboutThisOne() {
    let operation = sampleOperation(.refund, processorReference: nil, round: 1)
    let instruction = sampleInstruction(.findRefund, operation)
    func find(_ refunds: [String]) -> Finding {
      Stripe.dialect().finding(instruction, answer(200, sampleList(refunds)))
    }
    let mine = #","bursar_round":"1""#
    #expect(find([sampleRefund("failed")]) == .absent)
    #expect(find([sampleRefund("failed", round: mine)]) == .refundFailed("re_x"))
    #expect(find([sampleRefund("succeeded")]) == .refunded("re_x", livemode: false))
    #expect(
      find([sampleRefund("failed", id: "re_1"), sampleRefund("pending", id: "re_2", round: mine)])
        == .submitted("re_2"))
  }

  @Test func anObjectOfAnEarlierRoundThatWaitsForTheCustomerIsFoundAndADeclinedOneIsNot() {
    let operation = sampleOperation(processorReference: nil, round: 1)
    func find(_ status: String) -> Finding {
      Stripe.dialect().finding(
        sampleInstruction(.find, operation), answer(200, sampleList([sampleIntent(status)])))
    }
    #expect(find("requires_action") == .unauthenticated("pi_x"))
    #expect(find("requires_payment_method") == .absent)
  }

  @Test func identifiersAreComparedAsBytes() {
    // U+00E9 and e + U+0301 are one letter to a reader and to Swift's `==`, and two customers.
    let operation = sampleOperation(id: "op_caf\u{e9}")
    let body = sampleIntent("succeeded", operation: "op_cafe\u{301}")
    let found = Stripe.dialect().finding(
      sampleInstruction(.confirm, operation), answer(200, body))
    #expect(found == mismatch)
  }
}

@Suite struct RetryAfterTests {
  private func wait(_ headers: [Header]) -> Duration? {
    Stripe.retryAfter(of: Response(status: 429, headers: headers, body: []))
  }

  @Test func secondsAreTakenUpToAnHour() {
    #expect(wait([Header("retry-after", "0")]) == .zero)
    #expect(wait([Header("Retry-After", "120")]) == .seconds(120))
    #expect(wait([Header("Retry-After", "3601")]) == .seconds(3600))
    #expect(wait([Header("Retry-After", String(repeating: "9", count: 40))]) == .seconds(3600))
    #expect(wait([]) == nil)
    for text in ["", "-1", "+1", "1.5", "soon", " 5"] {
      #expect(wait([Header("Retry-After", text)]) == nil)
    }
  }

  @Test func aDateCountsFromTheResponsesOwnDate() {
    let date = Header("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(wait([date, Header("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT")]) == .seconds(30))
    #expect(wait([date, Header("Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT")]) == .zero)
    #expect(wait([date, Header("Retry-After", "Mon, 07 Nov 1994 08:49:37 GMT")]) == .seconds(3600))
    #expect(wait([Header("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT")]) == nil)
    #expect(wait([date, Header("Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT")]) == nil)
  }

  @Test func datesAreReadAndWritten() {
    let known: [(Int64, String)] = [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (1_795_167_486, "Fri, 20 Nov 2026 09:38:06 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ]
    for (seconds, text) in known {
      #expect(secondsSince1970(imfFixdate: text) == seconds)
      #expect(imfFixdate(Instant(milliseconds: seconds * 1000 + 999)) == text)
    }
    for text in [
      "", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:3x GMT", "Sun  06 Nov 1994 08:49:37 GMT",
    ] {
      #expect(secondsSince1970(imfFixdate: text) == nil)
    }
    for day in stride(from: Int64(0), to: 80_000, by: 17) {
      let text = imfFixdate(Instant(milliseconds: day * 86_400_000))
      #expect(secondsSince1970(imfFixdate: text) == day * 86400)
    }
  }
}
