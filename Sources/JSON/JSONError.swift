/// How much is read before reading is refused.
public struct JSONLimits: Sendable, Hashable {
  /// The largest number of arrays and objects open at once.
  public var depth: Int
  /// The largest length in bytes.
  public var bytes: Int

  /// Limits from their figures.
  public init(depth: Int, bytes: Int) {
    self.depth = depth
    self.bytes = bytes
  }

  /// What a protocol message may have: depth 64, 1 MiB.
  public static let message = JSONLimits(depth: 64, bytes: 1 << 20)
  /// What a file may have: depth 64, 1 MiB.
  public static let file = JSONLimits(depth: 64, bytes: 1 << 20)
}

/// Why bytes were not read as JSON, and where.
public struct JSONError: Error, Equatable {
  /// What was found. The first group is no JSON; the second is JSON that is refused all the same.
  public enum Kind: Sendable, Equatable {
    /// Nothing, or nothing but blanks.
    case empty
    /// The bytes end within a value.
    case unexpectedEnd
    /// A byte that cannot stand here.
    case unexpected(UInt8)
    /// A byte after the value.
    case afterValue(UInt8)
    /// U+FEFF at the start (RFC 8259 §8.1).
    case byteOrderMark
    /// Bytes that are not UTF-8 (RFC 3629).
    case invalidUTF8
    /// A control character in a string that is not escaped (RFC 8259 §7).
    case controlCharacter(UInt8)
    /// A backslash followed by what RFC 8259 §7 does not list.
    case invalidEscape
    /// A number with a zero before its digits (RFC 8259 §6).
    case leadingZero
    /// A block comment that is never closed; the offset is where it opens.
    case unclosedComment

    /// Half a surrogate pair as `\u` escape: no text has it (RFC 8259 §8.2).
    case loneSurrogate
    /// A key that stands twice in its object. Carries the key as quoted ASCII, shortened.
    case duplicateKey(String)
    /// More arrays and objects open at once than this limit.
    case tooDeep(Int)
    /// More bytes than this limit.
    case tooLong(Int)
  }

  /// What was found.
  public let kind: Kind
  /// Where, in bytes from the start.
  public let offset: Int

  init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// Whether the whole is JSON by its grammar and refused for another reason, such as a duplicate
  /// key.
  public var wellFormed: Bool {
    switch kind {
    case .empty, .unexpectedEnd, .unexpected, .afterValue, .byteOrderMark, .invalidUTF8,
      .controlCharacter, .invalidEscape, .leadingZero, .unclosedComment:
      false
    case .loneSurrogate, .duplicateKey, .tooDeep, .tooLong: true
    }
  }

  /// What is wrong, in English and ASCII: `unexpected ',' at byte 17`.
  public var message: String {
    "\(what) at byte \(offset)"
  }

  private var what: String {
    switch kind {
    case .empty: "nothing where a value was expected"
    case .unexpectedEnd: "unexpected end"
    case .unexpected(let byte): "unexpected \(shown(byte))"
    case .afterValue(let byte): "unexpected \(shown(byte)) after the value"
    case .byteOrderMark: "unexpected byte order mark"
    case .invalidUTF8: "invalid UTF-8"
    case .controlCharacter(let byte): "unescaped control character \(shown(byte)) in a string"
    case .invalidEscape: "invalid escape"
    case .leadingZero: "number with a leading zero"
    case .unclosedComment: "unclosed comment"
    case .loneSurrogate: "half a surrogate pair"
    case .duplicateKey(let key): "duplicate key \(key)"
    case .tooDeep(let limit): "more than \(limit) levels of nesting"
    case .tooLong(let limit): "more than \(limit) bytes"
    }
  }
}
