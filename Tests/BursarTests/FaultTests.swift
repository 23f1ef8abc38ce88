import Foundation
import Processors
import Testing

/// The real binary against the real sandbox, with everything that can go wrong between them and in
/// it (`reliability.md` §3.4).
extension WorldTests {
  struct FaultTests {
    private func rule(_ fault: Fault, on kind: String, times: Int = 1, more: String = "") -> String
    {
      let after = fault == .slow ? "" : ", \"after\": \"300ms\""
      return """
        {"match": {"kind": "\(kind)", "times": \(times)}, "fault": "\(fault.rawValue)"\(after)}
        """
    }

    /// What one fault makes impossible to know for now, by the word of `settle`.
    private func unresolvable(_ fault: Fault, on kind: String) -> Bool {
      // Absence counts only after quiescence, ten minutes, and no key may ask again: the processor
      // would answer with the stored error for ever. Pending until then, and no dead letter.
      fault == .error500Stored && kind == "refund"
    }

    /// After these nothing more is sent in the same run.
    private static let caps: [Fault] = [.cap402, .cap429]

    @Test(arguments: caps) func aProxysCapIsMetOnceInARun(_ fault: Fault) throws {
      let world = try PracticeWorld()
      try world.arm("[\(rule(fault, on: "create"))]")
      for reference in ["inv-1", "inv-2", "inv-1"] {
        let answer = try world.charge(reference)
        #expect(answer["code"] as? String == "spend_cap_exceeded")
      }
      try world.leave()
      #expect(try world.settle().code == 0)
      #expect(try world.log().map { $0["fault"] as? String } == [fault.rawValue])
      try world.checkEverything()
    }

    @Test(arguments: Fault.allCases.filter { !caps.contains($0) })
    func oneFaultNeverPaysTwice(_ fault: Fault) throws {
      let world = try PracticeWorld()
      for (number, kind) in ["create", "confirm"].enumerated() {
        try world.arm("[\(rule(fault, on: kind))]")
        _ = try world.charge("inv-\(kind)", amount: 1001 + number)
      }
      try world.arm("[]")
      #expect(try world.charge("inv-1")["verdict"] as? String == "DONE")
      try world.arm("[\(rule(fault, on: "refund"))]")
      _ = try world.refund("ref-1", of: "inv-1", amount: 400)
      try world.leave()
      let rest = try world.settle()
      let open = rest.open.compactMap { $0["reference"] as? String }
      #expect(open == (unresolvable(fault, on: "refund") ? ["ref-1"] : []))
      #expect(rest.code == (open.isEmpty ? 0 : 1))
      #expect(rest.open.allSatisfy { $0["dead_letter"] == nil })
      let hits = try world.log().filter { $0["fault"] as? String == fault.rawValue }
      #expect(hits.count == 3, "the fault was met \(hits.count) times")
      try world.checkEverything(refundsGivenTwice: fault == .duplicateEffect)
    }

    @Test(arguments: Fault.allCases) func aLookUpThatGoesWrongDecidesNothing(_ fault: Fault) throws
    {
      let world = try PracticeWorld()
      try world.arm("[\(rule(.wrongAmount, on: "confirm")), \(rule(fault, on: "retrieve"))]")
      _ = try world.charge("inv-1")
      try world.leave()
      #expect(try world.settle().code == 0)
      #expect(try world.operations().map { $0["state"] as? String } == ["captured"])
      // An object that says of itself that it took another amount is a rule broken; all else is
      // only asked again.
      #expect(try world.thaw() == (fault == .wrongAmount))
      try world.arm("[\(rule(.wrongAmount, on: "refund")), \(rule(fault, on: "list"))]")
      _ = try world.refund("ref-1", of: "inv-1", amount: 400)
      try world.leave()
      #expect(try world.settle().code == 0)
      #expect(try world.operations().last?["state"] as? String == "refunded")
      let hits = try world.log().filter { $0["fault"] as? String == fault.rawValue }
      #expect(hits.count >= 2, "the fault was met \(hits.count) times")
      try world.checkEverything()
    }

    @Test(arguments: [1, 2, 3]) func aWildProcessorNeverChargesTwice(_ seed: Int) throws {
      let wild: [Fault] = [
        .dropBefore, .dropAfter, .resetBefore, .resetAfter, .hangAfter, .truncated,
        .truncatedNoLength, .html200, .error500NotStored, .error500ExecutedStored, .error502,
        .error504Executed, .conflict409, .rate429, .lock429, .lateEffect, .duplicateEffect,
        .listLag, .answerOfAnother, .wrongAmount,
      ]
      let rules = wild.map {
        "{\"match\": {\"probability\": 3}, \"fault\": \"\($0.rawValue)\", \"after\": \"300ms\"}"
      }
      let world = try PracticeWorld(faults: "[\(rules.joined(separator: ","))]", seed: seed)
      for number in 1...40 {
        try world.ask("charge", PracticeWorld.charge("inv-\(number)", amount: 1000 + number))
      }
      var verdicts: [String] = []
      for _ in 1...40 { verdicts.append(try world.answer()["verdict"] as? String ?? "") }
      #expect(verdicts.contains("DONE"))
      try world.leave()
      // Look-ups may be unlucky again and again, and wait twice as long each time.
      _ = try world.settle()
      try world.arm("[]")
      let rest = try world.settle(limit: 90)
      #expect(rest.code == 0, "\(rest.open)")
      let hits = try world.log().filter { $0["fault"] is String }
      #expect(hits.count >= 10, "a wild processor that behaves is no trial")
      try world.checkEverything()
    }
  }
}
