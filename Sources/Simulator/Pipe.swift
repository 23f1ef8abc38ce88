import JSON
import Payments

/// The revisions the agents speak: with a handshake, and without.
enum Era: String, CaseIterable {
  case november2024 = "2024-11-05"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  case july2026 = "2026-07-28"

  var isStateless: Bool { self == .july2026 }
  /// Whether results carry structured content.
  var isStructured: Bool { self != .november2024 }
}

/// One agent's end of a pipe to one server: what was asked on it, and what came back.
struct Pipe {
  /// What a request is about.
  enum Subject: Equatable {
    case greeting
    case tools
    /// A method that does not exist.
    case nothing
    case call(tool: String)
  }

  /// A request that was sent and not answered.
  struct Question {
    let era: Era
    let subject: Subject
    let agent: Int
    /// What is paid or given back by it.
    let reference: String?
    let at: Instant
    /// Whether something held it up that no server can help: its answer may come late.
    var isExcused = false

    /// Whether a tool is called, which may take a while.
    var isCall: Bool {
      switch subject {
      case .call: true
      case .greeting, .tools, .nothing: false
      }
    }
  }

  /// What the handshake agreed on; nil where every request stands for itself.
  private let agreed: Era?
  private var number = 0
  /// What waits for an answer, by id as JSON text; the newest last.
  private(set) var open: [(id: String, question: Question)] = []
  /// Ids that must never be answered.
  private var withdrawn: Set<String> = []
  /// How many lines without an id may still be answered with an error.
  private var nonsense = 0

  init(_ random: inout Random) {
    agreed = random.happens(500) ? random.one(of: Era.allCases.filter { !$0.isStateless }) : nil
  }

  /// The lines that begin the conversation.
  mutating func greeting(at now: Instant) -> [[UInt8]] {
    guard let agreed else { return [] }
    let id = note(.greeting, agent: 0, agreed, now)
    let hello =
      #"{"jsonrpc":"2.0","id":\#(id),"method":"initialize","params":{"protocolVersion":""#
      + #"\#(agreed.rawValue)","capabilities":{},"clientInfo":{"name":"agent","version":"1"}}}"#
    return [
      Array(hello.utf8), Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8),
    ]
  }

  /// A tool call as a line.
  mutating func call(_ ask: Ask, agent: Int, at now: Instant) -> [UInt8] {
    let era = agreed ?? .july2026
    let id = note(
      .call(tool: ask.tool), agent: agent, reference: ask.arguments["reference"]?.string, era, now)
    var meta: [String] = []
    if let run = ask.run { meta.append(#""dev.bursar/run":"\#(run)""#) }
    if era.isStateless { meta.append(Pipe.envelope) }
    var line = Array(
      (#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(ask.tool)","#
        + #""_meta":{\#(meta.joined(separator: ","))},"arguments":"#).utf8)
    JSONValue.object(ask.arguments).write(to: &line)
    line += "}}".utf8
    return line
  }

  private static let envelope =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
    + #""io.modelcontextprotocol/clientCapabilities":{}"#

  /// The line that takes a call back; nil when none waits. From here on it must not be answered.
  mutating func cancellation(_ random: inout Random) -> [UInt8]? {
    let calls = open.indices.filter { open[$0].question.isCall }
    guard !calls.isEmpty else { return nil }
    let (id, _) = open.remove(at: random.one(of: calls))
    withdrawn.insert(id)
    return Array(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#.utf8)
  }

  /// A line that calls no tool.
  mutating func babble(agent: Int, at now: Instant, _ random: inout Random) -> [UInt8] {
    let era = agreed ?? .july2026
    switch random.below(4) {
    case 0:
      nonsense += 1
      return Array(#"{"jsonrpc":"2.0","id":7"#.utf8)
    case 1: return Array(#"{"jsonrpc":"2.0","method":"notifications/nothing"}"#.utf8)
    case 2:
      let id = note(.nothing, agent: agent, era, now)
      return Array(#"{"jsonrpc":"2.0","id":\#(id),"method":"no/such/method"}"#.utf8)
    default:
      let id = note(.tools, agent: agent, era, now)
      let params = era.isStateless ? #","params":{"_meta":{\#(Pipe.envelope)}}"# : ""
      return Array(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"\#(params)}"#.utf8)
    }
  }

  /// Ids are numbers and texts in turn, and never used twice.
  private mutating func note(
    _ subject: Subject, agent: Int, reference: String? = nil, _ era: Era, _ now: Instant
  ) -> String {
    number += 1
    let id = number % 3 == 0 ? #""q-\#(number)""# : String(number)
    let question = Question(
      era: era, subject: subject, agent: agent, reference: reference, at: now)
    open.append((id, question))
    return id
  }

  /// Whether a call for the same thing waits for its answer.
  func isOpen(_ ask: Ask) -> Bool {
    let reference = ask.arguments["reference"]?.string
    return open.contains {
      $0.question.subject == .call(tool: ask.tool) && $0.question.reference == reference
    }
  }

  /// From now on nothing that is open has to be answered in time.
  mutating func excuse() {
    for index in open.indices { open[index].question.isExcused = true }
  }

  /// What a line answers, or what is wrong with there being an answer.
  mutating func settle(_ id: JSONValue) throws(Breach) -> Question? {
    if case .null = id {
      guard nonsense > 0 else { throw Breach(.protocolKept, "an error for nobody") }
      nonsense -= 1
      return nil
    }
    let text = String(decoding: id.compact, as: UTF8.self)
    if let index = open.firstIndex(where: { $0.id == text }) {
      return open.remove(at: index).question
    }
    if withdrawn.contains(text) {
      throw Breach(.answeredOnce, "the cancelled request \(text) was answered")
    }
    throw Breach(.answeredOnce, "request \(text) was answered again, or was never made")
  }
}
