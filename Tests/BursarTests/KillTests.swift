import Foundation
import Glibc
import Testing

extension WorldTests {
  /// `kill -9` at any instant, round after round. `BURSAR_ROUNDS` says how many, `BURSAR_SEED` from
  /// which number they are drawn.
  struct KillTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    @Test func whateverIsKilledNothingIsPaidTwiceAndNothingIsLost() throws {
      let environment = ProcessInfo.processInfo.environment
      let rounds = Int(environment["BURSAR_ROUNDS"] ?? "") ?? 25
      var draw = Draw(seed: UInt64(environment["BURSAR_SEED"] ?? "") ?? 2026)
      var tally = Tally()
      var left = rounds
      while left > 0 {
        var slaughter = try Slaughter()
        for _ in 0..<min(left, 25) { try slaughter.round(&draw, &tally) }
        try slaughter.audit(&tally)
        left -= 25
      }
      print("\(rounds) rounds: \(tally)")
      #expect(tally.killed >= rounds)
      #expect(tally.slowest < 5_000)
    }
  }
}

/// What happened in all rounds.
private struct Tally: CustomStringConvertible {
  var killed = 0
  var survived = 0
  var inFlight = 0
  var payments = 0
  var repeats = 0
  /// Payments that moved money more than once, and those that never did.
  var doubles = 0
  var losses = 0
  /// The longest time from a start to the last of what was pending, in milliseconds.
  var slowest: Int64 = 0
  var total: Int64 = 0
  var starts = 0

  var description: String {
    "\(killed) killed, \(survived) left alive, \(inFlight) operations left in flight by the dead, "
      + "\(payments) payments, \(repeats) repeated calls, \(doubles) double, \(losses) lost; all at rest after "
      + "\(total / Int64(max(1, starts))) ms from the next start as a rule, \(slowest) ms at most"
  }
}

/// One ledger and those who are killed over it.
private struct Slaughter {
  /// A payment that was asked for: what it is called, and the charge it gives back if it is a
  /// refund.
  struct Payment: Hashable {
    let reference: String
    var charge: String?

    func call(id: Int) -> String {
      if let charge { return Wire.refund(reference, of: charge, amount: 100, id: id) }
      return Wire.charge(reference, amount: 1000, id: id)
    }
  }

  let estate: Estate
  /// In the order they were first asked for.
  var asked: [Payment] = []
  /// Those an agent was told are done.
  var done: Set<String> = []

  init() throws {
    estate = try Estate()
  }

  /// Some programs, some calls, a death at some instant, and a successor.
  mutating func round(_ draw: inout Draw, _ tally: inout Tally) throws {
    let binaries = try (0..<draw.number(1...3)).map { _ in try estate.start() }
    var payments: [Payment] = []
    for binary in binaries {
      let own = (0..<draw.number(1...6)).map { _ in payment(&draw) }
      payments += own
      let calls = own.enumerated().map { $0.element.call(id: $0.offset) }
      try binary.write(Wire.hello + calls.joined())
    }
    try obstruct(binaries, &draw)
    var survivors: [Binary] = []
    for binary in binaries {
      if binary === binaries[0] || draw.number(1...4) > 1 {
        binary.signal(SIGKILL)
      } else {
        survivors.append(binary)
      }
    }
    for binary in binaries where !survivors.contains(where: { $0 === binary }) {
      try note(binary.readToEnd(allowingHalf: true))
      #expect(try binary.exitCode() == -SIGKILL)
      tally.killed += 1
    }
    tally.survived += survivors.count
    tally.inFlight += try pending()
    try succeed(payments, &draw, &tally)
    for binary in survivors {
      binary.closeInput()
      try note(binary.readToEnd())
      #expect(try binary.exitCode() == 0)
    }
  }

