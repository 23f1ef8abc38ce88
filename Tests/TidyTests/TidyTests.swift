import Foundation
import Testing

/// The house's readable invariants (DESIGN §4), kept by reading the house.
@Suite struct TidyTests {
  @Test(arguments: Rule.all) func everySourceKeepsTheRule(_ rule: Rule) throws {
    let sources = try Package.sources.get()
    #expect(sources.count > 25, "The sources were not found.")
    let findings = sources.flatMap(rule.findings)
    #expect(findings.isEmpty, "\(said(findings))")
  }

  @Test(arguments: Breach.all) func aBrokenRuleIsFound(_ breach: Breach) {
    let source = Source(path: breach.path, text: breach.text)
    let findings = Rule.all.filter { $0.name == breach.rule }.flatMap { $0.findings(source) }
    #expect(findings.map(\.line).contains(breach.line), "\(breach.rule)")
  }

  @Test func everyRuleHasABreachOfItsOwn() {
    let broken = Set(Breach.all.map(\.rule))
    #expect(Rule.all.filter { !broken.contains($0.name) }.map(\.name) == [])
  }

  @Test(arguments: Rule.all) func commentsLiteralsAndAllowedFilesBreakNothing(_ rule: Rule) {
    let findings = Breach.harmless.flatMap(rule.findings)
    #expect(findings.isEmpty, "\(said(findings))")
  }

  @Test func codeWithinALiteralIsCode() {
    let source = Source(path: "Sources/A/A.swift", text: #"let a = "x \(f("y", g(1))) z" + h"#)
    #expect(source.words.map(\.text) == ["let", "a", "f", "g", "1", "h"])
  }

  @Test func everyRoomOfThePackageIsARoomOfTheDesign() throws {
    let rooms = Set(try Package.paths().compactMap { Source(path: $0, text: "").room })
    #expect(rooms.count >= 10)
    #expect(rooms.filter { Rule.arrows(of: $0) == nil }.sorted() == [])
  }

  @Test func noFileNamesARegistryOrAMachine() throws {
    let findings = try Package.paths().flatMap {
      Whole.refusedTexts(path: $0, text: try Package.text(of: $0))
    }
    #expect(findings.isEmpty, "\(said(findings))")
    let host = "curl https://pypi" + ".org/simple"
    #expect(Whole.refusedTexts(path: "a.sh", text: "\n" + host).map(\.line) == [2])
  }

  @Test func theTopOfThePackageHoldsNothingElse() throws {
    let findings = Whole.strangers(among: try Package.top())
    #expect(findings.isEmpty, "\(said(findings))")
    #expect(Whole.strangers(among: ["Sources", "docs", ".git"]).map(\.path) == ["docs"])
  }

  @Test func whatIsRunCanBeRun() throws {
    let scripts = try Package.paths().filter { try Package.text(of: $0).hasPrefix("#!") }
    #expect(scripts.contains("Tests/run.sh"))
    for script in scripts + [".ci/run"] {
      let path = Package.root.appending(path: script).path()
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(script) is not executable.")
    }
  }
}

/// Findings as lines.
func said(_ findings: [Finding]) -> String {
  findings.map(\.description).joined(separator: "\n")
}
