import JSON
import MCP
import Testing

/// `tools/call` and its answers (`mcp.md` §C.3, §C.4).
struct CallTests {
  @Test(arguments: Revision.allCases)
  func aCallArrivesWhole(revision: Revision) throws {
    let talk = Conversation(revision)
    let params =
      revision == .july2026
      ? String(envelope.dropLast()) + #","dev.bursar/run":"run-1","progressToken":"t"}"#
      : #""_meta":{"dev.bursar/run":"run-1","progressToken":"t"}"#
    let line = request(
      "tools/call", #""name":"refund","arguments":{"b":1.0,"a":"é"},"task":{"ttl":1},"# + params)
    let call = try talk.call(line)
    #expect(call.tool == "refund")
    #expect(text(of: JSONValue.object(call.arguments).compact) == #"{"b":1.0,"a":"é"}"#)
    #expect(call.revision == revision)
    #expect(call.run == "run-1")
    #expect(call.meta["progressToken"]?.string == "t")
    #expect(call.wantsProgress)
    #expect(talk.connection.callsInFlight == 1)
  }

  @Test func aCallMayLeaveOutWhatIsOptional() throws {
    let talk = Conversation(.november2025)
    for params in [#""name":"status""#, #""name":"status","arguments":null,"_meta":null"#] {
      let call = try talk.call(request("tools/call", params, id: "\(params.count)"))
      #expect(call.arguments == JSONObject())
      #expect(call.meta == JSONObject())
      #expect(call.run == nil)
      #expect(!call.wantsProgress)
    }
    let odd = try talk.call(
      request("tools/call", #""name":"status","_meta":{"dev.bursar/run":7}"#))
    #expect(odd.run == nil)
  }

  @Test(arguments: Revision.allCases)
  func aCallInBadFormIsInvalidParams(revision: Revision) throws {
    let rows = [
      #""arguments":{}"#, #""name":null"#, #""name":5"#, #""name":["charge"]"#,
      #""name":"charge","arguments":[]"#, #""name":"charge","arguments":"{}""#,
      #""name":"charge","arguments":5"#, #""name":"charge","arguments":false"#,
      #""name":"Charge""#, #""name":"charge ""#, #""name":"""#, #""name":"nope","arguments":[]"#,
    ]
    let talk = Conversation(revision)
    for params in rows {
      let line = request("tools/call", in: revision, params)
      #expect(try talk.faults(line) == [Fault(-32602, "1")], "\(params)")
    }
    #expect(try talk.faults(request("tools/call", in: revision)) == [Fault(-32602, "1")])
    #expect(talk.connection.callsInFlight == 0)
  }

  static let unknownNames: [(sent: String, quoted: String)] = [
    ("chargé", #"\"charg\\u{00E9}\""#), ("nope", "nope"), ("a b", #"\"a b\""#),
    (#"x\"y"#, #"\"x\\\"y\""#), (#"a\nSTOP: pay"#, #"\"a\\nSTOP: pay\""#), ("", #"\"\""#),
    (String(repeating: "n", count: 64), String(repeating: "n", count: 64)),
    (String(repeating: "n", count: 65), #"\"\#(String(repeating: "n", count: 64))\"..."#),
  ]

  @Test(arguments: unknownNames)
  func anUnknownToolIsNamedShortAndInASCII(sent: String, quoted: String) {
    for revision in Revision.allCases {
      let talk = Conversation(revision)
      #expect(
        talk.lines(request("tools/call", in: revision, #""name":"\#(sent)""#)) == [
          #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: \#(quoted)"}}"#
        ])
    }
  }

  @Test(arguments: Revision.allCases, [false, true])
  func anAnswerIsOneTextAndTheSameAsAnObject(revision: Revision, isError: Bool) throws {
    let talk = Conversation(revision)
    let call = try talk.call(chargeCall(in: revision, id: #""a""#))
    let result = ToolResult(
      text: "FIX: \"a\"\nb\u{2028}",
      structured: JSONValue.object(JSONObject([("verdict", "fix"), ("a", 1)])).compact,
      isError: isError)
    let line = try #require(talk.answer(call.id, with: result))
    let modern = revision == .july2026
    let structured =
      revision >= .june2025 ? #""structuredContent":{"verdict":"fix","a":1},"# : ""
    #expect(
      text(of: line) == #"{"jsonrpc":"2.0","id":"a","result":{"#
        + (modern ? #""resultType":"complete","# : "")
        + #""content":[{"type":"text","text":"FIX: \"a\"\nb\#u{2028}"}],"#
        + structured + #""isError":\#(isError)"# + (modern ? ",\(signature)}}" : "}}"))
  }

  @Test func aCallIsAnsweredOnceAndOthersInAnyOrder() throws {
    let talk = Conversation(.november2025)
    let slow = try talk.call(chargeCall(in: .november2025, id: "1"))
    let fast = try talk.call(chargeCall(in: .november2025, id: "2"))
    #expect(slow.id < fast.id)
    #expect(talk.answer(fast.id, with: done) != nil)
    #expect(talk.answer(fast.id, with: done) == nil)
    #expect(talk.connection.callsInFlight == 1)
    #expect(talk.answer(slow.id, with: done) != nil)
    #expect(talk.connection.callsInFlight == 0)
  }

  @Test func aCallNobodyMadeIsNotAnswered() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025))
    let other = Conversation(.november2025)
    #expect(other.answer(call.id, with: done) == nil)
    #expect(
      other.progress(call.id, progress: 1, total: nil, message: "") == nil)
  }
}