  /// Lets time pass before the death: more, or less, and with the sandbox or the ledger held up.
  private func obstruct(_ binaries: [Binary], _ draw: inout Draw) throws {
    if draw.number(1...4) > 1 {
      for binary in binaries { try #require(try binary.readLine() != nil) }
    }
    Stopwatch.pass(Int64(draw.number(0...15)))
    switch draw.number(1...4) {
    case 1 where FileManager.default.fileExists(atPath: estate.ledger):
      let books = try OpenedLedger(estate.ledger)
      try books.rows("BEGIN IMMEDIATE")
      Stopwatch.pass(Int64(draw.number(0...30)))
      // The kernel does not care who waits: some die while they do.
      if draw.once(in: 2) { try books.rows("ROLLBACK") }
    case 2 where FileManager.default.fileExists(atPath: estate.journal):
      let held = try HeldFile(estate.journal)
      Stopwatch.pass(Int64(draw.number(0...30)))
      if draw.once(in: 2) {
        binaries[0].signal(SIGKILL)
      }
      withExtendedLifetime(held) {}
    default: Stopwatch.pass(Int64(draw.number(0...30)))
    }
    if draw.once(in: 2) { Stopwatch.pass(Int64(draw.number(0...20))) }
  }

  /// The next program: everything that was pending comes to rest, asked again or by itself.
  private mutating func succeed(
    _ payments: [Payment], _ draw: inout Draw, _ tally: inout Tally
  ) throws {
    let start = Stopwatch.now
    let binary = try estate.open()
    var lines: [String] = []
    if draw.once(in: 2) {
      try binary.write(payments.enumerated().map { $0.element.call(id: $0.offset) }.joined())
      for _ in payments {
        let line = try #require(try binary.readLine())
        #expect(try Said(line).verdict == "DONE", "\(line)")
        lines.append(line)
      }
      tally.repeats += payments.count
    }
    _ = try Stopwatch.wait("rest") { try pending() == 0 }
    let elapsed = Stopwatch.now - start
    tally.slowest = max(tally.slowest, elapsed)
    tally.total += elapsed
    tally.starts += 1
    try note(lines)
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
  }

  /// Every payment once more; then the two sets of books against each other.
  mutating func audit(_ tally: inout Tally) throws {
    let binary = try estate.open()
    for payment in asked {
      try binary.write(payment.call(id: 1))
      let line = try binary.readLine()
      #expect(try Said(line).verdict == "DONE", "\(line ?? "")")
    }
    tally.repeats += asked.count
    tally.payments += asked.count
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
    let sandbox = try estate.sandbox()
    for payment in asked {
      let reference = payment.reference
      let moved = (sandbox.captures[reference] ?? 0) + (sandbox.refunded[reference] ?? 0)
      if moved > 1 { tally.doubles += 1 }
      if moved < 1 { tally.losses += 1 }
    }
    let charges = asked.filter { $0.charge == nil }.map { ($0.reference, 1) }
    let refunds = asked.filter { $0.charge != nil }.map { ($0.reference, 1) }
    #expect(sandbox.captures == Dictionary(uniqueKeysWithValues: charges))
    #expect(sandbox.refunded == Dictionary(uniqueKeysWithValues: refunds))
    #expect(done.isSubset(of: asked.map(\.reference)))
    #expect(try estate.unsoundness() == [])
  }

  /// A new charge, a refund of one that is done, or one of those asked for before.
  private mutating func payment(_ draw: inout Draw) -> Payment {
    if !asked.isEmpty, draw.once(in: 3) { return asked[draw.number(0...(asked.count - 1))] }
    let number = asked.count
    var payment = Payment(reference: "inv-\(number)")
    let known = asked.filter { $0.charge == nil && done.contains($0.reference) }
    if !known.isEmpty, draw.once(in: 4) {
      let charge = known[draw.number(0...(known.count - 1))].reference
      let refunds = asked.filter { $0.charge == charge }.count
      if refunds < 10 { payment = Payment(reference: "note-\(number)", charge: charge) }
    }
    asked.append(payment)
    return payment
  }

  private mutating func note(_ lines: [String]) throws {
    // What an agent was told is true at that moment, not some time later.
    let sandbox = try estate.sandbox()
    for line in lines where line.contains("structuredContent") {
      let said = try Said(line)
      guard said.verdict == "DONE", let reference = said.reference else { continue }
      done.insert(reference)
      #expect((sandbox.captures[reference] ?? 0) + (sandbox.refunded[reference] ?? 0) == 1)
    }
  }

  /// How many operations are not at rest.
  private func pending() throws -> Int {
    guard FileManager.default.fileExists(atPath: estate.ledger) else { return 0 }
    let books = try OpenedLedger(estate.ledger)
    let tables = try books.rows("SELECT count(*) FROM sqlite_master WHERE name = 'operations'")
    guard tables == [["1"]] else { return 0 }
    let count = try books.rows("SELECT count(*) FROM operations WHERE next IS NOT NULL")
    return try #require(Int(count[0][0]))
  }
}
