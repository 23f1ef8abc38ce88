import Foundation
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
