import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// A policy of another environment on books of the sandbox, as the real commands meet it.
  struct EnvironmentTests {
    private static let test = """
      {
        "environment": "test",
        "processor": { "kind": "stripe", "apiKey": { "env": "KEY" } },
        "webhooks": { "secret": { "env": "HOOK" } },
        "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }]
      }
      """

    /// A sandbox in which something was paid, and the policy of another environment.
    private func practised() throws -> (estate: Estate, policy: String) {
      let estate = try Estate()
      try estate.pay("inv-1")
      return (estate, try estate.home.write(Self.test, to: "test.jsonc"))
    }

    private func run(
      _ estate: Estate, _ arguments: [String], policy: String
    ) throws -> (code: Int32, said: String) {
      let binary = try Binary(
        arguments: arguments + ["--policy", policy],
        environment: ["KEY": "sk_test_Zq9Zq9Zq9", "HOOK": "whsec_Zq9Zq9Zq9"], home: estate.home)
      binary.closeInput()
      let answer = try binary.readToEnd().joined(separator: "\n")
      let code = try binary.exitCode()
      return (code, answer + (try binary.complaints()))
    }

    @Test(arguments: [true, false]) func nothingGoesOnWithWhatWasOnlyPractised(kept: Bool) throws {
      let (estate, policy) = try practised()
      // Books from before it was kept know it by the policy they name last.
      if !kept {
        try OpenedLedger(estate.ledger).rows("DELETE FROM meta WHERE name LIKE 'environment %'")
      }
      let commands: [([String], Int32)] = [
        (["check"], 1), (["doctor", "--offline"], 1), (["settle", "--limit", "1"], 78),
        (["reconcile"], 78), (["webhooks", "--port", "0"], 78),
        (["dead-letters", "retry", "op_a"], 78),
      ]
      for (command, code) in commands {
        let found = try run(estate, command, policy: policy)
        #expect(found.code == code, "\(command)")
        #expect(
          found.said.contains("is test, and the ledger holds payments of sandbox"), "\(command)")
      }
      // What stops everything needs no right policy.
      #expect(try run(estate, ["freeze", "--all", "--why", "x"], policy: policy).code == 0)
    }

    @Test func aLongNumberInABrokenPolicysPathKeepsNobodyFromStopping() throws {
      let estate = try Estate()
      let books = estate.home.path("4242424242424242.db")
      let policy = try estate.home.write(
        #"{"ledger": {"path": "\#(books)"}, "caps": 7}"#, to: "number.jsonc")
      let found = try run(estate, ["freeze", "--all", "--why", "x"], policy: policy)
      #expect(found.code == 0 && found.said.contains("Frozen in \(books)"))
    }

    @Test func anEmergencyStopNeedsOnlyTheLedger() throws {
      let (estate, policy) = try practised()
      try estate.home.write("{ no JSON", to: "test.jsonc")
      #expect(try run(estate, ["freeze", "--all", "--why", "x"], policy: policy).code == 78)
      for (command, word) in [("freeze", "Frozen"), ("thaw", "Thawed")] {
        let long = String(repeating: "because ", count: 200)
        let binary = try Binary(
          command, "--all", "--ledger", estate.ledger, "--why", command == "freeze" ? long : "x",
          home: estate.home)
        #expect(
          try binary.readToEnd() == ["\(word) in \(estate.ledger): everything in the ledger."])
        #expect(try binary.exitCode() == 0)
      }
    }
  }
}
