/// Walks over bytes, one token at a time. The grammar of tokens is here and nowhere else (RFC
/// 8259).
///
/// The bytes are taken to be UTF-8: whoever makes a scanner checks that first, or does not care.
struct Scanner {
  let bytes: [UInt8]
  /// Whether `//` and `/* */` may stand where blanks may.
  let comments: Bool
  /// Whether strings may be broken inside: anything between their quotes passes.
  let forgiving: Bool
  var offset: Int

  init(_ bytes: [UInt8], comments: Bool = false, forgiving: Bool = false) {
    self.bytes = bytes
    self.comments = comments
    self.forgiving = forgiving
    offset = 0
  }

  /// The byte that comes next; nil at the end.
  var next: UInt8? {
    offset < bytes.count ? bytes[offset] : nil
  }

  /// The byte that must come next.
  func nextExpected() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw JSONError(.unexpectedEnd, at: offset) }
    return bytes[offset]
  }

  /// Why the next byte cannot stand where it does.
  var surprise: JSONError {
    JSONError(next.map { .unexpected($0) } ?? .unexpectedEnd, at: offset)
  }

  /// Passes exactly this byte.
  mutating func skip(_ byte: UInt8) throws(JSONError) {
    guard next == byte else { throw surprise }
    offset += 1
  }

  /// Passes space, tab, LF, CR, and comments where they are allowed.
  mutating func skipBlanks() throws(JSONError) {
    while offset < bytes.count {
      switch bytes[offset] {
      case .space, .lineFeed, .carriageReturn, .tab: offset += 1
      case .slash where comments: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(JSONError) {
    let opening = offset
    offset += 1
    switch next {
    case .slash:
      while let byte = next, byte != .lineFeed, byte != .carriageReturn { offset += 1 }
    case .star:
      offset += 1
      while offset + 1 < bytes.count {
        if bytes[offset] == .star, bytes[offset + 1] == .slash {
          offset += 2
          return
        }
        offset += 1
      }
      throw JSONError(.unclosedComment, at: opening)
    default:
      throw JSONError(.unexpected(.slash), at: opening)
    }
  }

  /// Passes `null`, `true` or `false`, given as its bytes.
  mutating func skipLiteral(_ literal: StaticString) throws(JSONError) {
    for byte in literal.description.utf8 { try skip(byte) }
  }

  /// Passes a number: `-`, digits without a leading zero, fraction, exponent.
  mutating func skipNumber() throws(JSONError) {
    if next == .minus { offset += 1 }
    if next == .zero {
      offset += 1
      if let byte = next, (.zero ... .nine).contains(byte) {
        throw JSONError(.leadingZero, at: offset - 1)
      }
    } else {
      try skipDigits()
    }
    if next == .point {
      offset += 1
      try skipDigits()
    }
    if next == .exponent || next == .capitalExponent {
      offset += 1
      if next == .plus || next == .minus { offset += 1 }
      try skipDigits()
    }
  }

  /// Passes digits, at least one.
  private mutating func skipDigits() throws(JSONError) {
    let start = offset
    while let byte = next, (.zero ... .nine).contains(byte) { offset += 1 }
    if offset == start { throw surprise }
  }

  /// Passes a string with its quotes, without looking at what its escapes mean.
  mutating func skipString() throws(JSONError) {
    try skip(.quote)
    while true {
      switch try nextExpected() {
      case .quote:
        offset += 1
        return
      case .backslash where forgiving:
        offset = min(offset + 2, bytes.count)
      case .backslash:
        _ = try escape()
      case let byte where byte < .space && !forgiving:
        throw JSONError(.controlCharacter(byte), at: offset)
      default:
        offset += 1
      }
    }
  }

  /// Passes one escape and says which UTF-16 unit it stands for.
  mutating func escape() throws(JSONError) -> UInt16 {
    let start = offset
    offset += 1
    let letter = try nextExpected()
    offset += 1
    switch letter {
    case .quote, .backslash, .slash: return UInt16(letter)
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"): return try hexadecimal(of: start)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  /// The four digits of a `\u` escape that starts at `start`.
  private mutating func hexadecimal(of start: Int) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      let byte = try nextExpected()
      let digit: UInt8
      switch byte {
      case .zero ... .nine: digit = byte - .zero
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw JSONError(.invalidEscape, at: start)
      }
      unit = unit << 4 | UInt16(digit)
      offset += 1
    }
    return unit
  }
}

/// The bytes the grammar speaks of, by name.
extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let slash = UInt8(ascii: "/")
  static let star = UInt8(ascii: "*")
  static let comma = UInt8(ascii: ",")
  static let colon = UInt8(ascii: ":")
  static let point = UInt8(ascii: ".")
  static let plus = UInt8(ascii: "+")
  static let minus = UInt8(ascii: "-")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
  static let exponent = UInt8(ascii: "e")
  static let capitalExponent = UInt8(ascii: "E")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
}
