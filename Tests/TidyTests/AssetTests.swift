import Testing

/// What agents and reviewers are told in `examples/assets` is what the program does.
@Suite struct AssetTests {
  private static let folder = "examples/assets/"
  private static let agents = ["CLAUDE.md", "bursar.mdc", "skill/SKILL.md"]

  @Test func everyAgentIsToldTheSame() throws {
    let text = try Package.text(of: Self.folder + "CLAUDE.md")
    for name in Self.agents.dropFirst() {
      let asset = try Package.text(of: Self.folder + name)
      #expect(asset.hasPrefix("---\n") && asset.contains("\ndescription: "), "\(name)")
      #expect(asset.hasSuffix("\n---\n\n" + text), "\(name)")
    }
  }

  @Test func everyVerdictIsExplainedAndNoOther() throws {
    let source = try Package.text(of: "Sources/Payments/Verdict.swift")
    let verdicts = source.matches(of: /case [a-z]+ = "([A-Z]+)"/).map { String($0.output.1) }
    #expect(verdicts.count == 5)
    let text = try Package.text(of: Self.folder + "CLAUDE.md")
    let rows = text.matches(of: /\n\| `([A-Z]+)` \|/).map { String($0.output.1) }
    #expect(rows == verdicts)
  }

  @Test(arguments: ["CLAUDE.md", "REVIEWING.md"])
  func everyWordOfTheirsIsTheProgramsOwn(_ name: String) throws {
    let paths = try Package.paths().filter { path in
      path.hasPrefix("Sources/") || path.hasPrefix("schemas/")
    }
    let program = try paths.map(Package.text).joined()
    let text = try Package.text(of: Self.folder + name)
    let words = text.matches(of: /`(?:metadata\[)?([a-z]+_[a-z_]+)\]?`/).map { $0.output.1 }
    #expect(words.count >= 3)
    for word in Set(words).sorted() {
      #expect(
        ["\"\(word)\"", "[\(word)]"].contains { program.contains($0) }, "\(name) says \(word)")
    }
  }

  @Test func everyCommandOfTheGuideIsThere() throws {
    let text = try Package.text(of: Self.folder + "REVIEWING.md")
    let help = try Package.text(of: "Sources/bursar/Help.swift")
    let commands = text.matches(of: /`bursar ([a-z-]+)/).map { String($0.output.1) }
    #expect(commands.count >= 5)
    for command in Set(commands).sorted() {
      #expect(help.contains("    bursar \(command) "), "the guide says bursar \(command)")
    }
  }
}
