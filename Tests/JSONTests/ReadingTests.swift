import JSON
import Testing

@Test(arguments: accepted)
func whatTheGrammarAllowsIsReadAndSurvivesWriting(row: Row) throws {
  let value = try JSONValue(reading: row.bytes)
  #expect(try JSONValue(reading: value.compact) == value)
  #expect(try JSONValue(reading: value.canonical) == value)
  #expect(try JSONValue(reading: value.canonical).canonical == value.canonical)
}

@Test(arguments: malformed)
func whatIsNoJSONIsRefusedWhereItGoesWrong(row: Row) throws {
  let error = try #require(refusal(of: row.bytes))
  #expect(error.kind == row.kind)
  #expect(error.offset == row.offset)
  #expect(!error.wellFormed)
  #expect(error.message.hasSuffix(" at byte \(row.offset)"))
  #expect(error.message.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
}

@Test(arguments: refused)
func whatIsJSONAndRefusedIsSaidToBeWellFormed(row: Row) throws {
  let error = try #require(refusal(of: row.bytes))
  #expect(error.kind == row.kind)
  #expect(error.offset == row.offset)
  #expect(error.wellFormed)
  #expect(error.message.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
}

@Test(arguments: refused)
func malformedWinsOverRefused(row: Row) throws {
  let error = try #require(refusal(of: row.bytes + [ascii("]")]))
  #expect(error.kind == .afterValue(ascii("]")))
  #expect(error.offset == row.bytes.count)
  #expect(!error.wellFormed)
}

@Test func theTablesAreLargeEnoughToMeanSomething() {
  #expect(accepted.count >= 100)
  #expect(malformed.count >= 150)
  #expect(refused.count >= 20)
}

@Test func messagesReadAsSentences() {
  #expect(refusal(of: #"{"amount": 1.00,}"#)?.message == "unexpected '}' at byte 16")
  #expect(refusal(of: "[1] [2]")?.message == "unexpected '[' after the value at byte 4")
  #expect(refusal(of: "[\u{7}]")?.message == "unexpected 0x07 at byte 1")
  #expect(refusal(of: #"{"é":1,"é":1}"#)?.message == #"duplicate key "\u00e9" at byte 8"#)
  #expect(refusal(of: nested(65))?.message == "more than 64 levels of nesting at byte 64")
  #expect(refusal(of: "")?.message == "nothing where a value was expected at byte 0")
}

@Test(arguments: [
  "9007199254740993", "9223372036854775807", "-9223372036854775808", "0", "-1",
])
func anIntegerIsReadExactly(text: String) throws {
  let value = try read(text)
  #expect(value.integer == Int64(text))
  #expect(value == .number(try #require(JSONNumber(text: text))))
  #expect(String(decoding: value.compact, as: UTF8.self) == text)
}

@Test(arguments: [
  "1.0", "1e3", "1E0", "0.0", "-0.0", "9223372036854775808", "-9223372036854775809",
  "1234567890123456789012345",
])
func whatIsNoExactIntegerKeepsItsTextAndIsNoInteger(text: String) throws {
  let value = try read(text)
  #expect(value.integer == nil)
  #expect(String(decoding: value.compact, as: UTF8.self) == text)
}

@Test func minusZeroIsZeroAndKeepsItsText() throws {
  let value = try read("-0")
  #expect(value.integer == 0)
  #expect(value != 0)
  #expect(value.compact == Array("-0".utf8))
}

@Test func aNumberIsMadeOnlyFromANumbersText() {
  for text in ["0", "-0", "1.5", "1e400", "12345678901234567890123"] {
    #expect(JSONNumber(text: text)?.text == text)
  }
  for text in ["", "01", "+1", " 1", "1 ", "1,", "0x1", "NaN", "\"1\"", "1.", "\u{661}", "null"] {
    #expect(JSONNumber(text: text) == nil)
  }
  #expect(JSONNumber(-7).text == "-7")
  #expect(JSONNumber(Int64.min).integer == Int64.min)
}

@Test func escapesBecomeTheirCharacters() throws {
  let value = try read(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud834\udd1e\u0000é""#)
  let expected: [UInt32] = [
    0x22, 0x5C, 0x2F, 0x08, 0x0C, 0x0A, 0x0D, 0x09, 0x41, 0xE9, 0x20AC, 0x1D11E, 0x00, 0xE9,
  ]
  #expect(value.string?.unicodeScalars.map(\.value) == expected)
}

@Test func truthAndNumbersAreNotConfused() throws {
  #expect(try read("1").bool == nil)
  #expect(try read("true").integer == nil)
  #expect(try read("\"1\"").integer == nil)
  #expect(try read("null").string == nil)
  #expect(try read("1") != (try read("1.0")))
  #expect(try read("1") != (try read("true")))
}

@Test func composedAndDecomposedLettersAreDifferentTexts() throws {
  let value = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
  #expect(value["\u{E9}"] == 1)
  #expect(value["e\u{301}"] == 2)
  #expect(try read("\"\u{E9}\"") != (try read("\"e\u{301}\"")))
  #expect(try read("{\"\u{E9}\":1}") != (try read("{\"e\u{301}\":1}")))
}

@Test func theOrderOfMembersIsKeptAndDoesNotCount() throws {
  let value = try read(#"{"b":1,"a":{"d":1,"c":2}}"#)
  #expect(value.object?.members.map(\.key) == ["b", "a"])
  #expect(value == (try read(#"{"a":{"c":2,"d":1},"b":1}"#)))
  #expect(value != (try read(#"{"a":{"c":2,"d":2},"b":1}"#)))
  #expect(value != (try read(#"{"b":1}"#)))
  #expect(value != (try read(#"{"b":1,"x":{"d":1,"c":2}}"#)))
}

@Test func aMemberIsSetAppendedAndRemoved() {
  var object = JSONObject([("a", 1), ("b", 2), ("a", 3)])
  #expect(object.members.map(\.key) == ["a", "b"])
  #expect(object["a"] == 3)
  object["c"] = .null
  object["b"] = 5
  object["a"] = nil
  object["nowhere"] = nil
  #expect(JSONValue.object(object).compact == Array(#"{"b":5,"c":null}"#.utf8))
}

@Test func literalsStandForJSON() {
  let name = "x"
  let value: JSONValue = ["s": "\(name)!", "n": nil, "t": true, "a": [1, -2], "o": [:]]
  #expect(value.compact == Array(#"{"s":"x!","n":null,"t":true,"a":[1,-2],"o":{}}"#.utf8))
}
