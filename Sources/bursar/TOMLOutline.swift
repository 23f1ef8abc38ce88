import JSON

/// As much of TOML 1.0 as it takes to find one table in a file, and nothing guessed: what it does
/// not surely understand is refused, whole.
struct TOMLOutline {
  /// A header, or a key with its value.
  struct Statement {
    /// The names from the root of the file on.
    let path: [String]
    /// Which of them the statement itself says, from the end; all of them for a header.
    let own: Int
    let kind: Kind
    /// Where its line ends, behind the newline.
    let end: Int
  }

  enum Kind {
    case table
    /// A table in an array of them: `[[a.b]]`.
    case element
    /// A value, and where it stands; null when it is none of those read here: numbers, dates, texts
    /// over several lines.
    case value(JSONValue, Range<Int>)
  }

  /// In the file's order.
  private(set) var statements: [Statement] = []

  /// Reads a file.
  init(_ bytes: [UInt8]) throws(MergeTrouble) {
    var reader = TOMLReader(bytes)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw MergeTrouble(message: "it is not UTF-8")
    }
    var table: [String] = []
    while let statement = try reader.statement(in: table) {
      statements.append(statement)
      switch statement.kind {
      case .table, .element: table = statement.path
      case .value: break
      }
    }
  }

  /// Everything the file says at a path and below, as an object; nil when it says nothing.
  func value(at path: [String]) -> JSONValue? {
    var tree = JSONValue.object(JSONObject())
    for statement in statements {
      switch statement.kind {
      case .table, .element: tree = tree.setting(nil, at: statement.path[...])
      case .value(let value, _): tree = tree.setting(value, at: statement.path[...])
      }
    }
    return path.reduce(tree as JSONValue?) { $0?[$1] }
  }

  /// Whether a name may hold that byte without quotation marks.
  static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension JSONValue {
  /// The same with a value at a path; with an object there when it is nil and nothing is.
  fileprivate func setting(_ value: JSONValue?, at path: ArraySlice<String>) -> JSONValue {
    guard let name = path.first else { return value ?? .object(object ?? JSONObject()) }
    var members = object ?? JSONObject()
    members[name] = (members[name] ?? .null).setting(value, at: path.dropFirst())
    return .object(members)
  }
}

