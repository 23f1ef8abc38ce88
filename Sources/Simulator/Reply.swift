import JSON
import PaymentServer
import Payments
import Processors

/// A line from a server, read as a client reads it.
struct Reply {
  /// What a tool's answer says of one operation.
  struct Claim {
    let id: OperationID
    let state: State
    let amount: Int64?
  }

  /// What a tool's answer says.
  struct Told {
    let verdict: String
    let code: String
    let operations: [Claim]
  }

  let id: JSONValue
  private let message: JSONValue

  init(_ line: [UInt8]) throws(Breach) {
    guard line.last == UInt8(ascii: "\n"), !line.dropLast().contains(UInt8(ascii: "\n")) else {
      throw Breach(.protocolKept, "a line does not end where it should")
    }
    message = try Reply.read(Array(line.dropLast()))
    guard message["jsonrpc"]?.string == "2.0", let id = message["id"],
      (message["result"] == nil) != (message["error"] == nil)
    else { throw Breach(.protocolKept, "a line is no answer") }
    self.id = id
  }

  private static func read(_ bytes: [UInt8]) throws(Breach) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(reading: bytes)
    } catch {
      throw Breach(.protocolKept, "a line is no JSON: \(error.message)")
    }
  }

  /// It answers a line that could not be read.
  func checkRefusal() throws(Breach) {
    guard message["error"]?["code"]?.integer == -32700 else {
      throw Breach(.protocolKept, "nonsense was not answered as nonsense")
    }
  }

  /// What it says, if it answers a tool call; whatever does not conform is thrown.
  func check(_ question: Pipe.Question) throws(Breach) -> Told? {
    if question.subject == .nothing {
      guard message["error"]?["code"]?.integer == -32601 else {
        throw Breach(.protocolKept, "a method that does not exist was not refused as that")
      }
      return nil
    }
    guard let result = message["result"] else {
      throw Breach(.protocolKept, "a request was answered with a protocol error")
    }
    let isStateless = question.era.isStateless
    guard (result["resultType"]?.string == "complete") == isStateless,
      (result["_meta"] != nil) == isStateless
    else { throw Breach(.protocolKept, "a result is of another revision") }
    switch question.subject {
    case .greeting:
      guard result["protocolVersion"]?.string == question.era.rawValue,
        result["capabilities"]?["tools"]?.object != nil,
        result["serverInfo"]?["name"]?.string == "bursar"
      else { throw Breach(.protocolKept, "a greeting agrees on something else") }
    case .tools: try checkTools(result["tools"]?.array ?? [], question.era)
    case .nothing: break
    case .call(let tool): return try told(tool, result, question.era)
    }
    return nil
  }

  private func checkTools(_ tools: [JSONValue], _ era: Era) throws(Breach) {
    let names = tools.map { $0["name"]?.string }
    guard names == ["charge", "refund", "status"],
      tools.allSatisfy({ $0["inputSchema"]?["type"]?.string == "object" }),
      tools.allSatisfy({ ($0["outputSchema"] != nil) == era.isStructured })
    else { throw Breach(.protocolKept, "the list of tools is another") }
  }

  /// One text of ASCII, its first word the verdict; DONE and PENDING say everything once more as
  /// JSON in a second line (DESIGN §6).
  private func told(
    _ tool: String, _ result: JSONValue, _ era: Era
  ) throws(Breach) -> Told {
    guard let content = result["content"]?.array, content.count == 1,
      content[0]["type"]?.string == "text", let text = content[0]["text"]?.string,
      text.utf8.allSatisfy({ $0 < 0x80 })
    else { throw Breach(.protocolKept, "a result is not one text block of ASCII") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let verdict = String(lines[0].prefix { $0 != ":" })
    let isRepeated = verdict == "DONE" || verdict == "PENDING"
    guard lines[0].hasPrefix("\(verdict): "), lines.count == (isRepeated ? 2 : 1) else {
      throw Breach(.protocolKept, "a text is not a verdict, or has too many lines")
    }
    var second: JSONValue?
    if isRepeated { second = try Reply.read(Array(lines[1].utf8)) }
    let structured = result["structuredContent"]
    guard (structured != nil) == era.isStructured else {
      throw Breach(.protocolKept, "structured content where there is none, or none where it is due")
    }
    if let structured, let second, structured != second {
      throw Breach(.protocolKept, "the text's second line is not the structured content")
    }
    guard (result["isError"]?.bool == true) == (verdict == "FIX") else {
      throw Breach(.protocolKept, "\(verdict) is an error, or FIX is none")
    }
    guard let said = structured ?? second else {
      return Told(verdict: verdict, code: "", operations: [])
    }
    if let violation = try Contract.of(tool).violations(in: said).first {
      throw Breach(.protocolKept, "\(tool) answers against its schema: \(violation.rule)")
    }
    guard said["verdict"]?.string == verdict, said["message"]?.string == String(lines[0]) else {
      throw Breach(.protocolKept, "text and structured content say two things")
    }
    return Told(
      verdict: verdict, code: said["code"]?.string ?? "",
      operations: ([said] + (said["operations"]?.array ?? [])).compactMap { Claim($0) })
  }
}

extension Reply.Claim {
  /// What an object says of an operation; nil when it speaks of none.
  init?(_ object: JSONValue) {
    guard let id = object["operation"]?.string,
      let state = object["state"]?.string.flatMap(State.init(rawValue:))
    else { return nil }
    self.init(id: OperationID(id), state: state, amount: object["amount"]?.integer)
  }
}

/// The output schemas, as a server hands them out.
enum Contract {
  private static let schemas: [(String, JSONSchema)] = {
    var server = PaymentServer(
      Setting(
        policy: .accepted(defaultPolicy(currencies: Stripe.currencies)), dialect: Stripe.dialect(),
        livemode: false, run: "", ledger: "/absent", vfs: nil, version: "0"))
    let envelope =
      #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
      + #""io.modelcontextprotocol/clientCapabilities":{}"#
    let line =
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{\#(envelope)}}}"#
    var schemas: [(String, JSONSchema)] = []
    for case .line(let line) in server.step(
      [.line(Array(line.utf8))], at: Instant(milliseconds: 0))
    {
      do {
        for tool in try JSONValue(reading: line)["result"]?["tools"]?.array ?? [] {
          let schema = try JSONSchema(tool["outputSchema"] ?? .null)
          schemas.append((tool["name"]?.string ?? "", schema))
        }
      } catch {
        preconditionFailure("The published output schemas load: \(error)")
      }
    }
    return schemas
  }()

  static func of(_ tool: String) throws(Breach) -> JSONSchema {
    guard let schema = schemas.first(where: { $0.0 == tool })?.1 else {
      throw Breach(.protocolKept, "no output schema of \(tool) is published")
    }
    return schema
  }
}
