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
