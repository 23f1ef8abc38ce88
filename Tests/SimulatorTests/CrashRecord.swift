import JSON
import PaymentServer
import Payments
import Processors

@testable import Ledger
@testable import Simulator

/// The books as they lie on a disk, read without a server.
struct Record {
  private(set) var operations: [String: Payments.Operation] = [:]
  private(set) var history: [String: [HistoryEntry]] = [:]
  private(set) var attempts: [String: [Attempt]] = [:]
  private var held: [String: Exposure] = [:]
  private var spent: [Int64: [String: Exposure]] = [:]
  private var latest: Int64?
  /// Every row of every table: two ledgers of the same text are the same ledger.
  private(set) var text = ""
  /// What is wrong with the books by themselves.
  private(set) var faults: [String] = []

  /// Reads the books of a disk, as a process of its own that is killed afterwards.
  init(_ disk: SimulatedDisk) {
    disk.enter(process: 90)
    if Ledger.exists(at: Stage.path, vfs: disk.name) {
      do throws(LedgerError) {
        try read(disk)
        judge()
      } catch {
        faults.append("the books cannot be read: \(error)")
      }
    }
    disk.kill(process: 90)
  }

  private mutating func read(_ disk: SimulatedDisk) throws(LedgerError) {
    var ledger = try Ledger(path: Stage.path, vfs: disk.name)
    // Dead before it is closed, so that closing it changes nothing.
    defer { disk.kill(process: 90) }
    let connection = ledger.books.connection
    let sound = try connection.run("PRAGMA integrity_check")
    if sound != [[.text("ok")]] { faults.append("integrity: \(sound)") }
    if try !connection.run("PRAGMA foreign_key_check").isEmpty { faults.append("foreign keys") }
    let tables = [
      "operations", "attempts", "history", "particulars", "chain", "exposure", "held", "runs",
      "tallies", "sinks", "undelivered", "approvals", "meta",
    ]
    for table in tables {
      text += try Record.text(of: table, connection)
    }
    held = try Record.exposures("SELECT scope, amount, count FROM held", connection)
    for width in [0, Bucket.minute, Bucket.hour, Bucket.day] {
      spent[width] = try Record.exposures(
        "SELECT scope, sum(amount), sum(count) FROM exposure WHERE width = \(width) GROUP BY scope",
        connection)
    }
    let mark = try connection.run("SELECT value FROM meta WHERE name = 'latest'")
    if case .integer(let value)? = mark.first?.first { latest = value }
    try ledger.read { (books: borrowing Books) throws(LedgerError) in
      if let flaw = try books.audit(against: nil).flaw { faults.append("chain: \(flaw)") }
      for operation in try books.operations(newest: 10_000) {
        let id = operation.id
        operations[id.text] = operation
        history[id.text] = try books.history(of: id)
        attempts[id.text] = try books.attempts(of: id)
      }
    }
  }

  private static func text(
    of table: String, _ connection: Connection
  ) throws(LedgerError) -> String {
    let columns = try connection.run("SELECT name FROM pragma_table_info('\(table)')")
    let quoted = columns.map { row in
      if case .text(let name)? = row.first { "quote(\(name))" } else { "''" }
    }
    let rows = "SELECT \(quoted.joined(separator: "||','||")) AS line FROM \(table) ORDER BY 1"
    let whole = try connection.run("SELECT group_concat(line, char(10)) FROM (\(rows))")
    guard case .text(let text)? = whole.first?.first else { return "" }
    return "\(table)\n\(text)\n"
  }

  private static func exposures(
    _ sql: String, _ connection: Connection
  ) throws(LedgerError) -> [String: Exposure] {
    var result: [String: Exposure] = [:]
    for row in try connection.run(sql) {
      guard case .text(let scope) = row[0], case .integer(let amount) = row[1],
        case .integer(let count) = row[2]
      else { continue }
      if amount != 0 || count != 0 { result[scope] = Exposure(amount: amount, count: count) }
    }
    return result
  }

  /// Nothing is half there.
  private mutating func judge() {
    for id in operations.keys.sorted() {
      guard let operation = operations[id] else { continue }
      judge(history[id] ?? [], operation)
      judge(attempts[id] ?? [], operation)
      if let latest, operation.updated.milliseconds > latest {
        faults.append("\(id) is newer than the clock mark")
      }
    }
    judgeExposure()
  }

  private mutating func judge(_ history: [HistoryEntry], _ operation: Payments.Operation) {
    let id = operation.id.text
    if history.map(\.version) != (0..<history.count).map({ Int64($0 + 1) }) {
      faults.append("\(id): the history's versions are \(history.map(\.version))")
    }
    if history.map(\.from) != [nil] + history.dropLast().map(\.to) {
      faults.append("\(id): the history's states do not join")
    }
    if history.last?.version != operation.version || history.last?.to != operation.state {
      faults.append("\(id): the history ends elsewhere than the row")
    }
  }

