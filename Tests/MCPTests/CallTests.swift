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

  private static let shapeless = ["[]", #""{}""#, "5", "false", "[{}]"]

  @Test(arguments: Revision.allCases, shapeless)
  func argumentsThatAreNoObjectAreTheToolsToSay(_ revision: Revision, _ arguments: String) throws {
    let talk = Conversation(revision)
    let call = try talk.call(
      request("tools/call", in: revision, #""name":"charge","arguments":\#(arguments)"#))
    #expect(call.flaws == [Flaw("arguments", "must be an object")])
    #expect(call.arguments == JSONObject())
    #expect(talk.answer(call.id, with: done) != nil)
  }

  @Test(arguments: shapeless)
  func aMetaThatIsNoObjectIsTheToolsToSay(_ meta: String) throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(
      request("tools/call", #""name":"charge","arguments":[],"_meta":\#(meta)"#))
    #expect(call.flaws.map(\.member) == ["arguments", "_meta"])
    let list = request("tools/list", #""_meta":\#(meta)"#, id: "2")
    #expect(try talk.faults(list) == [Fault(-32602, "2")])
    let unknown = request("tools/call", #""name":"nope","_meta":\#(meta)"#, id: "3")
    #expect(try talk.faults(unknown) == [Fault(-32602, "3")])
  }

  @Test(arguments: Revision.allCases)
  func argumentsTheReaderRefusesAreTheToolsToSay(_ revision: Revision) throws {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let rows = [
      (#"{"amount":1,"amount":100}"#, #"duplicate key "amount""#),
      (#"{"description":"\ud800"}"#, "half a surrogate pair"),
      (#"{"description":\#(deep)}"#, "more than 64 levels"),
    ]
    for (number, (arguments, reason)) in rows.enumerated() {
      let talk = Conversation(revision)
      let params = #""name":"charge","arguments":\#(arguments)"#
      let call = try talk.call(request("tools/call", in: revision, params, id: "\(number)"))
      #expect(call.flaws.map(\.member) == ["arguments"])
      #expect(call.flaws.first?.text.hasPrefix("cannot be read: \(reason)") == true)
      #expect(call.revision == revision)
      #expect(talk.answer(call.id, with: done) != nil)
    }
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
