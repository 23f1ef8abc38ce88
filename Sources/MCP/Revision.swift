import JSON

/// A revision of the protocol; they are ordered by age, so `>= .june2025` means "since then".
///
/// The four older ones are agreed on by `initialize`; the newest is named by every request and
/// knows no handshake (`mcp.md` §A.1).
public enum Revision: String, CaseIterable, Sendable, Comparable {
  /// The first: tools, progress, cancellation.
  case november2024 = "2024-11-05"
  /// Adds batches, tool annotations and the message of a progress notification.
  case march2025 = "2025-03-26"
  /// Adds structured results and titles, takes batches away.
  case june2025 = "2025-06-18"
  /// Says that bad arguments are a tool's result, not a protocol error.
  case november2025 = "2025-11-25"
  /// Stateless: no handshake, an envelope on every request, a type on every result.
  case july2026 = "2026-07-28"

  /// Whether a revision is older than another.
  public static func < (older: Revision, newer: Revision) -> Bool {
    older.rawValue.utf8.lexicographicallyPrecedes(newer.rawValue.utf8)
  }

  /// What `initialize` is answered with when the client asks for something we do not serve, and
  /// never anything newer: clients refuse a stateless revision as the outcome of a handshake
  /// (§A.2).
  static let newestOfHandshakes = Revision.november2025

  /// Whether a request of this revision stands for itself, without a handshake before it.
  var isStateless: Bool {
    switch self {
    case .november2024, .march2025, .june2025, .november2025: false
    case .july2026: true
    }
  }

  /// All revisions served, newest first, as `supportedVersions` and `supported` list them: the
  /// legacy ones too, because clients fall back to a handshake only if they see one there (§A.4).
  static var newestFirst: JSONValue {
    .array(allCases.reversed().map { .string($0.rawValue) })
  }
}

extension CaseIterable where Self: RawRepresentable<String> {
  /// The case of that name, compared as UTF-8 bytes: Swift's `==` takes the Kelvin sign for a K.
  init?(named text: String) {
    guard let match = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) })
    else { return nil }
    self = match
  }
}
