import JSON
import Testing

@Test func onlyWhatMustBeEscapedIsEscaped() {
  let every = (0..<0x20).map { String(Unicode.Scalar(UInt8($0))) }.joined()
  #expect(
    text(JSONValue.string(every).compact)
      == "\"" + #"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
      + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d"#
      + #"\u001e\u001f"# + "\"")
  #expect(text(JSONValue.string("\"\\/'<&").compact) == #""\"\\/'<&""#)
  let raw = "\u{7F}\u{80}\u{E9}\u{2028}\u{2029}\u{FEFF}\u{1D11E}"
  #expect(text(JSONValue.string(raw).compact) == "\"\(raw)\"")
  #expect(text(JSONValue.string("\(raw)\n").compact) == "\"\(raw)\\n\"")
}

@Test func keysAreEscapedLikeStrings() {
  #expect(text((["a\"\n": 1] as JSONValue).compact) == #"{"a\"\n":1}"#)
}

@Test func canonicalSortsByBytesAtEveryLevel() throws {
  let value = try read(
    "{\"\u{10000}\":1,\"\u{FF61}\":2,\"b\":[{\"z\":1,\"y\":2}],\"aa\":3,\"a\":4,\"\":5,\"B\":6}")
  #expect(
    text(value.canonical)
      == "{\"\":5,\"B\":6,\"a\":4,\"aa\":3,\"b\":[{\"y\":2,\"z\":1}],\"\u{FF61}\":2,\"\u{10000}\":1}"
  )
  #expect(text(value.compact).hasPrefix("{\"\u{10000}\":1,\"\u{FF61}\":2,\"b\":[{\"z\":1"))
}

@Test func canonicalTellsComposedFromDecomposed() throws {
  let value = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
  #expect(
    text(value.canonical).unicodeScalars.elementsEqual(
      "{\"e\u{301}\":2,\"\u{E9}\":1}".unicodeScalars))
}

@Test func writingAppends() {
  var bytes = Array("id: ".utf8)
  (["a": [1, nil, []]] as JSONValue).write(to: &bytes)
  #expect(text(bytes) == #"id: {"a":[1,null,[]]}"#)
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func value(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &self))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &self))
    case 3: return .number(number())
    case 4, 5: return .string(text())
    case 6:
      let count = Int.random(in: 0...4, using: &self)
      return .array((0..<count).map { _ in value(depth: depth - 1) })
    default:
      let count = Int.random(in: 0...12, using: &self)
      return .object(JSONObject((0..<count).map { _ in (text(), value(depth: depth - 1)) }))
    }
  }

  mutating func text() -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "b", "\"", "\\", "/", "\0", "\n", "\u{1F}", "\u{7F}", "\u{E9}", "e", "\u{301}",
      "\u{2028}", "\u{FFFF}", "\u{1D11E}", "\u{10FFFF}",
    ]
    let count = Int.random(in: 0...6, using: &self)
    var text = String.UnicodeScalarView()
    for _ in 0..<count { text.append(alphabet.randomElement(using: &self) ?? "a") }
    return String(text)
  }

  mutating func number() -> JSONNumber {
    let sign = Bool.random(using: &self) ? "-" : ""
    let fraction = Bool.random(using: &self) ? ".\(UInt8.random(in: 0...255, using: &self))" : ""
    let exponent = Bool.random(using: &self) ? "E+\(UInt8.random(in: 0...255, using: &self))" : ""
    let text = "\(sign)\(UInt64.random(in: 0 ... .max, using: &self))\(fraction)\(exponent)"
    guard let number = JSONNumber(text: text) else { preconditionFailure("This is a number.") }
    return number
  }
}

@Test(arguments: 0..<20 as Range<UInt64>)
func whatIsWrittenReadsBackEqual(seed: UInt64) throws {
  var seeded = Seeded(state: seed)
  for _ in 0..<50 {
    let value = seeded.value(depth: 4)
    let compact = try JSONValue(reading: value.compact)
    #expect(compact == value)
    #expect(compact.compact == value.compact)
    let canonical = try JSONValue(reading: value.canonical)
    #expect(canonical == value)
    #expect(canonical.canonical == value.canonical)
  }
}

@Test(arguments: 100..<110 as Range<UInt64>)
func aByteChangedIsReadOrRefusedButNeverMore(seed: UInt64) throws {
  var seeded = Seeded(state: seed)
  for _ in 0..<100 {
    var bytes = seeded.value(depth: 3).compact
    let index = Int.random(in: 0..<bytes.count, using: &seeded)
    bytes[index] = UInt8.random(in: 0...255, using: &seeded)
    do throws(JSONError) {
      let value = try JSONValue(reading: bytes)
      #expect(try JSONValue(reading: value.canonical) == value)
    } catch {
      #expect((0...bytes.count).contains(error.offset))
    }
  }
}
