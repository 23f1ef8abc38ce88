import JSON
import PaymentServer
import Payments
import Testing

/// What refunds give back where the policy says so, and what they never do.
@Suite struct RestoreBudgetTests {
  private func till(_ window: String, restores: Bool = true) throws -> Till {
    let cap =
      #"{"name": "it", "per": "namespace", "window": "\#(window)", "amount": "10.00","#
      + #" "currency": "USD"}"#
    return try Till(ample(cap, members: #", "refunds": {"restoreBudget": \#(restores)}"#))
  }

  private func refund(_ till: Till, _ charge: String, _ amount: Int64? = nil) throws -> String {
    let sum = amount.map { #","amount":\#($0)"# } ?? ""
    return try till.call(
      "refund", #"{"charge":"\#(charge)","reference":"CN-\#(charge)-\#(amount ?? 0)"\#(sum)}"#
    )["code"]?.string ?? ""
  }

  @Test(arguments: [false, true]) func aRefundGivesBackOnlyWhereThePolicySaysSo(
    restores: Bool
  ) throws {
    let till = try till("lifetime", restores: restores)
    #expect(try till.charge(1000, reference: "A") == "captured")
    #expect(try refund(till, "A", 400) == "refunded")
    #expect(try till.charge(401) == "spend_cap_exceeded")
    #expect(try till.charge(400) == (restores ? "captured" : "spend_cap_exceeded"))
    #expect(try till.charge(50) == "spend_cap_exceeded")
  }

  @Test func whatIsGivenBackBelongsToTheWindowOfItsCharge() throws {
    let till = try till("day")
    #expect(try till.charge(1000, at: moment("2026-11-20T23:00:00Z"), reference: "A") == "captured")
    till.now = moment("2026-11-21T00:10:00Z")
    #expect(try refund(till, "A") == "refunded")
    // The new day has its own budget, and not yesterday's besides.
    #expect(try till.charge(1000) == "captured")
    #expect(try till.charge(50) == "spend_cap_exceeded")
  }

  @Test func aRunGetsBackWhatItSpentWhoeverAsksForTheRefund() throws {
    let cap = #"{"name": "run", "per": "run", "amount": "10.00", "currency": "USD"}"#
    let till = try Till(ample(cap, members: #", "refunds": {"restoreBudget": true}"#))
    #expect(try till.charge(1000, run: "run-1", reference: "A") == "captured")
    #expect(try till.charge(1000, run: "run-2", reference: "B") == "captured")
    let asked = try till.call(
      "refund", #"{"charge":"A","reference":"CN-A"}"#, run: "run-2")["code"]?.string
    #expect(asked == "refunded")
    #expect(try till.charge(50, run: "run-2") == "spend_cap_exceeded")
    #expect(try till.charge(1000, run: "run-1") == "captured")
  }

  @Test func theNumberOfOperationsIsNeverGivenBack() throws {
    let cap =
      #"{"name": "run", "per": "run", "amount": "10.00", "count": 3, "currency": "USD"}"#
    let till = try Till(ample(cap, members: #", "refunds": {"restoreBudget": true}"#))
    for name in ["A", "B", "C"] {
      #expect(try till.charge(300, reference: name) == "captured")
      #expect(try refund(till, name) == "refunded")
    }
    #expect(try till.charge(300) == "spend_cap_exceeded")
  }

  static let seeds: [UInt64] = [1, 2, 3, 4]

  @Test(arguments: seeds, ["1h", "day", "lifetime"])
  func churnComesToTwiceTheCapAndStaysWithinIt(seed: UInt64, window: String) throws {
    var dice = Dice(state: seed)
    let till = try till(window)
    var open: [String] = []
    for number in 0..<120 {
      let amount: Int64 = dice.pick([50, 200, 500, 1000])
      if try till.charge(amount, reference: "R\(number)") == "captured" {
        open.append("R\(number)")
      }
      if dice.roll(0...2) > 0, let charge = open.popLast() { _ = try refund(till, charge) }
      #expect(till.taken - till.returned <= 1000)
      #expect(till.taken <= 2000)
    }
    #expect(till.taken > 1000, "no budget was given back at all")
  }
}
