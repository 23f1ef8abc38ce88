import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A policy file with a mistake, and what the operator is told of it, as `broken-policies.txt`
/// holds them: `=== name`, the file, `--- ` and a sentence for each mistake.
private struct BrokenPolicy {
  let name: String
  let text: String
  let sentences: [String]

  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "broken-policies.txt")

  static func all() throws -> [BrokenPolicy] {
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.components(separatedBy: "=== ").dropFirst().map { part in
      let lines = part.components(separatedBy: "\n")
      let sentences = lines.filter { $0.hasPrefix("--- ") }.map { String($0.dropFirst(4)) }
      let content = lines.dropFirst().prefix { !$0.hasPrefix("--- ") }
      return BrokenPolicy(
        name: lines[0], text: content.joined(separator: "\n"), sentences: sentences)
    }
  }

  var reading: PolicyReading { readPolicy(Array(text.utf8), currencies: Stripe.currencies) }

  /// What is said of it now; empty when it is taken for sound.
  var said: [String] {
    switch reading {
    case .accepted: []
    case .broken(let mistakes): mistakes.map(\.sentence)
    }
  }
}

/// `RECORD=1 swift test` writes down what is said instead.
@Suite struct PolicyMistakeTests {
  @Test func everyMistakeIsSaidWithItsPlaceAndWhatIsExpected() throws {
    let policies = try BrokenPolicy.all()
    #expect(policies.count >= 60)
    for policy in policies {
      #expect(policy.said == policy.sentences, "\(policy.name)")
      #expect(!policy.said.isEmpty, "\(policy.name)")
    }
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      let parts = policies.map { policy in
        "=== \(policy.name)\n\(policy.text)\n"
          + policy.said.map { "--- \($0)\n" }.joined()
      }
      try parts.joined(separator: "\n").write(
        to: BrokenPolicy.file, atomically: true, encoding: .utf8)
    }
  }

  private static let key = "sk_live_51Habc"
  static let leaks = [
    #""processor": {"kind": "stripe", "apiKey": {"env": "\#(key)"}}, "environment": "live""#,
    #""processor": {"kind": "stripe", "apiKey": {"file": "/keys/\#(key)"}}, "environment": "live""#,
    #""processor": {"kind": "stripe", "apiKey": {"\#(key)": "x"}}, "environment": "live""#,
    #""processor": {"kind": "\#(key)"}"#, #""\#(key)": 1"#, #""\#(key)": 1, "\#(key)": 2"#,
    #""webhooks": {"secret": {"env": "whsec_51Habc"}}"#,
  ]
  static let named = [key, "shop-\(key)"].flatMap { names($0) + places($0) }

  /// Each place where a name stands that is repeated; the one of caps and sinks twice.
  private static func names(_ name: String) -> [String] {
    let cap = #"{"name": "\#(name)", "per": "run", "amount": "1.00", "currency": "USD"}"#
    let sink = #"{"kind": "file", "path": "events", "name": "\#(name)"}"#
    return [
      #""namespace": "\#(name)""#, #""refunds": {"caps": [\#(cap), \#(cap)]}"#,
      #""events": [\#(sink), \#(sink)]"#, #""customers": {"allow": ["cus_*", "\#(name)"]}"#,
      #""customers": {"refuse": ["\#(name)"]}"#,
    ]
  }

  /// Each place where a path or an address stands: the whole policy is kept in the history.
  private static func places(_ name: String) -> [String] {
    [
      #""ledger": {"path": "/books/\#(name).db"}"#,
      #""events": [{"kind": "file", "path": "/logs/\#(name)"}]"#,
      #""events": [{"kind": "file", "name": "log", "path": "/logs/\#(name)"}]"#,
      #""events": [{"kind": "http", "url": "https://a.example/\#(name)", "secret": {"env": "S"}}]"#,
    ]
  }

  @Test(arguments: Self.names("4242424242424242"))
  func aCardNumberThatStandsInThePolicyIsRepeatedNowhere(_ member: String) throws {
    let shop = try Shop(#"{"caps": [\#(Shop.wide)], \#(member)}"#)
    guard case .broken(let mistakes) = shop.setting.policy else {
      Issue.record("It is taken for sound.")
      return
    }
    let said = try shop.charge("INV-1")
    for text in mistakes.map(\.sentence) + [String(decoding: said.compact, as: UTF8.self)] {
      #expect(!text.contains("4242"), "\(text)")
      #expect(text.contains("may be a card number") || text.contains("bursar check"), "\(text)")
    }
  }

  @Test(arguments: Self.places("4242424242424242"))
  func aPathOrAnAddressMayHoldALongNumber(_ member: String) throws {
    let shop = try Shop(#"{"caps": [\#(Shop.wide)], \#(member)}"#)
    guard case .accepted = shop.setting.policy else {
      Issue.record("It is refused.")
      return
    }
  }

  @Test(arguments: leaks + named)
  func aKeyThatStandsInThePolicyIsRepeatedNowhere(_ member: String) throws {
    let shop = try Shop(#"{"caps": [\#(Shop.wide)], \#(member)}"#)
    guard case .broken(let mistakes) = shop.setting.policy else {
      Issue.record("It is taken for sound.")
      return
    }
    let said = try shop.charge("INV-1")
    #expect(said["code"]?.string == "policy_broken")
    for text in mistakes.map(\.sentence) + [String(decoding: said.compact, as: UTF8.self)] {
      #expect(!text.contains("51Habc"), "\(text)")
    }
  }

  @Test func theModelReadsOneBoundedLineOfABrokenPolicy() throws {
    for key in ["\u{43a}\u{43b}\u{44e}\u{447}", #"a\nb"#, String(repeating: "k", count: 100_000)] {
      let said = try Shop(#"{"caps": [\#(Shop.wide)], "\#(key)": 1}"#).charge("INV-1")
      let message = said["message"]?.string ?? ""
      #expect(message.utf8.count < 500 && message.utf8.allSatisfy { (0x20...0x7e).contains($0) })
      #expect(message.hasSuffix("the operator must run `bursar check`."))
    }
  }

  @Test func whereAMistakeIsCanBeFoundInTheFile() throws {
    for policy in try BrokenPolicy.all() {
      guard case .broken(let mistakes) = policy.reading else { continue }
      let lines = policy.text.components(separatedBy: "\n")
      for mistake in mistakes {
        #expect((1...lines.count).contains(mistake.line), "\(policy.name)")
        let line = lines[mistake.line - 1].unicodeScalars
        #expect((1...line.count + 1).contains(mistake.column), "\(policy.name)")
        #expect(mistake.message.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "\(policy.name)")
        #expect(mistake.message.hasSuffix("."), "\(policy.name)")
      }
    }
  }

  @Test func noBrokenPolicyIsHalfApplied() throws {
    for policy in try BrokenPolicy.all() {
      let call = ReplayedCall(
        at: Instant(milliseconds: 1_795_165_200_000), tool: "charge", run: "run-1",
        arguments: #"{"reference":"INV-1","customer":"cus_1","amount":100,"currency":"USD"}"#)
      let world = try Replay(policy.reading)
      try world.play([call])
      #expect(world.codes[call.at] == "policy_broken", "\(policy.name)")
      #expect(world.requests == 0, "\(policy.name)")
      var ledger = try Ledger(path: world.ledger)
      let count = try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.operations(newest: 10).count
      }
      #expect(count == 0, "\(policy.name)")
      try world.remove()
    }
  }
}
