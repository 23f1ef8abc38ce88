import Foundation
import Testing

/// `bursar audit export`: what is shown to somebody outside.
extension WorldTests {
  struct EvidenceTests {
    private func export(_ id: String, of estate: Estate) throws -> (text: String, code: Int32) {
      let binary = try Binary("audit", "export", id, "--policy", estate.policy, home: estate.home)
      let lines = try binary.readToEnd()
      return (lines.joined(separator: "\n"), try binary.exitCode())
    }

    @Test func thePackTellsTheWholeStoryAndNoSecret() throws {
      let estate = try Estate()
      let binary = try estate.open()
      let call = Wire.charge("inv-1").replacing(
        #""customer""#,
        with:
          #""task_id":"t","step_id":"1","checkpoint":"paid with pm_1Nx2Yz and pk_live_51Hq9","customer""#
      )
      try binary.write(call)
      let said = try Said(try binary.readLine())
      #expect(said.verdict == "DONE")
      let id = try #require(said.operation)
      try binary.write(Wire.refund("cn-1", of: "inv-1", amount: 100))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)

      let (text, code) = try export(id, of: estate)
      #expect(code == 0)
      for secret in ["pm_card_visa", "pm_1Nx2Yz", "pk_live_51Hq9", "sk_test"] {
        #expect(!text.contains(secret), "\(secret) is shown")
      }
      #expect(text.contains("paid with [redacted] and [redacted]"))
      let pack = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(pack["format"] as? String == "bursar.evidence.1")
      #expect(pack["outcome"] as? String == "done")
      let timeline = try #require(pack["timeline"] as? [[String: Any]])
      #expect(
        timeline.compactMap { $0["to"] as? String } == ["validated", "authorised", "captured"])
      let asked = try #require(timeline[0]["particulars"] as? [String: Any])
      #expect(asked["customer"] as? String == "cus_1" && asked["step_id"] as? String == "1")
      let policies = try #require(pack["policies"] as? [[String: Any]])
      let accepted = try #require(policies.first?["accepted"] as? [String: Any])
      let operation = try #require(pack["operation"] as? [String: Any])
      #expect(policies.count == 1 && accepted["hash"] as? String == operation["policy"] as? String)
      #expect((accepted["policy"] as? [String: Any])?["caps"] != nil)
      let attempts = try #require(pack["attempts"] as? [[String: Any]])
      let answers = attempts.compactMap { $0["answer"] as? [String: Any] }
      #expect(answers.compactMap { $0["proved"] as? String } == ["created", "captured"])
      #expect(answers.compactMap { $0["status"] as? Int } == [200, 200])
      let request = try #require(attempts[0]["request"] as? [String: Any])
      #expect((request["body"] as? String)?.contains("payment_method=[redacted]&") == true)
      #expect((pack["refunds"] as? [[String: Any]])?.count == 1)
      let chain = try #require(pack["chain"] as? [String: Any])
      let head = try #require(chain["head"] as? String)
      let verify = try Binary(
        "audit", "verify", "--head", head, "--policy", estate.policy, home: estate.home)
      _ = try verify.readToEnd()
      #expect(try verify.exitCode() == 0)
    }

    @Test func aPolicyThatCameLaterIsNotTakenForTheOneInForce() throws {
      let estate = try Estate()
      for number in 1...2 {
        let binary = try estate.open()
        try binary.write(Wire.charge("inv-\(number)"))
        #expect(try Said(try binary.readLine()).verdict == "DONE")
        binary.closeInput()
        #expect(try binary.exitCode() == 0)
        try estate.home.write(
          Estate.ample.replacing("1000000.00", with: "99\(number).00"), to: "policy.jsonc")
      }
      let books = try OpenedLedger(estate.ledger)
      for (number, sum) in [(1, "1000000.00"), (2, "991.00")] {
        let rows = try books.rows("SELECT id FROM operations WHERE reference = 'inv-\(number)'")
        let (text, code) = try export(rows[0][0], of: estate)
        #expect(code == 0 && text.contains(sum))
        #expect(text.components(separatedBy: "\"accepted\":").count == 2, "\(text)")
      }
    }

    @Test func whatIsNotThereIsSaidSo() throws {
      let estate = try Estate()
      #expect(try export("op_x", of: estate).code == 1)
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try export("op_x", of: estate).code == 1)
      let bare = try Binary("audit", "export", home: estate.home)
      #expect(try bare.exitCode() == 64)
    }
  }
}
