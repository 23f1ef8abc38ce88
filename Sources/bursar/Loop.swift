import PaymentServer
import Payments

/// The shell around the server: what is ready goes in, what comes out is carried where it belongs.
struct Loop: ~Copyable {
  /// The most inputs of one step, an array counted as all the messages it may hold.
  static let inputsPerStep = 256
  /// How long the end may take once no further calls can come.
  static let grace = Duration.milliseconds(1500)

  /// How often it is looked whether the agent is still there while it does not read.
  static let lookInterval = Duration.milliseconds(100)

  private var server: PaymentServer
  private let street: Street
  private var intake: Intake
  private var mouth: Mouth
  private var log = Log()
  private let transcript: Transcript?
  private var watch: PolicyWatch
  private var clock = Clock()
  private var deadline: Instant?
  private var glanced = Instant(milliseconds: 0)

  /// A loop over the parts it joins.
  init(
    _ server: consuming PaymentServer, street: Street, intake: consuming Intake,
    mouth: consuming Mouth, transcript: Transcript?, watch: PolicyWatch
  ) {
    self.server = server
    self.street = street
    self.intake = intake
    self.mouth = mouth
    self.transcript = transcript
    self.watch = watch
  }

  /// Goes round until no calls can come and nothing is left to do, or the grace is over.
  mutating func run() {
    // What the agent has said by now is heard before anything else is begun.
    listen(at: clock.now(), milliseconds: 0)
    while true {
      let now = clock.now()
      var inputs = street.inputs(at: now)
      inputs += intake.inputs(limit: max(1, Self.inputsPerStep - inputs.count))
      if !inputs.isEmpty || intake.isRereadAsked,
        let reading = watch.reading(at: now, isAsked: intake.isRereadAsked)
      {
        inputs.insert(.policy(reading), at: 0)
      }
      intake.isRereadAsked = false
      glance(at: now)
      if inputs.isEmpty, let wake = server.wake, wake <= now { inputs = [.tick] }
      if !inputs.isEmpty { carry(inputs, at: now) }
      mouth.flush()
      if mouth.isGone { intake.close() }
      lookForReader(at: now)
      if isOver(now) { return }
      wait(from: now)
    }
  }

  private mutating func glance(at now: Instant) {
    guard let interval = server.glanceInterval, glanced.advanced(by: interval) <= now else {
      return
    }
    glanced = now
    server.glance(at: now)
  }

  private mutating func carry(_ inputs: [Input], at now: Instant) {
    transcript?.heard(inputs, at: now)
    for output in server.step(inputs, at: now) {
      transcript?.said(output, at: now)
      switch output {
      case .line(let line): mouth.say(line)
      case .send(let dispatch): street.send(dispatch, at: now)
      case .deliver(let delivery): street.deliver(delivery, at: now)
      case .log(let line): log.write(line)
      }
    }
    if let line = street.complaint(at: now) { log.write(line) }
    log.flush()
  }

  /// While the agent does not read, nothing is read of it, its end included. One that has ended its
  /// input and does not read on within the grace never will.
  private mutating func lookForReader(at now: Instant) {
    if intake.isEnded { return }
    guard mouth.isFull, intake.isHungUp else {
      deadline = nil
      return
    }
    let deadline = self.deadline ?? now.advanced(by: Self.grace)
    self.deadline = deadline
    if deadline <= now { intake.close() }
  }

  /// Whether nothing is left to do, or no time to do it in.
  private mutating func isOver(_ now: Instant) -> Bool {
    guard intake.isEnded else { return false }
    let deadline = self.deadline ?? now.advanced(by: Self.grace)
    self.deadline = deadline
    return server.quiet && !server.isDelivering && mouth.isEmpty || now >= deadline
  }

  private mutating func wait(from now: Instant) {
    // What was due and is due still is tried again, but not without a breath.
    let breath = now.advanced(by: .milliseconds(1))
    let wakes = [
      intake.isPending ? now : nil, deadline,
      mouth.isFull ? now.advanced(by: Self.lookInterval) : nil, street.wake(after: now),
      server.wake.map { max($0, breath) },
      server.glanceInterval.map { max(glanced.advanced(by: $0), breath) },
    ]
    let timeout = wakes.compactMap { $0 }.min().map { wake in
      Int32(clamping: max(0, now.duration(to: wake).milliseconds))
    }
    listen(at: now, milliseconds: timeout)
  }

  private mutating func listen(at now: Instant, milliseconds: Int32?) {
    var interests = intake.interests(whileFull: mouth.isFull) + [mouth.interest]
    street.wait(for: &interests, milliseconds: milliseconds)
    let wasEnded = intake.isEnded
    // A second word to end is taken literally.
    if intake.read(interests), wasEnded { deadline = now }
  }
}
