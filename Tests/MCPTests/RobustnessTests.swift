import JSON
import MCP
import Testing

/// Whatever comes, whole lines leave and the connection goes on serving (`mcp.md` §F 1, 3, 6).
struct RobustnessTests {
  /// A small generator, so that a failing line can be made again from its seed.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  private static let seeds = [
    #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, chargeCall(in: .march2025, id: #""x""#),
    chargeCall(in: .july2026, id: "2"), request("tools/list", envelope, id: "3"),
    request("initialize", #""protocolVersion":"2025-03-26""#, id: "4"),
    "[\(request("ping", id: "5")),\(chargeCall(in: .march2025, id: "6"))]",
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}"#,
  ]

  private func damaged(_ line: String, by generator: inout Generator) -> [UInt8] {
    var bytes = Array(line.utf8)
    for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0...3, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.remove(at: place)
      case 2:
        bytes.insert(Array(#"{}[],:"\0e.-"#.utf8).randomElement(using: &generator)!, at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func damagedLinesNeverBreakTheConnection(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let talk = Conversation(.march2025)
    for _ in 0..<500 {
      let line = damaged(Self.seeds.randomElement(using: &generator)!, by: &generator)
      for event in talk.receive(line) {
        try check(event, in: talk)
      }
    }
    let ping = talk.lines(request("ping", id: #""last""#))
    #expect(ping == [#"{"jsonrpc":"2.0","id":"last","result":{}}"#])
  }

  private func check(_ event: Event, in talk: Conversation) throws {
    switch event {
    case .line(let line): try checkWhole(line)
    case .call(let call) where talk.connection.callsInFlight.isMultiple(of: 2):
      try checkWhole(#require(talk.answer(call.id, with: done)))
    case .call: break
    case .question(let question): #expect(talk.answer(question.id, with: .unknown) != nil)
    case .cancelled(let call): #expect(talk.answer(call, with: done) == nil)
    }
  }

  private func checkWhole(_ line: [UInt8]) throws {
    #expect(line.firstIndex(of: UInt8(ascii: "\n")) == line.count - 1)
    let message = try JSONValue(reading: Array(line.dropLast()))
    #expect(message["jsonrpc"]?.string == "2.0")
    #expect((message["result"] == nil) != (message["error"] == nil))
    #expect(message["method"] == nil, "requests are never sent")
  }

  @Test func newlinesInTextsIDsAndTokensNeverSplitALine() throws {
    let talk = Conversation(.november2025)
    let meta = #""_meta":{"progressToken":"a\nb\r"}"#
    let call = try talk.call(request("tools/call", #""name":"charge",\#(meta)"#, id: #""\n""#))
    let result = ToolResult(
      text: "1\n2\r\n3\u{85}\u{2028}",
      structured: JSONValue.object(JSONObject([("\n", "\n")])).compact, isError: false)
    let progress = talk.progress(call.id, progress: 1, total: nil, message: "\n")
    try checkOne(#require(progress))
    try checkOne(#require(talk.answer(call.id, with: result)))
    for event in talk.send(request(#"a\nb"#, id: #""\n""#)) {
      guard case .line(let line) = event else { continue }
      try checkOne(line)
    }
  }

  private func checkOne(_ line: [UInt8]) throws {
    #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    #expect(line.last == UInt8(ascii: "\n"))
    #expect(!line.contains(UInt8(ascii: "\r")))
    _ = try JSONValue(reading: Array(line.dropLast()))
  }

  @Test func tenThousandCallsInARowAreEachAnsweredOnce() throws {
    let talk = Conversation(.november2025)
    var made: [CallID] = []
    for number in 0..<10_000 {
      made.append(try talk.call(chargeCall(in: .november2025, id: "\(number)")).id)
    }
    #expect(Set(made).count == 10_000)
    #expect(talk.connection.callsInFlight == 10_000)
    for call in made.reversed() {
      #expect(talk.answer(call, with: done) != nil)
    }
    #expect(talk.connection.callsInFlight == 0)
  }
}
