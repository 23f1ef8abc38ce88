import Foundation
import Testing

/// What the README shows is what the package holds; its commands are run by `Tests/readme.sh`.
@Suite struct ReadmeTests {
  @Test func everyConfigurationOfTheReadmeIsAnExample() throws {
    let examples = try Package.paths().filter { $0.hasPrefix("examples/") }.map(Package.text)
    let shown = try blocks(of: Package.text(of: "README.md")).filter {
      ["json", "jsonc"].contains($0.kind)
    }
    #expect(shown.count >= 2)
    for block in shown {
      #expect(examples.contains { $0.contains(block.text) }, "\(block.text)")
    }
  }

  @Test func everyFileTheReadmeNamesIsThere() throws {
    let readme = try Package.text(of: "README.md")
    let paths = Set(try Package.paths())
    let links = readme.split(separator: "](").dropFirst().map { $0.prefix { $0 != ")" } }
    #expect(links.count >= 5)
    #expect(links.filter { !paths.contains(String($0)) } == [])
  }

  /// What a person finds in the log or on a dead letter, the README explains.
  @Test func everyReasonOfADeadLetterAndEveryDiscrepancyHasItsEntry() throws {
    let readme = try Package.text(of: "README.md")
    var words: [Substring] = ["outcome_unknown"]
    for path in try Package.paths() where path.hasPrefix("Sources/Processors/") {
      let text = try Package.text(of: path)
      for opening in ["reason: \"", "doubt(\""] {
        words += text.components(of: opening)
      }
    }
    let causes = try Package.text(of: "Sources/Payments/Dialect.swift")
    words += causes.cases(ofEnum: "Cause")
    let kinds = try Package.text(of: "Sources/Ledger/Discrepancy.swift").cases(ofEnum: "Kind")
    #expect(words.count > 15 && kinds.count > 10)
    for word in words + kinds { #expect(readme.contains("`\(word)`"), "\(word)") }
  }

  @Test func aBlockIsFoundWithItsKind() {
    let text = "a\n```sh\nls\n```\nb\n```\nc\nd\n```\n"
    #expect(blocks(of: text).map(\.kind) == ["sh", ""])
    #expect(blocks(of: text).map(\.text) == ["ls\n", "c\nd\n"])
  }

  /// The fenced blocks of a Markdown text, in order.
  private func blocks(of text: String) -> [(kind: String, text: String)] {
    var blocks: [(kind: String, text: String)] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if !isInside { blocks.append((String(line.dropFirst(3)), "")) }
        isInside.toggle()
      } else if isInside {
        blocks[blocks.count - 1].text += line + "\n"
      }
    }
    return blocks
  }
}

extension String {
  /// The texts that stand in quotes after an opening, without those that are put together.
  fileprivate func components(of opening: String) -> [Substring] {
    split(separator: opening, omittingEmptySubsequences: false).dropFirst()
      .map { $0.prefix { $0 != "\"" } }.filter { !$0.contains("\\") }
  }

  /// The raw values of an enum of texts, as they stand in its source.
  fileprivate func cases(ofEnum name: String) -> [Substring] {
    guard let start = range(of: "enum \(name): String")?.upperBound else { return [] }
    let rest = self[start...]
    let body = rest[..<(rest.range(of: "\n  }")?.lowerBound ?? rest.endIndex)]
    return body.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.first == "case", words.count >= 2 else { return nil }
      return words.count == 4 ? words[3].dropFirst().dropLast() : words[1]
    }
  }
}
