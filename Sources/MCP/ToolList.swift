import JSON

/// The tools, and `tools/list` ready to be sent in every revision: it is asked for after calls too,
/// by clients that validate results themselves, and must cost nothing.
///
/// The list is the same on every connection and after every call (`mcp.md` §C.1).
struct ToolList: Sendable {
  private let names: [String]
  private let rendered: [Revision: [UInt8]]

  /// Members a tool has only in some revisions (§C.1); all others are sent to everybody.
  private static let spans: [(member: String, revisions: ClosedRange<Revision>)] = [
    ("annotations", .march2025 ... .july2026),
    ("title", .june2025 ... .july2026),
    ("outputSchema", .june2025 ... .july2026),
    ("_meta", .june2025 ... .july2026),
    ("icons", .november2025 ... .july2026),
    ("execution", .november2025 ... .november2025),
  ]

  /// - Parameter isListed: whether a tool of that name is in the list; what is not can be called
  ///   all the same, and whoever answers says that it may not be.
  init(_ tools: [JSONValue], where isListed: (String) -> Bool) {
    names = tools.map { tool in
      guard let name = tool["name"]?.string else {
        preconditionFailure("A tool is an object with a name.")
      }
      return name
    }
    let listed = zip(tools, names).filter { isListed($0.1) }.map(\.0)
    rendered = Dictionary(
      uniqueKeysWithValues: Revision.allCases.map { revision in
        (revision, JSONValue.array(listed.map { Self.gated($0, for: revision) }).compact)
      })
  }

  /// Whether a tool of that name is there, compared as UTF-8 bytes.
  func contains(_ name: String) -> Bool {
    names.contains { $0.utf8.elementsEqual(name.utf8) }
  }

  /// The list as a JSON array, in the order given, with the members that revision knows.
  func array(for revision: Revision) -> [UInt8] {
    rendered[revision] ?? []
  }

  private static func gated(_ tool: JSONValue, for revision: Revision) -> JSONValue {
    var members = tool.object ?? JSONObject()
    for span in spans where !span.revisions.contains(revision) {
      members[span.member] = nil
    }
    return .object(members)
  }
}
