/// A schema that was understood completely; what it does not understand it refuses to load.
///
/// The keywords are those our files use, with the meaning that JSON Schema 2020-12 and draft-07
/// share: `$schema`, `$id`, `$comment`, `title`, `description`, `default`, `examples`
/// (annotations),
/// `type`, `properties`, `required`, `additionalProperties`, `items` (one schema), `enum`, `const`,
/// `minimum`, `maximum`, `minLength`, `maxLength`, `minItems`, `maxItems`.
///
/// Two deliberate differences: `integer` takes only numbers written as integers, not `1.0` or
/// `1e2`, because an amount is never written with a fraction; and `enum` and `const` compare
/// numbers by their text.
public struct JSONSchema: Sendable {
  private let root: Subschema

  /// Loads a schema from its document. An unknown keyword, or one with a value it cannot have,
  /// refuses to load.
  public init(_ document: JSONValue) throws(JSONSchemaError) {
    root = try Subschema(document, at: [])
  }

  /// Everything in which the value differs from the schema, in the value's own order.
  ///
  /// Where the type is wrong, that is all that is said about the place.
  public func violations(in value: JSONValue) -> [Violation] {
    var check = Check()
    check.run(root, on: value)
    return check.violations
  }

  /// One thing in which a value differs from the schema.
  public struct Violation: Sendable, Equatable {
    /// Where: for ``Rule/required(_:)`` the object, for ``Rule/unknownMember(_:known:)`` the
    /// member.
    public let path: JSONDocument.Path
    /// What was not kept.
    public let rule: Rule
    /// What was found there; nil for a member that is missing.
    public let value: JSONValue?
    /// The subschema that was not kept, so that texts can quote its description.
    public let schema: JSONValue

    /// What can be asked of a value.
    public enum Rule: Sendable, Equatable {
      /// One of these types.
      case type([String])
      /// A member of this key.
      case required(String)
      /// No member of this key, only of those known.
      case unknownMember(String, known: [String])
      /// One of these values.
      case enumeration([JSONValue])
      /// This value.
      case constant(JSONValue)
      /// At least this number.
      case minimum(Int64)
      /// At most this number.
      case maximum(Int64)
      /// At least so many Unicode scalars.
      case minLength(Int)
      /// At most so many Unicode scalars.
      case maxLength(Int)
      /// At least so many elements.
      case minItems(Int)
      /// At most so many elements.
      case maxItems(Int)
    }
  }
}

/// Why a schema was not loaded, and where.
public struct JSONSchemaError: Error, Equatable {
  /// What is wrong with a schema.
  public enum Kind: Sendable, Equatable {
    /// A keyword this checker does not know.
    case unknownKeyword(String)
    /// A value the keyword cannot have; with what it takes.
    case illTyped(String, takes: String)
    /// A place where a schema is expected and something else stands.
    case noSchema
  }

  /// What is wrong.
  public let kind: Kind
  /// Where in the schema's document.
  public let path: JSONDocument.Path

  init(_ kind: Kind, at path: JSONDocument.Path) {
    self.kind = kind
    self.path = path
  }

  /// What is wrong, in English and ASCII: `unknown keyword oneOf at properties.amount.oneOf`.
  public var message: String {
    let place = path.isEmpty ? "the outermost value" : JSONDocument.text(of: path)
    return switch kind {
    case .unknownKeyword(let keyword): "unknown keyword \(named(keyword)) at \(place)"
    case .illTyped(let keyword, let takes): "\(keyword) takes \(takes), not what is at \(place)"
    case .noSchema: "no schema (an object) at \(place)"
    }
  }
}
