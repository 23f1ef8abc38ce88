import JSON
import MCP
import Testing

/// What a broken message earns (`mcp.md` §B.1, §F 6 to 9; `reliability.md` §3.5).
struct ErrorTableTests {
  static let unreadable = [
    "{", "}", "nonsense", "{'a':1}", #"{"jsonrpc":"2.0","id":1,"method":"ping",}"#, "[1,]", "[",
    #"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, #"{"jsonrpc":"2.0","id":01,"method":"ping"}"#,
    #"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#, "\u{FEFF}{}", "{}\0", "\0",
    "NaN", "\u{b}", "\r\r",
  ]

  @Test(arguments: unreadable)
  func whatIsNoJSONIsAParseErrorWithoutAnID(line: String) throws {
    for revision in [nil, Revision.march2025, .november2025] {
      let talk = Conversation(revision)
      #expect(try talk.faults(line) == [Fault(-32700, "null")])
      #expect(talk.lines(request("ping")).count == 1, "still serving")
    }
  }

  @Test func bytesThatAreNoUTF8AreAParseError() {
    let talk = Conversation()
    let events = talk.receive([0x22, 0xC3, 0x28, 0x22])
    guard case .line(let line)? = events.first else {
      Issue.record("no line came")
      return
    }
    #expect(text(of: line).hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700"#))
  }

