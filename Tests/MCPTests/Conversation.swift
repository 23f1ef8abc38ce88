import JSON
import MCP
import Testing

/// A connection with three tools, spoken to in text. A class, because `#expect` takes no mutating
/// calls.
final class Conversation {
  var connection: Connection

  static let tools: [JSONValue] = [
    [
      "name": "charge", "title": "Charge", "description": "Charges.",
      "inputSchema": [
        "type": "object", "properties": ["zeta": ["type": "string"], "alpha": ["type": "integer"]],
      ],
      "outputSchema": ["type": "object"], "annotations": ["destructiveHint": true],
      "icons": [], "execution": ["taskSupport": "forbidden"], "_meta": ["a": 1],
    ],
    ["name": "refund", "inputSchema": ["type": "object"]],
    ["name": "status", "inputSchema": ["type": "object"]],
  ]

  /// Nothing said yet; or the handshake of a legacy revision is behind us. Without templates there
  /// are no resources.
  init(_ revision: Revision? = nil, templates: [JSONValue] = []) {
    connection = Connection(
      tools: Self.tools, templates: templates, name: "bursar", version: "1.2.3", title: "Bursar",
      instructions: "Reuse the reference.")
    guard let revision, revision < .july2026 else { return }
    let hello = request("initialize", #""protocolVersion":"\#(revision.rawValue)""#, id: #""hi""#)
    let events = send(hello)
    precondition(events.count == 1, "The handshake is answered.")
  }

  func send(_ line: String) -> [Event] {
    connection.receive(Array(line.utf8))
  }

  func receive(_ line: [UInt8]) -> [Event] {
    connection.receive(line)
  }

  func receiveOversizedLine() -> [Event] {
    connection.receiveOversizedLine()
  }

  func answer(_ call: CallID, with result: ToolResult) -> [UInt8]? {
    connection.answer(call, with: result)
  }

  func answer(_ question: CallID, with reply: Reply) -> String? {
    connection.answer(question, with: reply).map { text(of: $0) }
  }

  func progress(
    _ call: CallID, progress: Int64, total: Int64?, message: String
  ) -> [UInt8]? {
    connection.progress(call, progress: progress, total: total, message: message)
  }

  /// The lines written at once in answer to one, without their newlines. Anything else is a
  /// failure.
  func lines(_ line: String) -> [String] {
    send(line).map { event in
      switch event {
      case .line(let bytes): text(of: bytes)
      case .call(let call): "a call of \(call.tool)"
      case .question(let question): "a question: \(question.subject)"
      case .cancelled(let call): "\(call) was cancelled"
      }
    }
  }

  /// The one call a line makes.
  func call(_ line: String) throws -> Call {
    let events = send(line)
    try #require(events.count == 1)
    guard case .call(let call) = events[0] else {
      throw Surprise(events: events)
    }
    return call
  }

  /// The one question a line asks.
  func question(_ line: String) throws -> Question {
    let events = send(line)
    try #require(events.count == 1)
    guard case .question(let question) = events[0] else {
      throw Surprise(events: events)
    }
    return question
  }

  /// What the one line written in answer says.
  func reply(_ line: String) throws -> JSONValue {
    let lines = lines(line)
    try #require(lines.count == 1)
    return try JSONValue(reading: Array(lines[0].utf8))
  }

  /// The errors written in answer: code and id as it stands.
  func faults(_ line: String) throws -> [Fault] {
    try lines(line).map { line in
      let message = try JSONValue(reading: Array(line.utf8))
      let code = try #require(message["error"]?["code"]?.integer, "\(line)")
      #expect(message["error"]?["message"]?.string?.isEmpty == false)
      #expect(message["result"] == nil)
      let id = try #require(message["id"])
      return Fault(Int(code), text(of: id.compact))
    }
  }

  struct Surprise: Error {
    let events: [Event]
  }
}

/// An error's code, and its id as JSON text.
struct Fault: Equatable {
  let code: Int
  let id: String

  init(_ code: Int, _ id: String) {
    self.code = code
    self.id = id
  }
}

/// One line's text; what is no UTF-8 shows.
func text(of bytes: [UInt8]) -> String {
  guard bytes.last == UInt8(ascii: "\n") else { return String(decoding: bytes, as: UTF8.self) }
  return String(decoding: bytes.dropLast(), as: UTF8.self)
}

/// The two members every stateless request carries.
let envelope =
  #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
  + #""io.modelcontextprotocol/clientCapabilities":{}}"#

/// What every stateless result says of the server.
let signature =
  #""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bursar","version":"1.2.3"}}"#

/// A request with the members of its params given as text.
func request(_ method: String, _ params: String? = nil, id: String = "1") -> String {
  let params = params.map { #","params":{\#($0)}"# } ?? ""
  return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"\#(params)}"#
}

/// A request in the given revision's own way.
func request(
  _ method: String, in revision: Revision, _ params: String = "", id: String = "1"
) -> String {
  guard revision == .july2026 else { return request(method, params, id: id) }
  return request(method, params.isEmpty ? envelope : params + "," + envelope, id: id)
}

/// A call of `charge` in the given revision's own way.
func chargeCall(in revision: Revision, id: String = "1") -> String {
  request("tools/call", in: revision, #""name":"charge","arguments":{"amount":5}"#, id: id)
}

/// A result that says little.
let done = ToolResult(
  text: "DONE: paid.", structured: Array(#"{"verdict":"done"}"#.utf8), isError: false)
