import JSON
import MCP
import Testing

/// Ids go back as they came (`mcp.md` §B.1, §F 8).
struct EchoTests {
  static let ids: [(sent: String, echoed: String)] = [
    ("0", "0"), ("1", "1"), ("-1", "-1"), ("-0", "-0"), (#""1""#, #""1""#), (#""""#, #""""#),
    ("9007199254740993", "9007199254740993"), ("9223372036854775808", "9223372036854775808"),
    ("123456789012345678901234567890", "123456789012345678901234567890"),
    (#""é""#, #""é""#), (#""\u00e9""#, #""é""#), (#""a\/b\u0041""#, #""a/bA""#),
    (#""\u0000\n\"\\""#, #""\u0000\n\"\\""#), (#""😀 null""#, #""😀 null""#),
  ]

  @Test(arguments: ids)
  func anIDIsEchoedByteForByte(sent: String, echoed: String) throws {
    let talk = Conversation(.november2025)
    let opening = #"{"jsonrpc":"2.0","id":\#(echoed),"#
    #expect(talk.lines(request("ping", id: sent)) == [opening + #""result":{}}"#])
    #expect(talk.lines(request("x", id: sent)).first?.hasPrefix(opening + #""error""#) == true)
    for revision in [Revision.november2025, .july2026] {
      let call = try talk.call(chargeCall(in: revision, id: sent))
      let answer = try #require(talk.answer(call.id, with: done))
      #expect(text(of: answer).hasPrefix(opening + #""result""#))
    }
  }

  @Test func anIDInFlightIsRefusedAndTheFirstCallGoesOn() throws {
    for revision in [Revision.november2025, .july2026] {
      let talk = Conversation(.november2025)
      let first = try talk.call(chargeCall(in: revision, id: "7"))
      #expect(try talk.faults(chargeCall(in: revision, id: "7")) == [Fault(-32600, "7")])
      #expect(try talk.faults(chargeCall(in: .july2026, id: "7")) == [Fault(-32600, "7")])
      #expect(try talk.faults(request("ping", id: "7")) == [Fault(-32600, "7")])
      #expect(talk.connection.callsInFlight == 1)
      #expect(talk.answer(first.id, with: done) != nil)
      _ = try talk.call(chargeCall(in: revision, id: "7"))
      #expect(talk.connection.callsInFlight == 1)
    }
  }

  @Test func idsOfDifferentTypeOrSpellingAreDifferent() throws {
    let talk = Conversation(.november2025)
    let ids = ["7", #""7""#, #""é""#, #""e\u0301""#, #""""#, "0"]
    for id in ids {
      _ = try talk.call(chargeCall(in: .november2025, id: id))
    }
    #expect(talk.connection.callsInFlight == ids.count)
    let spelled = chargeCall(in: .november2025, id: #""\u00e9""#)
    #expect(try talk.faults(spelled) == [Fault(-32600, #""é""#)], "the same string, escaped")
  }
}
