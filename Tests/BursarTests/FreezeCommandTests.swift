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

    @Test func anEmergencyStopNeedsNoSoundPolicy() throws {
      let broken = """
        { // edited in a hurry
          "namespace": "shop", "ledger": { "path": "books.db" }, "limits": [], "caps": 7
        }
        """
      try home.write(broken, to: "policy.jsonc")
      let books = home.path("books.db")
      let freeze = try said("freeze", "--namespace", "--why", "audit")
      #expect(freeze.code == 0)
      #expect(freeze.answer == ["Frozen in \(books): namespace \"shop\"."])
      #expect(freeze.complaint.contains("limits") && freeze.complaint.contains("is broken"))
      #expect(try said("freeze").answer.first?.contains("namespace \"shop\"") == true)
      let thaw = try said("thaw", "--namespace")
      #expect(thaw.answer == ["Thawed in \(books): namespace \"shop\"."])
    }

    @Test(arguments: [
      "{", "[]", "", #"{"ledger": {"path": 7}, "caps": []}"#, #"{"ledger": 7, "caps": 7}"#,
      #"{"ledger": {"path": "sk_live_51Habc"}, "caps": []}"#,
    ]) func whereTheLedgerIsIsNeverGuessed(_ broken: String) throws {
      try home.write(broken, to: "policy.jsonc")
      let freeze = try said("freeze", "--all", "--why", "audit")
      #expect(freeze.code == 78)
      #expect(freeze.answer == [] && !freeze.complaint.contains("51H"))
      #expect(!FileManager.default.fileExists(atPath: ledger))
    }

    @Test(arguments: [#""a|b""#, "7", #""sk_live_51Habc""#])
    func aNamespaceThatIsNoneKeepsNobodyFromFreezingEverything(_ name: String) throws {
      try home.write("{\"namespace\": \(name), \"caps\": 7}", to: "policy.jsonc")
      for extent in [["--namespace"], ["--run", "r"], ["--customer", "cus_1"]] {
        let binary = try Binary(
          arguments: ["freeze", "--policy", path, "--why", "x"] + extent, home: home)
        #expect(try binary.exitCode() == 78)
      }
      let all = try said("freeze", "--all", "--why", "audit")
      #expect(all.code == 0)
      #expect(all.answer == ["Frozen in \(ledger): everything in the ledger."])
    }
  }
}
