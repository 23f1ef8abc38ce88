import PaymentServer
import Payments
import Processors

/// What `bursar settle` is asked for.
struct SettleOrder: Equatable {
  let policy: String?
  let json: Bool
  /// Whether it goes on until it is told to end.
  var watch = false
  /// Whether standard output is told what happens.
  var events = false
  /// How long it may take, when it does not go on.
  let limit: Duration
}

/// `bursar settle`: what is due at the processor and what sinks are to be told, once or from now
/// on; and what remains then.
func settle(_ order: SettleOrder) -> ExitCode {
  let environment = System.environment()
  let watch = PolicyWatch(policy: order.policy, run: nil, environment: environment)
  let arrangement = Arrangement(policy: order.policy, environment: environment)
  guard let rules = arrangement.policy else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  guard arrangement.hasLedgerOfItsOwn() else { return .configuration }
  // One that goes on says it in the log, as often as it is so.
  guard order.watch || arrangement.hasWholeLedger() else { return .inputOutput }
  if !order.watch { LedgerPlace.mention(absent: arrangement.ledger) }
  var clock = Clock()
  var output: Descriptor?
  if order.events {
    output = System.takeStandardOutput()
    guard output != nil else {
      complain("There is no standard output to tell events on.")
      return .unavailable
    }
  }
  guard let signals = System.catchSignals() else {
    complain("Signals cannot be caught.")
    return .inputOutput
  }
  let setting = Setting(
    policy: arrangement.reading.telling(order.events), dialect: arrangement.dialect,
    livemode: arrangement.isLive, run: arrangement.run, ledger: arrangement.ledger,
    version: version)
  var settling = Settling(
    PaymentServer(setting), street: Street(arrangement, output: output), order: order, watch: watch,
    signals: signals, comparing: order.watch ? Comparing(setting, rules, at: clock.now()) : nil)
  settling.run()
  if order.watch { return .ok }
  // After what is due, because it reads everything.
  guard freezeContradictions(in: arrangement.ledger, at: clock.now()) else { return .inputOutput }
  return remains(in: arrangement.ledger, of: rules.namespace, json: order.json)
}

/// Holds the books against themselves; false when they cannot be read.
private func freezeContradictions(in ledger: String, at now: Instant) -> Bool {
  do {
    for broken in try Freezing.freezeContradictions(ledger: ledger, at: now) {
      complain("\(broken.kind.sentence) (\(broken.subject)) The namespace is frozen.")
    }
    return true
  } catch {
    complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
    return false
  }
}

