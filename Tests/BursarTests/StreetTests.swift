import Foundation
import Processors
import Testing

/// What agents and operators see while the processor misbehaves.
extension WorldTests {
  struct StreetTests {
    /// The 504 question: somebody in between gave up waiting for a confirmation that was executed.
    /// The agent reads PENDING, then the truth, and nothing is charged again.
    @Test func afterAGatewayTimeOutTheAgentReadsPendingAndThenTheTruth() throws {
      let world = try PracticeWorld(
        faults: #"[{"match": {"kind": "confirm"}, "fault": "error_504_executed"}]"#,
        processor: #""backoff": "2s""#, respondWithin: "500ms")
      let first = try world.charge("inv-1")
      #expect(first["verdict"] as? String == "PENDING")
      #expect(first["next"] as? String == "call_status")
      let operation = try #require(first["operation"] as? String)
      var last = first
      for _ in 1...20 where last["verdict"] as? String == "PENDING" {
        try world.ask("status", ["operation": operation, "wait_seconds": 5])
        last = try world.answer()
      }
      #expect(last["verdict"] as? String == "DONE")
      let again = try world.charge("inv-1")
      #expect(again["verdict"] as? String == "DONE" && again["replayed"] as? Bool == true)
      let paid = try world.books("payment_intents")
      #expect(paid.map { $0["amount_received"] as? Int } == [1000])
      #expect(paid.map { $0["charges"] as? Int } == [1])
      try world.checkEverything()
    }

    /// The agent does not wait for a processor that takes its time, and reads the outcome later.
    @Test func aLateAnswerIsPendingFirst() throws {
      let world = try PracticeWorld(
        faults: #"[{"match": {"kind": "confirm"}, "fault": "late_answer", "after": "1s"}]"#,
        processor: #""timeout": "20s""#, respondWithin: "200ms")
      #expect(try world.charge("inv-1")["verdict"] as? String == "PENDING")
      for _ in 1...20 {
        try world.ask("status", ["reference": "inv-1", "wait_seconds": 5])
        if try world.answer()["verdict"] as? String == "DONE" { break }
      }
      #expect(try world.charge("inv-1")["replayed"] as? Bool == true)
      #expect(try world.log().map { $0["status"] as? Int } == [200, 200])
      try world.checkEverything()
    }

    /// Killed with a confirmation out that was executed and never answered: whoever comes next
    /// sends the same bytes under the same key.
    @Test func aRestartSendsTheSameBytesUnderTheSameKey() throws {
      let world = try PracticeWorld(
        faults: #"[{"match": {"kind": "confirm"}, "fault": "hang_after"}]"#,
        processor: #""backoff": "10ms", "timeout": "20s""#)
      try world.ask("charge", PracticeWorld.charge("inv-1"))
      for _ in 1...100_000 {
        if try world.log().count == 2 { break }
      }
      try world.kill()
      let rest = try world.settle()
      let complaints = String(decoding: try world.home.read("stderr"), as: UTF8.self)
      #expect(rest.code == 0, "\(rest.open) \(complaints)")
      let confirmations = try world.log().filter {
        ($0["path"] as? String)?.hasSuffix("/confirm") == true
      }
      #expect(confirmations.count == 2)
      #expect(Set(confirmations.map { $0["body"] as? String }).count == 1)
      #expect(Set(confirmations.map { $0["idempotency_key"] as? String }).count == 1)
      #expect(try world.charge("inv-1")["verdict"] as? String == "DONE")
      #expect(try world.books("payment_intents").map { $0["charges"] as? Int } == [1])
      try world.checkEverything()
    }

    /// A day later the key is forgotten, and the object is still asked first.
    @Test func aForgottenKeyDoesNotChargeAgain() throws {
      let world = try PracticeWorld(
        faults: """
          [{"match": {"kind": "confirm", "nth": 1}, "fault": "drop_after"},
           {"match": {"kind": "confirm", "nth": 2}, "fault": "key_expiry"}]
          """)
      #expect(try world.charge("inv-1")["verdict"] as? String == "DONE")
      _ = try fetch(port: world.port, "POST", "/_clock", body: #"{"by": "25h"}"#)
      #expect(try world.charge("inv-1")["verdict"] as? String == "DONE")
      #expect(try world.books("payment_intents").map { $0["charges"] as? Int } == [1])
      try world.checkEverything()
    }

    @Test func settleSaysWhatItLeavesOpen() throws {
      let world = try PracticeWorld()
      #expect(try world.settle().code == 0, "without a ledger nothing is open")
      try world.arm(
        #"[{"match": {"kind": "confirm", "times": 9}, "fault": "drop_after"},"#
          + #"{"match": {"kind": "retrieve", "times": 1000}, "fault": "error_502"}]"#)
      let first = try world.charge("inv-1")
      #expect(first["code"] as? String == "outcome_unknown")
      try world.leave()
      let rest = try world.settle(limit: 1)
      #expect(rest.code == 1)
      #expect(rest.open.map { $0["reference"] as? String } == ["inv-1"])
      #expect(rest.open.map { $0["next"] as? String } == ["retrieve"])
      #expect(rest.open.allSatisfy { $0["unknown_since"] is String })
      try world.arm("[]")
      let end = try world.settle(limit: 20)
      #expect(end.code == 0 && end.open.isEmpty)
      #expect(try world.operations().map { $0["state"] as? String } == ["captured"])
      try world.checkEverything()
    }

    @Test func theBooksAreWrittenAtTheEnd() throws {
      let world = try PracticeWorld()
      _ = try world.charge("inv-1")
      try world.leave()
      world.sandbox.signal(SIGTERM)
      #expect(try world.sandbox.exitCode() == 0)
      let books = try world.home.read("books")
      let object = try JSONSerialization.jsonObject(with: Data(books)) as? [String: Any]
      let intents = try #require(object?["payment_intents"] as? [[String: Any]])
      #expect(intents.map { $0["status"] as? String } == ["succeeded"])
    }
  }

  /// `bursar sandbox` itself, as anybody's client meets it.
  struct SandboxFaceTests {
    private let authorized = "Authorization: Bearer sk_test_1234"
    private let form = "Content-Type: application/x-www-form-urlencoded"

    /// A sandbox that lives as long as this does.
    private final class Practice {
      let sandbox: Binary
      let port: Int

      init(_ arguments: String...) throws {
        sandbox = try Binary(arguments: ["sandbox", "--port", "0"] + arguments)
        let line = try #require(try sandbox.readLine())
        port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
      }

      func fetch(
        _ method: String, _ path: String, headers: [String] = [], body: String = ""
      ) throws -> (status: Int, body: String) {
        try BursarTests.fetch(port: port, method, path, headers: headers, body: body)
      }
    }

    @Test func withoutAKeyNothingIsDone() throws {
      let practice = try Practice()
      let path = "/v1/payment_intents"
      #expect(try practice.fetch("GET", path).status == 401)
      #expect(try practice.fetch("GET", path, headers: ["Authorization: Bearer"]).status == 401)
      #expect(try practice.fetch("GET", path, headers: [authorized]).status == 200)
      let basic = "Authorization: Basic c2tfdGVzdDo="
      #expect(try practice.fetch("GET", path, headers: [basic]).status == 200)
    }

    @Test func theQueryAndTheBodyArriveAsTheyWere() throws {
      let practice = try Practice()
      let body = "amount=500&currency=usd&customer=cus_1&metadata%5Ba%5D=b%20c"
      let made = try practice.fetch(
        "POST", "/v1/payment_intents?x=%41", headers: [authorized, form], body: body)
      #expect(made.status == 200, "\(made.body)")
      let log = try practice.fetch("GET", "/_log").body
      #expect(log.contains(#""path":"/v1/payment_intents?x=%41""#) && log.contains(body))
      #expect(!log.contains("sk_test"))
      let found = try practice.fetch(
        "GET", "/v1/payment_intents?customer=cus%5F1", headers: [authorized])
      #expect(found.body.contains(#""a":"b c""#))
    }

    @Test func anUnknownMethodOrPlaceIsNotFound() throws {
      let practice = try Practice()
      #expect(try practice.fetch("DELETE", "/v1/refunds", headers: [authorized]).status == 404)
      #expect(try practice.fetch("GET", "/_nothing").status == 404)
      #expect(try practice.fetch("POST", "/_clock", body: "25h").status == 400)
    }

    @Test func aPlanThatIsNoPlanIsRefusedWithItsPlace() throws {
      let home = try TemporaryDirectory()
      try home.write("{\"rules\": [\n  {\"fault\": \"nothing\"}]}", to: "plan")
      let sandbox = try Binary("sandbox", "--port", "0", "--faults", home.path("plan"))
      #expect(try sandbox.readToEnd() == [])
      #expect(try sandbox.exitCode() == 78)
      #expect(try sandbox.complaints().contains("2:4: rules[0].fault must be one of"))
      let practice = try Practice()
      let posted = try practice.fetch("POST", "/_faults", body: "{\"rules\": 1}")
      #expect(posted.status == 400 && posted.body.contains("rules must be an array"))
    }

    @Test func aTakenPortIsSaid() throws {
      let practice = try Practice()
      let second = try Binary("sandbox", "--port", String(practice.port))
      #expect(try second.exitCode() == 74)
      #expect(try second.complaints().contains("127.0.0.1:\(practice.port) cannot be listened on"))
    }

    @Test func aClientThatHangsKeepsNobodyWaiting() throws {
      let home = try TemporaryDirectory()
      try home.write(
        #"{"rules": [{"match": {"times": 3}, "fault": "hang_before"}]}"#, to: "plan")
      let practice = try Practice("--faults", home.path("plan"))
      let waiting = try (1...3).map { _ in try Connection(port: practice.port) }
      for connection in waiting {
        try connection.write("GET /v1/refunds HTTP/1.1\r\nHost: a\r\n\(authorized)\r\n\r\n")
      }
      for _ in 1...100_000 {
        let log = try practice.fetch("GET", "/_log").body
        if log.split(separator: "hang_before").count == 4 { break }
      }
      #expect(try practice.fetch("GET", "/v1/refunds", headers: [authorized]).status == 200)
      practice.sandbox.signal(SIGTERM)
      #expect(try practice.sandbox.readToEnd().last?.hasPrefix("{\"payment_intents\":[]") == true)
      #expect(try practice.sandbox.exitCode() == 0)
    }
  }
}
