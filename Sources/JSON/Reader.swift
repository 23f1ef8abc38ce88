extension JSONValue {
  /// Reads exactly one value, strictly by RFC 8259.
  ///
  /// Refused are also: a byte order mark, duplicate keys, half surrogate pairs, and what is deeper
  /// or longer than the limits. With `comments`, `//` and `/* */` may stand where blanks may.
  public init(
    reading bytes: [UInt8], comments: Bool = false, limits: JSONLimits = .message
  ) throws(JSONError) {
    do throws(JSONError) {
      guard bytes.count <= limits.bytes else {
        throw JSONError(.tooLong(limits.bytes), at: limits.bytes)
      }
      var reader = Reader(Scanner(bytes, comments: comments), depth: limits.depth)
      self = try reader.document()
    } catch {
      // Malformed wins: whoever hears "duplicate key" may rely on the rest being JSON.
      if error.wellFormed {
        var scanner = Scanner(bytes, comments: comments)
        try scanner.checkGrammar()
      }
      throw error
    }
  }
}

/// Builds values. Stops at the first thing that is wrong, whether malformed or refused.
struct Reader {
  var scanner: Scanner
  /// How many arrays and objects may be open at once; bounds the recursion.
  let limit: Int
  private var depth = 0

  init(_ scanner: Scanner, depth limit: Int) {
    self.scanner = scanner
    self.limit = limit
  }

  /// The only value of the bytes.
  mutating func document() throws(JSONError) -> JSONValue {
    try scanner.checkEncoding()
    try scanner.skipToValue()
    let value = try value()
    try scanner.skipToEnd()
    return value
  }

  /// The value that starts at the next byte.
  private mutating func value() throws(JSONError) -> JSONValue {
    switch try scanner.nextExpected() {
    case .openBrace: return .object(JSONObject(unique: try members()))
    case .openBracket: return .array(try elements())
    case .quote: return .string(try string())
    case UInt8(ascii: "n"):
      try scanner.skipLiteral("null")
      return .null
    case UInt8(ascii: "t"):
      try scanner.skipLiteral("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.skipLiteral("false")
      return .bool(false)
    case let byte where byte == .minus || (.zero ... .nine).contains(byte):
      let start = scanner.offset
      try scanner.skipNumber()
      return .number(JSONNumber(checked: text(start..<scanner.offset)))
    default: throw scanner.surprise
    }
  }

  /// Passes the bracket that opens one more level.
  private mutating func open() throws(JSONError) {
    guard depth < limit else { throw JSONError(.tooDeep(limit), at: scanner.offset) }
    depth += 1
    scanner.offset += 1
    try scanner.skipBlanks()
  }

  /// Passes the bracket that closes a level, or the comma before what comes next.
  private mutating func closes(_ closer: UInt8) throws(JSONError) -> Bool {
    try scanner.skipBlanks()
    if scanner.next == .comma {
      scanner.offset += 1
      try scanner.skipBlanks()
      return false
    }
    try scanner.skip(closer)
    depth -= 1
    return true
  }

  private mutating func elements() throws(JSONError) -> [JSONValue] {
    try open()
    var elements: [JSONValue] = []
    if scanner.next == .closeBracket {
      _ = try closes(.closeBracket)
      return elements
    }
    repeat {
      elements.append(try value())
    } while try !closes(.closeBracket)
    return elements
  }

  private mutating func members() throws(JSONError) -> [JSONObject.Member] {
    try open()
    var members: [JSONObject.Member] = []
    if scanner.next == .closeBrace {
      _ = try closes(.closeBrace)
      return members
    }
    var keys = Keys()
    repeat {
      let start = scanner.offset
      let key = try string()
      guard keys.insert(key, after: members) else {
        throw JSONError(.duplicateKey(quoted(key)), at: start)
      }
      try scanner.skipBlanks()
      try scanner.skip(.colon)
      try scanner.skipBlanks()
      members.append(JSONObject.Member(key: key, value: try value()))
    } while try !closes(.closeBrace)
    return members
  }

  /// The string that starts at the next byte, without its quotes and escapes.
  mutating func string() throws(JSONError) -> String {
    try scanner.skip(.quote)
    let start = scanner.offset
    while true {
      switch try scanner.nextExpected() {
      case .quote:
        scanner.offset += 1
        return text(start..<scanner.offset - 1)
      case .backslash:
        return try unescaped(from: start)
      case let byte where byte < .space:
        throw JSONError(.controlCharacter(byte), at: scanner.offset)
      default:
        scanner.offset += 1
      }
    }
  }

  /// The rest of a string whose first escape has been reached.
  private mutating func unescaped(from start: Int) throws(JSONError) -> String {
    var buffer = Array(scanner.bytes[start..<scanner.offset])
    while true {
      switch try scanner.nextExpected() {
      case .quote:
        scanner.offset += 1
        return String(decoding: buffer, as: UTF8.self)
      case .backslash:
        buffer.append(contentsOf: String(Character(try scalar())).utf8)
      case let byte where byte < .space:
        throw JSONError(.controlCharacter(byte), at: scanner.offset)
      case let byte:
        buffer.append(byte)
        scanner.offset += 1
      }
    }
  }

  /// The character of one escape, or of two that are a surrogate pair.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let start = scanner.offset
    let high = try scanner.escape()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard UTF16.isLeadSurrogate(high), scanner.next == .backslash else {
      throw JSONError(.loneSurrogate, at: start)
    }
    let low = try scanner.escape()
    guard UTF16.isTrailSurrogate(low) else { throw JSONError(.loneSurrogate, at: start) }
    let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
    guard let scalar = Unicode.Scalar(value) else {
      preconditionFailure("Two halves of a surrogate pair always make a character.")
    }
    return scalar
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: scanner.bytes[range], as: UTF8.self)
  }
}

/// The keys an object has so far. Few are compared one by one, and only where one of them may be
/// the same; many are hashed, so that 20,000 cost 20,000 steps.
private struct Keys {
  private static let few = 24
  private var hashed: Set<ByteText> = []
  /// One bit for each key, by its length and its ends: a key whose bit is not set is new.
  private var marks: UInt64 = 0

  /// Whether the key is new among these members and those before them.
  mutating func insert(_ key: String, after members: [JSONObject.Member]) -> Bool {
    guard members.count >= Keys.few else {
      let bytes = key.utf8.span
      let mark = Keys.mark(bytes)
      defer { marks |= mark }
      if marks & mark == 0 { return true }
      for member in members where member.key.hasBytes(of: bytes) { return false }
      return true
    }
    if members.count == Keys.few {
      for member in members { hashed.insert(ByteText(member.key)) }
    }
    return hashed.insert(ByteText(key)).inserted
  }

  private static func mark(_ key: Span<UInt8>) -> UInt64 {
    guard !key.isEmpty else { return 1 }
    let ends = Int(key[0]) &* 7 &+ Int(key[key.count - 1])
    return 1 << UInt64((ends &+ key.count &* 31) & 63)
  }
}
