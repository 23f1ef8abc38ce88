import JSON
import Testing

private func loadingError(_ schema: String) throws -> JSONSchemaError? {
  let document = try read(schema)
  do throws(JSONSchemaError) {
    _ = try JSONSchema(document)
    return nil
  } catch {
    return error
  }
}

@Test(arguments: [
  "oneOf", "anyOf", "allOf", "not", "if", "then", "else", "$ref", "$defs", "definitions", "pattern",
  "format", "patternProperties", "propertyNames", "minProperties", "maxProperties", "uniqueItems",
  "contains", "prefixItems", "additionalItems", "multipleOf", "exclusiveMinimum",
  "exclusiveMaximum", "dependentRequired", "unevaluatedProperties", "readOnly", "deprecated",
  "Type", "minimun", "", "\u{E9}",
])
func anUnknownKeywordRefusesToLoad(keyword: String) throws {
  let schema: JSONValue = ["type": "object", keyword: [:]]
  let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(schema) }
  #expect(error?.kind == .unknownKeyword(keyword))
  #expect(error?.path == [.key(keyword)])
}

@Test(arguments: [
  #"{"type":1}"#, #"{"type":"int"}"#, #"{"type":[]}"#, #"{"type":["string",1]}"#,
  #"{"type":["string","string"]}"#, #"{"type":["string","text"]}"#, #"{"type":null}"#,
  #"{"properties":[]}"#, #"{"properties":"a"}"#, #"{"required":"a"}"#, #"{"required":[1]}"#,
  #"{"required":["a","a"]}"#, #"{"required":true}"#, #"{"additionalProperties":null}"#,
  #"{"additionalProperties":"no"}"#, #"{"additionalProperties":0}"#, #"{"enum":{}}"#,
  #"{"enum":[]}"#, #"{"enum":"a"}"#, #"{"minimum":"1"}"#, #"{"minimum":1.0}"#,
  #"{"minimum":1e3}"#, #"{"maximum":9223372036854775808}"#, #"{"maximum":null}"#,
  #"{"minLength":-1}"#, #"{"maxLength":1.5}"#, #"{"minItems":"2"}"#, #"{"maxItems":true}"#,
  #"{"title":1}"#, #"{"description":null}"#, #"{"$schema":{}}"#, #"{"$id":1}"#,
  #"{"$comment":[]}"#, #"{"examples":"a"}"#,
])
func anIllTypedKeywordRefusesToLoad(schema: String) throws {
  let error = try #require(try loadingError(schema))
  let keyword = try #require(try read(schema).object?.members.first?.key)
  guard case .illTyped(keyword, _) = error.kind else {
    Issue.record("\(error) is another refusal")
    return
  }
  #expect(error.path == [.key(keyword)])
}

@Test(
  arguments: [
    ("true", []), ("[]", []), ("null", []), (#"{"items":true}"#, ["items"]),
    (#"{"items":[{}]}"#, ["items"]), (#"{"properties":{"a":false}}"#, ["properties", "a"]),
    (#"{"items":{"items":1}}"#, ["items", "items"]),
  ] as [(String, JSONDocument.Path)])
func whatIsNoObjectIsNoSchema(schema: String, path: JSONDocument.Path) throws {
  let error = try #require(try loadingError(schema))
  #expect(error.kind == .noSchema)
  #expect(error.path == path)
}

@Test(
  arguments: [
    (#"{"properties":{"a":{"items":{"x":1}}}}"#, "unknown keyword x at properties.a.items.x"),
    (
      #"{"additionalProperties":{"oneOf":[]}}"#,
      "unknown keyword oneOf at additionalProperties.oneOf"
    ),
    (#"{"é y":1}"#, #"unknown keyword "\u00e9 y" at ["\u00e9 y"]"#),
    (#"{"minLength":"x"}"#, "minLength takes a number of things, from 0, not what is at minLength"),
    ("[]", "no schema (an object) at the outermost value"),
  ] as [(String, String)])
func aRefusalNamesTheKeywordAndItsPath(schema: String, message: String) throws {
  #expect(try loadingError(schema)?.message == message)
}

@Test func aPropertyMayBeNamedLikeAKeyword() throws {
  let schema = try JSONSchema([
    "properties": ["type": ["type": "string"], "oneOf": [:]], "additionalProperties": false,
  ])
  #expect(schema.violations(in: ["type": "x", "oneOf": 1]).isEmpty)
  #expect(schema.violations(in: ["type": 1]).count == 1)
}
