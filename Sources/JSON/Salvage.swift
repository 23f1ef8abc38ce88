/// The id of a line the reader refused, so that the refusal can still be addressed to who asked.
///
/// Best effort, for the error path: the string or number that is the only top-level member `id` of
/// an object, as far as the line can be followed. Strings may be broken inside (bytes that are no
/// UTF-8, bare control characters, bad escapes). Where the line stops being JSON, an id found
/// before counts unless `"id"` occurs again behind. Nil when in doubt.
public func salvagedID(of line: [UInt8]) -> JSONValue? {
  var salvage = Salvage(line)
  do throws(JSONError) {
    try salvage.walk()
  } catch {
    if salvage.mentionsAnother { return nil }
  }
  return salvage.count == 1 ? salvage.id : nil
}

/// A line with `null` instead of what stands under a path of keys; nil when nothing does, or the
/// line cannot be followed so far.
///
/// Best effort, for the error path: what the reader refuses may stand where nobody has to look who
/// only wants to know whom to answer. A key that is written with escapes is not found.
public func leavingOut(_ path: [String], of line: [UInt8]) -> [UInt8]? {
  var scanner = Scanner(line)
  do throws(JSONError) {
    for key in path {
      guard try scanner.enter(key) else { return nil }
    }
    let start = scanner.offset
    try scanner.skipValue()
    return line[..<start] + Array("null".utf8) + line[scanner.offset...]
  } catch {
    return nil
  }
}

extension Scanner {
  /// Goes to the value of a key of the object that comes next; false when there is none.
  fileprivate mutating func enter(_ key: String) throws(JSONError) -> Bool {
    try skipBlanks()
    guard next == .openBrace else { return false }
    repeat {
      offset += 1
      try skipBlanks()
      if next == .closeBrace { return false }
      let start = offset
      try skipString()
      let isFound = bytes[start..<offset].elementsEqual("\"\(key)\"".utf8)
      try skipBlanks()
      try skip(.colon)
      try skipBlanks()
      if isFound { return true }
      try skipValue()
      try skipBlanks()
    } while next == .comma
    return false
  }
}

private struct Salvage {
  private var scanner: Scanner
  /// How many top-level keys are `id`.
  private(set) var count = 0
  /// What stood under the last of them, followed by a comma or the closing brace.
  private(set) var id: JSONValue?

  init(_ line: [UInt8]) {
    scanner = Scanner(line, forgiving: true)
  }

  /// Walks over the members of the line's object, as far as it is JSON.
  mutating func walk() throws(JSONError) {
    if scanner.bytes.starts(with: Scanner.byteOrderMark) { scanner.offset = 3 }
    try scanner.skipBlanks()
    try scanner.skip(.openBrace)
    try scanner.skipBlanks()
    if scanner.next == .closeBrace { return }
    repeat {
      try scanner.skipBlanks()
      try member()
    } while try !closes()
    try scanner.skipToEnd()
  }

  private mutating func member() throws(JSONError) {
    let key = scanner.offset
    try scanner.skipString()
    let isID = scanner.offset - key <= longestKey && reading(key..<scanner.offset)?.string == "id"
    if isID { count += 1 }
    try scanner.skipBlanks()
    try scanner.skip(.colon)
    try scanner.skipBlanks()
    let value = scanner.offset
    try scanner.skipValue()
    let end = scanner.offset
    try scanner.skipBlanks()
    guard isID, scanner.next == .comma || scanner.next == .closeBrace else { return }
    switch reading(value..<end) {
    case .string(let text): id = .string(text)
    case .number(let number): id = .number(number)
    case .null, .bool, .array, .object, nil: id = nil
    }
  }

  /// The length of `id` when both letters are escaped.
  private var longestKey: Int { 14 }

  private mutating func closes() throws(JSONError) -> Bool {
    if scanner.next == .comma {
      scanner.offset += 1
      return false
    }
    try scanner.skip(.closeBrace)
    return true
  }

  private func reading(_ range: Range<Int>) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(reading: Array(scanner.bytes[range]))
    } catch {
      return nil
    }
  }

  /// Whether the part that could not be followed has an `"id"` too.
  var mentionsAnother: Bool {
    let rest = scanner.bytes[scanner.offset...]
    let key = Array("\"id\"".utf8)
    return rest.indices.contains { rest[$0] == .quote && rest[$0...].starts(with: key) }
  }
}
