import JSON
import Testing

private let charge: JSONValue = [
  "type": "object", "required": ["reference", "amount", "currency"], "additionalProperties": false,
  "properties": [
    "reference": ["type": "string", "minLength": 1, "maxLength": 64, "description": "whose"],
    "amount": ["type": "integer", "minimum": 1, "maximum": 99_999_999],
    "currency": ["type": "string", "enum": ["USD", "EUR"]],
    "tags": ["type": "array", "maxItems": 2, "items": ["type": "string"]],
  ],
]

@Test func everyViolationIsFoundInTheValuesOwnOrder() throws {
  let value = try read(
    #"{"tags":["a",1,"c"],"amount":1234567890123456789012345,"note":{"x":1},"currency":"usd"}"#)
  let violations = try JSONSchema(charge).violations(in: value)
  #expect(
    violations.map(\.path) == [[], ["tags"], ["tags", 1], ["amount"], ["note"], ["currency"]])
  #expect(
    violations.map(\.rule) == [
      .required("reference"), .maxItems(2), .type(["string"]), .maximum(99_999_999),
      .unknownMember("note", known: ["reference", "amount", "currency", "tags"]),
      .enumeration(["USD", "EUR"]),
    ])
  #expect(
    violations.map(\.value) == [
      nil, ["a", 1, "c"], 1, value["amount"], ["x": 1], "usd",
    ])
  #expect(violations[0].schema == charge)
  #expect(violations[4].schema == charge)
  #expect(violations[3].schema == charge["properties"]?["amount"])
}

@Test func aWrongTypeIsAllThatIsSaidAboutAPlace() throws {
  let schema = try JSONSchema([
    "type": "object", "enum": [1], "const": 2, "required": ["a"], "minLength": 9, "minItems": 9,
  ])
  #expect(schema.violations(in: "x").map(\.rule) == [.type(["object"])])
  #expect(schema.violations(in: []).map(\.rule) == [.type(["object"])])
  #expect(
    schema.violations(in: [:]).map(\.rule) == [.enumeration([1]), .constant(2), .required("a")])
}

@Test func bothEndsOfARangeCanBeBrokenInDifferentPlaces() throws {
  let schema = try JSONSchema(["items": ["minimum": -1, "maximum": 1]])
  let violations = schema.violations(in: [-2, -1, 0, 1, 2])
  #expect(violations.map(\.path) == [[0], [4]])
  #expect(violations.map(\.rule) == [.minimum(-1), .maximum(1)])
}

/// A schema, a value that breaks it once, and what is said.
private let sayings: [(JSONValue, JSONValue, String)] = [
  (["type": "integer", "minimum": 1], "1", "must be a whole number, at least 1"),
  (["type": "integer", "minimum": 1], 0, "must be a whole number, at least 1"),
  (["type": "integer", "minimum": 1, "maximum": 9], 10, "must be a whole number, from 1 to 9"),
  (["type": "integer", "maximum": 9], true, "must be a whole number, at most 9"),
  (["type": "integer"], nil, "must be a whole number"),
  (["type": "number", "minimum": 0, "maximum": 1], 2, "must be a number, from 0 to 1"),
  (["maximum": 1], 2, "must be a number, at most 1"),
  (["type": "string"], 1, "must be a string"),
  (["type": "string", "minLength": 1], "", "must be a string, at least 1 character"),
  (["type": "string", "maxLength": 2], "abc", "must be a string, at most 2 characters"),
  (
    ["type": "string", "minLength": 1, "maxLength": 64], 5,
    "must be a string, from 1 to 64 characters"
  ),
  (["minLength": 3, "maxLength": 3], "ab", "must be a string, exactly 3 characters"),
  (["minItems": 1], [], "must be an array, at least 1 element"),
  (["type": "array", "maxItems": 2], [1, 2, 3], "must be an array, at most 2 elements"),
  (["type": "boolean"], "true", "must be true or false"),
  (["type": "object"], "{}", "must be an object"),
  (["type": "null"], 0, "must be null"),
  (
    ["type": ["string", "null"], "minLength": 1], 1,
    "must be a string, at least 1 character or null"
  ),
  (["type": ["integer", "string"]], [], "must be a whole number or a string"),
  (["enum": ["ask", "refuse", "allow"]], "x", "must be one of ask, refuse, allow"),
  (["type": "string", "enum": ["ask", "allow"]], 1, "must be one of ask, allow"),
  (
    ["enum": ["a b", "", "\u{E9}", 1, nil, true]], 2,
    #"must be one of "a b", "", "\u00e9", 1, null, true"#
  ),
  (["const": "stripe"], "x", "must be stripe"),
  (["type": "string", "const": "stripe"], 1, "must be stripe"),
  (["const": [1, ["a": "b"]]], 1, "must be [1, {a: b}]"),
  (["required": ["amount"]], [:], "must have the key amount"),
  (["required": ["a b"]], [:], #"must have the key "a b""#),
  (
    ["properties": ["a": [:], "b": [:]], "additionalProperties": false], ["c": 1],
    "is not a known key; known are a, b"
  ),
  (["additionalProperties": false], ["c": 1], "is not a known key; none is known here"),
]

@Test(arguments: sayings.indices)
func whatIsExpectedIsSaidInWordsToActOn(index: Int) throws {
  let (schema, value, saying) = sayings[index]
  let violations = try JSONSchema(schema).violations(in: value)
  #expect(violations.map(\.expectation) == [saying])
  #expect(saying.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
}

@Test func aSchemaWithinTheReadersDepthChecksAValueAsDeep() throws {
  var schema: JSONValue = ["type": "integer"]
  for _ in 0..<31 { schema = ["items": schema] }
  let value = try read(nested(31).replacing("[]", with: "[\"x\"]"))
  let violations = try JSONSchema(schema).violations(in: value)
  #expect(violations.map(\.path.count) == [31])
}
