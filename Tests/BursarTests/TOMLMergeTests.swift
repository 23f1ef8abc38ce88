import Foundation
import JSON
import Testing

@testable import bursar

/// What `bursar init codex` does to files that people wrote in every way TOML has.
struct TOMLMergeTests {
  private let launch = Launch(
    command: "/opt/bursar", variables: [Launch.Variable(name: "BURSAR_POLICY", value: "/p.jsonc")])

  private func merged(_ text: String) throws(MergeTrouble) -> String {
    String(decoding: try launch.merged(into: Array(text.utf8), of: .codex), as: UTF8.self)
  }

  private func entry(_ text: String) throws -> JSONValue? {
    try TOMLOutline(Array(text.utf8)).value(at: ["mcp_servers", "bursar"])
  }

  /// A file, and the same with what is set; the lines that are added are marked by a plus.
  @Test(arguments: [
    "[mcp_servers.bursar] # mine\n+command = \"/opt/bursar\"\n+env = {}\nenabled = true\n",
    "[ mcp_servers . 'bursar' ]\n+command = \"/opt/bursar\"\n+env = {}\n",
    "[\"mcp_servers\".bursar]\r\n+command = \"/opt/bursar\"\r\n+env = {}\r\nargs = [\r\n]\r\n",
    "[mcp_servers.bursar]\ncommand = '/opt/bursar' # x\n+env = {}\nargs = [\n  \"[x]\", # ]\n]\n",
    "[mcp_servers.bursar]\ncommand = \"/opt/bursar\"\n+env.BURSAR_POLICY = \"/p.jsonc\"\nenv.A = '1'\n",
    "[mcp_servers.bursar.env]\n+BURSAR_POLICY = \"/p.jsonc\"\nA = \"1\"\n+\n+[mcp_servers.bursar]\n"
      + "+command = \"/opt/bursar\"\n",
    "a = \"\"\"\n[mcp_servers.bursar]\n\"\"\"\"\nb = '''\n'''\n+\n+[mcp_servers.bursar]\n"
      + "+command = \"/opt/bursar\"\n+env = {}\n",
    "d = 1979-05-27 07:32:00Z\nx = [ [ 1 ], { y.z = 2 } ]\n[[list]]\n+\n+[mcp_servers.bursar]\n"
      + "+command = \"/opt/bursar\"\n+env = {}\n",
    "[mcp_servers]\nother = { command = 'x' }\n+\n+[mcp_servers.bursar]\n"
      + "+command = \"/opt/bursar\"\n+env = {}\n",
  ]) func onlyWhatIsSetChanges(_ marked: String) throws {
    let full = marked.replacing("env = {}", with: "env = { BURSAR_POLICY = \"/p.jsonc\" }")
    // As bytes: a carriage return and a line feed are one character.
    let lines = full.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let old = lines.filter { !$0.hasPrefix("+") }.joined(separator: "\n")
    let new = lines.map { String($0.hasPrefix("+") ? $0.dropFirst() : $0[...]) }
      .joined(separator: "\n")
    let said = try merged(old)
    #expect(said == new)
    #expect(try merged(said) == said)
    #expect(try entry(said)?["command"] == "/opt/bursar")
    #expect(try entry(said)?["env"]?["BURSAR_POLICY"] == "/p.jsonc")
  }

  @Test func whatTheUserSetStays() throws {
    let old = """
      [mcp_servers.bursar]
      command = "npx" # old
      args = ["--run", "mine"]
      env = { STRIPE_API_KEY = "k", 'a b' = "1" }
      startup_timeout_sec = 30

      """
    let new = try merged(old)
    #expect(
      new
        == old.replacing("\"npx\"", with: "\"/opt/bursar\"").replacing(
          "'a b' = \"1\" }", with: "\"a b\" = \"1\", BURSAR_POLICY = \"/p.jsonc\" }"))
    #expect(try merged(new) == new)
  }

  @Test(arguments: [
    "[mcp_servers]\nbursar = { command = \"x\" }\n", "mcp_servers.bursar.command = \"x\"\n",
    "[mcp_servers]\nbursar.command = \"x\"\n", "mcp_servers = { bursar = { command = 'x' } }\n",
    "[[mcp_servers.bursar]]\n", "[[mcp_servers]]\n",
    "[mcp_servers.bursar]\n[mcp_servers.'bursar']\n",
    "[mcp_servers.bursar]\nenv = \"x\"\n", "[mcp_servers.bursar]\nenv = { A = 1 }\n", "[a\n",
    "a = \"x\n", "a = [1 2]\n", "a = \"\"\"x\n", "a = \n", "= 1\n", "a = 1 b = 2\n", "a = {\n",
    "[mcp_servers.\"bur\\U00000073ar\"]\n",
  ]) func whatIsNotSurelyUnderstoodIsLeftToAPerson(_ text: String) {
    #expect(throws: MergeTrouble.self) { try merged(text) }
  }

  @Test func bytesThatAreNoTextAreLeftToAPerson() {
    let bytes = Array("# caf".utf8) + [0xE9, 0x0A]
    #expect(throws: MergeTrouble(message: "it is not UTF-8")) {
      try launch.merged(into: bytes, of: .codex)
    }
    #expect(throws: MergeTrouble.self) {
      try merged("a = " + String(repeating: "[", count: 100_000))
    }
  }
}
