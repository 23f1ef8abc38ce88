import PaymentServer
import Payments
import Processors

/// `bursar settle`: what is due at the processor, once, and what remains then.
func settle(policy: String?, json: Bool, limit: Duration) -> ExitCode {
  let arrangement = Arrangement(policy: policy, environment: System.environment())
  guard arrangement.policy != nil else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  let ledger = arrangement.ledger
  var clock = Clock()
  do {
    for broken in try Freezing.freezeContradictions(ledger: ledger, at: clock.now()) {
      complain("\(broken.kind.sentence) (\(broken.subject)) The namespace is frozen.")
    }
  } catch {
    complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
  let server = PaymentServer(
    Setting(
      policy: arrangement.reading, dialect: arrangement.dialect, livemode: arrangement.isLive,
      run: arrangement.run, ledger: ledger, version: version))
  var settling = Settling(server, street: Street(arrangement), limit: limit)
  settling.run()
  do {
    let rest = try Report.unresolved(ledger: ledger, json: json, currencies: Stripe.currencies)
    guard write(rest.report, to: 1) else { return .inputOutput }
    return rest.count == 0 ? .ok : .found
  } catch {
    complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}

/// The shell around the server when nobody calls: only the network and the clock go in.
private struct Settling: ~Copyable {
  private var server: PaymentServer
  private let street: Street
  private var log = Log()
  private var clock = Clock()
  private let deadline: Instant

  init(_ server: consuming PaymentServer, street: Street, limit: Duration) {
    self.server = server
    self.street = street
    self.deadline = clock.now().advanced(by: limit)
  }

  /// Goes round until nothing is left to do before the deadline, or until then.
  mutating func run() {
    while true {
      let now = clock.now()
      var inputs = street.answers(at: now).map { Input.answer($0.0, $0.1) }
      if inputs.isEmpty, let wake = server.wake, wake <= now { inputs = [.tick] }
      if !inputs.isEmpty { carry(inputs, at: now) }
      if isOver(now) { return }
      wait(from: now)
    }
  }

  private mutating func carry(_ inputs: [Input], at now: Instant) {
    for output in server.step(inputs, at: now) {
      switch output {
      case .line: preconditionFailure("Nobody called, so nobody is answered.")
      case .send(let dispatch): street.send(dispatch, at: now)
      case .log(let line): log.write(line)
      }
    }
  }

  /// A server that need not be woken has nothing pending; one that need not be woken in time has
  /// nothing that could be done before the deadline.
  private func isOver(_ now: Instant) -> Bool {
    if now >= deadline { return true }
    guard server.quiet else { return false }
    return server.wake.map { $0 > deadline } ?? true
  }

  private func wait(from now: Instant) {
    // What was due and is due still is tried again, but not without a breath.
    let breath = now.advanced(by: .milliseconds(1))
    let wakes = [deadline, street.wake(after: now), server.wake.map { max($0, breath) }]
    let timeout = wakes.compactMap { $0 }.min().map { wake in
      Int32(clamping: max(0, now.duration(to: wake).milliseconds))
    }
    var interests: [Interest] = []
    street.wait(for: &interests, milliseconds: timeout)
  }
}