/// Says what is still open; in place of standard output, where that was told events, on standard
/// error.
private func remains(in ledger: String, of namespace: String, json: Bool) -> ExitCode {
  do {
    let rest = try Report.unresolved(
      ledger: ledger, namespace: namespace, json: json, currencies: Stripe.currencies)
    guard write(rest.report, to: 1) else { return .inputOutput }
    // Dead letters of payments are in the report.
    var clock = Clock()
    for alert in try Report.alerts(ledger: ledger, at: clock.now())
    where isSame(alert.code, "given_up_deliveries") { complain(alert.message) }
    return rest.count == 0 ? .ok : .found
  } catch {
    complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}

extension PolicyReading {
  /// The same with standard output among the sinks.
  fileprivate func telling(_ isTelling: Bool) -> PolicyReading {
    guard isTelling, case .accepted(var policy) = self else { return self }
    policy.sinks.append(Sink(name: "standard output", place: .output))
    return .accepted(policy)
  }
}

/// The shell around the server when nobody calls: only the network, the clock and signals go in.
private struct Settling: ~Copyable {
  /// How often it is looked whether another program wrote, once there is nothing to do.
  static let glance = Duration.milliseconds(100)
  /// How long the end may take once somebody asked for it.
  static let grace = Duration.milliseconds(1500)

  private var server: PaymentServer
  private let street: Street
  private let order: SettleOrder
  private var watch: PolicyWatch
  private let signals: Descriptor
  private var comparing: Comparing?
  private var log = Log()
  private var clock = Clock()
  private var deadline: Instant?
  private var isTold = false
  private var isRereadAsked = false
  private var glanced = Instant(milliseconds: 0)

  init(
    _ server: consuming PaymentServer, street: Street, order: SettleOrder, watch: PolicyWatch,
    signals: consuming Descriptor, comparing: consuming Comparing?
  ) {
    self.server = server
    self.street = street
    self.order = order
    self.watch = watch
    self.signals = signals
    self.comparing = comparing
    if !order.watch { deadline = clock.now().advanced(by: order.limit) }
  }

  /// Goes round until nothing is left to do before the deadline, or until somebody says so.
  mutating func run() {
    while true {
      let now = clock.now()
      var inputs = street.inputs(at: now)
      if order.watch, let reading = watch.reading(at: now, isAsked: isRereadAsked) {
        comparing?.amend(reading)
        inputs.insert(.policy(reading.telling(order.events)), at: 0)
      }
      isRereadAsked = false
      compare(&inputs, at: now)
      if inputs.isEmpty { look(at: now) }
      if inputs.isEmpty, let wake = server.wake, wake <= now { inputs = [.tick] }
      if !inputs.isEmpty { carry(inputs, at: now) }
      if isOver(now) { return }
      wait(from: now)
    }
  }

  private mutating func look(at now: Instant) {
    guard order.watch, server.quiet, glanced.advanced(by: Self.glance) <= now else { return }
    glanced = now
    server.glance(at: now)
  }

  private mutating func compare(_ inputs: inout [Input], at now: Instant) {
    if let outputs = comparing?.step(&inputs, at: now) { carry(outputs, at: now) }
  }

  private mutating func carry(_ inputs: [Input], at now: Instant) {
    carry(server.step(inputs, at: now), at: now)
  }

  private mutating func carry(_ outputs: [Output], at now: Instant) {
    for output in outputs {
      switch output {
      case .line: preconditionFailure("Nobody called, so nobody is answered.")
      case .send(let dispatch): street.send(dispatch, at: now)
      case .deliver(let delivery): street.deliver(delivery, at: now)
      case .log(let line): log.write(line)
      }
    }
    if let line = street.complaint(at: now) { log.write(line) }
    log.flush()
  }

  /// A server that need not be woken has nothing pending; one that need not be woken in time has
  /// nothing that could be done before the deadline. One that goes on ends when it is told to, with
  /// what is under way.
  private func isOver(_ now: Instant) -> Bool {
    if let deadline, now >= deadline { return true }
    if street.isOutputGone { return true }
    guard server.quiet, !server.isDelivering else { return false }
    if order.watch { return isTold }
    return server.wake.map { wake in deadline.map { wake >= $0 } ?? false } ?? true
  }

  private mutating func wait(from now: Instant) {
    // What was due and is due still is tried again, but not without a breath.
    let breath = now.advanced(by: .milliseconds(1))
    let wakes = [
      deadline, street.wake(after: now), server.wake.map { max($0, breath) },
      comparing?.wake.map { max($0, breath) },
      order.watch && server.quiet ? max(glanced.advanced(by: Self.glance), breath) : nil,
    ]
    let timeout = wakes.compactMap { $0 }.min().map { wake in
      Int32(clamping: max(0, now.duration(to: wake).milliseconds))
    }
    var interests = [Interest(signals.number, .reading)]
    street.wait(for: &interests, milliseconds: timeout)
    guard case .bytes(let told) = System.read(signals.number, limit: 64) else { return }
    if told.contains(2) { isRereadAsked = true }
    guard told.contains(1) else { return }
    // A second word to end is taken literally.
    deadline = isTold ? now : now.advanced(by: Self.grace)
    isTold = true
  }
}
