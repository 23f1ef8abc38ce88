import Foundation
import JSON
import Payments
import Testing
import TranscriptFormat

@testable import bursar

/// The parts of `bursar replay`.
struct ReplayPartTests {
  @Test func anInstantIsReadAsItIsWritten() {
    for text in ["1970-01-01T00:00:00Z", "2026-11-20T09:00:00Z", "2024-02-29T23:59:59Z"] {
      #expect(Instant(timestamp: text).map { timestamp($0) } == text)
    }
    let precise = Instant(milliseconds: 1_795_165_200_250)
    #expect(Instant(timestamp: preciseTimestamp(precise)) == precise)
    for text in ["", "2026-11-20 09:00:00Z", "2026-13-20T09:00:00Z", "2026-11-20T09:00:00", "now"] {
      #expect(Instant(timestamp: text) == nil)
    }
  }

  @Test func namesAreNumberedAndTimesLeftOut() {
    var names = Evened()
    #expect(
      names.even("10.00 USD at 2026-11-20T09:00:00Z (operation op_aaa). Sandbox: no money moves.")
        == "10.00 USD at TIME (operation op_1).")
    #expect(names.even("op_bbb, op_aaa; pi_x after 4.000 s") == "op_2, op_1; pi_1 after SECONDS s")
    #expect(names.even("cus_ada for \"INV-1\"") == "cus_ada for \"INV-1\"")
  }

  private func recording(_ text: String) throws -> ReplayFile { try ReplayFile(text) }

  @Test func bothFormatsAreRead() throws {
    let file = try recording(
      """
      # why
      at 2026-11-20T09:00:00.250Z
      > {"a":1}
      > (a line left out: it may carry a card number or a key)
      ! op_x#1 POST /v1/payment_intents key=k
      = op_x#1 200
      = op_x#2 500
      = op_x#3 timeout sent
      = op_x#4 connection not sent
      = 1 lost
      = 2 402 {"error":{}}
      at +4s
      < {"b":1}
      < (a line left out: it may carry a card number)
      """)
    #expect(
      file.lines == [
        .left, .at(Instant(milliseconds: 1_795_165_200_250)), .heard("{\"a\":1}"), .heard(nil),
        .left, .answered("op_x#1", .sandbox), .answered("op_x#2", .status(500, "")),
        .answered("op_x#3", .lost(executed: true)), .answered("op_x#4", .refused),
        .answered("1", .lost(executed: true)), .answered("2", .status(402, "{\"error\":{}}")),
        .later(.seconds(4)), .said("{\"b\":1}"), .left,
      ])
    #expect(throws: ReplayFile.Trouble(line: 2, text: "what is this")) {
      _ = try recording("# a\nwhat is this")
    }
  }

  private func difference(_ recorded: String, _ now: String) -> ReplayDiff {
    ReplayDiff(
      asked: [
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":"#
          + #"{"reference":"R"}}}"#
      ],
      recorded: [Array(recorded.utf8)], now: [Array(now.utf8)])
  }

  @Test func onlyWhatMeansSomethingDiffers() {
    let recorded = #"{"id":1,"result":{"a":"op_x","livemode":true,"elapsed_seconds":3,"n":[1,2]}}"#
    let now = #"{"id":1,"result":{"n":[1,2],"a":"op_y","livemode":false,"elapsed_seconds":4}}"#
    #expect(difference(recorded, now).differences.isEmpty)
    let other = #"{"id":1,"result":{"a":"op_y","n":[1,3],"new":null}}"#
    let found = difference(recorded, other)
    #expect(found.compared == 1)
    #expect(
      found.differences == [
        ReplayDiff.Difference(
          question: "charge R (id 1)",
          facts: [
            ReplayDiff.Fact(place: "result.n[1]", recorded: "2", now: "3"),
            ReplayDiff.Fact(place: "result.new", recorded: nil, now: "null"),
          ])
      ])
    #expect(difference(recorded, #"{"id":2,"result":{}}"#).differences.count == 1)
  }
}

