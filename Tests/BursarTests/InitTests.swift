import Foundation
import JSON
import Testing

@testable import bursar

/// What `bursar init` puts into the configurations of clients.
struct ClientMergeTests {
  private let launch = Launch(
    command: "/opt/bursar", variables: [Launch.Variable(name: "BURSAR_POLICY", value: "/p.jsonc")])

  private func merged(_ text: String, _ client: Client = .cursor) throws -> String {
    String(decoding: try launch.merged(into: Array(text.utf8), of: client), as: UTF8.self)
  }

  private func trouble(_ text: String, _ client: Client = .cursor) -> String? {
    do throws(MergeTrouble) {
      _ = try launch.merged(into: Array(text.utf8), of: client)
      return nil
    } catch {
      return error.message
    }
  }

  private func value(_ text: String) throws -> [String: Any] {
    let plain = try JSONValue(reading: Array(text.utf8), comments: true).compact
    let object = try JSONSerialization.jsonObject(with: Data(plain))
    return try #require(object as? [String: Any])
  }

  @Test func anEmptyFileIsTheWholeConfiguration() throws {
    for client in Client.allCases {
      for empty in ["", " \n\t\n"] {
        #expect(try merged(empty, client) == launch.whole(for: client))
      }
      // Once more changes nothing.
      let whole = launch.whole(for: client)
      #expect(try merged(whole, client) == whole)
    }
  }

  @Test func everythingElseStaysByteForByte() throws {
    let old = """
      // mine
      {
      \t"theme": "dark", /* { "mcpServers": 1 } */
      \t"mcpServers": {
      \t\t"other": { "command": "x", "args": ["}", "\\"{"] }
      \t},
      \t"last": [1.50, 1e3]
      }

      """
    let new = try merged(old)
    let (before, after) = (old.split(separator: "\n"), new.split(separator: "\n"))
    // Every line that was there is there, in its order.
    var rest = after[...]
    for line in before {
      let place = try #require(rest.firstIndex(of: line), "\(line) is gone")
      rest = rest[(place + 1)...]
    }
    #expect(after.count == before.count + 4)
    #expect(new.contains("\t\t\"bursar\": {\n\t\t\t\"command\": \"/opt/bursar\","))
    let servers = try #require(try value(new)["mcpServers"] as? [String: Any])
    #expect(servers.keys.sorted() == ["bursar", "other"])
    #expect(try merged(new) == new)
  }

  @Test(arguments: [
    "{}", "{ }", #"{"a": 1}"#, #"{"mcpServers": {}}"#, #"{"mcpServers": {"x": {"command": "y"}}}"#,
    #"{"mcpServers":{"bursar":{"command":"old","env":{"A":"}"}},"z":{}}}"#,
    #"{"mcpServers": {"bursar": "no object"}, "b": 2}"#,
    "{\"mcpServers\": {\"bursar\": // old\n {\"command\": /* } */ \"old\"} }, \"b\": 2}",
    #"{"mcpServers": {"z": {}, "bursar": {}}}"#,
  ]) func whateverTheFileIsTheEntryIsInItAndItReads(_ old: String) throws {
    let new = try merged(old)
    let whole = try value(new)
    let servers = try #require(whole["mcpServers"] as? [String: Any], "\(new)")
    let entry = try #require(servers["bursar"] as? [String: Any], "\(new)")
    #expect(entry["command"] as? String == "/opt/bursar")
    #expect((entry["env"] as? [String: String])?["BURSAR_POLICY"] == "/p.jsonc")
    let before = try value(old)
    #expect(Set(before.keys).isSubset(of: Set(whole.keys)))
    let others = (before["mcpServers"] as? [String: Any] ?? [:]).keys
    #expect(Set(others).isSubset(of: Set(servers.keys)))
    #expect(try merged(new) == new)
  }

