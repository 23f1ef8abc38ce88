import Foundation
import Payments
import Testing

@testable import Ledger

/// Makes the books `Tests/audit-bench.sh` measures, where it says; without that nothing is made.
@Suite struct AuditBench {
  private static let place = ProcessInfo.processInfo.environment["BURSAR_AUDIT_LEDGER"]

  @Test(.enabled(if: place != nil)) func aHistoryOfAMillionEntriesIsMade() throws {
    var ledger = try Ledger(path: try #require(Self.place))
    for batch in 0..<1000 {
      try ledger.commit { books throws(LedgerError) in
        // As a charge has them: one line of four has particulars.
        for number in 0..<250 {
          var operation = charge("op_\(batch)_\(number)", reference: "INV-\(batch)-\(number)")
          operation = try books.write(
            Transition(
              before: nil, after: operation, reason: "requested",
              particulars: """
                {"amount":5000,"currency":"USD","customer":"cus_1","idempotency_key":"b1_abc",\
                "kind":"charge","namespace":"acme","reference":"INV-\(number)","run":"run-1"}
                """), at: at(1000))
          for reason in ["processor_created", "attempt_due", "processor_captured"] {
            operation = try books.write(
              Transition(before: operation, after: operation, reason: reason), at: at(1000))
          }
        }
      }
    }
    let head = try ledger.read { books throws(LedgerError) in try books.anchor() }
    #expect(head?.sequence == 1_000_000)
  }
}
