import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// `bursar freeze` and `bursar thaw` as the real binary does them.
  struct FreezeCommandTests {
    private static let policy = """
      {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}]}
      """

    private let home: TemporaryDirectory
    private let path: String
    private var ledger: String { home.path(".local/state/bursar/ledger.db") }

    init() throws {
      signal(SIGPIPE, SIG_IGN)
      home = try TemporaryDirectory()
      path = try home.write(Self.policy, to: "policy.jsonc")
    }

    /// What a command says on both its streams, and how it ends.
    private func said(
      _ arguments: String...
    ) throws -> (answer: [String], complaint: String, code: Int32) {
      try home.write("", to: "stderr")
      let binary = try Binary(arguments: arguments + ["--policy", path], home: home)
      binary.closeInput()
      let answer = try binary.readToEnd()
      let code = try binary.exitCode()
      return (answer, try binary.complaints(), code)
    }

    @Test func whatIsFrozenWhereAndWhetherItIsKnownIsSaid() throws {
      let all = try said("freeze", "--all", "--why", "audit")
      #expect(all.answer == ["Frozen in \(ledger): everything in the ledger."])
      #expect(all.complaint.contains("There was no ledger at \(ledger)"))
      let run = try said("freeze", "--run", "nightly", "--why", "loop")
      #expect(run.code == 0)
      #expect(run.answer == ["Frozen in \(ledger): run \"nightly\" of namespace \"default\"."])
      #expect(run.complaint.contains("No run \"nightly\" has called yet"))
      #expect(!run.complaint.contains("There was no ledger"))
      let thaw = try said("thaw", "--all")
      #expect(thaw.answer == ["Thawed in \(ledger): everything in the ledger."])
      let nothing = try said("thaw", "--all")
      #expect(nothing.code == 1)
      #expect(nothing.complaint.contains("nothing to thaw in \(ledger)"))
    }

    @Test func aRunThatCalledIsFrozenWithoutAWord() throws {
      let server = try Binary("--policy", path, "--run", "nightly", home: home)
      try server.write(Wire.hello)
      _ = try server.readLine()
      try server.write(Wire.charge("inv-1"))
      #expect(try Said(try server.readLine()).verdict == "DONE")
      let run = try said("freeze", "--run", "nightly", "--why", "loop")
      #expect(!run.complaint.contains("has called yet"))
      try server.write(Wire.charge("inv-2", amount: 500))
      #expect(try Said(try server.readLine()).code == "frozen")
      server.closeInput()
      #expect(try server.exitCode() == 0)
    }

    @Test(arguments: ["dead-letters", "settle", "reconcile"])
    func aLedgerThatIsNotThereIsSaid(_ command: String) throws {
      let found = try said(command)
      #expect(found.complaint.contains("There is no ledger at \(ledger)."))
    }
  }
}