/// Goes through a file byte by byte.
private struct TOMLReader {
  private let bytes: [UInt8]
  private var place = 0
  /// How many values deep it is in.
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func begins(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func skip(_ text: String) -> Bool {
    guard begins(text) else { return false }
    place += text.utf8.count
    return true
  }

  private var trouble: MergeTrouble {
    let line = JSONDocument.position(ofByte: place, in: bytes).line
    return MergeTrouble(message: "what stands in line \(line) is not surely understood")
  }

  private mutating func expect(_ text: String) throws(MergeTrouble) {
    guard skip(text) else { throw trouble }
  }

  private mutating func skipBlanks() {
    while next == 0x20 || next == 0x09 { place += 1 }
  }

  /// A comment, if there is one, and the end of the line.
  private mutating func endLine() throws(MergeTrouble) {
    skipBlanks()
    if next == UInt8(ascii: "#") {
      while let byte = next, byte != 0x0A { place += 1 }
    }
    if next == nil || skip("\n") { return }
    try expect("\r\n")
  }

  /// Blanks, comments and line ends, as they may stand within an array.
  private mutating func skipLines() throws(MergeTrouble) {
    skipBlanks()
    while next == UInt8(ascii: "#") || next == 0x0A || next == 0x0D {
      try endLine()
      skipBlanks()
    }
  }

  /// The next header or value; nil at the end.
  mutating func statement(in table: [String]) throws(MergeTrouble) -> TOMLOutline.Statement? {
    try skipLines()
    guard next != nil else { return nil }
    let isHeader = next == UInt8(ascii: "[")
    var names: [String] = []
    var kind = TOMLOutline.Kind.table
    if skip("[[") {
      names = try path()
      try expect("]]")
      kind = .element
    } else if skip("[") {
      names = try path()
      try expect("]")
    } else {
      names = try path()
      try expect("=")
      skipBlanks()
      let begin = place
      let value = try value()
      kind = .value(value, begin..<place)
    }
    try endLine()
    return TOMLOutline.Statement(
      path: isHeader ? names : table + names, own: names.count, kind: kind, end: place)
  }

  /// Names with dots between them.
  private mutating func path() throws(MergeTrouble) -> [String] {
    var names: [String] = []
    repeat {
      skipBlanks()
      names.append(try name())
      skipBlanks()
    } while skip(".")
    return names
  }

  private mutating func name() throws(MergeTrouble) -> String {
    if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") {
      guard let text = try text().string else { throw trouble }
      return text
    }
    let start = place
    while let byte = next, TOMLOutline.isBare(byte) { place += 1 }
    guard place > start else { throw trouble }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func value() throws(MergeTrouble) -> JSONValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 32 else { throw trouble }
    for quotes in ["\"\"\"", "'''"] where begins(quotes) { return try longText(quotes) }
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try text()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "{"): return try table()
    default: return try word()
    }
  }

  /// A text on one line. What JSON reads in quotation marks, TOML reads alike.
  private mutating func text() throws(MergeTrouble) -> JSONValue {
    let start = place
    let quote = bytes[start]
    place += 1
    while let byte = next, byte != quote, byte != 0x0A {
      place += byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") ? 2 : 1
    }
    guard next == quote else { throw trouble }
    place += 1
    let inner = bytes[(start + 1)..<(place - 1)]
    guard quote == UInt8(ascii: "\"") else {
      return .string(String(decoding: inner, as: UTF8.self))
    }
    do throws(JSONError) {
      return try JSONValue(reading: Array(bytes[start..<place]))
    } catch {
      throw trouble
    }
  }

  /// A text over several lines is only passed by.
  private mutating func longText(_ quotes: String) throws(MergeTrouble) -> JSONValue {
    place += 3
    while !begins(quotes) {
      guard let byte = next else { throw trouble }
      place += byte == UInt8(ascii: "\\") && quotes == "\"\"\"" ? 2 : 1
      place = min(place, bytes.count)
    }
    place += 3
    // Up to two quotation marks more belong to the text.
    for _ in 1...2 { _ = skip(String(quotes.prefix(1))) }
    return .null
  }

  private mutating func array() throws(MergeTrouble) -> JSONValue {
    try expect("[")
    var values: [JSONValue] = []
    try skipLines()
    while !skip("]") {
      values.append(try value())
      try skipLines()
      if skip(",") { try skipLines() } else if next != UInt8(ascii: "]") { throw trouble }
    }
    return .array(values)
  }

  private mutating func table() throws(MergeTrouble) -> JSONValue {
    try expect("{")
    var members = JSONValue.object(JSONObject())
    skipBlanks()
    while !skip("}") {
      let names = try path()
      try expect("=")
      skipBlanks()
      members = members.setting(try value(), at: names[...])
      skipBlanks()
      if skip(",") { skipBlanks() } else if next != UInt8(ascii: "}") { throw trouble }
    }
    return members
  }

  /// A truth value, a number or a date.
  private mutating func word() throws(MergeTrouble) -> JSONValue {
    let start = place
    while let byte = next, Self.isWord(byte) { place += 1 }
    // A blank may stand between a date and its time.
    if place == start + 10, next == 0x20, place + 1 < bytes.count, Self.isWord(bytes[place + 1]) {
      place += 1
      while let byte = next, Self.isWord(byte) { place += 1 }
    }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      guard !word.isEmpty else { throw trouble }
      return .null
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    TOMLOutline.isBare(byte) || ".+:".utf8.contains(byte)
  }
}
