public import Payments

extension Books {
  /// Makes a change to the books: the one function that writes operations (DESIGN §4, invariant 3).
  ///
  /// Guards on the state and version that were read, moves what is held and spent, and adds a line
  /// to the history. Gives back the operation as it now stands, with its new version.
  /// - Throws: ``LedgerError/conflict(_:)`` when the books are not what was read.
  public mutating func write(
    _ transition: Transition, at now: Instant
  ) throws(LedgerError) -> Operation {
    let (before, after) = (transition.before, transition.after)
    var written = after
    written.updated = now
    known.forget(written.id)
    if let before {
      precondition(
        before.lastingValues == after.lastingValues, "What an operation is never changes.")
      precondition(
        before.version == after.version, "A change is made to the version that was read.")
      written.version = before.version + 1
      let guarded: [Value] = [
        .text(before.id.text), .text(before.state.rawValue), .integer(before.version),
      ]
      let asked = written.revisedValues
      let changed =
        asked.elementsEqual(before.revisedValues, by: isSame)
        ? try change(.updateOperation, written.changingValues + guarded)
        : try change(.reviseOperation, asked + written.changingValues + guarded)
      guard changed == 1 else { throw conflict("The operation has changed since it was read.") }
    } else {
      written.version = 1
      let added = try change(
        .insertOperation,
        written.lastingValues + written.askedValues + written.changingValues + written.addedValues)
      guard added == 1 else { throw conflict("The operation is in the books already.") }
    }
    let booked = try spending(undoneBy: written, from: before) ?? now
    for movement in after.movements(from: before) where try !apply(movement, at: booked) {
      // What became of the money is written down all the same.
      let subject = "\(written.id.text) in \(movement.scope.text)"
      try freeze(
        for: Violation(.exposure, namespace: written.namespace, subject: subject), at: now)
    }
    if let decline = after.decline(from: before) { _ = try apply(decline, at: now) }
    tally(written, since: before, at: now)
    try giveBack(written, from: before)
    let words = [written.code, written.detail, transition.note].compactMap { $0 }
    let sequence = try openChain().next
    try append(
      HistoryEntry(
        sequence: sequence, at: now, operation: written.id, version: written.version,
        from: before?.state, to: written.state, reason: transition.reason,
        detail: words.joined(separator: " ")),
      particulars: transition.particulars)
    known.keep(written)
    return written
  }

  /// Records an attempt, so that its request may leave once the transaction is committed.
  /// - Throws: ``LedgerError/conflict(_:)`` when the operation has an attempt of that number.
  public mutating func begin(_ attempt: Attempt) throws(LedgerError) {
    let added = try change(.insertAttempt, attempt.values)
    guard added == 1 else { throw conflict("The attempt is in the books already.") }
    try tally(beginning: attempt)
  }

  /// Records what came of an attempt: the stable word for it, and the HTTP status if there was one.
  /// - Throws: ``LedgerError/conflict(_:)`` when there is no such attempt, or it is finished.
  public mutating func finish(
    _ number: Int, of operation: OperationID, at now: Instant, outcome: String, status: Int?
  ) throws(LedgerError) {
    let finished = try change(
      .finishAttempt,
      [.text(operation.text), .integer(number), .instant(now), .text(outcome), .maybe(status)])
    guard finished == 1 else { throw conflict("The attempt is not under way.") }
    try tally(finishing: number, of: operation, outcome: outcome)
  }

  /// Counts calls in a scope, as spent without an amount: what rates are judged by.
  public mutating func count(
    _ scope: Scope, calls: Int64, at now: Instant
  ) throws(LedgerError) {
    let spent = Exposure(amount: 0, count: calls)
    _ = try apply(Movement(scope: scope, held: .zero, spent: spent), at: now)
  }

  /// Notes that a run called, and whether it was told to stop.
  public mutating func note(
    run: String, namespace: String, at now: Instant, stop: Bool
  ) throws(LedgerError) {
    try change(
      .noteRun, [.text(namespace), .text(run), .instant(now), .integer(stop ? 1 : 0)])
  }

