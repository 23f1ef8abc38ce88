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
