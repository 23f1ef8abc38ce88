import JSON
import MCP
import Testing

/// Progress is for those who asked (`mcp.md` §B.4, §F 43).
struct ProgressTests {
  private func chargeCall(in revision: Revision, token: String, id: String = "1") -> String {
    let meta =
      revision == .july2026
      ? String(envelope.dropLast()) + #","progressToken":\#(token)}"#
      : #""_meta":{"progressToken":\#(token)}"#
    return request("tools/call", #""name":"charge","arguments":{},"# + meta, id: id)
  }

  private func params(_ line: [UInt8]?) -> String? {
    let opening = #"{"jsonrpc":"2.0","method":"notifications/progress","params":"#
    guard let line, text(of: line).hasPrefix(opening) else { return nil }
    return String(text(of: line).dropFirst(opening.count).dropLast())
  }

  @Test(arguments: Revision.allCases)
  func progressCarriesTheTokenAndFromTheSecondRevisionOnAMessage(revision: Revision) throws {
    let talk = Conversation(revision)
    let call = try talk.call(chargeCall(in: revision, token: #""t\u00e9""#))
    let message = revision >= .march2025 ? #","message":"two\nlines""# : ""
    #expect(
      params(talk.progress(call.id, progress: 1, total: 4, message: "two\nlines"))
        == #"{"progressToken":"té","progress":1,"total":4\#(message)}"#)
    #expect(
      params(talk.progress(call.id, progress: 2, total: nil, message: "two\nlines"))
        == #"{"progressToken":"té","progress":2\#(message)}"#)
  }

  @Test(arguments: ["1", "0", "9007199254740993", #""1""#, #""""#, "-3"])
  func aTokenIsEchoedWithItsType(token: String) throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025, token: token))
    #expect(call.wantsProgress)
    #expect(
      params(talk.progress(call.id, progress: 0, total: nil, message: "m"))
        == #"{"progressToken":\#(token),"progress":0,"message":"m"}"#)
  }

  @Test(arguments: ["null", "1.5", "true", "{}", "[1]"])
  func aTokenInBadFormIsNoneAndTheCallIsMade(token: String) throws {
    for revision in [Revision.november2025, .july2026] {
      let talk = Conversation(revision)
      let call = try talk.call(chargeCall(in: revision, token: token))
      #expect(!call.wantsProgress)
      #expect(talk.progress(call.id, progress: 1, total: nil, message: "m") == nil)
    }
  }

  @Test func withoutATokenThereIsNoProgress() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(MCPTests.chargeCall(in: .november2025))
    #expect(!call.wantsProgress)
    #expect(talk.progress(call.id, progress: 1, total: nil, message: "m") == nil)
  }

  @Test func progressOnlyEverGrows() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025, token: "1"))
    let other = try talk.call(chargeCall(in: .november2025, token: "2", id: "2"))
    let written = [-5, -5, 0, 0, -1, 3, 2, 3, 4].map { progress in
      talk.progress(call.id, progress: progress, total: nil, message: "m") != nil
    }
    #expect(written == [true, false, true, false, false, true, false, false, true])
    let first = talk.progress(other.id, progress: 1, total: nil, message: "m")
    #expect(first != nil, "each call counts for itself")
  }

  @Test func progressEndsWithTheAnswer() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025, token: "1"))
    #expect(talk.answer(call.id, with: done) != nil)
    #expect(talk.progress(call.id, progress: 9, total: 9, message: "m") == nil)
  }
}
