import JSON
import MCP
import Testing

/// `tools/list` in every revision (`mcp.md` §C.1, §B.4).
struct ToolListTests {
  private static let start = #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"charge","#
  private static let schema =
    #""inputSchema":{"type":"object","properties":"#
    + #"{"zeta":{"type":"string"},"alpha":{"type":"integer"}}}"#
  private static let rest =
    #"{"name":"refund","inputSchema":{"type":"object"}},"#
    + #"{"name":"status","inputSchema":{"type":"object"}}]"#
  private static let hints = #""annotations":{"destructiveHint":true}"#

  @Test func theToolsComeAsTheyStandWithTheMembersTheRevisionKnows() {
    let plain = #""description":"Charges.",\#(Self.schema)"#
    let titled = #""title":"Charge",\#(plain),"outputSchema":{"type":"object"},\#(Self.hints)"#
    let wanted: [(revision: Revision, members: String)] = [
      (.november2024, plain), (.march2025, "\(plain),\(Self.hints)"),
      (.june2025, titled + #","_meta":{"a":1}"#),
      (
        .november2025,
        titled + #","icons":[],"execution":{"taskSupport":"forbidden"},"_meta":{"a":1}"#
      ),
    ]
    for row in wanted {
      let talk = Conversation(row.revision)
      let line = Self.start + row.members + "}," + Self.rest + "}}"
      #expect(talk.lines(request("tools/list")) == [line])
      #expect(talk.lines(request("tools/list")) == [line], "the same every time")
    }
  }

  @Test func theStatelessListCarriesItsTypeItsCachingHintsAndTheServer() {
    let talk = Conversation()
    let charge =
      #"{"name":"charge","title":"Charge","description":"Charges.",\#(Self.schema),"#
      + #""outputSchema":{"type":"object"},\#(Self.hints),"icons":[],"_meta":{"a":1}}"#
    #expect(
      talk.lines(request("tools/list", envelope)) == [
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[\#(charge),"#
          + Self.rest + #","ttlMs":0,"cacheScope":"private",\#(signature)}}"#
      ])
  }

  @Test(arguments: [#""""#, #""x""#, "1", "{}", "false"])
  func noCursorIsEverRight(cursor: String) throws {
    for revision in Revision.allCases {
      let talk = Conversation(revision)
      let line = request("tools/list", in: revision, #""cursor":\#(cursor)"#)
      #expect(try talk.faults(line) == [Fault(-32602, "1")])
    }
  }

  @Test func theListIsTheSameDuringAndAfterCalls() throws {
    let talk = Conversation(.november2025)
    let before = talk.lines(request("tools/list"))
    let call = try talk.call(chargeCall(in: .november2025, id: "2"))
    #expect(talk.lines(request("tools/list")) == before)
    _ = talk.answer(call.id, with: done)
    #expect(talk.lines(request("tools/list")) == before)
  }
}
