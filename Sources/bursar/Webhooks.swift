import PaymentServer
import Payments
import Processors

/// `bursar webhooks`: takes Stripe's webhooks on this machine, behind whatever ends TLS.
func webhooks(port: UInt16, policy: String?) -> ExitCode {
  guard System.hasStandardOutput, let signals = System.catchSignals() else {
    complain("There is no standard output to answer on.")
    return .unavailable
  }
  let environment = System.environment()
  let arrangement = Arrangement(policy: policy, environment: environment)
  guard let rules = arrangement.policy else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  guard arrangement.hasLedgerOfItsOwn() else { return .configuration }
  guard let place = rules.webhookSecret else {
    complain(
      "Webhooks need the endpoint's secret: \"webhooks\": { \"secret\": { \"env\": \"NAME\" } } "
        + "or { \"file\": \"PATH\" } in the policy.")
    return .configuration
  }
  let secret: EndpointSecret
  do throws(KeyMistake) {
    secret = try EndpointSecret(
      at: place, environment: environment, base: arrangement.source.path.flatMap(directory(of:)))
  } catch {
    complain(error.sentence(at: place.place, of: "the endpoint's secret"))
    return .configuration
  }
  let setting = Setting(
    policy: arrangement.reading, dialect: arrangement.dialect, livemode: arrangement.isLive,
    run: arrangement.run, ledger: arrangement.ledger, version: version)
  let desk = WebhookDesk(HintWatch(setting, rules), secret)
  guard let face = Face(port: port, desk.take) else {
    complain(Face.refusal(port: port))
    return .inputOutput
  }
  guard answer("listening on http://127.0.0.1:\(face.port)\n") else { return .inputOutput }
  desk.serve(face, Street(arrangement), until: signals)
  return .ok
}

/// The shell around the watch for hints: its face, the network and the clock.
private final class WebhookDesk {
  private var watch: HintWatch
  private let secret: EndpointSecret
  private var log = Log()
  private var clock = Clock()

  init(_ watch: consuming HintWatch, _ secret: EndpointSecret) {
    self.watch = watch
    self.secret = secret
  }

  /// Answers a webhook: 200 only when it is in the books, and nothing for whoever cannot sign.
  func take(_ request: FaceRequest, at now: Instant) -> SandboxDeed {
    guard request.method == "POST" else { return say(405, "POST an event here.") }
    guard !request.isOversized else { return say(413, "The event is larger than 1 MiB.") }
    let header = request.headers.first { $0.name.lowercased() == "stripe-signature" }
    guard let header,
      secret.signs(
        request.body, header: header.value, at: Instant(milliseconds: System.wallClock))
    else { return say(400, "The signature is missing, wrong or older than five minutes.") }
    guard let hint = Stripe.hint(in: request.body) else {
      return say(400, "The body is no event.")
    }
    do {
      switch try watch.take(hint, at: now) {
      case .taken: return say(200, "taken")
      case .known: return say(200, "known")
      case .unrelated: return say(200, "unrelated")
      }
    } catch {
      complain("The ledger cannot be written: \(Report.reason(error))")
      return say(503, "The books cannot be written just now; send it again.")
    }
  }

  private func say(_ status: Int, _ word: String) -> SandboxDeed {
    .answer(
      Response(
        status: status, headers: [Header("Content-Type", "text/plain")],
        body: Array("\(word)\n".utf8)))
  }

  /// Goes round until it is told to end.
  func serve(_ face: Face, _ street: Street, until signals: borrowing Descriptor) {
    while true {
      let now = clock.now()
      face.run(at: now)
      for output in watch.step(street.inputs(at: now), at: now) {
        switch output {
        case .line: preconditionFailure("Nobody called, so nobody is answered.")
        case .deliver: preconditionFailure("A hint tells no sink: servers and settle do.")
        case .send(let dispatch): street.send(dispatch, at: now)
        case .log(let line): log.write(line)
        }
      }
      log.flush()
      var wakes = [street.wake(after: now), watch.wake].compactMap { $0 }
      if let own = face.timeout(at: now) {
        wakes.append(now.advanced(by: .milliseconds(Int64(own))))
      }
      let timeout = wakes.min().map { Int32(clamping: max(0, now.duration(to: $0).milliseconds)) }
      var interests = face.interests + [Interest(signals.number, .reading)]
      street.wait(for: &interests, milliseconds: timeout)
      face.notice(interests.dropLast())
      if interests[interests.count - 1].ready,
        case .bytes(let told) = System.read(signals.number, limit: 64), told.contains(1)
      {
        return
      }
    }
  }
}
