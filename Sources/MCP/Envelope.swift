import JSON

/// What a request of 2026-07-28 says about itself in `params._meta` (`mcp.md` §A.3 and §A.4).
///
/// The client's capabilities are checked and not kept: we ask clients for nothing.
struct Envelope {
  private static let versionKey = "io.modelcontextprotocol/protocolVersion"
  private static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
  private static let clientKey = "io.modelcontextprotocol/clientInfo"
  private static let logLevelKey = "io.modelcontextprotocol/logLevel"

  private enum LogLevel: String, CaseIterable {
    case debug, info, notice, warning, error, critical, alert, emergency
  }

  /// The revision the request is made in.
  let revision: Revision

  /// Nil when there is none: the version's key alone tells the eras apart, so a half-built envelope
  /// is refused and never mistaken for a legacy request.
  init?(in meta: JSONObject) throws(Refusal) {
    guard let version = meta[Self.versionKey] else { return nil }
    guard let version = version.string else {
      throw .invalidParams("\(Self.versionKey) must be a string")
    }
    guard meta[Self.capabilitiesKey]?.object != nil else {
      throw .invalidParams("\(Self.capabilitiesKey) must be an object")
    }
    _ = try meta.optionalObject(Self.clientKey, called: Self.clientKey)
    guard let revision = Revision(named: version), revision.isStateless else {
      throw .unsupportedVersion(version)
    }
    if let level = meta[Self.logLevelKey] {
      guard let level = level.string, LogLevel(named: level) != nil else {
        throw .invalidParams("\(Self.logLevelKey) must be one of the eight levels")
      }
    }
    self.revision = revision
  }
}
