import JSON
import Testing

func read(_ text: String, comments: Bool = false) throws(JSONError) -> JSONValue {
  try JSONValue(reading: Array(text.utf8), comments: comments)
}

func refusal(of text: String, comments: Bool = false) -> JSONError? {
  do throws(JSONError) {
    _ = try read(text, comments: comments)
    return nil
  } catch {
    return error
  }
}

@Test func whatIsReadIsWrittenBack() throws {
  let text = #"{"b":[1,1.0,-0,1e3],"a":{"x":null,"y":true},"c":"\u0000\"é\n"}"#
  let value = try read(text)
  #expect(String(decoding: value.compact, as: UTF8.self) == text)
  #expect(
    String(decoding: value.canonical, as: UTF8.self)
      == #"{"a":{"x":null,"y":true},"b":[1,1.0,-0,1e3],"c":"\u0000\"é\n"}"#)
  #expect(value["b"]?.array?[0].integer == 1)
  #expect(value["b"]?.array?[1].integer == nil)
}

@Test func aDuplicateKeyIsRefusedButWellFormed() {
  #expect(refusal(of: #"{"a":1,"\u0061":2}"#)?.offset == 7)
  #expect(refusal(of: #"{"a":1,"\u0061":2}"#)?.wellFormed == true)
  #expect(refusal(of: #"{"a":1,"\u0061":2,}"#)?.kind == .unexpected(UInt8(ascii: "}")))
  #expect(salvagedID(of: Array(#"{"id":7,"a":1,"a":{"id":8}}"#.utf8)) == 7)
}

@Test func aSchemaSaysWhatItWants() throws {
  let schema = try JSONSchema([
    "type": "object", "required": ["amount"], "additionalProperties": false,
    "properties": ["amount": ["type": "integer", "minimum": 1]],
  ])
  let violations = schema.violations(in: ["amount": "1", "x": 1])
  #expect(violations.map(\.path) == [["amount"], ["x"]])
  #expect(
    violations.map(\.expectation) == [
      "must be a whole number, at least 1", "is not a known key; known are amount",
    ])
}

@Test func aFileKnowsWhereThingsStand() throws {
  let text = "{\r\n  // é\r\n  \"é\": [1, \"x\"] }"
  let document = try JSONDocument(reading: Array(text.utf8), comments: true)
  let place = try #require(document.position(of: ["é", 1]))
  #expect(place.line == 3)
  #expect(place.column == 12)
  #expect(document.keyPosition(of: ["é"])?.column == 3)
}
