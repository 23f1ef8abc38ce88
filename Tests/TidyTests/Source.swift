import Foundation

/// One Swift file, taken apart once: its code, its comments and its words.
struct Source {
  /// Relative to the package, such as `Sources/Ledger/SQLite.swift`.
  let path: String
  /// As it stands.
  let text: String
  /// The code alone: comments and string literals are blanks, lines stay where they are.
  let code: [UInt8]
  /// The comments alone, likewise.
  let comments: [UInt8]
  /// The words of `code`, in order.
  let words: [Word]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    var taking = TakingApart(bytes: Array(text.utf8))
    taking.run()
    self.code = taking.code
    self.comments = taking.comments
    self.words = Word.all(in: taking.code)
  }

  /// For each line, whether some of it is neither code nor comment nor blank: a literal.
  var linesWithLiterals: [Bool] {
    var lines = [false]
    for (index, byte) in text.utf8.enumerated() {
      if byte == newline {
        lines.append(false)
      } else if byte != UInt8(ascii: " "), code[index] != byte, comments[index] != byte {
        lines[lines.count - 1] = true
      }
    }
    return lines
  }

  /// The room a file belongs to: the folder under `Sources`, or `Schemas`; nil elsewhere.
  var room: String? {
    let parts = path.split(separator: "/")
    if parts.first == "schemas" { return "Schemas" }
    guard parts.count > 2, parts.first == "Sources" else { return nil }
    return String(parts[1])
  }

  /// The file's name without its folders.
  var name: String {
    String(path.split(separator: "/").last ?? "")
  }
}

/// A word of code with its surroundings.
struct Word {
  let text: String
  /// Counted from 1.
  let line: Int
  /// Where it begins and ends in `Source.code`.
  let range: Range<Int>
  /// The byte before it and the byte after it; 0 at the ends.
  let before: UInt8
  let after: UInt8

  static func all(in code: [UInt8]) -> [Word] {
    var words: [Word] = []
    var line = 1
    var index = 0
    while index < code.count {
      guard isPart(code[index]) else {
        if code[index] == newline { line += 1 }
        index += 1
        continue
      }
      let start = index
      while index < code.count, isPart(code[index]) { index += 1 }
      words.append(
        Word(
          text: String(decoding: code[start..<index], as: UTF8.self), line: line,
          range: start..<index, before: start > 0 ? code[start - 1] : 0,
          after: index < code.count ? code[index] : 0))
    }
    return words
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

let newline = UInt8(ascii: "\n")

/// The package's files, as they are on disk.
enum Package {
  /// The package's folder.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// What a working copy holds beside what is kept: never looked at.
  static let unkept: Set<String> = [".git", ".build", ".venv", ".swiftpm", "__pycache__"]

  /// Every kept file's path, relative and in order.
  static func paths() throws -> [String] {
    try paths(under: "").sorted()
  }

  /// The names at the top of the package, in order.
  static func top() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path()).sorted()
  }

  /// A file's text. Bytes that are not UTF-8 are replaced.
  static func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  /// Every Swift file of the package, taken apart once for all rules.
  static let sources = Result {
    try paths().filter { $0.hasSuffix(".swift") }.map {
      Source(path: $0, text: try text(of: $0))
    }
  }

  private static func paths(under folder: String) throws -> [String] {
    var found: [String] = []
    let place = folder.isEmpty ? root : root.appending(path: folder)
    for name in try FileManager.default.contentsOfDirectory(atPath: place.path()) {
      if unkept.contains(name) { continue }
      let path = folder.isEmpty ? name : folder + "/" + name
      let kind =
        try FileManager.default.attributesOfItem(
          atPath: root.appending(path: path).path())[.type] as? FileAttributeType
      if kind == .typeDirectory {
        found += try paths(under: path)
      } else {
        found.append(path)
      }
    }
    return found
  }
}
