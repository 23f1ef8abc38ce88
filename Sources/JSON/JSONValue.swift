/// One JSON value. Nothing is lost on the way through: numbers keep their text, objects their
/// order.
///
/// Two values are equal when strings and keys are the same UTF-8 bytes and numbers the same text
/// (`1` and `1.0` differ). The order of an object's members does not count (RFC 8259 §4).
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// A number without fraction or exponent.
  public static func integer(_ value: Int64) -> JSONValue {
    .number(JSONNumber(value))
  }

  /// The text, when this is a string.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, when this is `true` or `false`. Never for 0 and 1.
  public var bool: Bool? {
    if case .bool(let truth) = self { truth } else { nil }
  }

  /// The number, when it is written as an integer (not `1.0`, not `1e3`) and is in `Int64`'s range.
  public var integer: Int64? {
    if case .number(let number) = self { number.integer } else { nil }
  }

  /// The elements, when this is an array.
  public var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members, when this is an object.
  public var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The member of that key; nil when there is none, or when this is no object.
  public subscript(key: String) -> JSONValue? {
    object?[key]
  }
}

extension JSONValue: Equatable {
  /// Whether both are the same JSON, byte for byte except for the order of members.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.hasBytes(of: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }
}

extension String {
  /// Whether both are the same UTF-8 bytes. Swift's `==` also equates composed and decomposed
  /// letters.
  func hasBytes(of other: String) -> Bool {
    hasBytes(of: other.utf8.span)
  }

  /// Whether its UTF-8 bytes are these.
  func hasBytes(of others: Span<UInt8>) -> Bool {
    guard utf8.count == others.count else { return false }
    let mine = utf8.span
    for index in mine.indices where mine[index] != others[index] { return false }
    return true
  }
}

/// A text that is hashed and compared as UTF-8 bytes.
struct ByteText: Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: ByteText, right: ByteText) -> Bool {
    left.text.hasBytes(of: right.text)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }
}
