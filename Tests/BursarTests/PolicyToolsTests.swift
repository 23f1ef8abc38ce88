import Foundation
import Testing

extension WorldTests {
  /// `bursar policy` as the real binary does it.
  struct PolicyToolsTests {
    private static let old = """
      { "ledger": { "path": "ledger.db" }, "nearDuplicates": { "action": "allow" },
        "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }] }
      """

    /// A home with two policies, and a ledger in which 60.00 were charged and 60.00 refused.
    private func home() throws -> TemporaryDirectory {
      let home = try TemporaryDirectory()
      try home.write(Self.old, to: "old.jsonc")
      try home.write(
        Self.old.replacingOccurrences(of: "100.00", with: "130.00"), to: "new.jsonc")
      let agent = try Binary("--policy", home.path("old.jsonc"), "--run", "run-1", home: home)
      try agent.write(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
          + #""capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"# + "\n"
          + #"{"jsonrpc":"2.0","method":"notifications/initialized"}"# + "\n")
      _ = try agent.readLine()
      for reference in ["A", "B"] {
        try agent.write(
          #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":"#
            + #"{"reference":"\#(reference)","customer":"cus_1","amount":6000,"currency":"USD"}}}"#
            + "\n")
        _ = try agent.readLine()
      }
      agent.closeInput()
      #expect(try agent.exitCode() == 0)
      return home
    }

    /// What a command says, and how it ends.
    private func run(
      _ home: TemporaryDirectory, _ words: String
    ) throws -> (lines: [String], code: Int32) {
      let arguments = words.split(separator: " ").map {
        $0.hasSuffix(".jsonc") ? home.path(String($0)) : String($0)
      }
      let binary = try Binary(arguments: arguments, home: home)
      binary.closeInput()
      return (try binary.readToEnd(), try binary.exitCode())
    }

    private func object(_ lines: [String]) throws -> [String: Any] {
      #expect(lines.count == 1)
      let value = try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8))
      return try #require(value as? [String: Any])
    }

    @Test func everyToolAnswersInWordsAndAsOneObject() throws {
      let home = try home()
      let commands = [
        "policy diff old.jsonc new.jsonc", "policy usage --policy old.jsonc",
        "policy simulate --policy new.jsonc --since 30d", "policy size --batch 2 --amount 60.00",
        "policy explain --policy old.jsonc --run run-1 --reference B --amount 60.00 "
          + "--currency USD --customer cus_1", "check --policy old.jsonc",
      ]
      for command in commands {
        let said = try run(home, command)
        #expect(said.code == 0 && !said.lines.isEmpty, "\(command)")
        let twin = try run(home, command + " --json")
        #expect(twin.code == 0, "\(command)")
        #expect(try object(twin.lines).isEmpty == false, "\(command)")
      }
    }

    @Test func theLoopOfTuningSaysWhatIsTrue() throws {
      let home = try home()
      #expect(
        try run(home, "policy diff old.jsonc new.jsonc").lines == [
          "cap \"run\" goes from 100.00 USD per run to 130.00 USD per run (looser)"
        ])
      let explained = try run(
        home,
        "policy explain --policy old.jsonc --run run-1 --reference B --amount 60.00 "
          + "--currency USD --customer cus_1 --json")
      #expect(try object(explained.lines)["rule"] as? String == "cap run")
      let simulated = try object(
        try run(home, "policy simulate --policy new.jsonc --json").lines)
      let passing = try #require(simulated["would_pass"] as? [String: Any])
      #expect(passing["requests"] as? Int == 1)
    }

    @Test func aWarningIsAFailureOnlyWhenAskedFor() throws {
      let home = try home()
      let narrow = Self.old.replacingOccurrences(of: "100.00", with: "50.00")
      try home.write(narrow, to: "narrow.jsonc")
      let said = try run(home, "check --policy narrow.jsonc")
      #expect(said.code == 0)
      #expect(said.lines.last?.hasPrefix("warning: cap \"run\" is 50.00 USD, less than") == true)
      #expect(try run(home, "check --policy narrow.jsonc --strict").code == 1)
      #expect(try run(home, "check --policy old.jsonc --strict").code == 0)
    }

    @Test func whatCannotBeJudgedIsSaidWithItsOwnExitCode() throws {
      let home = try home()
      try home.write("{", to: "broken.jsonc")
      #expect(try run(home, "policy usage --policy broken.jsonc").code == 78)
      #expect(try run(home, "policy diff old.jsonc absent.jsonc").code == 78)
      #expect(try run(home, "policy simulate --policy new.jsonc --since soon").code == 64)
      #expect(try run(home, "policy size --batch 2 --amount 6.001").code == 64)
      #expect(try run(home, "policy size --batch 2 --amount 6 --currency XXX").code == 64)
    }

    @Test func theProcessorsKeyIsNotNeededToThink() throws {
      let home = try home()
      let live = Self.old.replacingOccurrences(
        of: "{ \"ledger\"",
        with: "{ \"environment\": \"test\", \"processor\": { \"kind\": \"stripe\", "
          + "\"apiKey\": { \"env\": \"ABSENT\" } }, \"ledger\"")
      try home.write(live, to: "live.jsonc")
      #expect(try run(home, "policy simulate --policy live.jsonc").code == 0)
      #expect(try run(home, "check --policy live.jsonc").code == 1)
    }
  }
}
