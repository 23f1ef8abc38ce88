import PaymentServer
import Payments
import Processors

/// `bursar reconcile`: the processor's own list against the books.
func reconcile(policy: String?, since: String?, json: Bool) -> ExitCode {
  let arrangement = Arrangement(policy: policy, environment: System.environment())
  guard let rules = arrangement.policy else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  guard arrangement.hasLedgerOfItsOwn() else { return .configuration }
  guard arrangement.hasWholeLedger() else { return .inputOutput }
  LedgerPlace.mention(absent: arrangement.ledger)
  var span = Duration.seconds(30 * 86_400)
  if let since {
    guard let length = readDuration(since) else {
      complain("--since takes a length of time such as 12h or 30d, not \"\(since)\".")
      return .usage
    }
    span = length
  }
  var clock = Clock()
  let now = clock.now()
  let setting = Setting(
    policy: arrangement.reading, dialect: arrangement.dialect, livemode: arrangement.isLive,
    run: arrangement.run, ledger: arrangement.ledger, version: version)
  var reading = StatementReading(
    Reconciliation(
      setting, rules, since: now.advanced(by: .zero - span),
      refundsSince: now.advanced(by: .zero - Reconciliation.bounces), at: now),
    street: Street(arrangement), clock: clock)
  switch reading.run() {
  case .stopped(let sentence):
    complain(sentence)
    return .inputOutput
  case .finished(let tally):
    do {
      let report = try Report.discrepancies(
        ledger: arrangement.ledger, seenSince: reading.began, tally, json: json)
      guard write(report, to: 1) else { return .inputOutput }
      return tally.discrepancies == 0 ? .ok : .found
    } catch {
      complain("The ledger \(arrangement.ledger) cannot be read: \(Report.reason(error))")
      return .inputOutput
    }
  }
}

/// The shell around a reconciliation: the network and the clock go in.
private struct StatementReading: ~Copyable {
  private var value: Reconciliation
  private let street: Street
  private var log = Log()
  private var clock: Clock

  init(_ value: consuming Reconciliation, street: Street, clock: Clock) {
    self.value = value
    self.street = street
    self.clock = clock
  }

  var began: Instant { value.began }

  /// Goes round until it has ended.
  mutating func run() -> Reconciliation.Outcome {
    while true {
      let now = clock.now()
      let inputs = street.inputs(at: now)
      for output in value.step(inputs.isEmpty ? [.tick] : inputs, at: now) {
        switch output {
        case .line: preconditionFailure("Nobody called, so nobody is answered.")
        case .deliver: preconditionFailure("A comparison tells no sink: servers and settle do.")
        case .send(let dispatch): street.send(dispatch, at: now)
        case .log(let line): log.write(line)
        }
      }
      if let line = street.complaint(at: now) { log.write(line) }
      log.flush()
      if let outcome = value.outcome { return outcome }
      let wakes = [street.wake(after: now), value.wake]
      let timeout = wakes.compactMap { $0 }.min().map { wake in
        Int32(clamping: max(0, now.duration(to: wake).milliseconds))
      }
      var interests: [Interest] = []
      street.wait(for: &interests, milliseconds: timeout)
    }
  }
}
