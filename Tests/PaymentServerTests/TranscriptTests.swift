import Foundation
import Payments
import Testing
import TranscriptFormat

/// The wire as text: each file of `Transcripts/` is played against the pure server and must come
/// out as it is written. `RECORD=1 swift test` writes down what comes out instead.
@Test(arguments: try TranscriptFile.all())
func aTranscriptComesOutAsItIsWritten(_ url: URL) throws {
  let transcript = try TranscriptFile(url)
  let played = try transcript.played()
  if ProcessInfo.processInfo.environment["RECORD"] == "1" {
    try played.write(to: url, atomically: true, encoding: .utf8)
  }
  let written = try TranscriptFile(url).text
  for (line, pair) in zip(
    written.split(separator: "\n", omittingEmptySubsequences: false),
    played.split(separator: "\n", omittingEmptySubsequences: false)
  ).enumerated() where pair.0 != pair.1 {
    Issue.record("\(url.lastPathComponent):\(line + 1)\nwritten \(pair.0)\nplayed  \(pair.1)")
    return
  }
  #expect(written == played, "\(url.lastPathComponent)")
}

@Test func thereAreTranscripts() throws {
  #expect(try TranscriptFile.all().count >= 10)
}

/// The wire of every agent framework in every scenario is there, as `Tests/Frameworks` recorded it.
@Test func everyFrameworkHasATranscriptOfEveryScenario() throws {
  let folders = Dictionary(
    grouping: try recorded(), by: { $0.deletingLastPathComponent().lastPathComponent })
  let scenarios = Set(folders.values.flatMap { $0.map(\.lastPathComponent) })
  #expect(folders.count >= 19 && scenarios.count >= 12)
  for (framework, files) in folders {
    #expect(Set(files.map(\.lastPathComponent)) == scenarios, "\(framework)")
  }
}

@Test(arguments: try recorded())
func aRecordedTranscriptHoldsNoSecret(_ url: URL) throws {
  for (number, line) in try TranscriptFile(url).lines().enumerated() {
    #expect(secrets(in: line.text) == [], "\(url.lastPathComponent):\(number + 1)")
  }
}

@Test func aSecretIsFound() {
  #expect(secrets(in: #"{"key":"sk_test_Qx7"}"#) == ["sk_test_"])
  #expect(secrets(in: "Authorization: Bearer x") == ["Authorization", "Bearer "])
  #expect(secrets(in: "kept in /home/ada/books") == ["/home/"])
  #expect(secrets(in: #"> {"description":"4242 4242 4242 4242"}"#) == ["a card number"])
  #expect(secrets(in: #"{"customer":"cus_ada","amount":4000}"#) == [])
}

/// The transcripts that were recorded and not written by hand.
private func recorded() throws -> [URL] {
  try TranscriptFile.all().filter { $0.path.contains("/Frameworks/") }
}

/// Keys of any kind, somebody's folders, an agent's card numbers: what no transcript may hold. The
/// server's own lines list protocol revisions, whose digits can be mistaken for a card's.
private func secrets(in line: String) -> [String] {
  let words = /(?:sk|rk|pk)_(?:test|live)_|whsec_|Authorization|Bearer |\/(?:home|root|tmp|Users)\//
  return line.matches(of: words).map { String($0.output) }
    + (line.hasPrefix("> ") && carriesCardNumber(line) ? ["a card number"] : [])
}
