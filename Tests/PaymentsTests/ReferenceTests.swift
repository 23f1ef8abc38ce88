import Payments
import Testing

/// The syntax of references, and texts as they may be compared and quoted.
@Suite struct ReferenceTests {
  @Test func referencesAreOneTo64PlainCharacters() {
    let good = [
      "a", "7", "INV-7", "a.b_c:d/e#f-g", "order/2026/11#3", String(repeating: "x", count: 64),
      "A--", "0:0",
    ]
    for text in good { #expect(isReference(text), "\(text)") }
    let bad = [
      "", " ", "-a", ".a", "#a", "/a", "_a", ":a", " a", "a ", "a b", "a\n", "a\0", "a\t", "a+b",
      "a@b", "a\\b", "a\"b", "a%20", "a?b", "a&b", "é", "ａ", "а", "a\u{301}", "a\u{200b}", "१",
      "a\u{202e}", String(repeating: "x", count: 65), String(repeating: "é", count: 33),
    ]
    for text in bad { #expect(!isReference(text), "\(text)") }
  }

  @Test func sameMeansTheSameBytes() {
    #expect(isSame("caf\u{e9}", "caf\u{e9}"))
    #expect("caf\u{e9}" == "cafe\u{301}" && !isSame("caf\u{e9}", "cafe\u{301}"))
    #expect(!isSame("\u{212b}", "\u{c5}") && !isSame("a", "A") && !isSame("a", "a "))
    #expect(isSame("", "") && isSame(nil as String?, nil))
    #expect(!isSame(nil, "") && !isSame("", nil) && isSame("x" as String?, "x"))
  }

  @Test func identitiesNeverRunTogether() {
    func canonical(_ namespace: String, _ kind: Operation.Kind, _ name: Identity.Name) -> [UInt8] {
      Identity(namespace: namespace, kind: kind, name: name).canonical
    }
    let all = [
      canonical("a", .charge, .reference("b")), canonical("a", .refund, .reference("b")),
      canonical("ab", .charge, .reference("")), canonical("b", .charge, .reference("a")),
      canonical("a", .charge, .taskStep(task: "b", step: "c")),
      canonical("a", .charge, .taskStep(task: "bc", step: "")),
      canonical("a", .charge, .taskStep(task: "", step: "bc")),
      canonical("a", .charge, .reference("caf\u{e9}")),
      canonical("a", .charge, .reference("cafe\u{301}")),
    ]
    #expect(Set(all).count == all.count)
    let text = "bursar.identity.1\0acme\0charge\0reference\0INV-7"
    #expect(canonical("acme", .charge, .reference("INV-7")) == Array(text.utf8))
  }

  @Test func anIdAndAKeyAreTheTwoHalvesOfOneDigest() {
    let digest = String(repeating: "a", count: 26) + String(repeating: "7", count: 26)
    let names = Identity.names(base32: digest)
    #expect(names.id.text == "op_" + String(repeating: "a", count: 26))
    #expect(names.key.text == "b1_" + String(repeating: "7", count: 26))
    #expect(names.key.text.utf8.count <= 30)
  }

  @Test func whatIsQuotedIsAsciiOnOneLineAndBounded() {
    #expect(quoted("INV-7") == "\"INV-7\"")
    #expect(quoted("") == "\"\"")
    #expect(quoted("a\"b\\c") == #""a\"b\\c""#)
    #expect(quoted("a\nb\r\t\0") == #""a\u{a}b\u{d}\u{9}\u{0}""#)
    #expect(quoted("é") == #""\u{e9}""# && quoted("e\u{301}") == #""e\u{301}""#)
    #expect(quoted("\u{202e}\u{e0041}\u{7f}") == #""\u{202e}\u{e0041}\u{7f}""#)
    let full = String(repeating: "x", count: 64)
    #expect(quoted(full) == "\"\(full)\"")
    #expect(quoted(full + "y") == "\"\(full)...\"")
    #expect(quoted("abc", limit: 2) == "\"ab...\"")
    #expect(quoted(String(repeating: "\u{10ffff}", count: 1000)).utf8.count < 700)
  }

  /// Test numbers of the schemes, as their processors publish them.
  private static let cards = [
    "4242424242424242", "4111111111111111", "4000056655665556", "5555555555554444",
    "2223003122003222", "5105105105105100", "378282246310005", "371449635398431",
    "6011111111111117", "6011000990139424", "3056930009020004", "36227206271667",
    "3566002020360505", "6200000000000005", "6205500000000000004", "4222222222222",
    "6759649826438453",
  ]

  private static func grouped(_ digits: String, by separator: String) -> String {
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, place % 4 == 0 { result += separator }
      result.append(digit)
    }
    return result
  }

  @Test func cardNumbersAreSeenInEveryDisguise() {
    let separators = [
      "", " ", "-", ".", "\n", "  ", " - ", "\t", "\u{a0}", "\u{2009}", "\u{200b}", "/", "_", ":",
      "\r\n", "\u{2011}", "\u{ad}", ", ",
    ]
    let zeros: [UInt32] = [0x30, 0xff10, 0x660, 0x6f0, 0x966, 0x1d7ce]
    for card in Self.cards {
      for separator in separators {
        let text = Self.grouped(card, by: separator)
        #expect(carriesCardNumber(text), "\(text)")
        #expect(carriesCardNumber("Card: \(text), exp 12/29, thanks"), "\(text)")
        #expect(carriesCardNumber("order77x\(text)x"), "\(text)")
      }
      for zero in zeros {
        let scalars = card.utf8.compactMap { Unicode.Scalar(zero + UInt32($0) - 48) }
        #expect(carriesCardNumber(String(String.UnicodeScalarView(scalars))), "\(card)")
      }
    }
    #expect(carriesCardNumber("%B4242424242424242^DOE/JOHN^2912101?"))
    #expect(carriesCardNumber(";4242424242424242=29121010000000000000?"))
    #expect(carriesCardNumber(Self.cards[0].map { "\($0) " }.joined()))
    #expect(carriesCardNumber("7 4242 4242 4242 4242"))
    #expect(carriesCardNumber("4242 4242 4242 4242 123"))
    #expect(carriesCardNumber("exp 12/29 4242 4242 4242 4242 12/29"))
    let printed = [
      "3782 822463 10005", "3056 930902 0004", "4397 29815 061622", "4052 5943 51899",
      "4222 222 222 222", "42424242 42424242", "620550 0000000000004", "424242 4242424242",
      "2200 7007 1234 5676", "2131 0000 0000 001", "1800 000000 00002",
    ]
    for text in printed { #expect(carriesCardNumber("card \(text), thanks"), "\(text)") }
  }

  /// Every tenth of such numbers passes the Luhn check; each of these does.
  @Test func timesAndOrderNumbersAreNoCards() {
    let plain = [
      "2026-11-26 00:00:03", "INV-2026-11-26-00:00:03", "2026-11-26 00:00:02.123456",
      "26.11.2026 00:00:03", "20261126-000003", "20261126000003", "run-1764150000008",
      "1764150000000007", "1764150000000000008", "44-69-62-91-37-02-85-87",
      "43972-981-506-1622", "4141-29-17-366625", "446962-91-37-028587", "405-259-435-1899",
      "4,469,629,137,028,587",
    ]
    for text in plain { #expect(!carriesCardNumber(text), "\(text)") }
    for second in 0..<86_400 {
      let time = timestamp(Instant(milliseconds: 1_795_651_200_000 + Int64(second) * 1000))
      let spaced = String(time.map { $0 == "T" ? " " : $0 })
      #expect(!carriesCardNumber(spaced) && !carriesCardNumber(time), "\(time)")
    }
  }

  @Test func keysAreSeenWhereverTheyStand() {
    for prefix in keyPrefixes {
      for text in ["\(prefix)51Hq9", "key=\(prefix)A", "%20\(prefix)1", "a_\(prefix)0 b"] {
        #expect(carriesKey(text) && Secret(in: text) == .key, "\(text)")
      }
    }
    let plain = [
      "", "sk_", "sk_live_", "sk_live_...", "task_live_1", "desk_test_2", "whsec_", "showhsec_1",
      "SK_LIVE_1", "sk-live-1", "sk_1", "pk_live_51Hq9", "pm_1Nx2Yz", "INV-7",
    ]
    for text in plain { #expect(Secret(in: text) == nil, "\(text)") }
    #expect(Secret(in: "4242 4242 4242 4242") == .cardNumber)
  }

  @Test func numbersThatAreNoCardsSurvive() {
    let plain = [
      "", "INV-7", "INV-2026-000123", "4242424242424241", "4242 4242 4242 4243", "424242424242",
      "42424242424242424242", "2026-11-20T09:00:00Z", "+49 30 901820", "order 1234567890123",
      "cus_NffrFeUfNV2Hib", "op_abcdefghijklmnopqrstuvwxyz", "4242x4242x4242x4242",
      "4242 four 4242 4242 4242", "4242....4242....4242....4242", "500.00 USD", "²²²²²²²²²²²²²",
    ]
    for text in plain { #expect(!carriesCardNumber(text), "\(text)") }
  }
}
