import Ledger
import Payments

/// The books as a whole: rows against history, holds and sums against rows.
extension Oracle {
  /// Every operation in its last state, and every scope's exposure added up anew.
  func audit(_ place: Int) throws(Breach) {
    let watched = books[place]
    let read = try watched.read { (books: borrowing Books) throws(LedgerError) in
      let operations = try books.operations(newest: 100_000)
      var exposures: [(Scope, Exposure, Instant, Exposure)] = []
      var seen: Set<Scope> = []
      for operation in operations {
        for scope in operation.scopes where seen.insert(scope).inserted {
          let since = Instant(milliseconds: operation.updated.milliseconds - 30_000)
          exposures.append(
            (
              scope, try books.exposure(of: scope, since: nil), since,
              try books.exposure(of: scope, since: since)
            ))
        }
      }
      return (operations, exposures)
    }
    guard let (operations, exposures) = read else { return }
    try checkRows(operations, watched)
    for (scope, ever, since, recent) in exposures {
      let minute = Instant(milliseconds: since.milliseconds / 60_000 * 60_000)
      guard ever == sum(operations, scope, watched, since: nil),
        recent == sum(operations, scope, watched, since: minute)
      else { throw Breach(.exposureKept, "in the scope \(scope.text)") }
    }
  }

  private func checkRows(
    _ operations: [Operation], _ watched: WatchedBooks
  ) throws(Breach) {
    guard operations.count == watched.stories.count else {
      throw Breach(.historyKept, "the history does not speak of every operation")
    }
    for operation in operations {
      guard let story = watched.stories[operation.id], story.state == operation.state,
        story.version == operation.version
      else { throw Breach(.historyKept, "the history of \(operation.id.text) ends elsewhere") }
    }
  }

  private func sum(
    _ operations: [Operation], _ scope: Scope, _ watched: WatchedBooks, since: Instant?
  ) -> Exposure {
    var total = Exposure.zero
    for operation in operations where operation.scopes.contains(scope) {
      let spent = watched.stories[operation.id]?.spent
      let counts =
        operation.state.holds
        || operation.state.moved && (since == nil || (spent ?? operation.updated) >= since!)
      guard counts else { continue }
      total.amount += operation.terms.money.amount
      total.count += 1
    }
    return total
  }

  /// Nothing is left to be done: every operation has ended, or waits for a person.
  func checkRest(_ place: Int) throws(Breach) -> Int {
    let read = try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(newest: 100_000)
    }
    for operation in read ?? [] where operation.deadLetter == nil {
      guard operation.next == nil, !operation.state.holds else {
        throw Breach(.comesToRest, "\(operation.id.text) is \(operation.state.rawValue) for ever")
      }
    }
    return (read ?? []).count { $0.deadLetter != nil }
  }

  /// Whether anything is left to be done.
  func isAtRest(_ place: Int) throws(Breach) -> Bool {
    try books[place].read { (books: borrowing Books) throws(LedgerError) in
      try books.pendingCount() == 0
    } ?? true
  }
}
