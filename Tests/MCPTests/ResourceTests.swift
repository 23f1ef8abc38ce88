import JSON
import MCP
import Testing

/// Resources and who watches them, in both eras (`mcp.md` §D.3, §F 47 to 50).
struct ResourceTests {
  private static let templates: [JSONValue] = [["uriTemplate": "task://{id}", "name": "task"]]
  private static let legacy: [Revision] = [.november2024, .march2025, .june2025, .november2025]
  private static let stream = #""_meta":{"io.modelcontextprotocol/subscriptionId":"#

  private func talk(_ revision: Revision? = nil) -> Conversation {
    Conversation(revision, templates: Self.templates)
  }

  private func listen(_ addresses: String, id: String = #""l""#) -> String {
    request(
      "subscriptions/listen", in: .july2026,
      #""notifications":{"toolsListChanged":true,"resourceSubscriptions":\#(addresses)}"#, id: id)
  }

  private func lines(_ talk: Conversation, changed address: String) -> [String] {
    talk.connection.changed(address).map { text(of: $0) }
  }

  @Test func bothErasAreToldThatResourcesCanBeWatched() throws {
    let old = talk()
    let hello = request("initialize", #""protocolVersion":"2025-11-25""#)
    let offered = try old.reply(hello)["result"]?["capabilities"]
    #expect(offered == ["tools": [:], "resources": ["subscribe": true]])
    let discovered = try talk().reply(request("server/discover", envelope))
    #expect(discovered["result"]?["capabilities"] == offered)
  }

  @Test(arguments: Revision.allCases) func listsAndContentsHaveTheFormOfTheirEra(
    _ revision: Revision
  ) throws {
    let talk = talk(revision)
    let hints = revision == .july2026 ? #","ttlMs":0,"cacheScope":"private",\#(signature)"# : ""
    let kind = revision == .july2026 ? #""resultType":"complete","# : ""
    #expect(
      talk.lines(request("resources/templates/list", in: revision)) == [
        #"{"jsonrpc":"2.0","id":1,"result":{\#(kind)"resourceTemplates":"#
          + #"[{"uriTemplate":"task://{id}","name":"task"}]\#(hints)}}"#
      ])
    let list = try talk.question(request("resources/list", in: revision))
    #expect(list.subject == .list)
    #expect(
      talk.answer(list.id, with: .listed([["uri": "task://a"]]))
        == #"{"jsonrpc":"2.0","id":1,"result":{\#(kind)"resources":[{"uri":"task://a"}]\#(hints)}}"#
    )
    let read = try talk.question(request("resources/read", in: revision, #""uri":"task://\u0061""#))
    #expect(read.subject == .read("task://a"))
    #expect(
      talk.answer(read.id, with: .holds(["b": "\u{e9}\n"]))
        == #"{"jsonrpc":"2.0","id":1,"result":{\#(kind)"contents":[{"uri":"task://a","#
        + #""mimeType":"application/json","text":"{\"b\":\"é\\n\"}"}]\#(hints)}}"#)
    #expect(talk.connection.callsInFlight == 0)
  }

  @Test(arguments: Revision.allCases) func whereNothingIsTheErasNumberSaysSo(
    _ revision: Revision
  ) throws {
    let talk = talk(revision)
    let read = try talk.question(request("resources/read", in: revision, #""uri":"task://a""#))
    let code = revision == .july2026 ? -32602 : -32002
    #expect(
      talk.answer(read.id, with: .unknown)
        == #"{"jsonrpc":"2.0","id":1,"error":{"code":\#(code),"message":"Resource not found","#
        + #""data":{"uri":"task://a"}}}"#)
    #expect(talk.answer(read.id, with: .unknown) == nil, "once is enough")
    let again = try talk.question(request("resources/list", in: revision))
    let fault = try #require(talk.answer(again.id, with: .unavailable("The ledger is busy.")))
    #expect(fault.contains(#""code":-32603,"message":"The ledger is busy.""#))
  }

  @Test(arguments: legacy) func aClientOfTheHandshakeIsToldBare(_ revision: Revision) throws {
    let talk = talk(revision)
    let first = try talk.question(request("resources/subscribe", #""uri":"task://a""#))
    #expect(first.subject == .watch(["task://a"]))
    #expect(talk.connection.watched == [])
    #expect(lines(talk, changed: "task://a") == [])
    #expect(
      talk.answer(first.id, with: .watching(["task://a"]))
        == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
    #expect(talk.connection.watched == ["task://a"])
    #expect(
      lines(talk, changed: "task://a") == [
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"task://a"}}"#
      ])
    #expect(lines(talk, changed: "task://b") == [])
    let second = try talk.question(request("resources/subscribe", #""uri":"task://a""#))
    #expect(talk.answer(second.id, with: .watching(["task://a"])) != nil)
    #expect(lines(talk, changed: "task://a").count == 1, "twice is once")
    let end = request("resources/unsubscribe", #""uri":"task://a""#)
    #expect(talk.lines(end) == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
    #expect(lines(talk, changed: "task://a") == [] && talk.connection.watched == [])
    #expect(talk.lines(end).count == 1)
    #expect(
      try talk.faults(listen("[]").replacing(envelope, with: #""a":1"#)).map(\.code) == [-32601])
  }

  @Test func aStreamIsAcknowledgedFirstAndTaggedEver() throws {
    let talk = talk()
    let question = try talk.question(listen(#"["task://a","task://a","x://b"]"#))
    #expect(question.subject == .watch(["task://a", "x://b"]))
    #expect(lines(talk, changed: "task://a") == [], "nothing before the acknowledgement")
    #expect(
      talk.answer(question.id, with: .watching(["task://a"]))
        == #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"#
        + Self.stream + #""l"},"notifications":{"resourceSubscriptions":["task://a"]}}}"#)
    #expect(
      lines(talk, changed: "task://a") == [
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"#
          + Self.stream + #""l"},"uri":"task://a"}}"#
      ])
    #expect(lines(talk, changed: "x://b") == [])
    // The id is taken while the stream is open, and a number stays a number.
    #expect(try talk.faults(listen("[]")) == [Fault(-32600, #""l""#)])
    let other = try talk.question(listen(#"["task://a"]"#, id: "7"))
    let acknowledged = try #require(talk.answer(other.id, with: .watching(["task://a"])))
    #expect(acknowledged.contains(Self.stream + "7}"))
    #expect(lines(talk, changed: "task://a").count == 2)
    #expect(talk.connection.watched == ["task://a"])
  }

  @Test func aCancelledStreamIsSilentAndItsIdIsFree() throws {
    let talk = talk()
    let question = try talk.question(listen(#"["task://a"]"#))
    _ = talk.answer(question.id, with: .watching(["task://a"]))
    let cancel =
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}"#
    #expect(talk.send(cancel) == [.cancelled(question.id)])
    #expect(lines(talk, changed: "task://a") == [])
    #expect(talk.connection.watched == [] && talk.connection.endStreams() == [])
    #expect(talk.send(cancel) == [])
    // A question that was cancelled before its answer never becomes a stream.
    let second = try talk.question(listen(#"["task://a"]"#))
    #expect(talk.send(cancel) == [.cancelled(second.id)])
    #expect(talk.answer(second.id, with: .watching(["task://a"])) == nil)
    #expect(talk.connection.watched == [])
  }

  @Test func theEndOfTheServerEndsEveryStreamWithItsAnswer() throws {
    let talk = talk()
    let question = try talk.question(listen(#"["task://a"]"#))
    _ = talk.answer(question.id, with: .watching(["task://a"]))
    #expect(
      talk.connection.endStreams().map { text(of: $0) } == [
        #"{"jsonrpc":"2.0","id":"l","result":{"resultType":"complete","# + Self.stream + #""l","#
          + signature.dropFirst(#""_meta":{"#.count) + "}}"
      ])
    #expect(talk.connection.endStreams() == [])
  }

  @Test(arguments: [#""notifications":{}"#, #""notifications":{"resourceSubscriptions":null}"#])
  func aStreamThatWantsNothingOfOursIsOpenAtOnce(_ wishes: String) {
    let talk = talk()
    #expect(
      talk.lines(request("subscriptions/listen", in: .july2026, wishes, id: "3")) == [
        #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"#
          + Self.stream + #"3},"notifications":{}}}"#
      ])
    #expect(talk.connection.endStreams().count == 1)
  }

  @Test func whatIsNotInFormIsRefused() throws {
    let talk = talk(.november2025)
    for params in ["", #""uri":7"#, #""uri":null"#] {
      for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
        #expect(try talk.faults(request(method, params)).map(\.code) == [-32602], "\(method)")
      }
      #expect(
        try talk.faults(request("resources/read", in: .july2026, params)).map(\.code) == [-32602])
    }
    for method in ["resources/list", "resources/templates/list"] {
      #expect(try talk.faults(request(method, #""cursor":"""#)).map(\.code) == [-32602])
    }
    for wishes in ["", #""notifications":[]"#, #""notifications":{"resourceSubscriptions":"a"}"#] {
      let line = request("subscriptions/listen", in: .july2026, wishes)
      #expect(try talk.faults(line).map(\.code) == [-32602], "\(wishes)")
    }
    #expect(try talk.faults(listen("[1]")).map(\.code) == [-32602])
    #expect(talk.connection.callsInFlight == 0)
    for method in ["resources/subscribe", "resources/unsubscribe"] {
      let line = request(method, in: .july2026, #""uri":"task://a""#)
      #expect(try talk.faults(line).map(\.code) == [-32601], "removed in that era")
    }
  }

  @Test func noConnectionWatchesWithoutBound() throws {
    let talk = talk()
    let many = (0..<1000).map { "\"task://\($0)\"" }.joined(separator: ",")
    let question = try talk.question(listen("[\(many)]"))
    _ = talk.answer(question.id, with: .watching((0..<1000).map { "task://\($0)" }))
    #expect(talk.connection.watched.count == 1000)
    #expect(try talk.faults(listen("[]", id: "2")) == [Fault(-32602, "2")])
  }

  @Test func whoWaitsToWatchCountsAsWatching() throws {
    let talk = talk(.november2025)
    func subscribe(_ number: Int) -> String {
      request("resources/subscribe", #""uri":"task://\#(number)""#, id: "\(number)")
    }
    let waiting = try (1...998).map { try talk.question(subscribe($0)) }
    let stream = try talk.question(listen(#"["task://a","task://b"]"#))
    #expect(try talk.faults(subscribe(999)) == [Fault(-32602, "999")])
    #expect(try talk.faults(listen("[]", id: "7000")) == [Fault(-32602, "7000")])
    // An answer takes nothing more; a refusal and a cancellation give their places back.
    #expect(talk.answer(waiting[0].id, with: .watching(["task://1"])) != nil)
    #expect(try talk.faults(subscribe(999)) == [Fault(-32602, "999")])
    #expect(talk.answer(waiting[1].id, with: .unknown) != nil)
    _ = try talk.question(subscribe(999))
    #expect(try talk.faults(subscribe(1000)) == [Fault(-32602, "1000")])
    let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}"#
    #expect(talk.send(cancel) == [.cancelled(stream.id)])
    _ = try (1000...1001).map { try talk.question(subscribe($0)) }
    #expect(try talk.faults(subscribe(1002)) == [Fault(-32602, "1002")])
    #expect(talk.connection.watched == ["task://1"] && talk.connection.isWatched)
  }
}