  /// Adds a line that concerns no operation to the history: a change of policy, a refusal.
  public mutating func record(
    _ reason: String, detail: String, at now: Instant
  ) throws(LedgerError) {
    let sequence = try openChain().next
    try append(
      HistoryEntry(
        sequence: sequence, at: now, operation: nil, version: nil, from: nil, to: nil,
        reason: reason, detail: detail),
      particulars: nil)
  }
}

extension Books {
  /// Runs a statement that writes; gives back how many rows it changed.
  @discardableResult
  mutating func change(_ query: Query, _ arguments: [Value]) throws(LedgerError) -> Int {
    precondition(isWritable, "Books lent for reading are not written in.")
    // SQLite ends a transaction by itself after some failures: nothing may be written outside one.
    if let failure = connection.failure { throw failure }
    return try connection.change(query, arguments)
  }

  /// When it was booked what a refund that bounced is to be taken out of again: less spent today
  /// than nothing would raise today's caps. Nil where nothing that was spent comes back.
  private func spending(
    undoneBy after: Operation, from before: Operation?
  ) throws(LedgerError) -> Instant? {
    guard let before, before.state.moved, !after.state.moved else { return nil }
    return try history(of: after.id).last { $0.isSpending }?.at
  }

  /// Books what a refund gives back where its charge was booked, and takes it out of there again
  /// when the refund bounced.
  private mutating func giveBack(
    _ refund: Operation, from before: Operation?
  ) throws(LedgerError) {
    guard refund.kind == .refund, refund.state.moved != (before?.state.moved ?? false),
      let id = refund.terms.charge, let charge = try operation(id),
      let spent = try history(of: id).last(where: { $0.isSpending })?.at
    else { return }
    for movement in refund.returns(from: before, to: charge) {
      // Of a refund from before the books knew what they give back, nothing is there to take out.
      let left = try exposure(of: movement.scope, since: nil).amount
      if movement.spent.amount < 0, left < -movement.spent.amount { continue }
      _ = try apply(movement, at: spent)
    }
  }

  private func conflict(_ sentence: String) -> LedgerError {
    connection.failing(.conflict(sentence))
  }

  /// Moves what is held and spent. False when more was to be released than is held: then nothing
  /// is held any more.
  private mutating func apply(
    _ movement: Movement, at now: Instant
  ) throws(LedgerError) -> Bool {
    do throws(LedgerError) {
      return try sums.add(movement, at: now) { () throws(LedgerError) in
        try storedHeld(in: movement.scope)
      }
    } catch {
      throw connection.failing(error)
    }
  }

  /// Writes down what the transaction holds, releases and spends, once for all its movements.
  mutating func writeSums() throws(LedgerError) {
    for moved in sums.take() {
      let scope = Value.text(moved.scope)
      if moved.held != .zero {
        let isRelease = moved.held.amount < 0 || moved.held.count < 0
        try change(
          isRelease ? .release : .hold,
          [scope, .integer(moved.held.amount), .integer(moved.held.count)])
      }
      for (bucket, spent) in moved.spent {
        try change(
          .spend,
          [
            scope, .integer(bucket.width), .integer(bucket.start), .integer(spent.amount),
            .integer(spent.count),
          ])
      }
    }
  }

  /// Adds a line to the history and ties it to those before it. Particulars stand apart from it.
  private mutating func append(
    _ entry: HistoryEntry, particulars: String?
  ) throws(LedgerError) {
    var chain = try openChain()
    var commitment: [UInt8]?
    var salt: [UInt8] = []
    if let particulars {
      salt = chain.salt()
      commitment = Chain.commitment(to: Array(particulars.utf8), salt: salt)
    }
    let line = entry.values + [commitment.map(Value.blob) ?? .null]
    try change(.insertHistory, line + [.blob(chain.tie(line))])
    if let particulars {
      try change(
        .insertParticulars, [.integer(entry.sequence), .blob(salt), .text(particulars)])
    }
    self.chain = chain
  }
}

/// Whether two values are the same to the byte.
private func isSame(_ left: Value, _ right: Value) -> Bool {
  switch (left, right) {
  case (.text(let left), .text(let right)): Payments.isSame(left, right)
  case (.null, _), (.integer, _), (.text, _), (.blob, _): left == right
  }
}
