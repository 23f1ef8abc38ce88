import JSON
import Testing

@Test func sixtyFourLevelsAreReadAndOneMoreIsNot() throws {
  let value = try read(nested(64))
  #expect(value.compact == Array(nested(64).utf8))
  #expect(refusal(of: nested(65))?.offset == 64)
  let mixed = String(repeating: #"{"a":["#, count: 32) + String(repeating: "]}", count: 32)
  #expect(refusal(of: mixed) == nil)
  #expect(refusal(of: "[\(mixed)]")?.kind == .tooDeep(64))
}

@Test func levelsThatWereClosedDoNotCount() {
  let wide = "[" + Array(repeating: nested(63), count: 100).joined(separator: ",") + "]"
  #expect(refusal(of: wide) == nil)
}

@Test func otherLimitsAreKept() {
  let limits = JSONLimits(depth: 1, bytes: 8)
  #expect(refusal(of: Array("[1,2,3] ".utf8), limits: limits) == nil)
  #expect(refusal(of: Array("[[]]".utf8), limits: limits)?.kind == .tooDeep(1))
  #expect(refusal(of: Array("[1,2,3]  ".utf8), limits: limits)?.kind == .tooLong(8))
  #expect(refusal(of: Array("[]".utf8), limits: JSONLimits(depth: 0, bytes: 8))?.offset == 0)
}

@Test func oneMebibyteIsReadAndOneByteMoreIsNot() throws {
  let fit = Array(("\"" + String(repeating: "a", count: (1 << 20) - 2) + "\"").utf8)
  #expect(try JSONValue(reading: fit).string?.utf8.count == (1 << 20) - 2)
  let error = try #require(refusal(of: fit + [ascii(" ")]))
  #expect(error.kind == .tooLong(1 << 20))
  #expect(error.offset == 1 << 20)
  #expect(error.wellFormed)
  #expect(refusal(of: fit + [ascii("x")])?.wellFormed == false)
}

@Test func aMillionOpenBracketsAreRefusedWithoutHarm() throws {
  let open = try #require(refusal(of: String(repeating: "[", count: 1_000_000)))
  #expect(open.kind == .unexpectedEnd)
  #expect(open.offset == 1_000_000)
  let closed = try #require(refusal(of: nested(500_000)))
  #expect(closed.kind == .tooDeep(64))
  #expect(closed.wellFormed)
  let objects = try #require(refusal(of: String(repeating: "{\"a\":", count: 200_000)))
  #expect(objects.kind == .unexpectedEnd)
  #expect(salvagedID(of: Array(String(repeating: "[", count: 1_000_000).utf8)) == nil)
}

@Test(arguments: ["[", "{\"\":", "\"", "\\", "//", "[1,", "-", "/*", "{\"a\":1},"])
func repetitionDoesNoHarm(unit: String) {
  let bytes = Array(String(repeating: unit, count: 100_000).utf8)
  #expect(refusal(of: bytes)?.wellFormed == false)
  #expect(refusal(of: bytes, comments: true)?.wellFormed == false)
  #expect(salvagedID(of: bytes) == nil)
}

@Test func twentyThousandMembersAreReadAndTheLastDuplicateIsFound() throws {
  let members = (0..<20_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
  let value = try read("{\(members)}")
  #expect(value.object?.members.count == 20_000)
  #expect(value["k19999"] == 19_999)
  let error = try #require(refusal(of: "{\(members),\"k7\":0}"))
  #expect(error.kind == .duplicateKey("\"k7\""))
  #expect(error.offset == members.utf8.count + 2)
}

@Test func aDuplicateIsFoundAmongFewAndAmongMany() {
  for count in 1...20 {
    let keys = (0..<count).map { "\"k\($0)\":0" }
    #expect(refusal(of: "{" + keys.joined(separator: ",") + "}") == nil)
    for twice in keys {
      let text = "{" + (keys + [twice]).joined(separator: ",") + "}"
      #expect(refusal(of: text)?.wellFormed == true)
    }
  }
}

@Test func manyCanonicallyEqualKeysAreDifferentKeys() throws {
  // Marks of different classes commute, so Swift's own hash would see few different keys here.
  let marks: [Unicode.Scalar] = ["\u{301}", "\u{323}", "\u{327}", "\u{31B}", "\u{345}"]
  var keys: [[Unicode.Scalar]] = [[]]
  for mark in marks {
    keys = keys.flatMap { key in
      (0...key.count).map { Array(key[..<$0]) + [mark] + Array(key[$0...]) }
    }
  }
  let members = keys.map { key in "\"a" + String(String.UnicodeScalarView(key)) + "\":0" }
  let value = try read("{" + members.joined(separator: ",") + "}")
  #expect(value.object?.members.count == 120)
}
