/// One step from a value to a value within it.
public enum PathElement: Sendable {
  /// The member of that key.
  case key(String)
  /// The element of that index, from 0.
  case index(Int)
}

extension PathElement: Hashable {
  /// Whether both are the same step; keys are compared as UTF-8 bytes.
  public static func == (left: PathElement, right: PathElement) -> Bool {
    switch (left, right) {
    case (.key(let left), .key(let right)): left.hasBytes(of: right)
    case (.index(let left), .index(let right)): left == right
    case (.key, _), (.index, _): false
    }
  }

  /// Hashes a key as UTF-8 bytes.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .key(let key): hasher.combine(ByteText(key))
    case .index(let index): hasher.combine(index)
    }
  }
}

extension PathElement: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// The member of that key.
  public init(stringLiteral key: String) {
    self = .key(key)
  }

  /// The element of that index, from 0.
  public init(integerLiteral index: Int) {
    self = .index(index)
  }
}

/// A place in a file, as a person looks for it.
public struct TextPosition: Sendable, Hashable {
  /// Bytes from the start.
  public let offset: Int
  /// From 1. A line ends with LF, CR LF or CR.
  public let line: Int
  /// From 1, in Unicode scalars.
  public let column: Int
}

/// A file that was read: its value, and where everything in it stands.
public struct JSONDocument: Sendable {
  /// The way from the outermost value to one within it; empty for the outermost itself.
  public typealias Path = [PathElement]

  /// What the file says.
  public let value: JSONValue

  private let bytes: [UInt8]
  private let comments: Bool

  /// Reads exactly one value, as ``JSONValue/init(reading:comments:limits:)`` does.
  public init(
    reading bytes: [UInt8], comments: Bool, limits: JSONLimits = .file
  ) throws(JSONError) {
    value = try JSONValue(reading: bytes, comments: comments, limits: limits)
    self.bytes = bytes
    self.comments = comments
  }

  /// Where the value at that path starts; nil when there is none. Walks over the file each time.
  public func position(of path: Path) -> TextPosition? {
    place(of: path).map { JSONDocument.position(ofByte: $0.value, in: bytes) }
  }

  /// Where the key of the member at that path starts; nil when there is none, or it is no member.
  public func keyPosition(of path: Path) -> TextPosition? {
    place(of: path)?.key.map { JSONDocument.position(ofByte: $0, in: bytes) }
  }

  /// Which line and column a byte is in. An offset behind the end counts as the end.
  public static func position(ofByte offset: Int, in bytes: [UInt8]) -> TextPosition {
    let offset = min(max(offset, 0), bytes.count)
    var line = 1
    var column = 1
    for index in 0..<offset {
      let byte = bytes[index]
      let startsPair =
        byte == .carriageReturn && index + 1 < bytes.count
        && bytes[index + 1] == .lineFeed
      if byte == .lineFeed || byte == .carriageReturn && !startsPair {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return TextPosition(offset: offset, line: line, column: column)
  }

  private func place(of path: Path) -> (key: Int?, value: Int)? {
    var scanner = Scanner(bytes, comments: comments)
    do throws(JSONError) {
      var key: Int?
      try scanner.skipBlanks()
      for element in path {
        guard try scanner.enter(element, key: &key) else { return nil }
      }
      return (key, scanner.offset)
    } catch {
      preconditionFailure("What was read once can be walked over again.")
    }
  }
}

extension Scanner {
  /// From the start of a value to the start of one in it, noting where its key starts; false when
  /// there is no such value.
  fileprivate mutating func enter(
    _ element: PathElement, key start: inout Int?
  ) throws(JSONError) -> Bool {
    let isObject: Bool
    switch element {
    case .key: isObject = true
    case .index: isObject = false
    }
    guard next == (isObject ? .openBrace : .openBracket) else { return false }
    var index = 0
    repeat {
      offset += 1
      try skipBlanks()
      if next == .closeBrace || next == .closeBracket { return false }
      start = isObject ? offset : nil
      let here: PathElement = isObject ? .key(try key()) : .index(index)
      if here == element { return true }
      try skipValue()
      try skipBlanks()
      index += 1
    } while next == .comma
    return false
  }

  private mutating func key() throws(JSONError) -> String {
    var reader = Reader(self, depth: 0)
    let key = try reader.string()
    self = reader.scanner
    try skipBlanks()
    try skip(.colon)
    try skipBlanks()
    return key
  }
}
