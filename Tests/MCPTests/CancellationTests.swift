import JSON
import MCP
import Testing

/// A cancelled call gets no further message (`mcp.md` §B.4, §F 45 and 46).
struct CancellationTests {
  private func cancellation(_ id: String, _ more: String = "") -> String {
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)\#(more)}}"#
  }

  @Test(arguments: Revision.allCases)
  func nothingMoreIsWrittenForACancelledCall(revision: Revision) throws {
    for more in ["", #","reason":"timed out after 4s""#, "," + envelope] {
      let talk = Conversation(revision)
      let params =
        revision == .july2026
        ? String(envelope.dropLast()) + #","progressToken":1}"# : #""_meta":{"progressToken":1}"#
      let call = try talk.call(request("tools/call", #""name":"charge","# + params, id: #""c""#))
      let other = try talk.call(chargeCall(in: revision, id: "2"))
      #expect(talk.send(cancellation(#""c""#, more)) == [.cancelled(call.id)])
      #expect(talk.connection.callsInFlight == 1)
      #expect(talk.progress(call.id, progress: 1, total: 2, message: "m") == nil)
      #expect(talk.answer(call.id, with: done) == nil)
      #expect(talk.answer(other.id, with: done) != nil)
    }
  }

  @Test func whatIsNotInFlightCannotBeCancelled() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025, id: "5"))
    for id in ["6", #""5""#, "5.0", "null", "true", "{}", "[5]", #""hi""#, #""""#] {
      #expect(talk.send(cancellation(id)) == [], "\(id)")
    }
    #expect(talk.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#) == [])
    let otherNote = cancellation("5").replacing("notifications/cancelled", with: "tools/call")
    #expect(talk.send(otherNote) == [], "another notification")
    #expect(talk.answer(call.id, with: done) != nil)
    #expect(talk.send(cancellation("5")) == [], "it is finished")
  }

  @Test func aSecondCancellationIsIgnored() throws {
    let talk = Conversation(.november2025)
    let call = try talk.call(chargeCall(in: .november2025))
    #expect(talk.send(cancellation("1")) == [.cancelled(call.id)])
    #expect(talk.send(cancellation("1")) == [])
  }

  @Test func theIDOfACancelledCallMayBeUsedAgain() throws {
    for revision in [Revision.november2025, .july2026] {
      let talk = Conversation(.november2025)
      let first = try talk.call(chargeCall(in: revision))
      #expect(talk.send(cancellation("1")) == [.cancelled(first.id)])
      let second = try talk.call(chargeCall(in: revision))
      #expect(first.id != second.id)
      #expect(talk.answer(first.id, with: done) == nil)
      #expect(talk.answer(second.id, with: done) != nil)
    }
  }
}
