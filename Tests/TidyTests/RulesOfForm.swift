extension Rule {
  /// What fails says so in its type; what cannot happen is a `precondition` with a sentence.
  static let givingUp = Rule(name: "nothing gives up by force") { source in
    source.words.compactMap { word in
      let marked = [UInt8(ascii: "!"), UInt8(ascii: "?")].contains(word.after)
      let says: String? =
        switch word.text {
        case "try" where marked: "try! and try? lose the error."
        case "as" where word.after == UInt8(ascii: "!"): "as! ends the program."
        case "fatalError": "fatalError ends the program; use precondition with a sentence."
        default: nil
        }
      return says.map { Finding(path: source.path, line: word.line, sentence: $0) }
    }
  }

  /// stdout carries protocol lines only (DESIGN §4, invariant 9).
  static let printing = Rule(name: "nothing is printed past the protocol") { source in
    // The simulator's command speaks no protocol.
    guard source.room != nil, source.path != "Sources/Simulator/Command.swift" else { return [] }
    return source.words.filter { word in
      ["print", "debugPrint", "dump", "puts", "printf", "NSLog"].contains(word.text)
        && word.after == UInt8(ascii: "(") && word.before != UInt8(ascii: ".")
    }.map {
      Finding(path: source.path, line: $0.line, sentence: "\($0.text) writes to stdout.")
    }
  }

  /// Comments that promise or partition instead of saying why.
  static let signposts = Rule(name: "no comment is a signpost or a promise") { source in
    Word.all(in: source.comments).filter { word in
      ["MARK", "TODO", "FIXME", "XXX", "HACK"].contains(word.text)
    }.map {
      Finding(path: source.path, line: $0.line, sentence: "\($0.text) in a comment.")
    }
  }

  /// A line fits half a screen. One with a literal may be ten columns longer, because a sentence is
  /// not broken for the sake of its last word.
  static let lineLength = Rule(name: "a line has at most 100 columns") { source in
    zip(lines(of: source.text), source.linesWithLiterals).enumerated().filter {
      $0.element.0.unicodeScalars.count > ($0.element.1 ? 110 : 100)
    }.map {
      Finding(path: source.path, line: $0.offset + 1, sentence: "is longer than 100 columns.")
    }
  }

  /// A file fits a sitting.
  static let fileLength = Rule(name: "a file has at most 400 lines") { source in
    let count = lines(of: source.text).count
    guard count > 400 else { return [] }
    return [Finding(path: source.path, line: count, sentence: "has more than 400 lines.")]
  }

  /// A function fits a screen. Found by its braces; one without a body has none.
  static let functionLength = Rule(name: "a function has at most 60 lines") { source in
    source.words.indices.compactMap { index in
      let word = source.words[index]
      guard word.text == "func" || (word.text == "init" && word.before == UInt8(ascii: " ")),
        let lines = bodyLines(in: source.code, after: word.range.upperBound), lines > 60
      else { return nil }
      return Finding(
        path: source.path, line: word.line, sentence: "begins a function of \(lines) lines.")
    }
  }

  /// Words that mean nothing or two things (DESIGN §2), in the names of types and files.
  static let keptOutNames = Rule(name: "names keep out words that mean nothing") { source in
    var findings: [Finding] = []
    if let word = keptOut(in: String(source.name.prefix { $0 != "." })) {
      findings.append(Finding(path: source.path, line: 1, sentence: "file name says \(word)."))
    }
    let kinds: Set = [
      "struct", "class", "enum", "protocol", "typealias", "actor", "associatedtype",
    ]
    for (word, next) in zip(source.words, source.words.dropFirst())
    where kinds.contains(word.text) && word.before != UInt8(ascii: ".") {
      if let word = keptOut(in: next.text) {
        findings.append(
          Finding(path: source.path, line: next.line, sentence: "\(next.text) says \(word)."))
      }
    }
    return findings
  }

  /// The first kept-out word of a name, taken apart at its capitals and underscores; nil for none.
  private static func keptOut(in name: String) -> String? {
    let refused: Set = [
      "manager", "handler", "service", "helper", "helpers", "util", "utils", "utility",
      "utilities", "context", "process", "data", "info", "core", "common", "models", "config",
    ]
    return parts(of: name).first { refused.contains($0) }
  }

  private static func parts(of name: String) -> [String] {
    var parts: [String] = [""]
    for character in name {
      if character.isUppercase || character == "_" || character == "+" { parts.append("") }
      parts[parts.count - 1] += character.lowercased()
    }
    return parts
  }

  private static func lines(of text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// How many lines a function takes, from its name to its closing brace; nil without a body.
  private static func bodyLines(in code: [UInt8], after start: Int) -> Int? {
    var brackets = 0
    var braces = 0
    var lines = 1
    for index in start..<code.count {
      switch code[index] {
      case newline: lines += 1
      case UInt8(ascii: "("), UInt8(ascii: "["): brackets += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): brackets -= 1
      case UInt8(ascii: "{") where brackets == 0 || braces > 0: braces += 1
      case UInt8(ascii: "}") where brackets == 0 || braces > 0:
        braces -= 1
        if braces <= 0 { return braces == 0 ? lines : nil }
      default: break
      }
    }
    return nil
  }
}
