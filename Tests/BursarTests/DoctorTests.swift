import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// `bursar doctor` as the real binary does it.
  struct DoctorTests {
    init() { signal(SIGPIPE, SIG_IGN) }

    private static let policy = """
      {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}]}
      """

    /// What the doctor says: each finding's grade, area and text.
    private func doctor(
      _ home: TemporaryDirectory, _ arguments: String..., environment: [String: String] = [:]
    ) throws -> (symptoms: [[String: Any]], code: Int32) {
      let binary = try Binary(
        arguments: ["doctor", "--json"] + arguments, environment: environment, home: home)
      binary.closeInput()
      let line = try #require(try binary.readToEnd().first)
      let whole = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let code = try binary.exitCode()
      #expect(whole["ok"] as? Bool == (code == 0))
      let symptoms = try #require(whole["symptoms"] as? [[String: Any]])
      // What is not well says how to mend it.
      for symptom in symptoms where symptom["grade"] as? String != "ok" {
        #expect((symptom["fix"] as? String)?.isEmpty == false, "\(symptom)")
      }
      return (symptoms, code)
    }

    private func failures(_ symptoms: [[String: Any]], _ grade: String = "failure") -> [String] {
      symptoms.filter { $0["grade"] as? String == grade }.map {
        "\($0["area"] ?? ""): \($0["finding"] ?? "")"
      }
    }

    @Test func aFreshInstallationIsWell() throws {
      let home = try TemporaryDirectory()
      let found = try doctor(home)
      #expect(failures(found.symptoms) == [])
      #expect(found.code == 0)
      #expect(
        Set(found.symptoms.compactMap { $0["area"] as? String })
          .isSuperset(of: ["policy", "ledger", "key", "processor", "launch"]))
      // Looking makes no ledger.
      #expect(!FileManager.default.fileExists(atPath: home.path(".local")))
      let words = try Binary("doctor", home: home)
      #expect(try words.readToEnd().last == "Bursar is ready.")
    }

    @Test func aUsedInstallationIsWellAndWhatIsFrozenIsSaid() throws {
      let estate = try Estate()
      try estate.pay("inv-1")
      #expect(failures(try doctor(estate.home).symptoms) == [])
      let freeze = try Binary("freeze", "--all", "--why", "audit", home: estate.home)
      #expect(try freeze.exitCode() == 0)
      let frozen = failures(try doctor(estate.home).symptoms)
      #expect(frozen.contains { $0.contains("Frozen is everything in the ledger: \"audit\"") })
      // The clock went back by ten years.
      try OpenedLedger(estate.ledger).rows(
        "UPDATE meta SET value = value + 315360000000 WHERE name = 'latest'")
      #expect(failures(try doctor(estate.home).symptoms).contains { $0.hasPrefix("clock: ") })
    }

    /// What is frozen, how a warning or failure calls it, and whether nothing can be paid.
    @Test(arguments: [
      (["--all"], "everything in the ledger", true), (["--namespace"], "namespace", true),
      (["--run", "nightly"], "run", false), (["--customer", "cus_1"], "customer", false),
    ])
    func whatIsFrozenIsSaidAndIsNotReadyWhenItIsAll(
      _ extent: [String], _ name: String, _ isAll: Bool
    ) throws {
      let home = try TemporaryDirectory()
      let freeze = try Binary(arguments: ["freeze", "--why", "a \"leak\""] + extent, home: home)
      #expect(try freeze.exitCode() == 0)
      let found = try doctor(home)
      #expect(found.code == (isAll ? 1 : 0))
      let told = failures(found.symptoms, isAll ? "failure" : "warning")
      #expect(told.contains { $0.contains("Frozen is \(name)") && $0.contains("leak") })
      let check = try Binary("check", home: home)
      let lines = try check.readToEnd()
      #expect(
        lines.contains { $0.hasPrefix("warning: Frozen is \(name)") && $0.contains("leak") })
      #expect(try check.exitCode() == 0)
    }

    @Test func manyFreezesAreCounted() throws {
      let home = try TemporaryDirectory()
      for number in 1...12 {
        let freeze = try Binary(
          "freeze", "--run", "run-\(number)", "--why", "loop", home: home)
        #expect(try freeze.exitCode() == 0)
      }
      let freeze = try Binary("freeze", "--all", "--why", "audit", home: home)
      #expect(try freeze.exitCode() == 0)
      let lines = try Binary("check", home: home).readToEnd().filter { $0.contains("rozen") }
      #expect(lines.count == 11)
      #expect(lines.first?.contains("everything") == true)
      #expect(lines.last?.hasPrefix("warning: 3 more runs and customers are frozen") == true)
    }

    @Test func aLedgerThatIsGoneIsNotOneThatNeverWas() throws {
      let estate = try Estate()
      try estate.pay("inv-1")
      try FileManager.default.removeItem(atPath: estate.ledger)
      let found = try doctor(estate.home)
      #expect(found.code == 1)
      #expect(
        failures(found.symptoms).first?.hasPrefix("ledger: \(estate.ledger) is gone") == true)
      let check = try Binary("check", home: estate.home)
      let said = try check.readToEnd().joined()
      #expect(said.contains("is gone") && said.contains("to begin anew"))
      #expect(try check.exitCode() == 1)
      let place = try #require(directory(of: estate.ledger))
      for name in try FileManager.default.contentsOfDirectory(atPath: place) {
        try FileManager.default.removeItem(atPath: place + "/" + name)
      }
      #expect(try doctor(estate.home).code == 0)
    }

    @Test func withoutAHomeNothingIsMadeAnywhere() throws {
      let home = try TemporaryDirectory()
      let server = try Binary(environment: ["HOME": ""], home: home)
      try server.write(Wire.hello)
      _ = try server.readLine()
      try server.write(Wire.charge("inv-1"))
      #expect(try Said(try server.readLine()).verdict == "STOP")
      server.closeInput()
      #expect(try server.exitCode() == 0)
      #expect(!FileManager.default.fileExists(atPath: "/nonexistent"))
      #expect(System.facts(of: Arrangement.nowhere) == nil)
      let found = try doctor(home, environment: ["HOME": ""])
      #expect(failures(found.symptoms).contains { $0.contains("no place for the ledger") })
      #expect(!found.symptoms.contains { $0["area"] as? String == "ledger" })
    }

    @Test func booksThatContradictThemselvesAreAFailure() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      _ = try binary.readLine()
      binary.closeInput()
      _ = try binary.exitCode()
      try OpenedLedger(estate.ledger).rows("UPDATE exposure SET amount = amount + 1")
      let found = try doctor(estate.home)
      #expect(found.code == 1)
      #expect(failures(found.symptoms).first?.contains("not what the operations say") == true)
      let check = try Binary("check", home: estate.home)
      #expect(try check.readToEnd().first?.contains("not what the operations say") == true)
      #expect(try check.exitCode() == 1)
      // Settling freezes it, and the server stops.
      let settle = try Binary("settle", home: estate.home)
      _ = try settle.readToEnd()
      #expect(try settle.complaints().contains("The namespace is frozen."))
      let again = try estate.open()
      try again.write(Wire.charge("inv-2"))
      #expect(try Said(try again.readLine()).code == "frozen")
      again.closeInput()
      let thaw = try Binary("thaw", "--namespace", "--why", "looked", "--json", home: estate.home)
      #expect(try thaw.readToEnd() == ["{\"frozen\":[]}"])
    }

    @Test func aPolicyOthersCanChangeAndAMissingKeyAreFailures() throws {
      let home = try TemporaryDirectory()
      let path = try home.write(Self.policy, to: "policy.jsonc", mode: 0o666)
      let open = try doctor(home, "--policy", path)
      #expect(open.code == 1)
      #expect(failures(open.symptoms).first?.contains("0666") == true)
      let live = Self.policy.replacingOccurrences(
        of: "{\"caps\"",
        with: "{\"environment\": \"test\", \"processor\": {\"kind\": \"stripe\", "
          + "\"apiKey\": {\"env\": \"KEY\"}}, \"caps\"")
      let stripe = try home.write(live, to: "stripe.jsonc")
      let missing = try doctor(home, "--policy", stripe, "--offline")
      #expect(failures(missing.symptoms).contains { $0.contains("variable KEY is not set") })
      let wrong = try doctor(
        home, "--policy", stripe, "--offline", environment: ["KEY": "sk_live_Zq9Zq9Zq9"])
      #expect(failures(wrong.symptoms).contains { $0.contains("live key") })
      let set = try doctor(
        home, "--policy", stripe, "--offline", environment: ["KEY": "sk_test_Zq9Zq9Zq9"])
      #expect(failures(set.symptoms) == [])
      #expect(!failures(set.symptoms, "warning").contains { $0.hasPrefix("key: ") })
      let paying = try home.write(live.replacing("\"test\"", with: "\"live\""), to: "live.jsonc")
      for (key, warns) in [("sk_live_Zq9Zq9Zq9", true), ("rk_live_Zq9Zq9Zq9", false)] {
        let found = try doctor(
          home, "--policy", paying, "--offline", environment: ["KEY": key])
        #expect(failures(found.symptoms) == [])
        let warnings = failures(found.symptoms, "warning").filter { $0.hasPrefix("key: ") }
        #expect(warnings.count == (warns ? 1 : 0), "\(key)")
        #expect(!warnings.contains { $0.contains("Zq9") })
      }
      // A client would know neither the policy nor the key.
      #expect(failures(set.symptoms, "warning").contains { $0.contains("read the policy") })
    }

    @Test func aKeyThatMayPayButNotReadTheListsIsSaid() throws {
      let world = try PracticeWorld()
      func warnings() throws -> [String] {
        let found = try doctor(
          world.home, "--policy", world.home.path("policy.jsonc"),
          environment: ["STRIPE_KEY": PracticeWorld.key])
        #expect(failures(found.symptoms) == [])
        return failures(found.symptoms, "warning").filter { $0.hasPrefix("key: ") }
      }
      #expect(try warnings() == [])
      try world.arm(#"[{"match": {"path": "/v1/refunds"}, "fault": "forbidden_403"}]"#)
      #expect(
        try warnings() == ["key: the key may not read what `bursar reconcile` compares (403)."])
    }

    /// A directory that cannot be written is none for root, whom nothing stops.
    @Test(arguments: System.user == 0 ? ["file"] : ["file", "closed"])
    func whereNoLedgerCanBeMadeIsAFailure(_ place: String) throws {
      let home = try TemporaryDirectory()
      try home.write("", to: "file")
      try FileManager.default.createDirectory(
        atPath: home.path("closed"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o500])
      let policy = Self.policy.replacing(
        "{\"caps\"", with: "{\"ledger\": {\"path\": \"\(place)/deep/l.db\"}, \"caps\"")
      let path = try home.write(policy, to: "policy.jsonc")
      let found = try doctor(home, "--policy", path)
      #expect(found.code == 1)
      #expect(failures(found.symptoms).contains { $0.contains("/\(place) ") })
      let check = try Binary("check", "--policy", path, home: home)
      #expect(try check.readToEnd().first?.contains("/\(place) ") == true)
      #expect(try check.exitCode() == 1)
    }

    @Test func theProcessorIsOnlyReadAndWhatItSaysIsSaid() throws {
      let world = try PracticeWorld()
      let found = try doctor(
        world.home, "--policy", world.home.path("policy.jsonc"),
        environment: ["STRIPE_KEY": PracticeWorld.key])
      #expect(failures(found.symptoms) == [])
      #expect(
        found.symptoms.contains {
          ($0["finding"] as? String)?.contains("may read payments") == true
        })
      let asked = try world.log().compactMap { entry -> String? in
        guard let method = entry["method"] as? String, let path = entry["path"] as? String else {
          return nil
        }
        return "\(method) \(path.prefix { $0 != "?" })"
      }
      #expect(
        asked == ["GET /v1/payment_intents", "GET /v1/payment_intents", "GET /v1/refunds"])
      try world.leave()
    }

    /// What a client's file says, and what is found: a failure, a warning, or nothing.
    @Test(arguments: [
      (#""args": ["--policy", "@"]"#, "", ""),
      (#""args": ["serve", "--policy", "OTHER"]"#, "", "read the policy"),
      (#""env": {"BURSAR_POLICY": "@"}, "disabled": true"#, "is disabled", ""),
      (#""env": {"BURSAR_POLICY": "@"}, "enabled": false"#, "is disabled", ""),
      (#""args": ["--policy", "@", "--nonsense"]"#, "--nonsense", ""),
      (#""args": ["check", "--policy", "@"]"#, "another command", ""),
      (#""args": ["--policy", "@", "--run", "a b"]"#, "", "The run's name"),
      (#""command": "/bin/true", "env": {"BURSAR_POLICY": "@"}"#, "", "is not bursar"),
    ])
    func whatAClientGivesBesidesTheCommandCounts(
      _ members: String, _ failure: String, _ warning: String
    ) throws {
      let home = try TemporaryDirectory()
      let path = try home.write(Self.policy, to: "policy.jsonc")
      try home.write(Self.policy, to: "other.jsonc")
      try FileManager.default.createDirectory(
        atPath: home.path(".cursor"), withIntermediateDirectories: false)
      let command = members.contains("command\"") ? "" : "\"command\": \"\(Binary.path)\", "
      let entry = (command + members).replacing("@", with: path)
        .replacing("OTHER", with: home.path("other.jsonc"))
      try home.write("{\"mcpServers\": {\"bursar\": {\(entry)}}}", to: ".cursor/mcp.json")
      let found = try doctor(home, "cursor", "--policy", path)
      let (bad, odd) = (failures(found.symptoms), failures(found.symptoms, "warning"))
      #expect(bad.count == (failure.isEmpty ? 0 : 1) && odd.count == (warning.isEmpty ? 0 : 1))
      #expect(bad.allSatisfy { $0.contains(failure) }, "\(bad)")
      #expect(odd.allSatisfy { $0.contains(warning) }, "\(odd)")
    }

    @Test(arguments: [
      "env = { BURSAR_POLICY = '@', KEY = \"sk_test_Zq9Zq9Zq9\" } # mine",
      "[mcp_servers.bursar.env] # mine\nBURSAR_POLICY = \"@\"\nKEY = 'sk_test_Zq9Zq9Zq9'",
    ])
    func aKeyThatOnlyTheClientHasIsAKey(_ lines: String) throws {
      let home = try TemporaryDirectory()
      let text = Self.policy.replacing(
        "{\"caps\"",
        with: "{\"environment\": \"test\", \"processor\": {\"kind\": \"stripe\", "
          + "\"apiKey\": {\"env\": \"KEY\"}}, \"caps\"")
      let path = try home.write(text, to: "policy.jsonc")
      try FileManager.default.createDirectory(
        atPath: home.path(".codex"), withIntermediateDirectories: false)
      let table = "[mcp_servers.bursar] # it\ncommand = '\(Binary.path)' # here\n\(lines)\n"
      try home.write(
        table.replacing("@", with: path), to: ".codex/config.toml")
      let found = try doctor(home, "codex", "--policy", path, "--offline")
      #expect(failures(found.symptoms) == [] && failures(found.symptoms, "warning") == [])
      #expect(
        failures(try doctor(home, "--policy", path, "--offline").symptoms)
          .contains { $0.contains("KEY is not set") })
    }

    @Test func aClientsConfigurationIsLookedInto() throws {
      let home = try TemporaryDirectory()
      #expect(
        failures(try doctor(home, "cursor").symptoms).first?.contains("no configuration") == true)
      let write = try Binary("init", "cursor", "--write", home: home)
      #expect(try write.exitCode() == 0)
      let well = try doctor(home, "cursor")
      #expect(failures(well.symptoms) == [] && failures(well.symptoms, "warning") == [])
      let codex = try Binary("init", "codex", "--write", "--command", "/absent/bursar", home: home)
      #expect(try codex.exitCode() == 0)
      #expect(failures(try doctor(home, "codex").symptoms).first?.contains("cannot start") == true)
      try home.write(Self.policy, to: "other.jsonc")
      let elsewhere = try doctor(home, "cursor", "--policy", home.path("other.jsonc"))
      #expect(failures(elsewhere.symptoms, "warning").contains { $0.contains("read the policy") })
    }
  }
}
