/// A type's name in a schema.
enum TypeName: String, CaseIterable {
  case null, boolean, object, array, number, string, integer

  /// Whether a value is of this type. An integer is a number written as one, of any length.
  func takes(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.null, .null), (.boolean, .bool), (.object, .object), (.array, .array),
      (.number, .number), (.string, .string):
      true
    case (.integer, .number(let number)): number.isInteger
    case (.null, _), (.boolean, _), (.object, _), (.array, _), (.number, _), (.string, _),
      (.integer, _):
      false
    }
  }
}

/// A schema, taken apart once so that checking parses nothing. What is nil is not asked for.
struct Subschema: Sendable {
  /// What an object's members may be that `properties` does not name.
  indirect enum Additional {
    case anything
    case nothing
    case checked(Subschema)
  }

  /// The schema as it stands in its document.
  let source: JSONValue
  private(set) var types: [TypeName]?
  private(set) var enumeration: [JSONValue]?
  private(set) var constant: JSONValue?
  private(set) var minimum: Int64?
  private(set) var maximum: Int64?
  private(set) var minLength: Int?
  private(set) var maxLength: Int?
  private(set) var minItems: Int?
  private(set) var maxItems: Int?
  /// The schema of every element: one, or none.
  private(set) var items: [Subschema] = []
  private(set) var required: [String] = []
  private(set) var known: [String] = []
  private(set) var properties: [ByteText: Subschema] = [:]
  private(set) var additional = Additional.anything

  /// Takes a schema apart that stands at that path of its document.
  init(_ source: JSONValue, at path: JSONDocument.Path) throws(JSONSchemaError) {
    guard case .object(let object) = source else { throw JSONSchemaError(.noSchema, at: path) }
    self.source = source
    for member in object.members {
      let keyword = Keyword(key: member.key, value: member.value, path: path + [.key(member.key)])
      try take(keyword)
    }
  }

  private mutating func take(_ keyword: Keyword) throws(JSONSchemaError) {
    switch keyword.key {
    case "$schema", "$id", "$comment", "title", "description": _ = try keyword.string()
    case "default": break
    case "examples": _ = try keyword.array()
    case "type": types = try keyword.types()
    case "enum": enumeration = try keyword.enumeration()
    case "const": constant = keyword.value
    case "minimum": minimum = try keyword.integer()
    case "maximum": maximum = try keyword.integer()
    case "minLength": minLength = try keyword.count()
    case "maxLength": maxLength = try keyword.count()
    case "minItems": minItems = try keyword.count()
    case "maxItems": maxItems = try keyword.count()
    case "items": items = [try Subschema(keyword.value, at: keyword.path)]
    case "required": required = try keyword.names()
    case "properties": try takeProperties(keyword)
    case "additionalProperties": additional = try keyword.additional()
    default: throw JSONSchemaError(.unknownKeyword(keyword.key), at: keyword.path)
    }
  }

  private mutating func takeProperties(_ keyword: Keyword) throws(JSONSchemaError) {
    for member in try keyword.object().members {
      let path = keyword.path + [.key(member.key)]
      properties[ByteText(member.key)] = try Subschema(member.value, at: path)
      known.append(member.key)
    }
  }
}

/// One keyword with its value, as found in a schema.
private struct Keyword {
  let key: String
  let value: JSONValue
  let path: JSONDocument.Path

  private func refusal(takes: String) -> JSONSchemaError {
    JSONSchemaError(.illTyped(key, takes: takes), at: path)
  }

  func string() throws(JSONSchemaError) -> String {
    guard let text = value.string else { throw refusal(takes: "a string") }
    return text
  }

  func integer() throws(JSONSchemaError) -> Int64 {
    guard let integer = value.integer else { throw refusal(takes: "an integer of 64 bits") }
    return integer
  }

  func count() throws(JSONSchemaError) -> Int {
    guard let integer = value.integer, let count = Int(exactly: integer), count >= 0 else {
      throw refusal(takes: "a number of things, from 0")
    }
    return count
  }

  func array() throws(JSONSchemaError) -> [JSONValue] {
    guard let elements = value.array else { throw refusal(takes: "an array") }
    return elements
  }

  func object() throws(JSONSchemaError) -> JSONObject {
    guard let object = value.object else { throw refusal(takes: "an object") }
    return object
  }

  /// Strings, none of them twice.
  func names() throws(JSONSchemaError) -> [String] {
    let elements = try array()
    let names = elements.compactMap(\.string)
    guard names.count == elements.count, Set(names.map(ByteText.init)).count == names.count else {
      throw refusal(takes: "an array of different strings")
    }
    return names
  }

  func types() throws(JSONSchemaError) -> [TypeName] {
    let names = if let name = value.string { [name] } else { try names() }
    let types = names.compactMap(TypeName.init(rawValue:))
    guard types.count == names.count, !types.isEmpty else {
      throw refusal(takes: "a type's name, or an array of them")
    }
    return types
  }

  func enumeration() throws(JSONSchemaError) -> [JSONValue] {
    let elements = try array()
    guard !elements.isEmpty else { throw refusal(takes: "an array of at least one value") }
    return elements
  }

  func additional() throws(JSONSchemaError) -> Subschema.Additional {
    switch value {
    case .bool(true): return .anything
    case .bool(false): return .nothing
    case .object: return .checked(try Subschema(value, at: path))
    case .null, .number, .string, .array: throw refusal(takes: "true, false or a schema")
    }
  }
}
