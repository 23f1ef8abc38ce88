extension Scanner {
  /// Passes one value of any depth and builds nothing. Iterative: a million brackets cost a million
  /// bytes, not a million stack frames.
  mutating func skipValue() throws(JSONError) {
    var closers: [UInt8] = []
    repeat {
      try skipBlanks()
      switch try nextExpected() {
      case .openBrace:
        offset += 1
        try skipBlanks()
        if next != .closeBrace {
          closers.append(.closeBrace)
          try skipKey()
          continue
        }
        offset += 1
      case .openBracket:
        offset += 1
        try skipBlanks()
        if next != .closeBracket {
          closers.append(.closeBracket)
          continue
        }
        offset += 1
      default:
        try skipScalar()
      }
      try skipClosers(&closers)
    } while !closers.isEmpty
  }

  /// After a value: passes what closes, up to and including the comma before the next value.
  private mutating func skipClosers(_ closers: inout [UInt8]) throws(JSONError) {
    while let closer = closers.last {
      try skipBlanks()
      if next == .comma {
        offset += 1
        if closer == .closeBrace {
          try skipBlanks()
          try skipKey()
        }
        return
      }
      try skip(closer)
      closers.removeLast()
    }
  }

  /// Passes a key and its colon.
  private mutating func skipKey() throws(JSONError) {
    try skipString()
    try skipBlanks()
    try skip(.colon)
  }

  /// Passes a value that is neither array nor object.
  private mutating func skipScalar() throws(JSONError) {
    switch next {
    case .quote: try skipString()
    case UInt8(ascii: "n"): try skipLiteral("null")
    case UInt8(ascii: "t"): try skipLiteral("true")
    case UInt8(ascii: "f"): try skipLiteral("false")
    case .some(let byte) where byte == .minus || (.zero ... .nine).contains(byte): try skipNumber()
    default: throw surprise
    }
  }

  /// U+FEFF in UTF-8.
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Refuses bytes that are no UTF-8, or begin with a byte order mark.
  func checkEncoding() throws(JSONError) {
    if bytes.starts(with: Scanner.byteOrderMark) { throw JSONError(.byteOrderMark, at: 0) }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw JSONError(.invalidUTF8, at: error.byteOffsets.lowerBound)
    }
  }

  /// Passes the blanks before the only value.
  mutating func skipToValue() throws(JSONError) {
    try skipBlanks()
    if next == nil { throw JSONError(.empty, at: offset) }
  }

  /// Passes the blanks after the only value; nothing else may follow.
  mutating func skipToEnd() throws(JSONError) {
    try skipBlanks()
    if let byte = next { throw JSONError(.afterValue(byte), at: offset) }
  }

  /// Refuses what is no JSON by its grammar, and nothing else.
  mutating func checkGrammar() throws(JSONError) {
    try checkEncoding()
    try skipToValue()
    try skipValue()
    try skipToEnd()
  }
}
