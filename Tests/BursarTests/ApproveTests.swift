import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// `bursar approve` as a person uses it beside a server that runs.
  struct ApproveTests {
    init() { signal(SIGPIPE, SIG_IGN) }

    private static let policy = """
      {"caps": [
        {"name": "one charge", "per": "operation", "amount": "50.00", "currency": "USD"},
        {"name": "run", "per": "run", "amount": "1000.00", "currency": "USD"}
      ]}
      """

    private func approve(
      _ estate: Estate, _ arguments: [String]
    ) throws -> (code: Int32, said: [String], complaints: String) {
      let command = try Binary(
        arguments: ["approve", "--policy", estate.policy] + arguments, home: estate.home)
      command.closeInput()
      return (try command.exitCode(), try command.readToEnd(), try command.complaints())
    }

    @Test func whatARunningServerStoppedPassesAfterAPersonsWord() throws {
      let estate = try Estate(policy: Self.policy)
      let server = try estate.open()
      try server.write(Wire.charge("inv-1", amount: 6000))
      let stopped = try Said(try server.readLine())
      #expect(stopped.verdict == "STOP" && stopped.code == "operation_too_large")
      let id = try #require(stopped.operation)

      let unsaid = try approve(estate, [id, "--why", "x"])
      #expect(unsaid.code == 64 && unsaid.complaints.contains("--amount"))
      let what = ["--amount", "60.00", "--currency", "USD", "--customer", "cus_1"]
      let unknown = try approve(estate, ["op_none", "--why", "x"] + what)
      #expect(unknown.code == 1 && unknown.complaints.contains("There is no operation"))
      let other = ["--amount", "61.00", "--currency", "USD", "--customer", "cus_1"]
      let wrong = try approve(estate, [id, "--why", "x"] + other)
      #expect(wrong.code == 1 && wrong.complaints.contains("is not what was said"))
      let word = try approve(estate, [id, "--why", "seen the invoice", "--for", "10m"] + what)
      #expect(word.code == 0)
      #expect(word.said.first?.hasPrefix("Approved until ") == true)

      try server.write(Wire.charge("inv-1", amount: 6000, id: 2))
      #expect(try Said(try server.readLine()).verdict == "DONE")
      #expect(try approve(estate, [id, "--why", "again"] + what).code == 1)
      server.closeInput()
      #expect(try server.exitCode() == 0)
      let shown = try Binary("operations", "show", id, "--policy", estate.policy, home: estate.home)
      let lines = try shown.readToEnd()
      #expect(lines.contains { $0.contains("approved") && $0.contains("seen the invoice") })
      let audit = try Binary("audit", "verify", "--policy", estate.policy, home: estate.home)
      #expect(try audit.exitCode() == 0)
    }
  }
}
