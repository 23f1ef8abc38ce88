import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// Policies that share a ledger: one file is the default for all of them.
@Suite struct SharedLedgerTests {
  private static func policy(_ members: String) -> String {
    #"{"nearDuplicates": {"action": "allow"}, \#(members), "caps": [\#(Shop.wide)]}"#
  }

  private static let test =
    #""environment": "test", "processor": {"kind": "stripe", "apiKey": {"env": "K"}}"#

  @Test func whatIsPendingInAnotherNamespaceIsNoneOfAServersBusiness() throws {
    let mine = try Shop(Self.policy(#""namespace": "mine""#))
    // The money is taken, and no answer arrives any more.
    mine.street = { request, sandbox, now in
      if request.path.hasSuffix("/confirm") { _ = sandbox.answer(request, at: now) }
      return request.path == "/v1/payment_intents"
        ? nil : .failure(TransportFailure(cause: .timeout, sent: true))
    }
    try mine.charge("INV-1")
    mine.restart()
    // Another account's server, that knows nothing of that object and would believe it is nowhere.
    let theirs = try Shop(Self.policy(#""namespace": "theirs""#), ledger: mine.ledger)
    theirs.now = mine.now
    theirs.pass(.seconds(7200))
    #expect(theirs.requests.isEmpty)
    #expect(try theirs.charge("INV-1")["verdict"]?.string == "DONE")
    mine.now = theirs.now
    mine.street = { _, _, _ in nil }
    mine.pass(.seconds(60))
    let told = try mine.charge("INV-1")
    #expect(told["verdict"]?.string == "DONE" && told["replayed"]?.bool == true)
    #expect(mine.sandbox.intents.count == 1)
  }

  @Test func whatWasOnlyPractisedIsNeverSaidToBePaid() throws {
    let practice = try Shop(Self.policy(#""namespace": "acme""#))
    #expect(try practice.charge("INV-1")["verdict"]?.string == "DONE")
    practice.street = { _, _, _ in .failure(TransportFailure(cause: .timeout, sent: true)) }
    try practice.charge("INV-2")
    practice.restart()
    let real = try Shop(
      Self.policy(#""namespace": "acme", \#(Self.test)"#), ledger: practice.ledger)
    real.now = practice.now
    for told in [try real.charge("INV-1"), try real.call("status", #"{"reference":"INV-1"}"#)] {
      #expect(told["verdict"]?.string == "STOP" && told["code"]?.string == "policy_broken")
      #expect(told["message"]?.string?.contains("holds payments of sandbox") == true)
    }
    real.pass(.seconds(7200))
    #expect(real.requests.isEmpty)
    guard case .accepted(let policy) = real.setting.policy else { throw LedgerError.busy }
    #expect(try Report.mistake(of: policy, ledger: practice.ledger)?.path == "environment")
    // With a namespace of its own it may use the same file.
    let apart = try Shop(
      Self.policy(#""namespace": "acme-test", \#(Self.test)"#), ledger: practice.ledger)
    apart.now = practice.now
    #expect(try apart.charge("INV-1")["replayed"]?.bool == false)
    #expect(try practice.charge("INV-1")["replayed"]?.bool == true)
  }

  @Test func whoComesSecondWhileBothRunIsStoppedToo() throws {
    let first = try Shop(Self.policy(#""namespace": "acme""#))
    let second = try Shop(Self.policy(#""namespace": "acme", \#(Self.test)"#), ledger: first.ledger)
    try second.call("status", "{}")
    #expect(try first.charge("INV-1")["verdict"]?.string == "DONE")
    #expect(try second.charge("INV-1")["code"]?.string == "policy_broken")
    #expect(second.requests.isEmpty)
  }

  @Test func aNamespaceThatTheLedgerDoesNotKnowIsWarnedOf() throws {
    let shop = try Shop(Self.policy(#""namespace": "acme", \#(Self.test)"#))
    try shop.charge("INV-1")
    func codes(_ namespace: String) throws -> [String] {
      let reading = readPolicy(
        Array(Self.policy(#""namespace": "\#(namespace)", \#(Self.test)"#).utf8),
        currencies: Stripe.currencies)
      guard case .accepted(let policy) = reading else { throw LedgerError.busy }
      return try lint(policy, ledger: shop.ledger, currencies: Stripe.currencies).map(\.code)
    }
    #expect(try !codes("acme").contains("namespace_unknown"))
    #expect(try codes("acne").contains("namespace_unknown"))
  }

  @Test func aComparisonForgetsNothingOfAnotherNamespace() throws {
    let mine = try Shop(Self.policy(#""namespace": "mine""#))
    try mine.charge("INV-1")
    mine.sandbox = Sandbox()
    mine.pass(.seconds(3600))
    #expect(try mine.reconcile().tally?.discrepancies == 1)
    let theirs = try Shop(Self.policy(#""namespace": "theirs""#), ledger: mine.ledger)
    theirs.now = mine.now.advanced(by: .seconds(60))
    _ = try theirs.reconcile()
    var count = 0
    try mine.tamper { books throws(LedgerError) in count = try books.discrepancyCount() }
    #expect(count == 1)
  }

  @Test func anOperatorsWordIsOfTheRightNamespaceAndEnvironmentToo() throws {
    let shop = try Shop(
      #"{"namespace": "acme", "caps": [\#(Shop.wide), \#(cap("one", "operation", "5.00"))]}"#)
    try shop.charge("INV-1", 1000)
    var operation: Payments.Operation?
    try shop.tamper { books throws(LedgerError) in
      operation = try books.operations(newest: 1).first
    }
    let id = try #require(operation).id.text
    for members in [#""namespace": "acme", \#(Self.test)"#, #""namespace": "other""#] {
      guard
        case .accepted(let policy) = readPolicy(
          Array(Self.policy(members).utf8), currencies: Stripe.currencies)
      else { throw LedgerError.busy }
      let word = Approvals.Word(
        operation: id, customer: "cus_1", money: try #require(operation).terms.money, why: "x")
      guard
        case .refused = try Approvals.approve(
          word, under: policy, ledger: shop.ledger, currencies: Stripe.currencies, at: shop.now)
      else {
        Issue.record("approved under \(members)")
        continue
      }
    }
    guard
      case .refused(let why) = try DeadLetters.retry(
        id, in: "other", ledger: shop.ledger, at: shop.now)
    else { throw LedgerError.busy }
    #expect(why.contains("is of namespace \"acme\""))
  }
}
