import Foundation
import Glibc
import Testing

@testable import bursar

/// What of a conversation is never written down.
struct TranscriptMaskTests {
  @Test(arguments: [
    #"{"description":"4242424242424242"}"#, #"{"4242-4242-4242-4242":1}"#, "4242 4242 4242 4242",
    #"{"a":"\u0034242\u0034242\u0034242\u0034242"}"#, #"{"a":"4242\t4242\t4242\t4242"}"#,
    #"{"a":"4242\n4242\r4242\/4242"}"#, #"{"a":"{\"b\":\"\\u0034242\\u0034242424242424242\"}"}"#,
    #"{"a":"\uff14242424242424242"}"#, #"{"a":"\ud835\udfd2242424242424242"}"#,
    #"{"a":4242424242424242,"a":"\u003"#,
  ])
  func aCardNumberIsSeenHoweverItIsWritten(_ line: String) {
    #expect(carriesSecret(inLine: Array(line.utf8)))
  }

  @Test(arguments: [
    "", #"\"#, #"\u"#, #"{"amount":4000,"customer":"cus_ada"}"#, #"{"a":"4242\u00e9242424242424"}"#,
    #"{"a":"4242424242424241"}"#, #"{"id":1,"params":{"b":[424242424242]}}"#,
  ])
  func otherLinesAreWrittenDown(_ line: String) {
    #expect(!carriesSecret(inLine: Array(line.utf8)))
  }
}

extension WorldTests {
  struct TranscriptMaskTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    @Test func noCardNumberIsInATranscriptInEitherDirection() throws {
      let home = try TemporaryDirectory()
      let binary = try Binary("--transcript", home.path("talk"), home: home)
      let card = "4242424242424242"
      // A client's id goes back as it came.
      try binary.write(Wire.ping.replacing("\"ping\",", with: "\"\(card)\","))
      #expect(try binary.readLine()?.contains(card) == true)
      try binary.write(Wire.ping.replacing("\"ping\"}", with: "\"\\u0034\(card.dropFirst())\"}"))
      #expect(try binary.readLine()?.contains(card) == false)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      let talk = String(decoding: try home.read("talk"), as: UTF8.self)
      #expect(!talk.contains(card.dropFirst()))
      #expect(talk.split(separator: "\n").count { $0.hasPrefix("> (a line left out") } == 2)
      #expect(talk.split(separator: "\n").count { $0.hasPrefix("< (a line left out") } == 1)
    }
  }
}
