import JSON
import MCP
import Testing

/// Arrays of messages: one revision's affair (`mcp.md` §B.1, §F 10).
struct BatchTests {
  @Test func theRevisionThatHasBatchesAnswersEachMessageOnALineOfItsOwn() {
    let talk = Conversation(.march2025)
    let note = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
    let batch = [request("ping"), note, request("nonsense", id: "2"), request("ping", id: "3")]
    #expect(
      talk.lines("[\(batch.joined(separator: ","))]") == [
        #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        #"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"Method not found: nonsense"}}"#,
        #"{"jsonrpc":"2.0","id":3,"result":{}}"#,
      ])
  }

  @Test func callsAndCancellationsWorkInsideABatch() throws {
    let talk = Conversation(.march2025)
    let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
    let two = [chargeCall(in: .march2025, id: "1"), chargeCall(in: .march2025, id: "2"), cancel]
    let events = talk.send("[\(two.joined(separator: ","))]")
    try #require(events.count == 3)
    guard case .call(let first) = events[0], case .call(let second) = events[1] else {
      Issue.record("two calls were made")
      return
    }
    #expect(events[2] == .cancelled(first.id))
    #expect(talk.answer(first.id, with: done) == nil)
    #expect(talk.answer(second.id, with: done) != nil)
  }

  @Test func anIDTwiceInOneBatchIsOneCall() throws {
    let talk = Conversation(.march2025)
    let call = chargeCall(in: .march2025)
    let events = talk.send("[\(call),\(call)]")
    #expect(events.count == 2)
    #expect(talk.connection.callsInFlight == 1)
  }

  @Test func brokenMessagesInABatchEarnOneErrorEach() throws {
    let talk = Conversation(.march2025)
    let nobody = Fault(-32600, "null")
    #expect(try talk.faults("[1,2,3]") == [nobody, nobody, nobody])
    #expect(try talk.faults("[[]]") == [nobody])
    #expect(
      try talk.faults(#"[{"foo":"boo"},{"id":5,"method":"x"}]"#) == [nobody, Fault(-32600, "5")])
  }

  @Test func anEmptyBatchIsAnInvalidRequest() throws {
    let talk = Conversation(.march2025)
    #expect(try talk.faults("[]") == [Fault(-32600, "null")])
  }

  @Test func aBatchWithTooManyMessagesIsRefusedAsAWhole() throws {
    let talk = Conversation(.march2025)
    let many = Array(repeating: "1", count: Connection.messagesPerLine + 1).joined(separator: ",")
    #expect(try talk.faults("[\(many)]") == [Fault(-32600, "null")])
    #expect(talk.lines("[\(many.dropLast(2))]").count == 100)
  }

  @Test func theHandshakeMayNotBePartOfABatch() throws {
    let talk = Conversation(.march2025)
    let hello = request("initialize", #""protocolVersion":"2025-11-25""#)
    #expect(try talk.faults("[\(hello)]") == [Fault(-32600, "1")])
    #expect(talk.lines("[\(request("ping"))]").count == 1, "batches are still agreed on")
  }

  @Test(arguments: [nil, Revision.november2024, .june2025, .november2025])
  func everywhereElseABatchIsOneInvalidRequest(revision: Revision?) throws {
    for batch in ["[]", "[1,2]", "[\(request("ping")),\(request("ping", id: "2"))]"] {
      let talk = Conversation(revision)
      #expect(try talk.faults(batch) == [Fault(-32600, "null")])
    }
    let talk = Conversation(revision)
    #expect(try talk.faults("[\(chargeCall(in: .july2026))]") == [Fault(-32600, "null")])
    #expect(talk.connection.callsInFlight == 0)
  }

  @Test func agreeingOnAnotherRevisionEndsBatches() throws {
    let talk = Conversation(.march2025)
    #expect(talk.lines("[\(request("ping"))]").count == 1)
    _ = talk.lines(request("initialize", #""protocolVersion":"2025-06-18""#))
    #expect(try talk.faults("[\(request("ping"))]") == [Fault(-32600, "null")])
  }
}
