import Foundation
import Testing

/// What `bursar metrics` prints, as Prometheus reads it.
extension WorldTests {
  struct MetricsTests {
    /// A page of metrics, read by the grammar of the text format 0.0.4.
    struct Page {
      var values: [String: String] = [:]
      var families: [String] = []

      init(_ lines: [String]) throws {
        var types: [String: String] = [:]
        var family = ""
        for line in lines {
          if line.hasPrefix("# ") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            try #require(words.count == 4, "\(line)")
            if words[1] == "HELP" {
              #expect(!families.contains(words[2]), "\(words[2]) comes twice")
              families.append(words[2])
              family = words[2]
            } else {
              #expect(words[1] == "TYPE" && words[2] == family, "\(line)")
              types[family] = words[3]
            }
            continue
          }
          let sample = #/([a-z_]+)(\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\})? (\d+(\.\d+)?)/#
          let match = try #require(line.wholeMatch(of: sample), "\(line)")
          let name = String(match.1)
          let isPart = ["_bucket", "_sum", "_count"].contains { name == family + $0 }
          #expect(name == family || isPart && types[family] == "histogram", "\(line)")
          #expect((types[family] == "counter") == family.hasSuffix("_total"), "\(line)")
          let series = name + String(match.2 ?? "")
          #expect(values[series] == nil, "\(series) comes twice")
          values[series] = String(match.5)
        }
      }
    }

    private func page(of estate: Estate) throws -> Page {
      let binary = try Binary("metrics", "--policy", estate.policy, home: estate.home)
      let lines = try binary.readToEnd()
      #expect(try binary.exitCode() == 0)
      for line in lines {
        for secret in ["cus_", "inv-", "op_", "sk_test", "\"r\""] {
          #expect(!line.contains(secret), "\(line)")
        }
      }
      return try Page(lines)
    }

    @Test func withoutALedgerNothingHasHappened() throws {
      let page = try page(of: try Estate())
      #expect(page.values[#"bursar_idempotency_hits_total{kind="charge"}"#] == "0")
      #expect(page.values["bursar_charge_success_ratio"] == nil)
      #expect(page.families.contains("bursar_charge_success_ratio"))
    }

