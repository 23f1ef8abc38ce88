/// One walk over a value with a schema in hand. Its depth is bounded by the schema's.
struct Check {
  private(set) var violations: [JSONSchema.Violation] = []
  private var path: JSONDocument.Path = []

  /// Notes everything in which the value at the present path differs.
  mutating func run(_ schema: Subschema, on value: JSONValue) {
    if let types = schema.types, !types.contains(where: { $0.takes(value) }) {
      note(.type(types.map(\.rawValue)), value, schema)
      return
    }
    if let allowed = schema.enumeration, !allowed.contains(value) {
      note(.enumeration(allowed), value, schema)
    }
    if let constant = schema.constant, constant != value {
      note(.constant(constant), value, schema)
    }
    switch value {
    case .null, .bool: break
    case .number(let number): run(schema, onNumber: number)
    case .string(let text): run(schema, onString: text)
    case .array(let elements): run(schema, onElements: elements)
    case .object(let object): run(schema, onObject: object)
    }
  }

  private mutating func run(_ schema: Subschema, onNumber number: JSONNumber) {
    if let minimum = schema.minimum, number.order(to: minimum) == .below {
      note(.minimum(minimum), .number(number), schema)
    }
    if let maximum = schema.maximum, number.order(to: maximum) == .above {
      note(.maximum(maximum), .number(number), schema)
    }
  }

  private mutating func run(_ schema: Subschema, onString text: String) {
    guard schema.minLength != nil || schema.maxLength != nil else { return }
    let length = text.unicodeScalars.count
    if let minimum = schema.minLength, length < minimum {
      note(.minLength(minimum), .string(text), schema)
    }
    if let maximum = schema.maxLength, length > maximum {
      note(.maxLength(maximum), .string(text), schema)
    }
  }

  private mutating func run(_ schema: Subschema, onElements elements: [JSONValue]) {
    if let minimum = schema.minItems, elements.count < minimum {
      note(.minItems(minimum), .array(elements), schema)
    }
    if let maximum = schema.maxItems, elements.count > maximum {
      note(.maxItems(maximum), .array(elements), schema)
    }
    guard let items = schema.items.first else { return }
    for (index, element) in elements.enumerated() {
      path.append(.index(index))
      run(items, on: element)
      path.removeLast()
    }
  }

  private mutating func run(_ schema: Subschema, onObject object: JSONObject) {
    for key in schema.required where object[key] == nil {
      note(.required(key), nil, schema)
    }
    for member in object.members {
      path.append(.key(member.key))
      if let property = schema.properties[ByteText(member.key)] {
        run(property, on: member.value)
      } else {
        switch schema.additional {
        case .anything: break
        case .nothing:
          note(.unknownMember(member.key, known: schema.known), member.value, schema)
        case .checked(let additional): run(additional, on: member.value)
        }
      }
      path.removeLast()
    }
  }

  private mutating func note(
    _ rule: JSONSchema.Violation.Rule, _ value: JSONValue?, _ schema: Subschema
  ) {
    violations.append(
      JSONSchema.Violation(path: path, rule: rule, value: value, schema: schema.source))
  }
}
