import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A rule about money that is found broken freezes the namespace; transcripts `violation-*` show
/// what the model reads.
@Suite struct ViolationTests {
  private static let policy = ample(
    #"{"name": "run", "per": "run", "amount": "1000.00", "currency": "USD"}"#)

  private func operation(_ till: Till, _ reference: String) throws -> Payments.Operation {
    var ledger = try Ledger(path: till.ledger)
    let found = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(reference: reference, namespace: "default")
    }
    return try #require(found.first)
  }

  /// A refund that was granted, whatever is left of its charge.
  private func refund(
    _ reference: String, of charge: Payments.Operation, at now: Instant
  ) -> Payments.Operation {
    let identity = Identity(namespace: "default", kind: .refund, name: .reference(reference))
    var terms = charge.terms
    terms.charge = charge.id
    terms.chargeReference = charge.processorReference
    return Payments.Operation(
      id: Identity.names(base32: base32(sha256(identity.canonical))).id, kind: .refund,
      namespace: "default", reference: reference, terms: terms, run: "run-1", task: nil, step: nil,
      checkpoint: nil, state: .validated, processorReference: nil, round: 0, confirmation: 0,
      next: .refund, due: now, attempt: nil, tries: 0, attempts: 0, unknownSince: nil,
      firstSent: nil, code: nil, detail: nil, deadLetter: nil, owner: nil, livemode: false,
      created: now, updated: now, policy: "00ff", rule: nil, version: 0)
  }

  /// Two refunds of the whole charge, as no call can ask for them.
  private func doubleRefunds(_ till: Till) throws {
    let charge = try operation(till, "INV-1")
    var ledger = try Ledger(path: till.ledger)
    for reference in ["CN-1", "CN-2"] {
      let refund = refund(reference, of: charge, at: till.now)
      try ledger.commit { (books: inout Books) throws(LedgerError) in
        _ = try books.write(
          Transition(before: nil, after: refund, reason: "requested"), at: till.now)
      }
    }
  }

  @Test func moreRefundedThanCapturedFreezesTheNamespace() throws {
    let till = try Till(Self.policy)
    try till.charge(1000, reference: "INV-1")
    try doubleRefunds(till)
    var number = 0
    till.answers = { dispatch in
      // A processor that gives back whatever it is asked for.
      number += 1
      let refund = #"{"id":"re_\#(number)","object":"refund","amount":1000,"currency":"usd","#
      let body =
        refund
        + #""metadata":{"bursar_operation":"\#(dispatch.id.operation.text)"},"status":"succeeded"}"#
      return .response(Response(status: 200, headers: [], body: Array(body.utf8)))
    }
    till.restart()
    try till.step([.tick])
    #expect(number == 2)
    let violation = try #require(till.events("violation").first)
    #expect(violation["rule"]?.string == "over_refunded")
    #expect(try till.history("violation").count == 1)
    #expect(try till.history("frozen").count == 1)
    // Both are recorded all the same: they are true.
    #expect(try operation(till, "CN-1").state == .refunded)
    #expect(try operation(till, "CN-2").state == .refunded)
    till.answers = { _ in nil }
    #expect(try till.charge(1100) == "frozen")
    till.restart()
    #expect(try till.charge(1200, run: "run-2", customer: "cus_2") == "frozen")
    // Thawing something narrower or wider is not thawing this.
    let why = Freeze(.all, why: "", at: till.now)
    #expect(try !Freezing.thaw(why, ledger: till.ledger))
    let thaw = Freeze(.namespace("default"), why: "looked into", at: till.now)
    #expect(try Freezing.thaw(thaw, ledger: till.ledger))
    #expect(try till.charge(1300) == "captured")
  }

  @Test func booksThatContradictThemselvesAreFrozenOnceForTheSameThing() throws {
    let till = try Till(Self.policy)
    try till.charge(1000, reference: "INV-1")
    #expect(try Report.inspection(ledger: till.ledger).violations == [])
    #expect(try Freezing.freezeContradictions(ledger: till.ledger, at: till.now) == [])
    var ledger = try Ledger(path: till.ledger)
    // Spent without an operation.
    try ledger.commit { (books: inout Books) throws(LedgerError) in
      try books.count(
        .run("run-1", in: "default", .charge, Currency("USD")!), calls: 1, at: till.now)
    }
    let found = try Report.inspection(ledger: till.ledger).violations
    #expect(found.map(\.words) == ["exposure_contradicts charge|USD|run|default|run-1"])
    #expect(try till.charge(1100) == "captured")
    #expect(try Freezing.freezeContradictions(ledger: till.ledger, at: till.now) == found)
    #expect(try till.charge(1200) == "frozen")
    let thaw = Freeze(.namespace("default"), why: "known", at: till.now)
    #expect(try Freezing.thaw(thaw, ledger: till.ledger))
    #expect(try Freezing.freezeContradictions(ledger: till.ledger, at: till.now) == [])
    #expect(try till.charge(1300) == "captured")
  }

  @Test func whatIsFrozenIsReportedToPeopleAndPrograms() throws {
    let till = try Till(Self.policy)
    #expect(
      String(decoding: try Freezing.report(ledger: till.ledger, json: true), as: UTF8.self)
        == "{\"frozen\":[]}\n")
    let violation = Violation(.doubled, namespace: "default", subject: "op_x")
    var ledger = try Ledger(path: till.ledger)
    for _ in 1...2 {
      try ledger.commit { (books: inout Books) throws(LedgerError) in
        try books.freeze(for: violation, at: till.now)
      }
    }
    let report = try JSONValue(reading: try Freezing.report(ledger: till.ledger, json: true))
    let entry = try #require(report["frozen"]?.array?.first)
    #expect(entry["extent"]?.string == "namespace|default")
    #expect(entry["automatic"]?.bool == true)
    #expect(entry["why"]?.string == "automatic: moved_twice op_x")
    #expect(try till.history("violation").count == 2)
    #expect(try till.history("frozen").count == 1)
  }
}
