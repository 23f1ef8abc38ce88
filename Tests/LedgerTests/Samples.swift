import Payments

@testable import Ledger

/// A charge that was granted, and what a test changes in it.
func charge(
  _ id: String = "op_1", reference: String = "INV-1", amount: Int64 = 5000,
  created: Instant = at(1000), change: (inout Operation) -> Void = { _ in }
) -> Operation {
  var operation = Operation(
    id: OperationID(id), kind: .charge, namespace: "acme", reference: reference,
    terms: Terms(
      customer: "cus_1", money: Money(amount, Currency("USD")!), paymentMethod: nil,
      description: nil),
    run: "run-1", task: nil, step: nil, checkpoint: nil, state: .validated,
    processorReference: nil, round: 0, confirmation: 0, next: .create, due: created, attempt: nil,
    tries: 0, attempts: 0, unknownSince: nil, firstSent: nil, code: nil, detail: nil,
    deadLetter: nil, owner: nil, livemode: false, created: created, updated: created,
    policy: "00ff", rule: nil, version: 0)
  change(&operation)
  return operation
}

func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

let request = Request(
  method: .post, path: "/v1/payment_intents",
  headers: [Header("Idempotency-Key", "b1_abc"), Header("Empty", ""), Header("X", "a: b")],
  body: Array("amount=5000".utf8))

func attempt(_ number: Int, of id: String = "op_1", key: String? = "b1_abc") -> Attempt {
  Attempt(
    operation: OperationID(id), number: number, instruction: .create, key: key, request: request,
    started: at(2000), owner: 1)
}

extension Ledger {
  /// Records an operation for the first time.
  @discardableResult
  mutating func add(_ operation: Operation, at now: Instant = at(1000)) throws(LedgerError)
    -> Operation
  {
    try commit { books throws(LedgerError) in
      try books.write(
        Transition(before: nil, after: operation, reason: "granted"), at: now)
    }
  }

  /// Changes an operation as it was read.
  @discardableResult
  mutating func change(
    _ before: Operation, at now: Instant = at(2000), reason: String = "changed",
    _ change: (inout Operation) -> Void
  ) throws(LedgerError) -> Operation {
    var after = before
    change(&after)
    return try commit { books throws(LedgerError) in
      try books.write(Transition(before: before, after: after, reason: reason), at: now)
    }
  }
}
