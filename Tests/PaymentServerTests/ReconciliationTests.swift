import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// The processor's list against the books.
@Suite struct ReconciliationTests {
  private static let hasty =
    #"{"nearDuplicates": {"action": "allow"}, "rates": {"perMinute": 100000}, "caps": [\#(Shop.wide)]}"#

  /// A shop in which everything that can happen honestly has happened, hours ago.
  private func honest(charges: Int = 3) throws -> Shop {
    let shop = try Shop(Self.hasty)
    for number in 1...charges { try shop.charge("INV-\(number)") }
    try shop.charge("DECLINED", 1000, #","payment_method":"pm_card_chargeDeclined""#)
    try shop.charge("DENIED", 99_999_999)
    try shop.charge("WRONG", 1000, #","payment_method":"pm_card_nobody""#)
    try shop.refund("R-1", of: "INV-1", 400)
    try shop.refund("R-2", of: "INV-1", 600)
    try shop.refund("R-3", of: "INV-2", 100)
    shop.pass(.seconds(3600))
    return shop
  }

  @Test func honestBooksAgreeWithTheList() throws {
    let shop = try honest(charges: 230)
    let tally = try #require(try shop.reconcile().tally)
    #expect(tally.discrepancies == 0 && tally.young == 0 && tally.foreign == 0)
    // 230 charges and the declined one, in three pages; three refunds.
    #expect(tally.compared == 234)
    #expect(shop.requests.suffix(4).allSatisfy { $0.method == .get })
    #expect(tally.settled == 0 && tally.resolved == 0)
  }

  @Test func eachOfThePlantedDifferencesIsFoundAndNoneBesides() throws {
    let shop = try honest()
    shop.now = shop.now.advanced(by: .seconds(-2 * 3600))
    var planting = Planting(shop: shop)
    try planting.missing()
    try planting.states()
    try planting.sums()
    try planting.refunds()
    // And what is no difference: other people's objects (a refund planted above is one), and what
    // an earlier beginning left.
    _ = try shop.object(for: nil)
    _ = try shop.object(for: Planting.id("THEIRS"), namespace: "another")
    _ = try shop.object(for: try shop.operation("INV-1").id.text, paid: false)
    shop.now = shop.now.advanced(by: .seconds(2 * 3600))
    let expected = planting.expected
    #expect(expected.count > 10 && Set(planting.kinds) == Set(Discrepancy.Kind.allCases))

    let first = try shop.reconcile()
    #expect(first.found == expected.sorted())
    #expect(first.tally?.discrepancies == expected.count)
    #expect(first.tally?.foreign == 4)
    #expect(first.tally?.resolved == 0)

    // The same again is the same again, and not news.
    let second = try shop.reconcile()
    #expect(second.found.isEmpty)
    #expect(second.tally?.discrepancies == expected.count)
    var told = 0
    try shop.tamper { books throws(LedgerError) in
      told = try books.history(after: 0, limit: .max)
        .count { isSame($0.reason, "discrepancy_found") }
    }
    #expect(told == expected.count)
    let alerts = try Report.alerts(ledger: shop.ledger, at: shop.now)
    #expect(alerts.map(\.code) == ["discrepancies"])
    guard case .accepted(let policy) = shop.setting.policy else { throw LedgerError.busy }
    let page = String(
      decoding: try Report.metrics(of: policy, ledger: shop.ledger, at: shop.now), as: UTF8.self)
    for kind in Discrepancy.Kind.allCases {
      let count = planting.kinds.count { $0 == kind }
      #expect(page.contains("bursar_discrepancies{kind=\"\(kind.rawValue)\"} \(count)\n"))
    }
    let ratio = page.split(separator: "\n").first { $0.hasPrefix("bursar_dispute_ratio ") }
    #expect(ratio == "bursar_dispute_ratio 0.100000")

    try tellsOfEachKind(shop)
    // What is decided stays as it was decided.
    #expect(try shop.operation("EXECUTED").state == .failed)
    #expect(try shop.operation("AMOUNT").terms.money.amount == 1000)
  }

  /// Each kind of discrepancy is told of, in the words of the contract.
  private func tellsOfEachKind(_ shop: Shop) throws {
    let schema = try EventTests.schema()
    var reader = EventReader(ledger: shop.ledger, since: 0, json: true)
    var kinds: Set<String> = []
    while case let lines = try reader.read(), !lines.isEmpty {
      for line in lines.split(separator: 0x0A) {
        let event = try JSONValue(reading: Array(line))
        #expect(schema.violations(in: event) == [], "\(String(decoding: line, as: UTF8.self))")
        guard event["type"]?.string == "discrepancy.found" else { continue }
        kinds.insert(event["data"]?["kind"]?.string ?? "")
        #expect(event["data"]?["books"] != nil && event["data"]?["processor"] != nil)
      }
    }
    #expect(kinds == Set(Discrepancy.Kind.allCases.map(\.rawValue)))
  }

  @Test func whatIsMendedIsForgottenAndSaidSo() throws {
    let shop = try honest()
    let lost = try shop.record("LATE") { $0.processorReference = "pi_sandbox_000005" }
    #expect(try shop.reconcile().found == ["missing_there \(lost.id.text)"])
    #expect(try shop.object(for: lost.id.text) == "pi_sandbox_000005")
    shop.pass(.seconds(3600))
    let mended = try shop.reconcile()
    #expect(mended.tally?.discrepancies == 0)
    var reasons: [String] = []
    try shop.tamper { books throws(LedgerError) in
      reasons = try books.history(after: 0, limit: .max).map(\.reason)
        .filter { $0.hasPrefix("discrepancy") }
    }
    #expect(reasons == ["discrepancy_found", "discrepancy_gone"])
  }

  @Test func whatHappenedMomentsAgoIsLeftForNextTime() throws {
    let shop = try honest()
    let before = shop.sandbox
    try shop.charge("NEW")
    // The list lags: it does not have what was just captured.
    shop.street = { request, _, now in
      var lagging = before
      return .response(lagging.answer(request, at: now))
    }
    #expect(try shop.reconcile().tally?.discrepancies == 0)
    shop.pass(.seconds(600))
    #expect(try shop.reconcile().found.count == 1)
  }

  @Test func whatIsPendingIsResolvedByTheEvidence() throws {
    let shop = try honest()
    shop.street = { request, sandbox, now in
      if request.method == .post, request.path == "/v1/payment_intents" { return nil }
      if request.method == .get, request.path.contains("limit") { return nil }
      if request.path.hasSuffix("/confirm") || request.path == "/v1/refunds" {
        _ = sandbox.answer(request, at: now)
      }
      return .failure(TransportFailure(cause: .timeout, sent: true))
    }
    try shop.charge("UNKNOWN", 700)
    try shop.charge("DEAD", 800)
    shop.pass(.seconds(90_000))
    try shop.charge("UNKNOWN-2", 900)
    shop.pass(.seconds(20))
    #expect(try shop.operation("DEAD").deadLetter != nil)
    #expect(try shop.operation("UNKNOWN-2").unknownSince != nil)
    let held = try shop.exposure()
    let tally = try #require(try shop.reconcile().tally)
    #expect(tally.resolved == 3 && tally.discrepancies == 0)
    for reference in ["UNKNOWN", "DEAD", "UNKNOWN-2"] {
      let operation = try shop.operation(reference)
      #expect(operation.state == .captured && operation.deadLetter == nil)
      #expect(try shop.history(of: operation).last?.detail == "statement")
    }
    #expect(try shop.exposure() == held)
  }

  @Test func whatIsResolvedAndAvailableIsSettledAtOnce() throws {
    let shop = try honest()
    let object = try shop.object(for: Planting.id("DEAD"))
    shop.now = shop.now.advanced(by: .seconds(2 * 86_400))
    try shop.record("DEAD") {
      $0.state = .authorised
      $0.processorReference = object
      $0.deadLetter = "owner_died"
    }
    let tally = try #require(try shop.reconcile().tally)
    #expect(tally.resolved == 1 && tally.settled == 4)
    #expect(try shop.operation("DEAD").state == .settled)
  }

  @Test func aPendingOperationIsNotBelievedAnotherAmount() throws {
    let shop = try honest()
    let object = try shop.object(for: nil, amount: 4321, paid: true)
    try shop.record("PENDING") {
      $0.state = .authorised
      $0.processorReference = object
      $0.deadLetter = "timeout"
    }
    #expect(try shop.reconcile().found == ["amount \(object)"])
    #expect(try shop.operation("PENDING").state == .authorised)
  }

  @Test func theObjectOfAnEarlierRoundEndsNoLaterOne() throws {
    let shop = try Shop()
    let cancelled = try shop.object(for: Planting.id("INV-1"), paid: false)
    try shop.post("/v1/payment_intents/\(cancelled)/cancel", "")
    try shop.record("INV-1") {
      $0.state = .validated
      $0.round = 1
      $0.next = .create
      $0.due = shop.now.advanced(by: .seconds(60))
    }
    _ = try shop.reconcile()
    #expect(try shop.operation("INV-1").state == .validated)
  }

  @Test func noNumberOfTheListIsTooStrangeToBeRead() throws {
    let shop = try Shop()
    try shop.charge("INV-1", 5000)
    shop.pass(.seconds(3600))
    for strange in ["-9223372036854775808", "-1"] {
      shop.street = { request, sandbox, now in
        guard request.path.hasPrefix("/v1/payment_intents?") else { return nil }
        let answer = sandbox.answer(request, at: now)
        let member = #""amount_refunded":"#
        let body = String(decoding: answer.body, as: UTF8.self)
          .replacingOccurrences(of: "\(member)0", with: "\(member)\(strange)")
        return .response(Response(status: 200, headers: [], body: Array(body.utf8)))
      }
      #expect(try shop.reconcile().tally == nil)
    }
  }

  @Test func fundsThatAreAvailableAreSettledOnceAndCountTheSame() throws {
    let shop = try honest()
    let spent = try shop.exposure()
    shop.pass(.seconds(2 * 86_400))
    let tally = try #require(try shop.reconcile().tally)
    #expect(tally.settled == 3 && tally.discrepancies == 0)
    #expect(try shop.operation("INV-1").state == .settled)
    #expect(try shop.operation("R-1", .refund).state == .refunded)
    #expect(try shop.operation("DECLINED").state == .declined)
    #expect(try shop.exposure() == spent)
    #expect(try shop.reconcile().tally?.settled == 0)
    // Settled money can be given back.
    #expect(try shop.refund("R-4", of: "INV-3", 1000)["verdict"]?.string == "DONE")
    #expect(try shop.charge("INV-3")["code"]?.string == "replayed")
  }

  @Test func aSecondObjectIsFoundInTheVeryRunThatSettlesTheFirst() throws {
    let shop = try Shop()
    let second = try shop.object(for: Planting.id("INV-1"))
    try shop.charge("INV-1")
    shop.pass(.seconds(2 * 86_400))
    let run = try shop.reconcile()
    #expect(run.found == ["second_object \(second)"])
    #expect(run.tally?.settled == 1 && run.tally?.young == 0)
  }

  @Test func aListThatCannotBeReadIsAskedForAgainAndThenStops() throws {
    let shop = try honest()
    var failures = 3
    shop.street = { request, _, _ in
      failures -= 1
      return failures >= 0 ? .response(Response(status: 503, headers: [], body: [])) : nil
    }
    #expect(try shop.reconcile().tally?.discrepancies == 0)
    let bodies = [
      (200, "<html>"), (200, #"{"object":"list","data":[{"id":"pi_1"}],"has_more":false}"#),
      (200, #"{"object":"list","data":[],"has_more":true}"#), (500, "{}"), (401, "{}"),
      (404, "{}"), (302, ""),
    ]
    for (status, body) in bodies {
      shop.street = { _, _, _ in
        .response(Response(status: status, headers: [], body: Array(body.utf8)))
      }
      let asked = shop.requests.count
      guard case .stopped = try shop.reconcile().outcome else {
        Issue.record("\(status) \(body) is no list")
        continue
      }
      let isFinal = status == 401 || status == 404 || status == 302
      #expect(shop.requests.count - asked == (isFinal ? 1 : 8))
    }
    var discrepancies = 1
    try shop.tamper { books throws(LedgerError) in
      discrepancies = try books.discrepancyCount()
    }
    #expect(discrepancies == 0)
  }
}

/// Differences planted past the server, with what has to be said of each.
struct Planting {
  let shop: Shop
  private(set) var expected: [String] = []
  private(set) var kinds: [Discrepancy.Kind] = []

  init(shop: Shop) {
    self.shop = shop
  }

  private mutating func plant(_ kind: Discrepancy.Kind, _ subject: String) {
    kinds.append(kind)
    expected.append("\(kind.rawValue) \(subject)")
  }

  /// The id of the operation of a reference.
  static func id(_ reference: String, _ kind: Payments.Operation.Kind = .charge) -> String {
    let identity = Identity(namespace: "default", kind: kind, name: .reference(reference))
    return Identity.names(base32: base32(sha256(identity.canonical))).id.text
  }

  mutating func missing() throws {
    plant(.missingHere, try shop.object(for: Self.id("LOST")))
    // An object of an earlier version does not say its namespace; its id does.
    plant(.missingHere, try shop.object(for: Self.id("OLD"), namespace: nil, reference: "OLD"))
    let gone = try shop.record("GONE") { $0.processorReference = "pi_gone" }
    plant(.missingThere, gone.id.text)
    let never = try shop.record("R-GONE", .refund) { $0.processorReference = "re_gone" }
    plant(.missingThere, never.id.text)
  }

  mutating func states() throws {
    let cancelled = try shop.object(for: Self.id("STATE"), paid: false)
    try shop.post("/v1/payment_intents/\(cancelled)/cancel", "")
    try shop.record("STATE") { $0.processorReference = cancelled }
    plant(.state, cancelled)
    let executed = try shop.object(for: Self.id("EXECUTED"))
    try shop.record("EXECUTED") {
      $0.processorReference = executed
      $0.state = .failed
      $0.code = "resolved_by_operator"
    }
    plant(.executed, executed)
    plant(.secondObject, try shop.object(for: try shop.operation("INV-2").id.text))
    let live = try shop.object(for: Self.id("LIVE"))
    try shop.record("LIVE") {
      $0.processorReference = live
      $0.livemode = true
    }
    plant(.livemode, live)
  }

  mutating func sums() throws {
    let larger = try shop.object(for: Self.id("AMOUNT"), amount: 1001)
    try shop.record("AMOUNT") { $0.processorReference = larger }
    plant(.amount, larger)
    let euro = try shop.object(for: Self.id("CURRENCY"), currency: "eur")
    try shop.record("CURRENCY") { $0.processorReference = euro }
    plant(.currency, euro)
    let other = try shop.object(for: Self.id("CUSTOMER"), customer: "cus_2")
    try shop.record("CUSTOMER") { $0.processorReference = other }
    plant(.customer, other)
  }

  /// One given back in the dashboard, one of another charge than the books say, and one that the
  /// payer's bank took back.
  mutating func refunds() throws {
    let paid = try shop.operation("INV-3").processorReference ?? ""
    try shop.givenBack(paid, 250)
    plant(.refunds, paid)
    let charge = try shop.operation("INV-1").processorReference ?? ""
    let third = try shop.object(for: nil)
    let elsewhere = try shop.givenBack(third, 1000, for: Self.id("R-ELSEWHERE", .refund))
    try shop.record("R-ELSEWHERE", .refund) {
      $0.processorReference = elsewhere
      $0.terms.chargeReference = charge
    }
    plant(.charge, elsewhere)
    let disputed = try shop.object(for: Self.id("DISPUTED"))
    try shop.record("DISPUTED") { $0.processorReference = disputed }
    shop.sandbox.dispute(intent: disputed)
    plant(.disputed, disputed)
  }
}
