import Foundation
import Glibc
import Testing

@testable import bursar

/// How a file of somebody else is put in place anew.
struct ReplacingTests {
  private let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  private func refusal(_ path: String) -> FileTrouble? {
    do throws(FileTrouble) {
      try System.replace(path, with: [1])
      return nil
    } catch {
      return error
    }
  }

  @Test(.enabled(if: System.user == 0)) func aFileStaysItsOwnersWhoeverReplacesIt() throws {
    let path = try home.write("old", to: "settings.json", mode: 0o640)
    let given = unsafe chown(path, 1234, 4321)
    try #require(given == 0)
    try System.replace(path, with: Array("new".utf8))
    let facts = try #require(System.facts(of: path))
    #expect(facts.owner == 1234 && facts.group == 4321 && facts.mode == 0o640)
    #expect(try home.read("settings.json") == Array("new".utf8))
  }

  @Test func whatALinkLeadsToIsReplacedAndNotTheLink() throws {
    let real = try home.write("old", to: "real")
    let link = home.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    try System.replace(link, with: Array("new".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")
    #expect(try String(contentsOfFile: real, encoding: .utf8) == "new")
    try FileManager.default.removeItem(atPath: real)
    #expect(refusal(link) == .refused("it is a link that leads nowhere"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["link"])
  }

  @Test func whatIsNoFileIsLeftAsItIs() throws {
    let pipe = home.path("pipe")
    let made = unsafe mkfifo(pipe, 0o600)
    try #require(made == 0)
    #expect(refusal(pipe) == .notRegular)
    #expect(refusal(home.path) == .notRegular)
    #expect(refusal("/dev/null") == .notRegular)
    let kinds = try FileManager.default.attributesOfItem(atPath: pipe)
    #expect(kinds[.type] as? FileAttributeType != .typeRegular)
  }
}

extension WorldTests {
  /// The same through the program.
  struct ReplacingCommandTests {
    @Test func metricsThatArePutIntoAPipeAreRefusedWithASentence() throws {
      let estate = try Estate()
      let pipe = estate.home.path("pipe.prom")
      let made = unsafe mkfifo(pipe, 0o600)
      try #require(made == 0)
      let watching = try Binary(
        "metrics", "--policy", estate.policy, "--watch", pipe, home: estate.home)
      #expect(try watching.exitCode() == 74)
      #expect(try watching.complaints().contains("a directory, a pipe or a device"))
    }
  }
}
