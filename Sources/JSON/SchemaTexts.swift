extension JSONDocument {
  /// A path as people write it: `caps[0].amount`. ASCII; empty for the outermost value.
  public static func text(of path: Path) -> String {
    var text = ""
    for element in path {
      switch element {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where isPlain(key) && !key.utf8.contains(.point) && key.utf8.count <= 64:
        text += text.isEmpty ? key : ".\(key)"
      case .key(let key): text += "[\(quoted(key))]"
      }
    }
    return text
  }
}

extension JSONSchema.Violation {
  /// What should be there, as the rest of a sentence about the place: `must be a whole number, at
  /// least 1`. English and ASCII.
  public var expectation: String {
    switch rule {
    case .required(let key): "must have the key \(named(key))"
    case .unknownMember(_, let known) where known.isEmpty: "is not a known key; none is known here"
    case .unknownMember(_, let known):
      "is not a known key; known are \(known.map(named).joined(separator: ", "))"
    case .enumeration(let values): "must be one of \(listed(values))"
    case .constant(let value): "must be \(shown(value))"
    case .type, .minimum, .maximum, .minLength, .maxLength, .minItems, .maxItems:
      "must be \(wanted)"
    }
  }

  /// What the subschema takes, bounds included.
  private var wanted: String {
    if let values = schema["enum"]?.array { return "one of \(listed(values))" }
    if let value = schema["const"] { return shown(value) }
    let names = schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string)
    return (names ?? [subject]).map(phrase).joined(separator: " or ")
  }

  /// The type a bound speaks of, for a subschema that names none.
  private var subject: String {
    switch rule {
    case .minLength, .maxLength: "string"
    case .minItems, .maxItems: "array"
    case .type, .required, .unknownMember, .enumeration, .constant, .minimum, .maximum: "number"
    }
  }

  private func phrase(_ type: String) -> String {
    switch type {
    case "integer": "a whole number" + range("minimum", "maximum", of: "")
    case "number": "a number" + range("minimum", "maximum", of: "")
    case "string": "a string" + range("minLength", "maxLength", of: "character")
    case "array": "an array" + range("minItems", "maxItems", of: "element")
    case "object": "an object"
    case "boolean": "true or false"
    default: "null"
    }
  }

  /// The bounds the subschema sets: `, at least 1`, `, from 1 to 5`, `of 1 to 20 characters`.
  private func range(_ low: String, _ high: String, of unit: String) -> String {
    let low = schema[low]?.integer
    let high = schema[high]?.integer
    let last = high ?? low
    let units = unit.isEmpty ? "" : last == 1 ? " \(unit)" : " \(unit)s"
    return switch (low, high) {
    case (nil, nil): ""
    case (let low?, nil): ", at least \(low)\(units)"
    case (nil, let high?): ", at most \(high)\(units)"
    case (let low?, let high?) where low == high: ", exactly \(low)\(units)"
    case (let low?, let high?): ", from \(low) to \(high)\(units)"
    }
  }
}

private func listed(_ values: [JSONValue]) -> String {
  values.map(shown).joined(separator: ", ")
}

/// A value from a schema in a sentence: plain strings bare, everything else as JSON in ASCII.
private func shown(_ value: JSONValue) -> String {
  switch value {
  case .null: "null"
  case .bool(let truth): truth ? "true" : "false"
  case .number(let number): number.text
  case .string(let text): named(text)
  case .array(let elements): "[\(listed(elements))]"
  case .object(let object):
    "{" + object.members.map { "\(named($0.key)): \(shown($0.value))" }.joined(separator: ", ")
      + "}"
  }
}