extension WorldTests {
  /// `bursar replay` as the real binary does it.
  struct ReplayTests {
    private func replay(
      _ home: TemporaryDirectory, _ arguments: [String]
    ) throws -> (lines: [String], code: Int32) {
      let binary = try Binary(arguments: ["replay"] + arguments, home: home)
      binary.closeInput()
      return (try binary.readToEnd(), try binary.exitCode())
    }

    private static let policy = """
      {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
       "ledger": {"path": "ledger.db"}, "nearDuplicates": {"action": "allow"}}
      """

    /// A conversation as `serve --transcript` records it: a charge, the same again, another, one
    /// too many, a refund, a question.
    private func recorded(_ home: TemporaryDirectory) throws -> String {
      let policy = try home.write(Self.policy, to: "policy.jsonc")
      let path = home.path("recorded")
      let binary = try Binary("--policy", policy, "--run", "r", "--transcript", path, home: home)
      let lines = [
        Wire.hello, Wire.charge("inv-1", amount: 6000), Wire.charge("inv-1", amount: 6000, id: 2),
        Wire.charge("inv-2", amount: 3000, id: 3), Wire.charge("inv-3", amount: 2000, id: 4),
        Wire.refund("cn-1", of: "inv-1", amount: 500, id: 5), Wire.status("inv-1", id: 6),
        Wire.list,
      ]
      for line in lines {
        try binary.write(line)
        _ = try #require(try binary.readLine())
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      return path
    }

    @Test func whatWasRecordedComesOutTheSame() throws {
      let home = try TemporaryDirectory()
      let path = try recorded(home)
      let before = try FileManager.default.contentsOfDirectory(atPath: home.path).sorted()
      let said = try replay(home, [path, "--policy", home.path("policy.jsonc")])
      #expect(said.lines == ["\(path): all 8 answers are the same."])
      #expect(said.code == 0)
      // The policy's own ledger is not touched, and nothing is left behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).sorted() == before)
      let json = try replay(home, [path, path, "--policy", home.path("policy.jsonc"), "--json"])
      #expect(json.code == 0 && json.lines.count == 2)
      #expect(json.lines.first?.hasSuffix("\"compared\":8,\"differences\":[]}") == true)
    }

    @Test func anotherPolicyIsSeenInTheAnswers() throws {
      let home = try TemporaryDirectory()
      let path = try recorded(home)
      let narrow = try home.write(
        Self.policy.replacingOccurrences(of: "100.00", with: "80.00"), to: "new.jsonc")
      let said = try replay(home, [path, "--policy", narrow])
      #expect(said.code == 1)
      #expect(said.lines.first?.contains(" of 8 answers differ") == true)
      #expect(said.lines.contains("charge inv-2 (id 3)"))
      #expect(said.lines.contains("  - result.structuredContent.code: captured"))
      #expect(said.lines.contains("  + result.structuredContent.code: spend_cap_exceeded"))
      // A live policy is played in the sandbox: its key is not even looked for.
      let live = Self.policy.replacingOccurrences(
        of: "{\"caps\"",
        with: "{\"environment\": \"live\", \"processor\": {\"kind\": \"stripe\", "
          + "\"apiKey\": {\"env\": \"ABSENT\"}}, \"caps\"")
      let real = try home.write(live, to: "live.jsonc")
      #expect(try replay(home, [path, "--policy", real]).code == 0)
    }

    @Test func whatIsNoRecordingIsSaid() throws {
      let home = try TemporaryDirectory()
      let path = try home.write("# a\nno transcript\n", to: "other")
      #expect(try replay(home, [path]).code == 74)
      #expect(try replay(home, [home.path("absent")]).code == 74)
      #expect(try replay(home, []).code == 64)
      #expect(try replay(home, [path, "--policy", home.path("absent")]).code == 78)
    }

    @Test func theTranscriptsOfTheTestsComeOutTheSame() throws {
      let home = try TemporaryDirectory()
      let files = try TranscriptFile.all().map(\.path)
      #expect(files.count >= 30)
      let said = try replay(home, files)
      let different = said.lines.filter { $0.contains("answers differ") }
      #expect(different == [], "\(said.lines.prefix(40).joined(separator: "\n"))")
    }
  }
}