  /// Each with what it is afterwards.
  @Test(arguments: [
    (
      #"{"mcpServers":{"bursar":{"command":"old","env":{"STRIPE_API_KEY":"k"},"args":["-v"]}}}"#,
      """
      {"mcpServers":{"bursar":{"command":"/opt/bursar","env":{
              "BURSAR_POLICY": "/p.jsonc","STRIPE_API_KEY":"k"},"args":["-v"]}}}
      """
    ),
    (
      """
      {"mcpServers": {"bursar": {
        "env": {"BURSAR_POLICY": "/other.jsonc"}, // mine
        "disabled": true,
        "command": "/opt/bursar" /* here */
      }}}
      """,
      """
      {"mcpServers": {"bursar": {
        "env": {"BURSAR_POLICY": "/p.jsonc"}, // mine
        "disabled": true,
        "command": "/opt/bursar" /* here */
      }}}
      """
    ),
    (
      #"{"mcpServers":{"bursar":{"command":"old"/**/,"timeout":1e3,"env":7}}}"#,
      """
      {"mcpServers":{"bursar":{"command":"/opt/bursar"/**/,"timeout":1e3,\
      "env":{ "BURSAR_POLICY": "/p.jsonc" }}}}
      """
    ),
    (
      #"{"mcpServers":{"bursar":{"env":{}}}}"#,
      """
      {"mcpServers":{"bursar":{
            "command": "/opt/bursar","env":{
              "BURSAR_POLICY": "/p.jsonc"
            }}}}
      """
    ),
  ]) func whatTheUserSetInTheEntryStays(_ old: String, _ new: String) throws {
    #expect(try merged(old) == new)
    #expect(try merged(new) == new)
  }

  @Test func theArgumentsOfTheUserStayWhereAClientWantsSome() throws {
    let old = #"{"context_servers":{"bursar":{"args":["--run","r"]}}}"#
    let new = try value(try merged(old, .zed))
    let servers = try #require(new["context_servers"] as? [String: Any])
    let entry = try #require(servers["bursar"] as? [String: Any])
    #expect(entry["args"] as? [String] == ["--run", "r"])
    #expect(entry["source"] as? String == "custom")
  }

  @Test func whatCannotBeReadIsLeftAlone() {
    #expect(trouble("{\"a\": }")?.contains("line 1, column 7") == true)
    #expect(trouble("[]") == "it is no JSON object")
    #expect(trouble(#"{"mcpServers": []}"#) == "its mcpServers is no object")
    #expect(trouble("mcp_servers = { x = 1 }\n", .codex)?.contains("not written as tables") == true)
  }

  @Test func aTableOfTOMLIsAddedOrReplaced() throws {
    let old = """
      model = "o3"  # mine

      [mcp_servers.other]
      command = "x"

      """
    let added = try merged(old, .codex)
    #expect(added == old + "\n" + launch.table("mcp_servers"))
    #expect(try merged(added, .codex) == added)
    let present = """
      [mcp_servers.bursar]
      command = "old"
      [mcp_servers.bursar.env]
      A = "1"

      # about the next
      [profiles.x]
      y = 1

      """
    #expect(
      try merged(present, .codex)
        == present.replacingOccurrences(of: "old", with: "/opt/bursar")
        .replacingOccurrences(of: "A =", with: "BURSAR_POLICY = \"/p.jsonc\"\nA ="))
    let read = try TOMLOutline(Array(added.utf8)).value(at: ["mcp_servers", "bursar"])
    #expect(read == .object(launch.entry(for: .codex)))
  }

  @Test func aDifferenceShowsWhatChangesAndThreeLinesAround() {
    let old = (1...9).map(String.init).joined(separator: "\n")
    let new = old.replacingOccurrences(of: "5", with: "five\n5b")
    #expect(lineDiff(old, new) == "  2\n  3\n  4\n- 5\n+ five\n+ 5b\n  6\n  7\n  8\n")
    #expect(lineDiff("a\nb\nc", "b\nc\nd") == "- a\n  b\n  c\n+ d\n")
    #expect(lineDiff("", "a\n") == "+ a\n  \n")
  }
}

extension WorldTests {
  /// `bursar init` as the real binary does it.
  struct InitTests {
    private func run(
      _ home: TemporaryDirectory, _ arguments: String..., says answer: String = ""
    ) throws -> (text: String, code: Int32) {
      let binary = try Binary(arguments: arguments, home: home)
      try binary.write(answer)
      binary.closeInput()
      let lines = try binary.readToEnd(allowingHalf: true)
      return (lines.map { $0 + "\n" }.joined(), try binary.exitCode())
    }

