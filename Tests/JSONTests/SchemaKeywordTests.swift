import JSON
import Testing

/// A schema, a value, and whether the value keeps the schema.
struct Trial: Sendable, CustomStringConvertible {
  let schema: String
  let value: String
  let kept: Bool

  init(_ schema: String, _ value: String, _ kept: Bool) {
    self.schema = schema
    self.value = value
    self.kept = kept
  }

  var description: String { "\(schema) on \(value.prefix(60))" }
}

/// One schema on many values.
private func trials(_ schema: String, keep: [String], break broken: [String]) -> [Trial] {
  keep.map { Trial(schema, $0, true) } + broken.map { Trial(schema, $0, false) }
}

private let every = ["null", "true", "1", "1.5", "\"1\"", "[]", "{}"]

private func type(_ name: String, takes: [String]) -> [Trial] {
  trials(
    #"{"type":"\#(name)"}"#, keep: takes, break: every.filter { !takes.contains($0) })
}

private let types: [Trial] =
  type("null", takes: ["null"]) + type("boolean", takes: ["true"])
  + type("number", takes: ["1", "1.5"]) + type("integer", takes: ["1"])
  + type("string", takes: ["\"1\""]) + type("array", takes: ["[]"]) + type("object", takes: ["{}"])
  + trials("{}", keep: every, break: [])
  + trials(
    #"{"type":"integer"}"#, keep: ["0", "-0", "-7", "1234567890123456789012345"],
    break: ["1.0", "1e2", "0.0", "1E0", "\"1\"", "true", "null"])
  + trials(#"{"type":["string","null"]}"#, keep: ["null", "\"\""], break: ["1", "true", "[]"])
  + trials(#"{"type":["integer","number"]}"#, keep: ["1", "1.0"], break: ["\"1\""])

private let values: [Trial] =
  trials(
    #"{"enum":["ask",1,null,[1],{"a":1,"b":2}]}"#,
    keep: ["\"ask\"", "1", "null", "[1]", #"{"b":2,"a":1}"#],
    break: ["\"Ask\"", "1.0", "true", "[]", "[1,1]", #"{"a":1}"#, "\"\""])
  + trials("{\"enum\":[\"\u{E9}\"]}", keep: ["\"\u{E9}\"", #""\u00e9""#], break: ["\"e\u{301}\""])
  + trials(#"{"const":"USD"}"#, keep: ["\"USD\""], break: ["\"usd\"", "null"])
  + trials(#"{"const":null}"#, keep: ["null"], break: ["0", "false", "\"null\""])
  + trials(#"{"const":1}"#, keep: ["1"], break: ["1.0", "true", "\"1\""])

private let bounds: [Trial] =
  trials(
    #"{"minimum":1}"#,
    keep: ["1", "2", "1.0", "1.5", "10e-1", "1e400", "\"0\"", "null", "99999999999999999999999"],
    break: ["0", "-1", "0.9999999999999999999999", "-0", "0.0", "0e5", "1e-400", "-1e400"])
  + trials(
    #"{"maximum":100}"#,
    keep: [
      "100", "1e2", "100.0", "0.1e3", "-1e999999999999999999999", "0", "1e-99999999999999999",
    ],
    break: [
      "101", "100.00000000000000000001", "1e3", "1.01e2", "1234567890123456789012345",
      "1e999999999999999999999999999",
    ])
  + trials(
    #"{"maximum":9223372036854775807}"#, keep: ["9223372036854775807", "9223372036854775807.0"],
    break: ["9223372036854775808", "9223372036854775807.1", "1234567890123456789012345"])
  + trials(
    #"{"minimum":-9223372036854775808}"#, keep: ["-9223372036854775808", "-9223372036854775807.9"],
    break: ["-9223372036854775809", "-9223372036854775808.1", "-1234567890123456789012345"])
  + trials(
    #"{"minimum":0,"maximum":1}"#,
    keep: ["0", "0.8", "1", "0.000", "1.000", "-0.0", "0e9999", "8e-1000000000000000000001"],
    break: ["-0.1", "1.1", "-1e-1000000000000000000001", "2"])
  + trials(
    #"{"minimum":-5,"maximum":-3}"#, keep: ["-5", "-3", "-4.5", "-3.0", "-50e-1"],
    break: ["-5.1", "-2.9", "0", "3", "-6", "-0.0"])

private let sizes: [Trial] =
  trials(
    #"{"minLength":2,"maxLength":3}"#,
    keep: ["\"ab\"", "\"abc\"", "\"e\u{301}\"", "\"\u{1D11E}\u{1D11E}\u{1D11E}\"", "1", "[]"],
    break: ["\"\"", "\"a\"", "\"abcd\"", "\"\u{E9}\"", "\"e\u{301}e\u{301}\""])
  + trials(
    #"{"minItems":1,"maxItems":2}"#, keep: ["[1]", "[1,2]", "\"\"", "{}"], break: ["[]", "[1,2,3]"])
  + trials(
    #"{"items":{"type":"integer"}}"#, keep: ["[]", "[1,2]", "{}", "1"],
    break: ["[\"1\"]", "[1,null]"])
  + trials(#"{"items":{"items":{"maximum":1}}}"#, keep: ["[[1],[]]", "[1]"], break: ["[[2]]"])

private let objects: [Trial] =
  trials(
    #"{"required":["a","b"]}"#, keep: [#"{"a":1,"b":null}"#, "[]", "1"],
    break: ["{}", #"{"a":1}"#, #"{"A":1,"b":1}"#])
  + trials("{\"required\":[\"\u{E9}\"]}", keep: ["{\"\u{E9}\":1}"], break: ["{\"e\u{301}\":1}"])
  + trials(
    #"{"properties":{"a":{"type":"string"}}}"#, keep: ["{}", #"{"a":""}"#, #"{"b":1}"#, "[1]"],
    break: [#"{"a":1}"#, #"{"a":null}"#])
  + trials(
    #"{"properties":{"a":{}},"additionalProperties":false}"#, keep: ["{}", #"{"a":1}"#],
    break: [#"{"b":1}"#, #"{"a":1,"A":1}"#])
  + trials(
    "{\"properties\":{\"\u{E9}\":{}},\"additionalProperties\":false}",
    keep: ["{\"\u{E9}\":1}"], break: ["{\"e\u{301}\":1}"])
  + trials(
    #"{"properties":{"a":{}},"additionalProperties":true}"#, keep: [#"{"b":1}"#], break: [])
  + trials(
    #"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#,
    keep: [#"{"a":1,"b":""}"#], break: [#"{"b":1}"#])
  + trials(#"{"additionalProperties":false}"#, keep: ["{}", "1"], break: [#"{"a":1}"#])

@Test(arguments: types + values + bounds + sizes + objects)
func aValueKeepsASchemaOrNot(trial: Trial) throws {
  let schema = try JSONSchema(try read(trial.schema))
  #expect(schema.violations(in: try read(trial.value)).isEmpty == trial.kept)
}

@Test func annotationsAskForNothing() throws {
  let schema = try JSONSchema([
    "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x", "$comment": "c",
    "title": "t", "description": "d", "default": 1, "examples": [1, "x"],
  ])
  #expect(schema.violations(in: "anything").isEmpty)
}
