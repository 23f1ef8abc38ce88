import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A person's word on what a cap on single operations stopped (`requirements.md` F4-40).
@Suite struct ApprovalTests {
  private static let single = cap("one charge", "operation", "50.00")
  private static let split = cap("one", "operation", "50.00", #", "splitWindow": "1h""#)

  private func shop(_ caps: String..., members: String = "") throws -> Shop {
    let all = ([Shop.wide] + caps).joined(separator: ",")
    return try Shop(
      #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(all)]\#(members)}"#)
  }

  /// A person approves what was asked for under a reference, as it stands in the books unless the
  /// person says otherwise.
  private func approve(
    _ shop: Shop, _ reference: String, _ kind: Payments.Operation.Kind = .charge,
    as told: (customer: String, amount: Int64)? = nil, why: String = "seen the invoice",
    for length: Duration = .seconds(3600), policy other: String? = nil
  ) throws -> WishOutcome {
    let reading = other.map { readPolicy(Array($0.utf8), currencies: Stripe.currencies) }
    guard case .accepted(let policy) = reading ?? shop.setting.policy else {
      throw LedgerError.busy
    }
    let operation = try shop.operation(reference, kind)
    let terms = operation.terms
    let word = Approvals.Word(
      operation: operation.id.text, customer: told?.customer ?? terms.customer,
      money: Money(told?.amount ?? terms.money.amount, terms.money.currency), why: why,
      length: length)
    return try Approvals.approve(
      word, under: policy, ledger: shop.ledger, currencies: Stripe.currencies, at: shop.now)
  }

  private func said(_ outcome: WishOutcome) -> String {
    switch outcome {
    case .done(let sentence): "done: \(sentence)"
    case .refused(let sentence): "refused: \(sentence)"
    }
  }

  @Test func whatAPersonApprovedPassesOnceAndIsInTheHistory() throws {
    let shop = try shop(Self.single)
    let stopped = try shop.charge("INV-1", 6000)
    #expect(stopped["code"]?.string == "operation_too_large")
    #expect(
      stopped["message"]?.string?.contains("unless the user says that it was approved") == true)
    let word = said(try approve(shop, "INV-1"))
    #expect(word.hasPrefix("done: Approved until 2026-"))
    #expect(
      word.hasSuffix(
        #"the charge of 60.00 USD for "INV-1", customer "cus_1". The same call is not stopped by "#
          + "a cap per operation any more."))

    #expect(try shop.charge("INV-1", 6000)["verdict"]?.string == "DONE")
    let again = try shop.charge("INV-1", 6000)
    #expect(again["verdict"]?.string == "DONE" && again["replayed"]?.bool == true)
    #expect(shop.sandbox.intents.count == 1)
    #expect(try shop.exposure() == Exposure(amount: 6000, count: 1))
    let history = try shop.history(of: try shop.operation("INV-1"))
    #expect(
      history.map(\.reason).prefix(3) == [
        "denied_operation_too_large", "approved", "requested_again",
      ])
    #expect(history[1].detail.contains("60.00 USD until 2026-"))
    #expect(history[1].detail.hasSuffix("seen the invoice"))
    #expect(history[2].detail.hasPrefix("approved 2026-"))
    // There is nothing more to approve.
    #expect(said(try approve(shop, "INV-1")).hasPrefix("refused: "))
  }

  @Test func itIsGoodForThatOperationThatCustomerAndThatAmountOnly() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1")
    #expect(try shop.charge("INV-2", 6000)["code"]?.string == "operation_too_large")
    #expect(try shop.charge("INV-1", 6001)["code"]?.string == "operation_too_large")
    #expect(try shop.charge("INV-1", 5999)["code"]?.string == "operation_too_large")
    let other = try shop.call(
      "charge", #"{"reference":"INV-1","customer":"cus_2","amount":6000,"currency":"USD"}"#)
    #expect(other["code"]?.string == "operation_too_large")
    #expect(shop.sandbox.intents.isEmpty)
    // What was asked for last is what a person sees, and it is not what was approved.
    #expect(try shop.operation("INV-1").terms.customer == "cus_2")
    #expect(try shop.charge("INV-1", 6000)["verdict"]?.string == "DONE")
  }

  @Test func itEnds() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1", for: .seconds(600))
    shop.pass(.seconds(600))
    shop.restart()
    #expect(try shop.charge("INV-1", 6000)["code"]?.string == "operation_too_large")
    _ = try approve(shop, "INV-1", for: .seconds(600))
    shop.pass(.seconds(599))
    shop.restart()
    #expect(try shop.charge("INV-1", 6000)["verdict"]?.string == "DONE")
  }

  @Test func everyOtherCapAndRuleCountsAsEver() throws {
    let shop = try shop(Self.single, cap("run", "run", "100.00"))
    try shop.charge("INV-1", 6000)
    try shop.charge("INV-2", 6000)
    _ = try approve(shop, "INV-1")
    #expect(try shop.charge("INV-1", 6000)["verdict"]?.string == "DONE")
    // What else stops it is said to the person before the agent finds out.
    let word = said(try approve(shop, "INV-2"))
    #expect(word.contains("But cap run stops it: STOP: The spend cap for this agent session"))
    #expect(try shop.charge("INV-2", 6000)["code"]?.string == "spend_cap_exceeded")
    // That something else stopped it last does not hide that a cap per operation does.
    try shop.tamper { books throws(LedgerError) in
      try books.freeze(Freeze(.all, why: "audit", at: Instant(milliseconds: 0)))
    }
    #expect(try shop.charge("INV-2", 6000)["code"]?.string == "frozen")
    #expect(said(try approve(shop, "INV-2")).contains("done: Approved until"))
    #expect(said(try approve(shop, "INV-2")).contains("But freeze stops it: STOP: All money"))
    try shop.charge("INV-3", 1000)
    #expect(said(try approve(shop, "INV-3")).contains("No cap per operation stops op_"))
  }

  @Test func whatLooksLikeAnotherChargeIsSaidToThePerson() throws {
    let shop = try Shop(#"{"caps": [\#(Shop.wide), \#(Self.split)]}"#)
    try shop.charge("INV-1", 4000)
    #expect(try shop.charge("MEAL", 4000)["code"]?.string == "split_refused")
    #expect(said(try approve(shop, "MEAL")).contains("But nearDuplicates stops it: STOP: This may"))
    #expect(try shop.charge("MEAL", 4000)["code"]?.string == "near_duplicate")
  }

  @Test func whatIsPutInPlaceOfWhatThePersonSawIsNotApproved() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    try shop.charge("INV-1", 600_000)
    let word = said(try approve(shop, "INV-1", as: ("cus_1", 6000)))
    #expect(word.contains("is not what was said: it is the charge of 6000.00 USD"))
    #expect(said(try approve(shop, "INV-1", as: ("cus_2", 600_000))).hasPrefix("refused: "))
    #expect(try shop.charge("INV-1", 600_000)["code"]?.string == "operation_too_large")
    #expect(try shop.charge("INV-1", 6000)["code"]?.string == "operation_too_large")
  }

  @Test func anApprovedRefundIsOfThatChargeOnly() throws {
    let shop = try shop(
      members: #", "refunds": {"caps": [\#(cap("back", "operation", "20.00"))]}"#)
    try shop.charge("INV-1", 4000)
    try shop.charge("INV-2", 4000)
    let charges = try ["INV-1", "INV-2"].map { try shop.operation($0).id.text }
    #expect(try shop.refund("CN-1", of: charges[0], 3000)["code"]?.string == "operation_too_large")
    #expect(said(try approve(shop, "CN-1", .refund)).contains("of charge \(charges[0])"))
    #expect(try shop.refund("CN-1", of: charges[1], 3000)["code"]?.string == "operation_too_large")
    #expect(try shop.refund("CN-1", of: charges[0], 3000)["verdict"]?.string == "DONE")
  }

  @Test func itIsOfTheEnvironmentItWasGivenIn() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1")
    let operation = try shop.operation("INV-1")
    var ledger = try Ledger(path: shop.ledger)
    let approval = try ledger.read { books throws(LedgerError) in
      try books.approval(of: operation.id)
    }
    for environment in Policy.Environment.allCases {
      #expect(
        approval?.covers(operation, environment, distrusted: nil, at: shop.now)
          == (environment == .sandbox))
    }
  }

  @Test func aClockThatWentBackEndsIt() throws {
    let shop = try shop(Self.single)
    shop.now = shop.now.advanced(by: .seconds(3600))
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1", for: .seconds(60))
    shop.now = shop.now.advanced(by: .seconds(-3500))
    shop.restart()
    #expect(try shop.charge("INV-1", 6000)["code"]?.string == "operation_too_large")
    // And while the clock is behind nobody can give another.
    #expect(said(try approve(shop, "INV-1")).contains("The clock is behind the ledger"))
  }

  @Test func whatWasDeclinedAfterAnApprovalCanBeApprovedAgain() throws {
    let shop = try shop(Self.single)
    let refused = #","payment_method":"pm_card_chargeDeclined""#
    let good = #","payment_method":"pm_card_visa""#
    try shop.charge("INV-1", 6000, refused)
    _ = try approve(shop, "INV-1", for: .seconds(5))
    #expect(try shop.charge("INV-1", 6000, refused)["code"]?.string == "card_declined")
    shop.pass(.seconds(60))
    #expect(try shop.charge("INV-1", 6000, good)["code"]?.string == "operation_too_large")
    #expect(said(try approve(shop, "INV-1")).hasPrefix("done: Approved until"))
    #expect(try shop.charge("INV-1", 6000, good)["verdict"]?.string == "DONE")
  }

  @Test func theModelIsToldWhatToTellAndNothingThatContradictsIt() throws {
    let shop = try shop(Self.single)
    for number in 1...4 {
      let told = try shop.charge("INV-\(number)", 6000)["message"]?.string ?? ""
      let id = try shop.operation("INV-\(number)").id.text
      #expect(told.contains("operation \(id)"))
      #expect(told.contains("unless the user says that it was approved"))
      #expect(!told.contains("changes nothing"))
    }
    _ = try approve(shop, "INV-1")
    let standing = try shop.call("status", #"{"reference":"INV-1"}"#)["message"]?.string ?? ""
    #expect(standing.contains("unless the user says that it was approved"))
  }

  @Test func chargesThatCountAsOneAndRefundsMayBeApprovedToo() throws {
    let shop = try shop(
      Self.split, members: #", "refunds": {"caps": [\#(cap("back", "operation", "30.00"))]}"#)
    #expect(try shop.charge("INV-1", 4000)["verdict"]?.string == "DONE")
    #expect(try shop.charge("INV-2", 4000)["code"]?.string == "split_refused")
    _ = try approve(shop, "INV-2")
    #expect(try shop.charge("INV-2", 4000)["verdict"]?.string == "DONE")
    let charge = try shop.operation("INV-1").id.text
    #expect(try shop.refund("CN-1", of: charge, 3500)["code"]?.string == "operation_too_large")
    _ = try approve(shop, "CN-1", .refund)
    #expect(try shop.refund("CN-1", of: charge, 3500)["verdict"]?.string == "DONE")
  }

  @Test func aWordThatCannotBeTakenChangesNothing() throws {
    let shop = try shop(Self.single)
    try shop.charge("PAID", 1000)
    try shop.charge("INV-1", 6000)
    #expect(said(try approve(shop, "PAID")).contains("is captured: there is nothing to approve"))
    for why in [
      "", " \t", "for 4242 4242 4242 4242", "sk_live_51Habc", String(repeating: "a", count: 1001),
    ] {
      #expect(said(try approve(shop, "INV-1", why: why)).hasPrefix("refused: The reason "))
    }
    let elsewhere = #"{"namespace": "another", "caps": [\#(Shop.wide)]}"#
    #expect(
      said(try approve(shop, "INV-1", policy: elsewhere)).contains("is of namespace \"default\""))
    guard case .accepted(let policy) = shop.setting.policy else { throw LedgerError.busy }
    let word = Approvals.Word(
      operation: "op_none", customer: "cus_1", money: try shop.operation("INV-1").terms.money,
      why: "x")
    let unknown = try Approvals.approve(
      word, under: policy, ledger: shop.ledger, currencies: Stripe.currencies, at: shop.now)
    #expect(said(unknown).contains("There is no operation \"op_none\""))
    #expect(try shop.charge("INV-1", 6000)["code"]?.string == "operation_too_large")
  }

  @Test func whatWasApprovedIsNoSignThatACapIsTooSmall() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1")
    try shop.charge("INV-1", 6000)
    guard case .accepted(let policy) = shop.setting.policy else { throw LedgerError.busy }
    let codes = try lint(policy, ledger: shop.ledger, currencies: Stripe.currencies).map(\.code)
    #expect(!codes.contains("cap_below_largest"))
  }

  @Test func aSimulationAndAnExplanationKnowWhatWasApproved() throws {
    let shop = try shop(Self.single)
    try shop.charge("INV-1", 6000)
    _ = try approve(shop, "INV-1")
    guard case .accepted(let policy) = shop.setting.policy, let dollar = Currency("USD") else {
      throw LedgerError.busy
    }
    let question = PolicyQuestion(
      reference: "INV-1", customer: "cus_1", money: Money(6000, dollar), run: "run-1")
    let explained = try Report.explanation(
      of: policy, question, ledger: shop.ledger, dialect: shop.setting.dialect, at: shop.now,
      json: false)
    let page = String(decoding: explained, as: UTF8.self)
    #expect(page.contains("would be granted") && page.contains("A person approved it until 2026-"))
    #expect(!page.contains("does not allow it"))
    try shop.charge("INV-1", 6000)
    var verdicts: [String?] = []
    try shop.tamper { books throws(LedgerError) in
      verdicts = try PolicySimulation(policy, of: books, since: nil).trials.map(\.now)
    }
    #expect(verdicts == ["cap one charge", nil])
    // What was asked for after the approval was something else.
    try shop.charge("INV-2", 6000)
    _ = try approve(shop, "INV-2")
    try shop.charge("INV-2", 900_000)
    try shop.tamper { books throws(LedgerError) in
      verdicts = try PolicySimulation(policy, of: books, since: nil).trials.map(\.now)
    }
    #expect(verdicts.dropFirst(2) == ["cap one charge", "cap one charge"])
  }
}
