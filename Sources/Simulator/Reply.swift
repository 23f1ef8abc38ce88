import JSON
import PaymentServer
import Payments
import Processors

/// A line from a server, read as a client reads it.
struct Reply {
  /// What a tool's answer says.
  struct Told {
    let verdict: String
    let code: String
    let operation: String?
    let state: State?
    let amount: Int64?
  }

  let id: JSONValue
  private let message: JSONValue

  init(_ line: [UInt8]) throws(Breach) {
    guard line.last == UInt8(ascii: "\n"), !line.dropLast().contains(UInt8(ascii: "\n")) else {
      throw Breach(.protocolKept, "a line does not end where it should")
    }
    do throws(JSONError) {
      message = try JSONValue(reading: Array(line.dropLast()))
    } catch {
      throw Breach(.protocolKept, "a line is no JSON: \(error.message)")
    }
    guard message["jsonrpc"]?.string == "2.0", let id = message["id"],
      (message["result"] == nil) != (message["error"] == nil)
    else { throw Breach(.protocolKept, "a line is no answer") }
    self.id = id
  }

  /// What it says, if it answers a tool call; whatever does not conform is thrown.
  func check(_ question: Pipe.Question) throws(Breach) -> Told? {
    guard let tool = question.tool else { return nil }
    guard let result = message["result"] else {
      throw Breach(.protocolKept, "a tool call was answered with a protocol error")
    }
    let isComplete = result["resultType"]?.string == "complete"
    guard isComplete == question.era.isStateless, let content = result["content"]?.array,
      content.count == 1, content[0]["type"]?.string == "text",
      let text = content[0]["text"]?.string, !text.isEmpty, text.utf8.allSatisfy({ $0 < 0x80 })
    else { throw Breach(.protocolKept, "a result is not one text block of ASCII") }
    let structured = result["structuredContent"]
    guard (structured != nil) == question.era.isStructured else {
      throw Breach(.protocolKept, "structured content where there is none, or none where it is due")
    }
    guard let structured else { return nil }
    if let violation = try Contract.of(tool).violations(in: structured).first {
      throw Breach(.protocolKept, "\(tool) answers against its schema: \(violation.rule)")
    }
    guard let verdict = structured["verdict"]?.string, text.hasPrefix("\(verdict): "),
      let sentence = structured["message"]?.string, text.hasPrefix(sentence),
      (result["isError"]?.bool == true) == (verdict == "FIX")
    else { throw Breach(.protocolKept, "text and structured content say two things") }
    return Told(
      verdict: verdict, code: structured["code"]?.string ?? "",
      operation: structured["operation"]?.string,
      state: structured["state"]?.string.flatMap(State.init(rawValue:)),
      amount: structured["amount"]?.integer)
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
