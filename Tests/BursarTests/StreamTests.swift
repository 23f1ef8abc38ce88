import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// Commands whose standard streams are closed: no file of theirs takes a stream's place.
  struct StreamTests {
    private static let commands = [
      ["reconcile"], ["settle"], ["check"], ["doctor"], ["operations"], ["events"], ["freeze"],
      ["dead-letters"], ["audit", "head"], ["audit", "verify"], ["metrics"], ["policy", "usage"],
      ["policy", "simulate"], ["freeze", "--all", "--why", "looking"],
      ["thaw", "--all"], ["init", "cursor"], ["help"], ["--version"],
    ]

    /// One charge, and its books as they are afterwards.
    private func paid() throws -> Estate {
      let estate = try Estate()
      try estate.pay("inv-1")
      return estate
    }

    private func run(_ command: [String], _ estate: Estate, closing streams: String) throws -> Int32
    {
      let shell = ["/bin/sh", "-c", "exec \"$0\" \"$@\" \(streams)"]
      let binary = try Binary(
        arguments: command, environment: ["BURSAR_POLICY": estate.policy], home: estate.home,
        through: shell)
      binary.closeInput()
      return try binary.exitCode()
    }

    @Test(arguments: [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func noFileIsEverWrittenToInAStreamsPlace(_ streams: String) throws {
      let estate = try paid()
      let journal = try Data(contentsOf: URL(fileURLWithPath: estate.journal))
      for command in Self.commands {
        let code = try run(command, estate, closing: streams)
        // Nobody was answered, and that is said.
        if streams.split(separator: " ").contains(">&-") {
          #expect(code == 74 || code == 69, "\(command) ended with \(code)")
        } else {
          #expect(code == 0, "\(command) ended with \(code)")
        }
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: estate.journal)) == journal, "\(command)")
        #expect(try estate.unsoundness() == [], "\(command)")
      }
      #expect(try estate.captures() == ["inv-1": 1])
    }

    @Test func aDamagedJournalOfTheSandboxIsNamedAndSeenInTheLog() throws {
      let estate = try paid()
      let sound = try Data(contentsOf: URL(fileURLWithPath: estate.journal))
      let torn = sound + Data("Compared 1 objects\n".utf8)
      try torn.write(to: URL(fileURLWithPath: estate.journal))
      for command in ["check", "doctor"] {
        let binary = try Binary(command, "--policy", estate.policy, home: estate.home)
        let said = try binary.readToEnd().joined(separator: "\n")
        #expect(try binary.exitCode() == 1)
        #expect(said.contains("The sandbox's journal is damaged in line 3."), "\(said)")
      }
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-2"))
      #expect(try Said(try binary.readLine()).verdict != "DONE")
      binary.closeInput()
      _ = try binary.exitCode()
      let log = try binary.complaints().components(separatedBy: "\"event\":\"sandbox_journal\"")
      #expect(log.count == 2 && log[1].contains("is damaged"))
      // Half a line at the end is a writer that died, and harms nobody.
      try (sound + sound.prefix(20)).write(to: URL(fileURLWithPath: estate.journal))
      #expect(try Binary("check", "--policy", estate.policy, home: estate.home).exitCode() == 0)
    }
  }
}
