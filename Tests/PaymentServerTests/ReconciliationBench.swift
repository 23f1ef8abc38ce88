import Foundation
import Ledger
import Payments
import Testing

/// Makes the books `Tests/reconcile-bench.sh` measures, where it says; without that nothing is
/// made.
@Suite struct ReconciliationBench {
  private static let place = ProcessInfo.processInfo.environment["BURSAR_RECONCILE_LEDGER"]
  private static let count = 100_000

  /// A charge a few hours ago for each object of the sandbox, in the order both were made.
  @Test(.enabled(if: place != nil)) func booksAndASandboxOfAHundredThousandChargesAreMade() throws {
    let path = try #require(Self.place)
    let start = Int64(Date().timeIntervalSince1970 * 1000) - 6 * 3_600_000
    var journal = ""
    var ledger = try Ledger(path: path)
    let dollar = try #require(Currency("USD"))
    for batch in 0..<Self.count / 1000 {
      try ledger.commit { books throws(LedgerError) in
        for number in batch * 1000 + 1...batch * 1000 + 1000 {
          let then = Instant(milliseconds: start + Int64(number) * 10)
          let charge = Self.charge(number, Money(1000 + Int64(number % 500), dollar), then)
          _ = try books.write(
            Transition(before: nil, after: charge, reason: "made"), at: then)
          journal += Self.lines(of: charge, number)
        }
      }
    }
    try journal.write(toFile: "\(path).sandbox", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: "\(path).sandbox")
  }

  private static func charge(
    _ number: Int, _ money: Money, _ then: Instant
  ) -> Payments.Operation {
    let reference = "INV-\(number)"
    let identity = Identity(namespace: "default", kind: .charge, name: .reference(reference))
    let digits = String(number)
    let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return Operation(
      id: Identity.names(base32: base32(sha256(identity.canonical))).id, kind: .charge,
      namespace: "default", reference: reference,
      terms: Terms(
        customer: "cus_\(number % 1000)", money: money, paymentMethod: nil, description: nil),
      run: "run-\(number % 100)", task: nil, step: nil, checkpoint: nil, state: .captured,
      processorReference: "pi_sandbox_\(name)", round: 0, confirmation: 0, next: nil, due: nil,
      attempt: nil, tries: 1, attempts: 2, unknownSince: nil, firstSent: then, code: nil,
      detail: nil, deadLetter: nil, owner: nil, livemode: false, created: then, updated: then,
      policy: "00ff", rule: nil, version: 0)
  }

  /// The two requests of a charge, as the sandbox's journal keeps them.
  private static func lines(of charge: Payments.Operation, _ number: Int) -> String {
    let time = String(charge.created.milliseconds)
    let type = #""Content-Type","application/x-www-form-urlencoded""#
    let money = charge.terms.money
    return #"["\#(time)","POST","/v1/payment_intents",\#(type),"#
      + #""amount=\#(money.amount)&currency=usd&customer=\#(charge.terms.customer)"#
      + "&payment_method=pm_card_visa&metadata%5Bbursar_operation%5D=\(charge.id.text)"
      + "&metadata%5Bbursar_namespace%5D=default\"]\n"
      + #"["\#(time)","POST","/v1/payment_intents/\#(charge.processorReference ?? "")/confirm","#
      + "\(type),\"off_session=true\"]\n"
  }
}
