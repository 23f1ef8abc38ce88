import Foundation
import Payments
import Testing

@testable import Processors

extension WorldTests {
  /// `bursar webhooks` as the real binary does it.
  struct WebhooksTests {
    private static let policy = """
      { "ledger": { "path": "ledger.db" }, "webhooks": { "secret": { "env": "HOOK" } },
        "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }] }
      """

    /// An intake that lives as long as this does.
    private final class Intake {
      let binary: Binary
      let port: Int

      init(_ home: TemporaryDirectory, secret: String = "whsec_test") throws {
        binary = try Binary(
          "webhooks", "--port", "0", "--policy", home.path("policy.jsonc"),
          environment: ["HOOK": secret], home: home)
        let line = try #require(try binary.readLine())
        port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
      }

      func post(
        _ id: String, secret: String = "whsec_test", age: Int64 = 0, method: String = "POST",
        padding: Int = 0
      ) throws -> (status: Int, body: String) {
        let body =
          #"{"id":"\#(id)","object":"event","data":{"object":{"id":"pi_sandbox_000001"}}}"#
          + String(repeating: " ", count: padding)
        let time = Int64(Date().timeIntervalSince1970) - age
        let signature = hmacSHA256(Array("\(time).\(body)".utf8), key: Array(secret.utf8))
          .map { String(format: "%02x", $0) }.joined()
        return try fetch(
          port: port, method, "/hooks", headers: ["Stripe-Signature: t=\(time),v1=\(signature)"],
          body: body)
      }
    }

    private func home() throws -> TemporaryDirectory {
      let home = try TemporaryDirectory()
      try home.write(Self.policy, to: "policy.jsonc")
      return home
    }

    @Test func onlyWhatIsSignedIsTakenAndTakenOnce() throws {
      let home = try home()
      let intake = try Intake(home)
      #expect(try intake.post("evt_1").status == 200)
      #expect(try intake.post("evt_1").body == "known\n")
      #expect(try intake.post("evt_2", secret: "whsec_other").status == 400)
      #expect(try intake.post("evt_2", age: 301).status == 400)
      #expect(try intake.post("evt_2", age: -305).status == 400)
      #expect(try intake.post("evt_2", padding: 1 << 20).status == 413)
      #expect(try intake.post("evt_2", method: "GET").status == 405)
      let bare = try fetch(port: intake.port, "POST", "/", body: #"{"id":"evt_2"}"#)
      #expect(bare.status == 400)
      #expect(try intake.post("evt_2").body == "taken\n")
      intake.binary.signal(SIGTERM)
      #expect(try intake.binary.exitCode() == 0)
      let said = try intake.binary.complaints()
      #expect(!said.contains("whsec") && said.contains(#""event":"hint""#))
    }

    @Test func whatWasAnsweredSurvivesAKillAndWhatWasNotIsSentAgain() throws {
      let home = try home()
      for round in 1...5 {
        let intake = try Intake(home)
        #expect(try intake.post("evt_a\(round)").body == "taken\n")
        // Killed with an event on its way: committed and unanswered, or neither.
        let connection = try Connection(port: intake.port)
        try connection.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{")
        try intake.binary.slay()
        let again = try Intake(home)
        #expect(try again.post("evt_a\(round)").body == "known\n")
        again.binary.signal(SIGTERM)
        #expect(try again.binary.exitCode() == 0)
      }
    }

    @Test func withoutASecretItDoesNotStart() throws {
      let home = try home()
      for environment in [[:], ["HOOK": ""], ["HOOK": " "]] {
        let binary = try Binary(
          "webhooks", "--port", "0", "--policy", home.path("policy.jsonc"),
          environment: environment, home: home)
        #expect(try binary.readToEnd() == [])
        #expect(try binary.exitCode() == 78)
      }
      try home.write(#"{ "caps": [] }"#, to: "policy.jsonc")
      let binary = try Binary(
        "webhooks", "--port", "0", "--policy", home.path("policy.jsonc"), home: home)
      #expect(try binary.exitCode() == 78)
      #expect(try binary.complaints().contains("webhooks"))
    }
  }
}
