public import Foundation

/// A conversation as a text file: a reason on top (`#`), then directives and what followed from
/// them.
///
///     policy {…}            the policy, in one line; without it the built-in one; later, an edit
///     operator WORD EXTENT  freeze or thaw: `run NAME`, `customer NAME`, `namespace` or `all`;
///                           then the reason
///     run NAME              the run where a call names none
///     network manual        requests wait for a `=` line; otherwise the sandbox answers at once
///     at TIME | at +4s      the clock moves; everything that falls due on the way happens
///     > LINE                a line from the agent
///     end                   the agent's end of the pipe closes
///     restart               the process dies and another takes its place, on the same ledger
///     faults {…}            what goes wrong in the sandbox, as in schemas/faults.schema.json
///     tools by name         what lists the tools says no more of each than its name
///     = N sandbox           request N is answered by the sandbox
///     = N lost              the sandbox executes request N, the answer never arrives
///     = N executed          the sandbox executes request N, and nobody is told so far
///     = N timeout           nothing arrives and nothing was executed
///     = N refused           no connection: nothing was sent
///     = N STATUS BODY       request N is answered like this
///
/// and what follows: `< LINE` for the agent, `! N METHOD PATH KEY` for the network (with `->
/// STATUS` where the sandbox answered at once).
public struct TranscriptFile: Sendable {
  /// One line of it.
  public enum Line: Equatable, Sendable {
    case remark
    case policy(String)
    case run(String)
    /// Whether requests wait for a `=` line.
    case network(manual: Bool)
    case at(String)
    /// From the agent.
    case heard(String)
    case end
    case restart
    /// What the operator does to the ledger.
    case operated(String)
    /// The sandbox's plan.
    case faults(String)
    /// Lists of tools are written as their names.
    case toolsByName
    /// What becomes of a request.
    case answer(String)
    /// For the agent.
    case said(String)
    /// For the network.
    case sent(String)
  }

  /// A line that is none of the format's.
  public struct Unreadable: Error {
    /// The line.
    public let line: String

    /// A line that is none.
    public init(line: String) { self.line = line }
  }

  /// Where it stands.
  public let url: URL
  /// The whole of it.
  public let text: String

  /// Where the transcripts are.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "PaymentServerTests/Transcripts")

  /// Every transcript there is, by name.
  public static func all() throws -> [URL] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".transcript") }.map { folder.appending(path: $0) }
  }

  /// Reads a file.
  public init(_ url: URL) throws {
    self.url = url
    self.text = try String(contentsOf: url, encoding: .utf8)
  }

  /// Its lines, each with its text.
  public func lines() throws -> [(text: String, line: Line)] {
    try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      (String(line), try Self.line(String(line)))
    }
  }

  /// A line with a list of tools in which each tool is no more than its name; others as they are.
  public static func byName(_ line: String) -> String {
    line.replacing(/"tools":\[\{.*\}\]/) { list in
      let names = list.output.matches(of: /\{"name":("[a-z]+"),"title"/).map { String($0.output.1) }
      return "\"tools\":[\(names.joined(separator: ","))]"
    }
  }

  /// What a line says.
  public static func line(_ text: String) throws -> Line {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    let rest = words.count > 1 ? words[1] : ""
    return switch words.first ?? "" {
    case "", "#": .remark
    case "policy": .policy(rest)
    case "run": .run(rest)
    case "network": .network(manual: rest == "manual")
    case "at": .at(rest)
    case ">": .heard(rest)
    case "<": .said(rest)
    case "!": .sent(rest)
    case "=": .answer(rest)
    case "operator": .operated(rest)
    case "faults": .faults(rest)
    case "tools": .toolsByName
    case "end": .end
    case "restart": .restart
    default: throw Unreadable(line: text)
    }
  }
}
