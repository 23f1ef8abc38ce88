import JSON

/// Who we are, as each era wants to be told. The capabilities are `tools` and, where there are any,
/// `resources`: what is not advertised is answered -32601. No `listChanged` is: the list of tools
/// never changes while we run, and that of resources with every payment.
struct Introduction: Sendable {
  /// `_meta` of every stateless result (`mcp.md` §A.3).
  let meta: JSONValue

  private let name: JSONValue
  private let version: JSONValue
  private let title: JSONValue
  private let instructions: String

  private let capabilities: JSONValue

  init(name: String, version: String, title: String, instructions: String, hasResources: Bool) {
    var capabilities = JSONObject([("tools", .object(JSONObject()))])
    if hasResources { capabilities["resources"] = ["subscribe": true] }
    self.capabilities = .object(capabilities)
    self.name = .string(name)
    self.version = .string(version)
    self.title = .string(title)
    self.instructions = instructions
    let server = JSONObject([("name", self.name), ("version", self.version)])
    meta = ["io.modelcontextprotocol/serverInfo": .object(server)]
  }

  /// The result of `initialize` when that revision was agreed on (§A.2).
  func welcome(in revision: Revision) -> JSONValue {
    var server = JSONObject([("name", name)])
    if revision >= .june2025 {
      server["title"] = title
    }
    server["version"] = version
    var result = JSONObject([
      ("protocolVersion", .string(revision.rawValue)), ("capabilities", capabilities),
      ("serverInfo", .object(server)),
    ])
    result["instructions"] = instructions.isEmpty ? nil : .string(instructions)
    return .object(result)
  }

  /// The result of `server/discover` (§A.3).
  var discovery: JSONValue {
    var result = JSONObject([
      ("resultType", "complete"), ("supportedVersions", Revision.newestFirst),
      ("capabilities", capabilities),
    ])
    result["instructions"] = instructions.isEmpty ? nil : .string(instructions)
    result["ttlMs"] = .integer(Caching.milliseconds)
    result["cacheScope"] = .string(Caching.scope)
    result["_meta"] = meta
    return .object(result)
  }
}

/// How long clients may keep what we are and what we offer: not at all (`mcp.md` §B.4).
///
/// A copy that outlives this process would still show a tool that a changed policy has taken away,
/// and asking again costs a copy of bytes that are ready.
enum Caching {
  static let milliseconds: Int64 = 0
  static let scope = "private"
}
