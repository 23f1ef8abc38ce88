import Foundation
import Processors
import Testing

/// The scenario of the first source document: an agent dies in the middle of a payment, and one
/// that knows nothing but the task's name goes on (`requirements.md` F0-01 to F0-05, F0-26).
extension WorldTests {
  struct ResumeTests {
    private static let before = #"{"written": ["mail to \"ada\""], "next": "caf\u{e9}"}"#
    private static let between = "cafe\u{301} \u{1f600}\n\tafter the first payment"

    private static func step(_ name: String, _ checkpoint: String?) -> [String: Any] {
      var charge = PracticeWorld.charge("inv-\(name)", amount: 1000)
      charge["task_id"] = "month-end"
      charge["step_id"] = name
      charge["checkpoint"] = checkpoint
      return charge
    }

    /// Whether two texts are the same to the byte; Swift's `==` takes é and é for one.
    private func isSame(_ left: Any?, _ right: String) -> Bool {
      (left as? String).map { $0.utf8.elementsEqual(right.utf8) } ?? false
    }

    private func entries(_ answer: [String: Any]) throws -> [[String: Any]] {
      try #require(answer["steps"] as? [[String: Any]], "\(answer)")
    }

    /// Waits until a confirmation has reached the sandbox, whose answer then hangs.
    private func waitForConfirmation(of step: Int, at world: PracticeWorld) throws {
      _ = try Stopwatch.wait("the confirmation") {
        try world.log().filter { ($0["path"] as? String)?.hasSuffix("/confirm") == true }.count
          == step
      }
    }

    @Test(arguments: [Fault.hangAfter, .hangBefore])
    func anAgentThatKnowsOnlyTheTaskFinishesItWithoutASecondCharge(_ fault: Fault) throws {
      let world = try PracticeWorld(
        processor: #""backoff": "10ms", "timeout": "10s", "attempts": 5"#)
      world.run = "agent-1"
      try world.ask("charge", Self.step("1", Self.before))
      let first = try world.answer()
      #expect(first["verdict"] as? String == "DONE", "\(first)")
      try world.arm(
        """
        [{"match": {"kind": "confirm"}, "fault": "\(fault.rawValue)", "after": "30s"}]
        """)
      try world.ask("charge", Self.step("2", Self.between))
      try waitForConfirmation(of: 2, at: world)
      // Agent and server die with the request out and no answer read.
      try world.kill()

      world.run = "agent-2"
      let known = try world.status(["task_id": "month-end"])
      let steps = try entries(known)
      #expect(steps.map { $0["step_id"] as? String } == ["1", "2"])
      #expect(isSame(steps[0]["checkpoint"], Self.before))
      #expect(isSame(steps[1]["checkpoint"], Self.between))
      #expect(steps[0]["outcome"] as? String == "done")
      #expect(["unknown", "done"].contains(steps[1]["outcome"] as? String))
      let point = try #require(known["resume_from"] as? [String: Any])
      #expect(point["step_id"] as? String == "2" && isSame(point["checkpoint"], Self.between))

      let confirmed = try rest(of: world)
      #expect(confirmed["verdict"] as? String == "DONE", "\(confirmed)")
      #expect(try entries(confirmed).map { $0["outcome"] as? String } == ["done", "done"])
      let end = try #require(confirmed["resume_from"] as? [String: Any])
      #expect(end["position"] as? String == "after" && isSame(end["checkpoint"], Self.between))

      // The new agent is not sure of itself and repeats the step, then goes on.
      try world.ask("charge", Self.step("2", nil))
      #expect(try world.answer()["replayed"] as? Bool == true)
      try world.ask("charge", Self.step("3", nil))
      #expect(try world.answer()["verdict"] as? String == "DONE")
      let paid = try world.books("payment_intents").filter {
        $0["status"] as? String == "succeeded"
      }
      #expect(paid.count == 3)
      try world.checkEverything()
    }

    /// Asks by the task until nothing of it is unknown.
    private func rest(of world: PracticeWorld) throws -> [String: Any] {
      for _ in 1...20 {
        let answer = try world.status(["task_id": "month-end", "wait_seconds": 4])
        if answer["verdict"] as? String != "PENDING" { return answer }
      }
      Issue.record("The task never comes to rest.")
      return [:]
    }

    @Test func theSameIsFoundByReferenceAndByRun() throws {
      let world = try PracticeWorld()
      for name in ["1", "2"] {
        try world.ask("charge", Self.step(name, name == "1" ? Self.before : nil))
        _ = try world.answer()
      }
      try world.kill()
      let byReference = try world.status(["reference": "inv-1"])
      #expect(isSame(byReference["checkpoint"], Self.before))
      #expect(byReference["outcome"] as? String == "done")
      let next = try #require(byReference["next_steps"] as? [[String: Any]])
      #expect(next.map { $0["action"] as? String } == ["continue", "call_status"])
      #expect(next.last?["task_id"] as? String == "month-end")
      let byRun = try world.status([:])
      let point = try #require(byRun["resume_from"] as? [String: Any])
      #expect(point["task_id"] as? String == "month-end" && point["step_id"] as? String == "2")
      try world.checkEverything()
    }
  }
}
