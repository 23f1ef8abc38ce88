import JSON
import Testing

private func document(_ text: String) throws -> JSONDocument {
  try JSONDocument(reading: Array(text.utf8), comments: true)
}

/// `line:column`, or nothing.
private func spot(_ position: TextPosition?) -> String? {
  position.map { "\($0.line):\($0.column)" }
}

private let policy = """
  {
    // The caps, é and \u{1D11E} included.
    "caps": [
      { "name": "run", "amount": "750.00" }, /* é */ { "name": "day", "amount": 5 }
    ],
    "naïve": { "\u{E9}": 1, "e\u{301}": 2 }, "last": true
  }

  """

@Test(
  arguments: [
    ([], "1:1", nil), (["caps"], "3:11", "3:3"), (["caps", 0], "4:5", nil),
    (["caps", 0, "name"], "4:15", "4:7"), (["caps", 0, "amount"], "4:32", "4:22"),
    (["caps", 1], "4:52", nil), (["caps", 1, "amount"], "4:79", "4:69"),
    (["naïve"], "6:12", "6:3"), (["naïve", "\u{E9}"], "6:19", "6:14"),
    (["naïve", "e\u{301}"], "6:28", "6:22"), (["last"], "6:41", "6:33"),
  ] as [(JSONDocument.Path, String, String?)])
func everyValueAndKeyKnowsItsPlace(path: JSONDocument.Path, value: String, key: String?) throws {
  let document = try document(policy)
  #expect(spot(document.position(of: path)) == value)
  #expect(spot(document.keyPosition(of: path)) == key)
  let lines = policy.split(separator: "\n", omittingEmptySubsequences: false)
  let windows = try JSONDocument(
    reading: Array(lines.joined(separator: "\r\n").utf8), comments: true)
  #expect(spot(windows.position(of: path)) == value)
  let old = try JSONDocument(reading: Array(lines.joined(separator: "\r").utf8), comments: true)
  #expect(spot(old.keyPosition(of: path)) == key)
}

@Test(
  arguments: [
    ["cap"], ["caps", 2], ["caps", -1], ["caps", "0"], [0], ["last", "x"], ["last", 0],
    ["caps", 0, "name", "x"], ["nai\u{308}ve"], ["naïve", 0],
  ] as [JSONDocument.Path])
func whatIsNotThereHasNoPlace(path: JSONDocument.Path) throws {
  let document = try document(policy)
  #expect(document.position(of: path) == nil)
  #expect(document.keyPosition(of: path) == nil)
}

@Test func emptyContainersHaveNothingInThem() throws {
  let document = try document(#"{"a":[],"b":{},"c":[[]]}"#)
  #expect(document.position(of: ["a", 0]) == nil)
  #expect(document.position(of: ["b", "x"]) == nil)
  #expect(spot(document.position(of: ["c", 0])) == "1:21")
  #expect(document.position(of: ["c", 0, 0]) == nil)
}

@Test func anEscapedKeyIsFoundByItsCharacters() throws {
  let document = try document(#"{ "\u0061\n": 1 }"#)
  #expect(document.position(of: ["a\n"])?.offset == 14)
  #expect(document.keyPosition(of: ["a\n"])?.offset == 2)
}

@Test func bytesAreCountedIntoLinesAndColumns() {
  let bytes = Array("a\r\né\u{1D11E}x\n\ny\rz".utf8)
  let spots = (0...bytes.count).map {
    spot(JSONDocument.position(ofByte: $0, in: bytes)) ?? ""
  }
  #expect(
    spots == [
      "1:1", "1:2", "1:3", "2:1", "2:2", "2:2", "2:3", "2:3", "2:3", "2:3", "2:4", "3:1", "4:1",
      "4:2", "5:1", "5:2",
    ])
  #expect(JSONDocument.position(ofByte: 99, in: bytes).offset == bytes.count)
  #expect(JSONDocument.position(ofByte: -1, in: bytes).offset == 0)
  #expect(spot(JSONDocument.position(ofByte: 0, in: [])) == "1:1")
}

@Test func anErrorInAFileHasALineAndAColumn() throws {
  let bytes = Array("{\n  \"é\": 1,\n}".utf8)
  let error = try #require(refusal(of: bytes, comments: true))
  #expect(spot(JSONDocument.position(ofByte: error.offset, in: bytes)) == "3:1")
}

@Test func aPathIsWrittenAsPeopleWriteIt() {
  #expect(JSONDocument.text(of: []) == "")
  #expect(JSONDocument.text(of: ["caps", 0, "amount"]) == "caps[0].amount")
  #expect(JSONDocument.text(of: [3, "a"]) == "[3].a")
  #expect(JSONDocument.text(of: ["a.b", "é", "", "x y"]) == #"["a.b"]["\u00e9"][""]["x y"]"#)
}

@Test func stepsAreComparedAndHashedAsBytes() {
  let steps: Set<PathElement> = ["\u{E9}", "e\u{301}", 0, "0", .index(0)]
  #expect(steps.count == 4)
}
