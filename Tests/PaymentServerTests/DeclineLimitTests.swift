import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A payment method that its issuer refuses again and again (`processors.md` §2.4).
@Suite struct DeclineLimitTests {
  private static let refused = #","payment_method":"pm_card_chargeDeclined""#
  private static let good = #","payment_method":"pm_card_visa""#

  private func shop(_ declines: String = #"{"limit": 3, "window": "1h"}"#) throws -> Shop {
    try Shop(
      #"{"nearDuplicates": {"action": "allow"}, "declines": \#(declines), "caps": [\#(Shop.wide)]}"#
    )
  }

  @Test func anAgentThatLoopsWithNewReferencesIsStoppedBeforeTheProcessor() throws {
    let shop = try shop()
    for number in 1...3 {
      let told = try shop.charge("INV-\(number)", 1000, Self.refused)
      #expect(told["code"]?.string == "card_declined")
    }
    let sent = shop.requests.count
    for number in 4...9 {
      let told = try shop.charge("INV-\(number)", 1000, Self.refused)
      #expect(told["verdict"]?.string == "STOP")
      #expect(told["code"]?.string == "declined_too_often")
      #expect(told["message"]?.string?.contains("was declined 3 times within 1 h") == true)
    }
    #expect(shop.requests.count == sent)
    #expect(try shop.operation("INV-4").rule == "declines")
    #expect(try shop.exposure() == .zero)
  }

  @Test func anotherPaymentMethodPaysTheSameReference() throws {
    let shop = try shop()
    for number in 1...4 { try shop.charge("INV-\(number)", 1000, Self.refused) }
    // One that was declined, and one that was not even sent.
    #expect(try shop.charge("INV-1", 1000, Self.good)["verdict"]?.string == "DONE")
    #expect(try shop.charge("INV-4", 1000, Self.good)["verdict"]?.string == "DONE")
    #expect(shop.sandbox.intents.count { $0.status == .succeeded } == 2)
  }

  @Test func anotherCustomersMethodIsItsOwn() throws {
    let shop = try shop()
    for number in 1...3 { try shop.charge("INV-\(number)", 1000, Self.refused) }
    let told = try shop.call(
      "charge",
      #"{"reference":"INV-9","customer":"cus_2","amount":1000,"currency":"USD"\#(Self.refused)}"#)
    #expect(told["code"]?.string == "card_declined")
    // The same customer in other letters is no other one.
    let same = try shop.call(
      "charge",
      #"{"reference":"INV-8","customer":"CUS_1","amount":1000,"currency":"USD"\#(Self.refused)}"#)
    #expect(same["code"]?.string == "declined_too_often")
  }

  @Test func aDeclineCountsForAsLongAsTheRuleSaysAndOverRestarts() throws {
    let shop = try shop()
    for number in 1...3 { try shop.charge("INV-\(number)", 1000, Self.refused) }
    shop.restart()
    #expect(
      try shop.charge("INV-4", 1000, Self.refused)["code"]?.string == "declined_too_often")
    shop.pass(.seconds(3700))
    #expect(try shop.charge("INV-4", 1000, Self.refused)["code"]?.string == "card_declined")
  }

  @Test func eightWithinThirtyDaysIsTheRuleUnlessThePolicySaysOtherwise() throws {
    let shop = try Shop()
    let codes = try (1...9).map { number in
      try shop.charge("INV-\(number)", 1000, Self.refused)["code"]?.string
    }
    #expect(codes.dropLast().allSatisfy { $0 == "card_declined" })
    #expect(codes.last == "declined_too_often")
    shop.pass(.seconds(29 * 86_400))
    #expect(
      try shop.charge("INV-10", 1000, Self.refused)["message"]?.string?.contains("30 days") == true)
  }

  @Test func theSameReferenceWithOneBadMethodAfterAnotherCountsEach() throws {
    let shop = try shop(#"{"limit": 1}"#)
    let other = #","payment_method":"pm_card_chargeDeclinedInsufficientFunds""#
    #expect(try shop.charge("INV-1", 1000, Self.refused)["code"]?.string == "card_declined")
    #expect(try shop.charge("INV-1", 1000, other)["code"]?.string == "card_declined")
    for method in [Self.refused, other] {
      let told = try shop.charge("INV-2", 1000, method)
      #expect(told["code"]?.string == "declined_too_often")
      #expect(told["message"]?.string?.contains("was declined once within 30 days") == true)
    }
  }

  @Test func whatIsSaidLaterLeadsToAnotherMethodToo() throws {
    let shop = try shop(#"{"limit": 1}"#)
    try shop.charge("INV-1", 1000, Self.refused)
    #expect(try shop.charge("INV-2", 1000, Self.refused)["code"]?.string == "declined_too_often")
    let told = try shop.call("status", #"{"reference":"INV-2"}"#)
    #expect(told["code"]?.string == "declined_too_often")
    #expect(told["message"]?.string?.contains("Ask the user for a different one") == true)
  }

  @Test func aSimulationOfTheSameRulesBlamesNoCardThatPaid() throws {
    let shop = try shop(#"{"limit": 1}"#)
    try shop.charge("INV-1", 1000, Self.refused)
    try shop.charge("INV-1", 1000, Self.good)
    try shop.charge("INV-2", 1000, Self.good)
    try shop.charge("INV-3", 1000, Self.refused)
    guard case .accepted(let policy) = shop.setting.policy else { throw LedgerError.busy }
    var trials: [PolicySimulation.Trial] = []
    try shop.tamper { books throws(LedgerError) in
      trials = try PolicySimulation(policy, of: books, since: nil).trials
    }
    #expect(trials.map(\.now) == trials.map(\.then))
    #expect(trials.last?.now == "declines")
  }
}
