import JSON
import MCP
import Testing

/// The legacy era's opening (`mcp.md` §A.2, §F 11 to 13).
struct HandshakeTests {
  @Test(arguments: Revision.allCases.filter { $0 < .july2026 })
  func aKnownRevisionIsAnsweredWithItself(revision: Revision) throws {
    let talk = Conversation()
    let hello = request("initialize", #""protocolVersion":"\#(revision.rawValue)""#)
    let title = revision >= .june2025 ? #""title":"Bursar","# : ""
    #expect(
      talk.lines(hello) == [
        #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(revision.rawValue)","#
          + #""capabilities":{"tools":{}},"#
          + #""serverInfo":{"name":"bursar",\#(title)"version":"1.2.3"},"#
          + #""instructions":"Reuse the reference."}}"#
      ])
    #expect(try talk.call(chargeCall(in: revision, id: "2")).revision == revision)
  }

  @Test(arguments: ["1900-01-01", "2026-07-28", "2099-01-01", "", "x"])
  func anyOtherRevisionIsAnsweredWithTheNewestThatKnowsTheHandshake(asked: String) throws {
    let talk = Conversation()
    let reply = try talk.reply(request("initialize", #""protocolVersion":"\#(asked)""#))
    #expect(reply["result"]?["protocolVersion"]?.string == "2025-11-25")
    #expect(try talk.call(chargeCall(in: .november2025)).revision == .november2025)
  }

  @Test(arguments: [nil, #""protocolVersion":20251125"#, #""capabilities":{}"#])
  func aHandshakeWithoutARevisionAgreesOnNothing(params: String?) throws {
    let talk = Conversation()
    #expect(try talk.faults(request("initialize", params)) == [Fault(-32602, "1")])
    #expect(try talk.faults(request("tools/list")) == [Fault(-32602, "1")])
  }

  @Test func aSecondHandshakeAgreesAnew() throws {
    let talk = Conversation(.november2024)
    let before = try talk.call(chargeCall(in: .november2024, id: "7"))
    let again = request("initialize", #""protocolVersion":"2025-06-18""#, id: "2")
    #expect(try talk.reply(again)["result"]?["protocolVersion"]?.string == "2025-06-18")
    let after = try talk.call(chargeCall(in: .june2025, id: "8"))
    #expect(before.revision == .november2024)
    #expect(after.revision == .june2025)
    let old = try #require(talk.answer(before.id, with: done))
    #expect(!text(of: old).contains("structuredContent"))
    let new = try #require(talk.answer(after.id, with: done))
    #expect(text(of: new).contains("structuredContent"))
  }

  @Test func aFailedSecondHandshakeLeavesTheFirstInForce() throws {
    let talk = Conversation(.november2024)
    #expect(try talk.faults(request("initialize", id: "2")) == [Fault(-32602, "2")])
    #expect(try talk.call(chargeCall(in: .november2024)).revision == .november2024)
  }

  @Test func requestsAreServedWithoutTheInitializedNotification() throws {
    let talk = Conversation(.november2025)
    #expect(try talk.reply(request("tools/list"))["result"]?["tools"]?.array?.count == 3)
  }

  @Test(arguments: [
    ("tools/list", -32602), ("tools/call", -32602), ("server/discover", -32602),
    ("resources/list", -32601), ("logging/setLevel", -32601), ("nonsense", -32601),
  ])
  func beforeTheHandshakeKnownAndUnknownMethodsDiffer(method: String, code: Int) throws {
    let talk = Conversation()
    #expect(try talk.faults(request(method, #""name":"charge""#)) == [Fault(code, "1")])
    #expect(talk.connection.callsInFlight == 0)
  }

  @Test func aPingIsAnsweredBeforeTheHandshakeAfterItAndDuringACall() throws {
    let pong = [#"{"jsonrpc":"2.0","id":"p","result":{}}"#]
    var talk = Conversation()
    #expect(talk.lines(request("ping", id: #""p""#)) == pong)
    talk = Conversation(.november2025)
    #expect(talk.lines(request("ping", id: #""p""#)) == pong)
    _ = try talk.call(chargeCall(in: .november2025))
    #expect(talk.lines(request("ping", "", id: #""p""#)) == pong)
  }

  @Test(arguments: [
    "resources/list", "resources/subscribe", "prompts/list", "completion/complete",
    "logging/setLevel", "tasks/get", "subscriptions/listen", "notifications/cancelled", "Ping", "",
  ])
  func whatIsNotAdvertisedIsNotFound(method: String) throws {
    let talk = Conversation(.november2025)
    #expect(try talk.faults(request(method)) == [Fault(-32601, "1")])
  }

  @Test func discoverWithoutAnEnvelopeIsMalformedEvenAfterAHandshake() throws {
    let talk = Conversation(.november2025)
    #expect(try talk.faults(request("server/discover")) == [Fault(-32602, "1")])
    #expect(try talk.faults(request("server/discover", #""_meta":{}"#)) == [Fault(-32602, "1")])
  }

  @Test func instructionsThatAreEmptyAreLeftOut() throws {
    let talk = Conversation()
    talk.connection = Connection(tools: [], name: "b", version: "1", title: "B", instructions: "")
    let hello = try talk.reply(request("initialize", #""protocolVersion":"2024-11-05""#))
    #expect(hello["result"]?["protocolVersion"]?.string == "2024-11-05")
    #expect(hello["result"]?["instructions"] == nil)
    let found = try talk.reply(request("server/discover", envelope))
    #expect(found["result"]?["resultType"]?.string == "complete")
    #expect(found["result"]?["instructions"] == nil)
  }
}