    @Test func everythingThatHappenedIsCounted() throws {
      let estate = try Estate()
      let binary = try estate.open()
      func say(_ line: String) throws -> Said {
        try binary.write(line)
        return try Said(try binary.readLine())
      }
      for number in 1...3 {
        #expect(try say(Wire.charge("inv-\(number)")).verdict == "DONE")
      }
      for _ in 1...4 { #expect(try say(Wire.charge("inv-1")).code == "replayed") }
      #expect(try say(Wire.charge("inv-1", amount: 999)).code == "reference_conflict")
      let declined = Wire.charge("inv-4").replacing("pm_card_visa", with: "pm_card_chargeDeclined")
      #expect(try say(declined).code == "card_declined")
      #expect(try say(Wire.refund("cn-1", of: "inv-2", amount: 100)).verdict == "DONE")
      #expect(try say(Wire.charge("inv-3")).code == "replayed")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)

      let page = try page(of: estate)
      let expected = [
        #"bursar_idempotency_hits_total{kind="charge"}"#: "5",
        #"bursar_idempotency_misses_total{kind="charge"}"#: "4",
        #"bursar_idempotency_misses_total{kind="refund"}"#: "1",
        #"bursar_idempotency_conflicts_total{kind="charge"}"#: "1",
        #"bursar_operations{kind="charge",state="captured"}"#: "3",
        #"bursar_operations{kind="charge",state="declined"}"#: "1",
        #"bursar_operations{kind="charge",state="authorised"}"#: "0",
        #"bursar_operations{kind="refund",state="refunded"}"#: "1",
        "bursar_pending_operations": "0",
        "bursar_unknown_operations": "0",
        #"bursar_dead_letters{kind="charge"}"#: "0",
        #"bursar_attempts_total{instruction="confirm",outcome="captured"}"#: "3",
        #"bursar_attempts_total{instruction="confirm",outcome="declined"}"#: "1",
        #"bursar_final_state_latency_seconds_count{kind="charge"}"#: "4",
        #"bursar_final_state_latency_seconds_bucket{kind="charge",le="+Inf"}"#: "4",
        #"bursar_cap_used_minor_units{cap="run",per="run",kind="charge",currency="USD"}"#: "3000",
        #"bursar_cap_limit_minor_units{cap="run",per="run",kind="charge",currency="USD"}"#:
          "100000000",
        "bursar_charge_success_ratio": "0.750000",
        "bursar_duplicate_ratio": "0.500000",
      ]
      for (series, value) in expected.sorted(by: { $0.key < $1.key }) {
        #expect(page.values[series] == value, "\(series) is \(page.values[series] ?? "absent")")
      }
      #expect(try estate.unsoundness() == [])
    }

    @Test func whatASinkWasNotToldIsCounted() throws {
      let policy = Estate.ample.replacing(
        "\"caps\"",
        with: """
          "events": [
            { "kind": "file", "path": "told.ndjson", "name": "sound" },
            { "kind": "file", "path": "absent/untold.ndjson", "name": "broken", "attempts": 1 },
            { "kind": "file", "path": "absent/later.ndjson", "name": "late" }
          ],
          "caps"
          """)
      let estate = try Estate(policy: policy)
      try estate.pay("inv-1")
      let settling = try Binary(
        "settle", "--limit", "2", "--policy", estate.policy, home: estate.home)
      settling.closeInput()
      _ = try settling.readToEnd()
      _ = try settling.exitCode()
      #expect(try settling.complaints().contains("given up; see bursar dead-letters"))
      let doctor = try Binary("doctor", "--policy", estate.policy, home: estate.home)
      #expect(try doctor.readToEnd().contains { $0.contains("given up; see bursar dead-letters") })

      let page = try page(of: estate)
      #expect(page.values[#"bursar_sink_untold_entries{sink="sound"}"#] == "0")
      #expect(page.values[#"bursar_sink_given_up_deliveries{sink="sound"}"#] == "0")
      let untold = page.values[#"bursar_sink_untold_entries{sink="late"}"#].flatMap { Int($0) }
      #expect(try #require(untold) > 0)
      let givenUp = page.values[#"bursar_sink_given_up_deliveries{sink="broken"}"#]
      #expect(try #require(givenUp.flatMap { Int($0) }) > 0)
      #expect(page.values[#"bursar_discrepancies{kind="disputed"}"#] == "0")
      #expect(page.values["bursar_dispute_ratio"] == "0.000000")
      #expect(page.values["bursar_dead_letters_oldest_seconds"] == nil)
    }

    @Test func aPolicyThatChangesIsReadAgainAndOneThatBreaksIsNot() throws {
      let estate = try Estate()
      // Without a ledger there are no caps in use.
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      let path = estate.home.path("bursar.prom")
      let watching = try Binary(
        "metrics", "--policy", estate.policy, "--watch", path, "--every", "1", home: estate.home)
      let limit =
        #"bursar_cap_limit_minor_units{cap="run",per="run",kind="charge",currency="USD"} "#
      func shows(_ amount: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        return try String(contentsOfFile: path, encoding: .utf8).contains("\(limit)\(amount)\n")
      }
      _ = try Stopwatch.wait("the first") { try shows("100000000") }
      try estate.home.write(
        Estate.ample.replacing("1000000.00", with: "500.00"), to: "policy.jsonc")
      _ = try Stopwatch.wait("the second") { try shows("50000") }
      try estate.home.write("{", to: "policy.jsonc")
      _ = try Stopwatch.wait("the mistake") { try watching.complaints().contains("policy.jsonc") }
      #expect(try shows("50000"))
      watching.signal(SIGTERM)
      #expect(try watching.exitCode() == 0)
    }

    @Test func whatIsWatchedIsWrittenInOnePieceUntilTheEnd() throws {
      let estate = try Estate()
      let path = estate.home.path("bursar.prom")
      let watching = try Binary(
        "metrics", "--policy", estate.policy, "--watch", path, "--every", "1", home: estate.home)
      _ = try Stopwatch.wait("the file") { FileManager.default.fileExists(atPath: path) }
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      _ = try Stopwatch.wait("the change") {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let page = try Page(text.split(separator: "\n").map(String.init))
        return page.values[#"bursar_operations{kind="charge",state="captured"}"#] == "1"
      }
      watching.signal(SIGTERM)
      #expect(try watching.exitCode() == 0)
      #expect(!FileManager.default.fileExists(atPath: path + ".new"))
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }
  }
}
