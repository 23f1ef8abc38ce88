import JSON

/// The programs that start Bursar for an agent, and how each is told about it.
enum Client: String, CaseIterable {
  case claudeCode = "claude-code"
  case claudeDesktop = "claude-desktop"
  case cursor
  case vscode
  case codex
  case gemini
  case windsurf
  case zed

  /// All of them, as they stand in a sentence.
  static var listed: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Its own name.
  var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .claudeDesktop: "Claude Desktop"
    case .cursor: "Cursor"
    case .vscode: "VS Code"
    case .codex: "Codex CLI"
    case .gemini: "Gemini CLI"
    case .windsurf: "Windsurf"
    case .zed: "Zed"
    }
  }

  /// How its configuration is written.
  enum Format: Equatable {
    /// JSON, or JSON with comments; servers stand under that key.
    case json(String)
    /// TOML, with a table of that name for each server.
    case toml(String)
  }

  /// How its configuration is written.
  var format: Format {
    switch self {
    case .claudeCode, .claudeDesktop, .cursor, .gemini, .windsurf: .json("mcpServers")
    case .vscode: .json("servers")
    case .zed: .json("context_servers")
    case .codex: .toml("mcp_servers")
    }
  }

  /// Where its configuration stands: of a project in the directory we are in, else of the user.
  /// Nil when there is no home.
  func file(environment: [String: String]) -> String? {
    let home = environment.nonempty("HOME")
    let settings = environment.directory("XDG_CONFIG_HOME", orHome: ".config")
    return switch self {
    case .claudeCode: absolute(".mcp.json", environment: environment)
    case .vscode: absolute(".vscode/mcp.json", environment: environment)
    case .claudeDesktop: settings.map { $0 + "/Claude/claude_desktop_config.json" }
    case .zed: settings.map { $0 + "/zed/settings.json" }
    case .cursor: home.map { $0 + "/.cursor/mcp.json" }
    case .codex:
      environment.nonempty("CODEX_HOME").map { $0 + "/config.toml" }
        ?? home.map { $0 + "/.codex/config.toml" }
    case .gemini: home.map { $0 + "/.gemini/settings.json" }
    case .windsurf: home.map { $0 + "/.codeium/windsurf/mcp_config.json" }
    }
  }
}

/// How a client is to start Bursar.
struct Launch: Equatable {
  /// The program: its absolute path, because clients have a `PATH` of their own.
  let command: String
  /// What the client adds to the environment, in the order it is written.
  let variables: [Variable]

  /// One variable.
  struct Variable: Equatable {
    let name: String
    let value: String
  }

  /// The entry as JSON, for a client.
  func entry(for client: Client) -> JSONObject {
    var entry = JSONObject()
    switch client {
    case .vscode: entry["type"] = .string("stdio")
    case .zed: entry["source"] = .string("custom")
    case .claudeCode, .claudeDesktop, .cursor, .codex, .gemini, .windsurf: break
    }
    entry["command"] = .string(command)
    if client == .zed { entry["args"] = .array([]) }
    if !variables.isEmpty {
      entry["env"] = .object(JSONObject(variables.map { ($0.name, .string($0.value)) }))
    }
    return entry
  }

  /// The entry as a member of the list of servers, written over several lines, the first of which
  /// is not indented.
  func member(for client: Client, indent: String, unit: String) -> String {
    let rows = entry(for: client).members.map { member in
      "\(indent)\(unit)\(text(.string(member.key))): \(inline(member.value))"
    }
    return "\"bursar\": {\n\(rows.joined(separator: ",\n"))\n\(indent)}"
  }

  /// The entry as a table of TOML.
  func table(_ list: String) -> String {
    var lines = ["[\(list).bursar]", "command = \(text(.string(command)))"]
    if !variables.isEmpty {
      let pairs = variables.map { "\($0.name) = \(text(.string($0.value)))" }
      lines.append("env = { \(pairs.joined(separator: ", ")) }")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A whole configuration with nothing else in it.
  func whole(for client: Client) -> String {
    switch client.format {
    case .json(let list):
      "{\n  \"\(list)\": {\n    \(member(for: client, indent: "    ", unit: "  "))\n  }\n}\n"
    case .toml(let list): table(list)
    }
  }

  func inline(_ value: JSONValue) -> String {
    guard let members = value.object?.members else { return text(value) }
    let pairs = members.map { "\(text(.string($0.key))): \(text($0.value))" }
    return "{ \(pairs.joined(separator: ", ")) }"
  }

  /// JSON's quoting is TOML's for a basic string, as far as paths and names go.
  func text(_ value: JSONValue) -> String {
    String(decoding: value.compact, as: UTF8.self)
  }
}
