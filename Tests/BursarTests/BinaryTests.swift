import Foundation
import Glibc
import Testing

@testable import bursar

/// What starts programs or opens sockets goes one after the other: a program started meanwhile
/// would inherit a socket and keep it open.
@Suite(.serialized)
enum WorldTests {}

extension WorldTests {
  struct BinaryTests {
    init() {
      // A reader of ours that is gone must fail the write, not the tests.
      signal(SIGPIPE, SIG_IGN)
    }

    let initialize = """
      {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",\
      "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}

      """
    let initialized = """
      {"jsonrpc":"2.0","method":"notifications/initialized"}

      """
    let list = """
      {"jsonrpc":"2.0","id":1,"method":"tools/list"}

      """
    let ping = """
      {"jsonrpc":"2.0","id":"p","method":"ping"}

      """

    func charge(_ reference: String, id: Int = 2) -> String {
      """
      {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"charge","arguments":\
      {"reference":"\(reference)","customer":"cus_1","amount":1000,"currency":"USD",\
      "payment_method":"pm_card_visa"}}}

      """
    }

    func members(_ line: String?) throws -> [String: Any] {
      let line = try #require(line)
      return try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }

    func structured(_ line: String?) throws -> [String: Any] {
      let result = try #require(try members(line)["result"] as? [String: Any])
      return try #require(result["structuredContent"] as? [String: Any])
    }

    @Test func aClientThatOnlyLooksAroundMakesNoBooks() throws {
      let estate = try Estate()
      let binary = try estate.open()
      for method in ["tools/list", "resources/list", "resources/templates/list"] {
        try binary.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\"}\n")
        #expect(try binary.readLine()?.contains("\"result\"") == true)
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(!FileManager.default.fileExists(atPath: estate.ledger))
    }

    @Test func aConversationEndsWithTheInputAndZero() throws {
      let binary = try Binary()
      try binary.write(initialize + initialized + list)
      let hello = try #require(try members(try binary.readLine())["result"] as? [String: Any])
      #expect(hello["protocolVersion"] as? String == "2025-11-25")
      let listed = try #require(try members(try binary.readLine())["result"] as? [String: Any])
      let tools = try #require(listed["tools"] as? [[String: Any]])
      #expect(tools.compactMap { $0["name"] as? String } == ["charge", "refund", "status"])
      binary.closeInput()
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 0)
    }

    @Test func aStatelessClientIsAnsweredWithoutAHandshake() throws {
      let binary = try Binary()
      try binary.write(
        """
        {"jsonrpc":"2.0","id":"d","method":"server/discover","params":{"_meta":\
        {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
        "io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},\
        "io.modelcontextprotocol/clientCapabilities":{}}}}

        """)
      let answer = try members(try binary.readLine())
      #expect(answer["id"] as? String == "d")
      #expect(answer["result"] != nil)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func aChargeSurvivesTheBinaryAndIsNotMadeTwice() throws {
      let home = try TemporaryDirectory()
      var operations: [String?] = []
      for _ in 1...2 {
        let binary = try Binary("--run", "r", home: home)
        try binary.write(initialize + initialized + charge("inv-1"))
        _ = try binary.readLine()
        let result = try structured(try binary.readLine())
        #expect(result["verdict"] as? String == "DONE")
        operations.append(result["operation"] as? String)
        binary.closeInput()
        #expect(try binary.exitCode() == 0)
      }
      #expect(operations[0] != nil && operations[0] == operations[1])
      let journal = try home.read(".local/state/bursar/ledger.db.sandbox")
      #expect(journal.split(separator: 0x0A).count == 2)
    }

