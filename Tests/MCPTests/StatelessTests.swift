import JSON
import MCP
import Testing

/// The era without a handshake (`mcp.md` §A.3 to §A.5, §F 14 to 26).
struct StatelessTests {
  private static let all = #"["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]"#

  private func meta(_ version: String?, _ capabilities: String?, _ more: String = "") -> String {
    let members = [
      version.map { #""io.modelcontextprotocol/protocolVersion":\#($0)"# },
      capabilities.map { #""io.modelcontextprotocol/clientCapabilities":\#($0)"# },
      more.isEmpty ? nil : more,
    ].compactMap { $0 }
    return #""_meta":{\#(members.joined(separator: ","))}"#
  }

  @Test func discoverTellsEverythingOnTheFirstLine() {
    let talk = Conversation()
    #expect(
      talk.lines(request("server/discover", envelope)) == [
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","#
          + #""supportedVersions":\#(Self.all),"#
          + #""capabilities":{"tools":{}},"instructions":"Reuse the reference.","ttlMs":0,"#
          + #""cacheScope":"private",\#(signature)}}"#
      ])
  }

  @Test(arguments: ["server/discover", "tools/list", "tools/call", "nonsense"])
  func everyRequestsEnvelopeIsChecked(method: String) throws {
    let rows: [(meta: String, code: Int)] = [
      (meta("null", "{}"), -32602), (meta("20260728", "{}"), -32602), (meta("{}", "{}"), -32602),
      (meta(#""2026-07-28""#, nil), -32602), (meta(#""2026-07-28""#, "null"), -32602),
      (meta(#""2026-07-28""#, "[]"), -32602), (meta(#""2026-07-28""#, "true"), -32602),
      (meta(#""2026-07-28""#, "{}", #""io.modelcontextprotocol/clientInfo":3"#), -32602),
      (meta(#""2099-01-01""#, "[]"), -32602),
      (meta(#""2099-01-01""#, "{}"), -32022), (meta(#""""#, "{}"), -32022),
      (meta(#""2025-11-25""#, "{}"), -32022), (meta(#""2024-11-05""#, "{}"), -32022),
      (#""_meta":[]"#, -32602), (#""_meta":"2026-07-28""#, -32602),
    ]
    let talk = Conversation()
    for row in rows {
      let line = request(method, #""name":"charge","# + row.meta)
      #expect(try talk.faults(line) == [Fault(row.code, "1")], "\(line)")
    }
    #expect(talk.connection.callsInFlight == 0)
  }

  @Test func anUnservedRevisionIsToldWhichAreServed() {
    let talk = Conversation()
    #expect(
      talk.lines(request("server/discover", meta(#""2027-01-01""#, "{}"))) == [
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","#
          + #""data":{"supported":\#(Self.all),"requested":"2027-01-01"}}}"#
      ])
  }

  @Test(arguments: [
    #""debug""#, #""info""#, #""notice""#, #""warning""#, #""error""#, #""critical""#,
    #""alert""#, #""emergency""#,
  ])
  func aKnownLogLevelIsAcceptedAndLogsNothing(level: String) {
    let talk = Conversation()
    let more = #""io.modelcontextprotocol/logLevel":\#(level)"#
    let lines = talk.lines(request("tools/list", meta(#""2026-07-28""#, "{}", more)))
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"result":"#) == true)
  }

  @Test(arguments: [#""verbose""#, #""DEBUG""#, #""""#, "null", "7"])
  func anUnknownLogLevelIsRefused(level: String) throws {
    let talk = Conversation()
    let more = #""io.modelcontextprotocol/logLevel":\#(level)"#
    let line = request("tools/list", meta(#""2026-07-28""#, "{}", more))
    #expect(try talk.faults(line) == [Fault(-32602, "1")])
  }

  @Test func theClientsNameAndUnknownKeysAreItsOwnAffair() throws {
    let talk = Conversation()
    let more =
      #""io.modelcontextprotocol/clientInfo":{"name":"x"},"traceparent":"00-1","com.example/a":[]"#
    let reply = try talk.reply(request("tools/list", meta(#""2026-07-28""#, "{}", more)))
    #expect(reply["result"]?["resultType"]?.string == "complete")
  }

  @Test(arguments: [
    "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
    "resources/list", "prompts/list", "subscriptions/listen", "tasks/get", "unknown/method",
    "notifications/cancelled",
  ])
  func removedAndUnadvertisedMethodsAreNotFound(method: String) throws {
    let talk = Conversation()
    let line = request(method, #""protocolVersion":"2025-11-25","# + envelope)
    #expect(try talk.faults(line) == [Fault(-32601, "1")])
    #expect(try talk.faults(request("tools/list")) == [Fault(-32602, "1")], "nothing was agreed")
  }

  @Test func nothingIsRememberedOfAnEarlierEnvelope() throws {
    let talk = Conversation()
    #expect(try talk.reply(request("tools/list", envelope))["result"] != nil)
    #expect(try talk.faults(request("tools/list", id: "2")) == [Fault(-32602, "2")])
    let half = request("tools/list", meta(#""2026-07-28""#, nil), id: "3")
    #expect(try talk.faults(half) == [Fault(-32602, "3")])
  }

  @Test func bothErasAreServedInTurnOnOnePipe() throws {
    let talk = Conversation()
    #expect(try talk.reply(request("server/discover", envelope))["result"] != nil)
    let hello = request("initialize", #""protocolVersion":"2025-03-26""#, id: "2")
    #expect(try talk.reply(hello)["result"]?["protocolVersion"]?.string == "2025-03-26")
    let old = try talk.call(chargeCall(in: .march2025, id: "3"))
    let new = try talk.call(chargeCall(in: .july2026, id: "4"))
    #expect(old.revision == .march2025)
    #expect(new.revision == .july2026)
    let second = try #require(talk.answer(new.id, with: done))
    let first = try #require(talk.answer(old.id, with: done))
    #expect(text(of: second).contains("resultType"))
    #expect(!text(of: first).contains("resultType"))
    #expect(!text(of: first).contains("serverInfo"))
  }
}
