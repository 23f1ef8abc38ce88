import Foundation
import Glibc
import JSON
import Testing

@testable import bursar

extension WorldTests {
  /// What is told to whom, as the real binary does it.
  struct SinkTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func policy(_ sinks: String) -> String {
      """
      {
        "caps": [{ "name": "run", "per": "run", "amount": "1000000.00", "currency": "USD" }],
        "nearDuplicates": { "action": "allow" }, "rates": { "perMinute": 1000000 },
        "events": [\(sinks)]
      }
      """
    }

    private let file = #"{ "kind": "file", "path": "events.ndjson" }"#

    private func settle(_ estate: Estate, _ arguments: String...) throws -> Binary {
      let binary = try Binary(
        arguments: ["settle", "--policy", estate.home.path("policy.jsonc")] + arguments,
        environment: ["SIGN": Self.secret], home: estate.home)
      binary.closeInput()
      return binary
    }

    private func charge(_ estate: Estate, _ references: String...) throws {
      let binary = try Binary(
        "--policy", estate.home.path("policy.jsonc"), "--run", "r",
        environment: ["SIGN": Self.secret], home: estate.home)
      try binary.write(Wire.hello)
      _ = try #require(try binary.readLine())
      for reference in references {
        try binary.write(Wire.charge(reference))
        #expect(try Said(try binary.readLine()).verdict == "DONE")
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    /// Every event of the books, as `bursar events` tells it.
    private func events(_ estate: Estate) throws -> [String] {
      let binary = try Binary(
        "events", "--json", "--policy", estate.home.path("policy.jsonc"), home: estate.home)
      return try binary.readToEnd()
    }

    private func lines(_ estate: Estate, _ name: String) throws -> [String] {
      String(decoding: try estate.home.read(name), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }

    @Test func theRunningServerTellsAFileWhichCanBeRotated() throws {
      let estate = try Estate(policy: policy(file))
      try charge(estate, "inv-1", "inv-2")
      let before = try lines(estate, "events.ndjson")
      #expect(before == (try events(estate)))
      #expect(try estate.home.mode(of: "events.ndjson") == 0o600)
      try FileManager.default.moveItem(
        atPath: estate.home.path("events.ndjson"), toPath: estate.home.path("events.1"))
      try charge(estate, "inv-3")
      #expect(try lines(estate, "events.1") == before)
      #expect(before + (try lines(estate, "events.ndjson")) == (try events(estate)))
    }

    @Test func settleTellsWhatTheServerCouldNot() throws {
      let estate = try Estate(policy: policy(file))
      // A directory is no file: the server goes on without.
      try FileManager.default.createDirectory(
        atPath: estate.home.path("events.ndjson"), withIntermediateDirectories: false)
      try charge(estate, "inv-1")
      try FileManager.default.removeItem(atPath: estate.home.path("events.ndjson"))
      #expect(try settle(estate).exitCode() == 0)
      #expect(try lines(estate, "events.ndjson") == (try events(estate)))
    }

    @Test func aTornLineIsEndedBeforeTheNext() throws {
      let estate = try Estate(policy: policy(file))
      try estate.home.write("{\"torn\":", to: "events.ndjson")
      try charge(estate, "inv-1")
      let lines = try lines(estate, "events.ndjson")
      #expect(lines.first == "{\"torn\":")
      #expect(Array(lines.dropFirst()) == (try events(estate)))
    }

    @Test func anAddressIsToldWithASignatureUntilItSaysYes() throws {
      let yes = Array("HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n".utf8)
      let no = Array("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".utf8)
      let server = try LoopbackServer(
        .answer(no, keep: false), .reset, .answer(yes, keep: true), .answer(yes, keep: false),
        .answer(yes, keep: true), .answer(yes, keep: true))
      let estate = try Estate(
        policy: policy(
          #"{ "kind": "http", "url": "http://127.0.0.1:\#(server.port)/hook", "backoff": "10ms", "#
            + #""secret": { "env": "SIGN" } }"#))
      try charge(estate, "inv-1")
      let settling = try settle(estate)
      while settling.isRunning {
        server.advance()
        usleep(1000)
      }
      #expect(try settling.exitCode() == 0)
      let told = server.requests.compactMap { $0.components(separatedBy: "\r\n\r\n").last }
      let events = try events(estate)
      // The first three times it is the same one.
      #expect(told.filter { $0 == events[0] }.count >= 3)
      #expect(Array(told.suffix(events.count)) == events)
      for request in server.requests {
        let head = request.components(separatedBy: "\r\n\r\n")[0].lowercased()
        #expect(head.hasPrefix("post /hook http/1.1"))
        #expect(head.contains("content-type: application/cloudevents+json"))
        #expect(head.contains("webhook-id: ") && head.contains("webhook-timestamp: "))
        #expect(head.contains("webhook-signature: v1,"))
        #expect(!head.contains("authorization"))
        #expect(!request.contains(Self.secret))
      }
    }

    @Test func standardOutputIsASinkOfSettle() throws {
      let estate = try Estate(policy: policy(""))
      #expect(try settle(estate, "--events").readToEnd() == [])
      try charge(estate, "inv-1")
      // The ledger was made by the charge, the sink is made known now.
      #expect(try settle(estate, "--events").readToEnd() == [])
      let before = try events(estate).count
      try charge(estate, "inv-2")
      let news = try settle(estate, "--events").readToEnd()
      #expect(news == Array(try events(estate).dropFirst(before)))
      #expect(!news.isEmpty)
      #expect(try settle(estate, "--events").readToEnd() == [])
    }

    @Test func withoutASecretNoMoneyMovesAndCheckSaysWhy() throws {
      let sink =
        #"{ "kind": "http", "url": "http://127.0.0.1:9/", "secret": { "env": "MISSING" } }, "#
        + #"{ "kind": "http", "url": "http://example.test/", "secret": { "env": "SHORT" } }"#
      let estate = try Estate(policy: policy(sink))
      let check = try Binary(
        "check", "--policy", estate.home.path("policy.jsonc"),
        environment: ["SHORT": "whsec_c2hvcnQ="], home: estate.home)
      let said = try check.readToEnd().joined(separator: "\n")
      #expect(try check.exitCode() == 1)
      #expect(
        said.contains(
          "events[0].secret: The environment variable MISSING is not set; expected is the signing "
            + "secret, whsec_...."))
      #expect(said.contains("events[1].url: url is not encrypted"))
      #expect(
        said.contains("events[1].secret: The environment variable SHORT is no signing secret"))
      #expect(!said.contains("c2hvcnQ"))
    }

    @Test func theExampleIsInForceOnceItsSecretIsThere() throws {
      let home = try TemporaryDirectory()
      let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "examples/events.jsonc").path
      for (secret, code) in [("", Int32(1)), (Self.secret, 0)] {
        let check = try Binary(
          "check", "--policy", example, environment: ["WEBHOOK_SECRET": secret], home: home)
        _ = try check.readToEnd()
        #expect(try check.exitCode() == code)
      }
    }

    /// `ExecStart` of the sample unit, with the home put in; until SIGTERM.
    @Test func theUnitsCommandRunsTellsAndEnds() throws {
      let estate = try Estate(policy: policy(file))
      let unit = try String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
          .appending(path: "../../examples/bursar-settle.service"), encoding: .utf8)
      let line = try #require(
        unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
      let words = line.dropFirst(10).split(separator: " ").map {
        String($0.replacing("%h/.config/bursar", with: estate.home.path))
      }
      #expect(words[0] == "%h/.local/bin/bursar")
      let daemon = try Binary(arguments: [String](words.dropFirst()), home: estate.home)
      daemon.closeInput()
      // A program without sinks writes, and the daemon tells.
      let silent = try estate.home.write(policy(""), to: "silent.jsonc")
      let agent = try Binary("--policy", silent, "--run", "r", home: estate.home)
      try agent.write(Wire.hello)
      _ = try #require(try agent.readLine())
      try charge(estate, "inv-0")
      try agent.write(Wire.charge("inv-1"))
      #expect(try Said(try agent.readLine()).verdict == "DONE")
      for _ in 1...3000 {
        if try lines(estate, "events.ndjson").count >= events(estate).count { break }
        usleep(10_000)
      }
      agent.closeInput()
      #expect(try agent.exitCode() == 0)
      #expect(try lines(estate, "events.ndjson") == (try events(estate)))
      #expect(kill(daemon.number, SIGTERM) == 0)
      #expect(try daemon.exitCode() == 0)
      #expect(try daemon.readToEnd() == [])
    }

    /// The daemon compares the processor's list with the books as it starts, and again after each
    /// hour; without books it waits for them and makes none.
    @Test func whoWatchesComparesTheProcessorsList() throws {
      let estate = try Estate(policy: policy(file))
      let early = try settle(estate, "--watch")
      usleep(200_000)
      #expect(kill(early.number, SIGTERM) == 0)
      #expect(try early.exitCode() == 0)
      #expect(!FileManager.default.fileExists(atPath: estate.ledger))
      try charge(estate, "inv-1")
      let daemon = try settle(estate, "--watch")
      for _ in 1...3000 where try !daemon.complaints().contains("\"reconciled\"") { usleep(10_000) }
      let lines = try daemon.complaints().split(separator: "\n")
      let told = try #require(lines.first { $0.contains("\"reconciled\"") })
      #expect(told.contains(#""discrepancies":0"#) && told.contains(#""foreign":0"#))
      #expect(told.contains(#""compared":1"#) || told.contains(#""young":1"#))
      #expect(kill(daemon.number, SIGTERM) == 0)
      #expect(try daemon.exitCode() == 0)
    }

    /// Tellers that are killed, round after round: every line at least once, in order.
    @Test func whoeverIsKilledEverythingIsToldInOrder() throws {
      let estate = try Estate(policy: policy(file))
      for round in 0..<12 {
        let daemon = try settle(estate, "--watch")
        let agent = try Binary(
          "--policy", estate.home.path("policy.jsonc"), "--run", "r", home: estate.home)
        try agent.write(Wire.hello)
        _ = try #require(try agent.readLine())
        for number in 0..<3 { try agent.write(Wire.charge("inv-\(round)-\(number)")) }
        usleep(useconds_t(round * 4000))
        #expect(kill(agent.number, SIGKILL) == 0)
        #expect(kill(daemon.number, SIGKILL) == 0)
        _ = try (agent.exitCode(), daemon.exitCode())
      }
      #expect(try settle(estate).exitCode() == 0)
      var heard: [String] = []
      var known: Set<String> = []
      for line in try lines(estate, "events.ndjson") where known.insert(line).inserted {
        heard.append(line)
      }
      #expect(heard == (try events(estate)))
      #expect(try estate.unsoundness() == [])
    }
  }
}