  private mutating func judge(_ attempts: [Attempt], _ operation: Payments.Operation) {
    let id = operation.id.text
    if attempts.map(\.number) != (0..<operation.attempts).map({ $0 + 1 }) {
      faults.append(
        "\(id): attempts \(attempts.map(\.number)), the row counts \(operation.attempts)")
    }
    for attempt in attempts where attempt.finished == nil && attempt.number != operation.attempt {
      faults.append("\(id): attempt \(attempt.number) is neither finished nor under way")
    }
    if let number = operation.attempt {
      let own = attempts.first { $0.number == number }
      if own?.owner != operation.owner || own?.finished != nil {
        faults.append("\(id): attempt \(number) under way is not the one in the books")
      }
    }
  }

  /// What is held and spent is what the operations say, added up anew.
  private mutating func judgeExposure() {
    var expectedHeld: [String: Exposure] = [:]
    var expectedSpent: [String: Exposure] = [:]
    for operation in operations.values {
      for scope in operation.scopes.map(\.text) {
        if operation.state.holds {
          expectedHeld[scope, default: .zero].amount += operation.terms.money.amount
          expectedHeld[scope, default: .zero].count += 1
        }
        if operation.state.moved {
          expectedSpent[scope, default: .zero].amount += operation.terms.money.amount
          expectedSpent[scope, default: .zero].count += 1
        }
      }
      guard operation.state.moved, let charge = operation.terms.charge else { continue }
      for scope in operations[charge.text]?.scopes ?? [] {
        expectedSpent[scope.returned.text, default: .zero].amount += operation.terms.money.amount
      }
    }
    if held != expectedHeld { faults.append("held \(held) is not \(expectedHeld)") }
    let total = spent[0]?.filter { !$0.key.hasPrefix("calls|") } ?? [:]
    if total != expectedSpent { faults.append("spent \(total) is not \(expectedSpent)") }
    for width in [Bucket.minute, Bucket.hour, Bucket.day] where spent[width] != spent[0] {
      faults.append("spent in buckets of \(width) is not what was spent")
    }
  }
}

extension Record {
  /// Whether an attempt is in the books without an outcome.
  func isUnderWay(_ id: DispatchID) -> Bool {
    let attempt = attempts[id.operation.text]?.first { $0.number == id.attempt }
    return attempt.map { $0.finished == nil } ?? false
  }

  /// What was acknowledged and is not in these books.
  func losses(against outside: Outside) -> [String] {
    var losses: [String] = []
    for said in outside.said {
      guard let id = said.operation, let state = said.state else { continue }
      guard let operation = operations[id] else {
        losses.append("\(said.verdict) was said of \(id), which is not in the books")
        continue
      }
      if said.verdict == "DONE", !operation.state.moved {
        losses.append("DONE was said of \(id), which is \(operation.state)")
      }
      if history[id]?.contains(where: { $0.to == state }) != true {
        losses.append("\(state) was said of \(id), which never was")
      }
    }
    for dispatch in outside.sent {
      let id = dispatch.id
      let attempt = attempts[id.operation.text]?.first { $0.number == id.attempt }
      if attempt?.request != dispatch.request {
        losses.append("attempt \(id.attempt) of \(id.operation.text) left and is not in the books")
      }
    }
    return losses
  }

  /// Where these books, at rest, and the processor's disagree.
  func discrepancies(with sandbox: Sandbox) -> [String] {
    var discrepancies: [String] = []
    var moved: [String: [Int64]] = [:]
    for intent in sandbox.intents where intent.amountReceived > 0 {
      moved[intent.metadata["bursar_operation"]?.string ?? "?", default: []]
        .append(intent.amountReceived)
      if intent.amountRefunded > intent.amountReceived {
        discrepancies.append("more was refunded of \(intent.id) than was taken")
      }
    }
    for refund in sandbox.refunds {
      moved[refund.metadata["bursar_operation"]?.string ?? "?", default: []]
        .append(refund.money.amount)
    }
    for id in Set(moved.keys).union(operations.keys).sorted() {
      let operation = operations[id]
      let expected = operation?.state.moved == true ? [operation?.terms.money.amount ?? 0] : []
      if moved[id] ?? [] != expected {
        discrepancies.append("\(id): the processor moved \(moved[id] ?? []), the books \(expected)")
      }
      if operation?.next != nil || operation?.deadLetter != nil {
        discrepancies.append("\(id) has not come to rest")
      }
    }
    return discrepancies
  }
}