    /// The configurations in `examples/` are what is printed.
    @Test(arguments: Client.allCases) func theExamplesAreWhatIsPrinted(_ client: Client) throws {
      let home = try TemporaryDirectory()
      let printed = try run(
        home, "init", client.rawValue, "--command", "bursar", "--policy",
        "~/.config/bursar/policy.jsonc")
      #expect(printed.code == 0)
      let suffix = client == .codex ? "toml" : "json"
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "examples/clients/\(client.rawValue).\(suffix)")
      if ProcessInfo.processInfo.environment["RECORD"] == "1" {
        try printed.text.write(to: file, atomically: true, encoding: .utf8)
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == printed.text)
    }

    /// The program as the kernel knows it: the path may lead over links.
    private let program = URL(fileURLWithPath: Binary.path).resolvingSymlinksInPath().path

    @Test func withoutOtherWordTheProgramIsNamedByItsAbsolutePath() throws {
      let home = try TemporaryDirectory()
      let printed = try run(home, "init", "cursor")
      #expect(printed.text.contains("\"command\": \"\(program)\""))
      #expect(!printed.text.contains("env"))
      #expect(try run(home, "init").code == 64)
      #expect(try run(home, "init", "emacs").code == 64)
      #expect(try run(home, "init", "cursor", "--yes").code == 64)
    }

    @Test func aNewFileIsWrittenAndOneThatIsThereOnlyAfterAYes() throws {
      let home = try TemporaryDirectory()
      let path = home.path(".cursor/mcp.json")
      #expect(try run(home, "init", "cursor", "--write").code == 0)
      let first = try String(contentsOfFile: path, encoding: .utf8)
      #expect(try run(home, "init", "cursor", "--write").text.contains("knows Bursar already"))
      let other = "{\n  \"mcpServers\": {},\n  \"mine\": true\n}\n"
      try other.write(toFile: path, atomically: false, encoding: .utf8)
      for refusal in ["", "n\n", "what?\n"] {
        let refused = try run(home, "init", "cursor", "--write", says: refusal)
        #expect(refused.code == 1)
        #expect(refused.text.contains("+     \"bursar\": {"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == other)
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      #expect(try run(home, "init", "cursor", "--write", says: "y\n").code == 0)
      let written = try String(contentsOfFile: path, encoding: .utf8)
      #expect(written.contains("\"mine\": true") && written.contains("\"bursar\""))
      let facts = try FileManager.default.attributesOfItem(atPath: path)
      #expect(facts[.posixPermissions] as? Int == 0o640)
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.path(".cursor")).count == 1)
      #expect(first.contains(program))
    }

    @Test func aPolicyThatIsNotThereIsNamedToNoClient() throws {
      let home = try TemporaryDirectory()
      let absent = home.path("policy.jsonc")
      let refused = try Binary("init", "cursor", "--write", "--policy", absent, home: home)
      refused.closeInput()
      #expect(try refused.exitCode() == 1)
      #expect(try refused.complaints().contains("There is no policy at \(absent)."))
      #expect(!FileManager.default.fileExists(atPath: home.path(".cursor")))
      // The entry alone may be looked at before.
      #expect(try run(home, "init", "cursor", "--policy", absent).code == 0)
      try home.write("{\"caps\": []}", to: "policy.jsonc")
      let written = try run(home, "init", "cursor", "--write", "--policy", "~/policy.jsonc")
      #expect(written.code == 0)
    }

    @Test func aLinkIsFollowedAndWhatCannotBeReadIsLeftAlone() throws {
      let home = try TemporaryDirectory()
      let real = try home.write("{\"a\": 1}", to: "real.json")
      let link = home.path("link.json")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
      #expect(try run(home, "init", "zed", "--write", "--yes", "--file", link).code == 0)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == real)
      #expect(try String(contentsOfFile: real, encoding: .utf8).contains("context_servers"))
      let broken = try home.write("{,}", to: "broken.json")
      let refused = try run(home, "init", "zed", "--write", "--yes", "--file", broken)
      #expect(refused.code == 1)
      #expect(refused.text.contains("context_servers"))
      #expect(try String(contentsOfFile: broken, encoding: .utf8) == "{,}")
    }
  }
}