  @Test func aLineThatIsTooLongIsAParseErrorAndTheNextIsServed() {
    let talk = Conversation()
    #expect(
      talk.receiveOversizedLine() == [
        .line(
          Array(
            (#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"#
              + #""message":"Parse error: the line is longer than 1 MiB"}}"# + "\n").utf8))
      ])
    #expect(talk.lines(request("ping")).count == 1)
  }

  @Test func aLongLineThatSlipsThroughEarnsTheSame() {
    let talk = Conversation()
    let padding = String(repeating: " ", count: 1 << 20)
    #expect(talk.send(request("ping") + padding) == talk.receiveOversizedLine())
    let ping = request("ping")
    #expect(talk.lines(ping + padding.dropLast(ping.utf8.count)).first?.contains("result") == true)
  }

  @Test func jsonThatTheReaderRefusesIsInvalidAndItsIDIsSaved() throws {
    let talk = Conversation(.november2025)
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let amounts = #""name":"nope","arguments":{"amount":1,"amount":100}"#
    let twice = #""name":"charge","name":"charge","arguments":{}"#
    let rows: [(line: String, id: String)] = [
      (request("tools/call", amounts, id: "7"), "7"),
      (request("tools/call", amounts, id: #""seven""#), #""seven""#),
      (request("tools/call", amounts, id: "1.0"), "null"),
      (request("tools/call", amounts, id: "null"), "null"),
      (request("tools/call", twice, id: "7"), "7"),
      (request("tools/call", #""name":"charge","_meta":{"a":1,"a":1}"#, id: "7"), "7"),
      (request("tools/list", #""arguments":{"a":1,"a":1}"#, id: "7"), "7"),
      (request("ping", #""a":\#(deep)"#, id: "8"), "8"),
      (#"{"jsonrpc":"2.0","method":"ping","method":"ping"}"#, "null"),
      (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, "null"),
      (#"{"jsonrpc":"2.0","id":9,"method":"\ud800"}"#, "9"),
      (deep, "null"),
    ]
    for row in rows {
      #expect(try talk.faults(row.line) == [Fault(-32600, row.id)], "\(row.line)")
    }
    #expect(talk.connection.callsInFlight == 0)
  }

  static let badEnvelopes: [(line: String, id: String)] = [
    ("null", "null"), ("true", "null"), ("1", "null"), (#""ping""#, "null"), ("{}", "null"),
    (#"{"foo":"boo"}"#, "null"), (#"{"jsonrpc":"2.0"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":1}"#, "1"), (#"{"jsonrpc":"2.0","id":"x","params":{}}"#, #""x""#),
    (#"{"id":1,"method":"ping"}"#, "1"), (#"{"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1"),
    (#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, "1"),
    (#"{"jsonrpc":null,"id":"a","method":"ping"}"#, #""a""#),
    (#"{"jsonrpc":"2.0","id":1,"method":1}"#, "1"),
    (#"{"jsonrpc":"2.0","id":1,"method":null}"#, "1"),
    (#"{"jsonrpc":"2.0","method":1,"params":"bar"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":1e0,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":1E2,"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, "null"),
    (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, "null"),
  ]

  @Test(arguments: badEnvelopes)
  func aBadOuterFormIsAnInvalidRequest(line: String, id: String) throws {
    for revision in [nil, Revision.march2025, .november2025] {
      let talk = Conversation(revision)
      #expect(try talk.faults(line) == [Fault(-32600, id)])
    }
  }

  @Test(arguments: ["[]", "[1,2]", #""text""#, "5", "true"])
  func paramsThatAreNoObjectAreInvalidParams(params: String) throws {
    for method in ["ping", "initialize", "tools/list", "tools/call", "server/discover", "x"] {
      let talk = Conversation(.november2025)
      let line = #"{"jsonrpc":"2.0","id":"i","method":"\#(method)","params":\#(params)}"#
      #expect(try talk.faults(line) == [Fault(-32602, #""i""#)])
    }
  }

  @Test func nullParamsAndNoParamsAreTheSameAsEmptyOnes() {
    let talk = Conversation(.november2025)
    let without = talk.lines(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
    #expect(without.first?.contains(#""tools":["#) == true)
    #expect(
      talk.lines(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#) == without)
    #expect(talk.lines(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#) == without)
    #expect(talk.lines(request("tools/list", #""_meta":null,"cursor":null"#)) == without)
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    #"{"jsonrpc":"2.0","method":"notifications/roots/list_changed","params":{}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/unheard_of","params":{"a":1}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/initialized","params":[1]}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":"1"}"#,
    #"{"jsonrpc":"2.0","method":"ping"}"#, #"{"jsonrpc":"2.0","method":"tools/list"}"#,
    #"{"jsonrpc":"2.0","method":"nonsense"}"#, #"{"jsonrpc":"2.0","method":"server/discover"}"#,
    #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"charge","arguments":{}}}"#,
    #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"charge",\#(envelope)}}"#,
    #"{"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-03-26"}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/x","params":{"a":1,"a":1}}"#,
    #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"charge","arguments":"\ud800"}}"#,
    #"{"params":{"a":1,"a":1},"method":"notifications/cancelled","jsonrpc":"2.0"}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":null,"result":1}"#,
    #"{"jsonrpc":"2.0","id":"s-1","error":{"code":-32601,"message":"no"}}"#, #"{"result":{}}"#,
    "", " ", "\t", "\r", "  \t\r",
  ])
  func notificationsAnswersAndBlankLinesAreNeverAnsweredAndDoNothing(line: String) throws {
    for revision in [nil, Revision.november2024, .june2025] {
      let talk = Conversation(revision)
      #expect(talk.send(line) == [])
      #expect(talk.connection.callsInFlight == 0)
      #expect(talk.send("[" + "]").count == 1, "no batch was agreed on")
    }
  }

  @Test func aCarriageReturnBeforeTheNewlineIsNotPartOfTheLine() {
    let talk = Conversation()
    #expect(talk.lines(request("ping") + "\r") == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
  }

  @Test func aMethodWeDoNotKnowIsQuotedShortAndInASCII() {
    let talk = Conversation()
    #expect(
      talk.lines(request("a\u{e9}\u{202E}")) == [
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"#
          + #""message":"Method not found: \"a\\u{00E9}\\u{202E}\""}}"#
      ])
    let long = talk.lines(request(String(repeating: "m", count: 5000)))
    #expect(long.first.map { $0.utf8.count < 200 } == true)
  }

  static let cards = [
    "4242424242424242", "4242 4242 4242 4242", "card-4242-4242-4242-4242",
    "\u{ff14}2424242424242424", #"\u0034242\u00344242\u00344242\u0034424"#,
  ]

  @Test(arguments: cards) func whatMayBeACardNumberIsNotRepeated(_ card: String) throws {
    let hidden = "(not shown: it may carry a card number)"
    let resources: [JSONValue] = [["uriTemplate": "task://{id}", "name": "task"]]
    let talk = Conversation(.november2025, templates: resources)
    func message(_ line: String) throws -> String? {
      try talk.reply(line)["error"]?["message"]?.string
    }
    #expect(try message(request(card)) == "Method not found: \(hidden)")
    #expect(
      try message(request("tools/call", #""name":"\#(card)""#)) == "Unknown tool: \(hidden)")
    #expect(
      try message(request("ping", #""\#(card)":1,"\#(card)":2"#))?.contains("key \(hidden) at")
        == true)
    let called = request("tools/call", #""name":"charge","arguments":{"\#(card)":1,"\#(card)":2}"#)
    #expect(try talk.call(called).flaws.first?.text.contains("key \(hidden) at") == true)
    let read = request("resources/read", #""uri":"task://\#(card)""#, id: "2")
    let question = try talk.question(read)
    let unknown = try #require(talk.answer(question.id, with: .unknown))
    #expect(unknown.contains(#""data":{"uri":"\#(hidden)"}"#))
    let version = envelope.replacing("2026-07-28", with: card)
    let refused = try talk.reply(request("tools/list", version, id: "3"))
    #expect(refused["error"]?["data"]?["requested"]?.string == hidden)
  }
}
