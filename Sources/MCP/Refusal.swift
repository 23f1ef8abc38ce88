import JSON

/// Why a message is answered with a JSON-RPC error (`mcp.md` §B.1 and §C.4).
///
/// Nothing in this room can break, and what breaks behind it is a tool's result; only a question
/// about resources has no other way to be told.
enum Refusal: Error, Equatable {
  /// No JSON at all.
  case unreadable(String)
  /// JSON, but no message of ours.
  case invalidRequest(String)
  /// A method that does not exist in this era, or belongs to a capability not advertised.
  case unknownMethod(String)
  /// A message whose parameters are not those of its method.
  case invalidParams(String)
  /// A call of a tool that is not there.
  case unknownTool(String)
  /// An envelope naming a revision that is not served without a handshake.
  case unsupportedVersion(String)
  /// An address where nothing is; the number for it is not the same in both eras (§B.2).
  case unknownResource(String, isStateless: Bool)
  /// Nothing can be said of resources now.
  case unavailable(String)

  /// The number clients go by.
  var code: Int64 {
    switch self {
    case .unreadable: -32700
    case .invalidRequest: -32600
    case .unknownMethod: -32601
    case .invalidParams, .unknownTool: -32602
    case .unsupportedVersion: -32022
    case .unknownResource(_, let isStateless): isStateless ? -32602 : -32002
    case .unavailable: -32603
    }
  }

  /// The sentence people go by.
  var message: String {
    switch self {
    case .unreadable(let reason): "Parse error: \(reason)"
    case .invalidRequest(let reason): "Invalid request: \(reason)"
    case .unknownMethod(let method): "Method not found: \(quotation(of: method))"
    case .invalidParams(let reason): "Invalid params: \(reason)"
    case .unknownTool(let name): "Unknown tool: \(quotation(of: name))"
    case .unsupportedVersion: "Unsupported protocol version"
    case .unknownResource: "Resource not found"
    case .unavailable(let sentence): sentence
    }
  }

  /// The error's `data`, where the specification asks for some.
  var detail: JSONValue? {
    switch self {
    case .unreadable, .invalidRequest, .unknownMethod, .invalidParams, .unknownTool, .unavailable:
      nil
    case .unknownResource(let address, _): ["uri": Self.echo(address)]
    case .unsupportedVersion(let requested):
      ["supported": Revision.newestFirst, "requested": Self.echo(requested)]
    }
  }

  private static func echo(_ text: String) -> JSONValue {
    .string(mayCarryCardNumber(text) ? notShown : text)
  }
}
