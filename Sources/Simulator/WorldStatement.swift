import Ledger
import PaymentServer
import Payments
import Processors

/// What the processor itself says of a world that has come to rest.
extension World {
  /// The process that compares; no server has this number.
  private static let reader = 1_000_000

  /// Days after the end the processor's list and the books say the same: whatever happened on the
  /// way and whichever refunds have bounced since, nothing is missing on either side, and all that
  /// was captured is settled.
  func reconcile(_ place: Int) throws(Breach) {
    // With books apart each has what the others lack: that is what the canary is for.
    guard canary == nil, let latest = try oracle.latest(place) else { return }
    // A clock that was ahead has taken the books' time with it, days beyond the world's.
    let end = max(now, latest).advanced(by: .seconds(3 * 86_400))
    for refund in processor.sandbox.refunds where random.happens(300) {
      processor.bounce(refund: refund.id)
      oracle.hear(bounced: refund)
    }
    oracle.books[place].close()
    let disk = disks[place]
    disk.enter(process: Self.reader)
    let outcome = try statement(of: disk, at: end)
    disk.kill(process: Self.reader)
    switch outcome {
    case .stopped(let sentence): throw Breach(.statementAgrees, sentence)
    case .finished(let tally):
      probes.note("statement.bounced", times: tally.bounced)
      guard tally.discrepancies == 0, tally.young == 0, tally.foreign == 0 else {
        throw Breach(.statementAgrees, "\(tally)")
      }
    }
    try oracle.checkSettled(place)
    try oracle.checkBounced(place)
  }

  private func statement(
    of disk: SimulatedDisk, at later: Instant
  ) throws(Breach) -> Reconciliation.Outcome {
    let setting = Setting(
      policy: setting.policy, dialect: setting.dialect, livemode: false, run: setting.run,
      ledger: setting.ledger, vfs: disk.name, version: setting.version)
    var comparing = Reconciliation(
      setting, weather.policy, since: Instant(milliseconds: 0), at: later)
    var inputs: [Input] = [.tick]
    while !inputs.isEmpty {
      var answers: [Input] = []
      for output in comparing.step(inputs, at: later) {
        guard case .send(let dispatch) = output else { continue }
        switch processor.begin(dispatch.request, at: later) {
        case .answered(let response): answers.append(.answer(dispatch.id, .response(response)))
        case .underway(let ticket):
          let response = processor.complete(ticket, as: .carriedOut, at: later)
          answers.append(.answer(dispatch.id, .response(response)))
        }
      }
      inputs = answers
    }
    guard let outcome = comparing.outcome else {
      throw Breach(.statementAgrees, "it waits for ever")
    }
    return outcome
  }
}

extension Oracle {
  /// Every refund that bounced is known to have failed.
  func checkBounced(_ place: Int) throws(Breach) {
    let read = try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(newest: 100_000)
    }
    for operation in read ?? [] where operation.state.moved && bounced.contains(operation.id) {
      throw Breach(.statementAgrees, "\(operation.id.text) bounced and is refunded")
    }
  }

  /// The latest instant the books know; nil without books, or with nothing in them.
  func latest(_ place: Int) throws(Breach) -> Instant? {
    try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.latest()
    } ?? nil
  }

  /// Nothing is left that was captured and is not settled.
  func checkSettled(_ place: Int) throws(Breach) {
    let read = try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(newest: 100_000)
    }
    for operation in read ?? [] where operation.state == .captured {
      throw Breach(.statementAgrees, "\(operation.id.text) is never settled")
    }
  }
}