    @Test func halfALineAtTheEndExecutesNothing() throws {
      let binary = try Binary()
      try binary.write(initialize + initialized + String(charge("inv-2").dropLast()))
      #expect(try binary.readLine() != nil)
      binary.closeInput()
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 0)
      let isThere = FileManager.default.fileExists(
        atPath: binary.home.path(".local/state/bursar/ledger.db.sandbox"))
      #expect(!isThere)
    }

    @Test func aLineThatIsTooLongIsAnsweredAndTheNextOneToo() throws {
      let binary = try Binary()
      try binary.write([UInt8](repeating: 0x20, count: Lines.limit + 1) + [0x0A] + Array(ping.utf8))
      let refusal = try members(try binary.readLine())
      #expect((refusal["error"] as? [String: Any])?["code"] as? Int == -32700)
      #expect(try members(try binary.readLine())["id"] as? String == "p")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func nobodyElseCanWriteToTheAgent() throws {
      let binary = try Binary()
      try binary.write(ping)
      #expect(try binary.readLine() != nil)
      let errors = try binary.target(ofDescriptor: 2)
      #expect(try binary.target(ofDescriptor: 1) == errors)
      #expect(errors.hasSuffix("/stderr"))
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func aReaderThatIsGoneEndsItWithZero() throws {
      let binary = try Binary()
      try binary.write(ping)
      #expect(try binary.readLine() != nil)
      binary.closeOutput()
      try binary.write(ping)
      #expect(try binary.exitCode() == 0)
    }

    @Test func aReaderThatWasNeverThereEndsItWithZero() throws {
      let binary = try Binary()
      binary.closeOutput()
      try binary.write(ping)
      #expect(try binary.exitCode() == 0)
    }

    @Test func withoutStandardOutputItSaysSo() throws {
      let binary = try Binary(output: .closed)
      #expect(try binary.exitCode() == ExitCode.unavailable.rawValue)
      #expect(try binary.complaints().contains("no standard output"))
    }

    @Test(arguments: [SIGTERM, SIGINT], [false, true])
    func aSignalToEndEndsItWithZero(signal: Int32, blocked: Bool) throws {
      let binary = try Binary(signalsBlocked: blocked)
      try binary.write(ping)
      #expect(try binary.readLine() != nil)
      binary.signal(signal)
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 0)
    }

    @Test func aHangUpAloneDoesNotEndIt() throws {
      let binary = try Binary()
      try binary.write(ping)
      #expect(try binary.readLine() != nil)
      binary.signal(SIGHUP)
      try binary.write(ping)
      #expect(try binary.readLine() != nil)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func anAgentThatDoesNotReadStopsBeingReadAndLosesNothing() throws {
      let binary = try Binary()
      try binary.write(initialize + initialized)
      #expect(try binary.readLine() != nil)
      // What it answers is far more than the bound and the pipe hold.
      let text = Array(String(repeating: list, count: 4000).utf8)
      let taken = try binary.writeWhatItTakes(text)
      #expect(taken < text.count)
      var answers = 0
      while answers < 1000, try binary.readLine() != nil { answers += 1 }
      var rest = text[taken...]
      while !rest.isEmpty {
        let more = try binary.writeWhatItTakes(Array(rest))
        rest = rest.dropFirst(more)
        for _ in 0..<500 where answers < 4000 {
          guard try binary.readLine() != nil else { break }
          answers += 1
        }
      }
      binary.closeInput()
      while try binary.readLine() != nil { answers += 1 }
      #expect(answers == 4000)
      #expect(try binary.exitCode() == 0)
    }

    @Test func theTranscriptMirrorsBothDirections() throws {
      let home = try TemporaryDirectory()
      let path = home.path("talk")
      let binary = try Binary("--transcript", path, home: home)
      try binary.write(ping)
      let answer = try #require(try binary.readLine())
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      let lines = String(decoding: try home.read("talk"), as: UTF8.self).split(separator: "\n")
      #expect(lines.first?.wholeMatch(of: /at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
      #expect(lines.contains("> " + ping.dropLast()))
      #expect(lines.contains("< " + answer))
      #expect(try home.mode(of: "talk") == 0o600)
    }

    @Test func aCommandLineThatIsNotUnderstoodEndsWith64() throws {
      let binary = try Binary("serve", "--polici", "x")
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 64)
      let complaint = try binary.complaints()
      #expect(complaint.contains("--polici") && complaint.split(separator: "\n").count == 1)
    }

    @Test func checkSaysWhatIsWrongAndWhere() throws {
      let home = try TemporaryDirectory()
      let path = home.path("none.jsonc")
      let binary = try Binary("check", "--policy", path, home: home)
      let lines = try binary.readToEnd()
      #expect(lines == ["\(path):1:1: The policy cannot be read: there is no such file."])
      #expect(try binary.exitCode() == 1)
    }

    @Test func checkSaysWhatWillBeInForce() throws {
      let binary = try Binary("check")
      let lines = try binary.readToEnd()
      #expect(try binary.exitCode() == 0)
      #expect(lines.contains("policy: built in"))
      #expect(lines.contains("environment: sandbox"))
      #expect(lines.contains { $0.hasPrefix("cap: ") && $0.contains("100.00 USD per run") })
    }

    @Test func aNamedPolicyThatIsMissingServesNoMoney() throws {
      let binary = try Binary(environment: ["BURSAR_POLICY": "/nonexistent/policy.jsonc"])
      try binary.write(initialize + initialized + charge("inv-3"))
      _ = try binary.readLine()
      #expect(try structured(try binary.readLine())["verdict"] as? String == "STOP")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }
  }
}
