import PaymentServer
import Payments
import Processors

/// Whether the processor answers, with one read that moves nothing.
extension Examination {
  /// How far the processor's clock may differ from ours.
  private static let skew = Duration.seconds(120)

  mutating func lookAtProcessor(at now: Instant) {
    guard let policy = arrangement.policy else { return }
    switch arrangement.route {
    case .sandbox:
      if let damage = SandboxJournal.damage(ledger: arrangement.ledger) {
        let path = SandboxBooks.journal(of: arrangement.ledger)
        note(.failure("processor", "\(damage) (\(path))", fix: SandboxJournal.remedy))
      } else {
        note(.ok("processor", "the sandbox is built in."))
      }
    case nil: note(.ok("processor", "the sandbox is built in."))
    case .network(let address, let key):
      if order.isOffline {
        note(.ok("processor", "\(address.text) was not asked (--offline)."))
        return
      }
      let one = Request(
        method: .get, path: "/v1/payment_intents?limit=1",
        headers: [Header("Stripe-Version", Stripe.version)], body: [])
      let answer = ask(one, address, key, policy.processor)
      judge(answer, of: address, at: now)
      guard case .response(let response) = answer, response.status == 200 else { return }
      lookAtLists(address, key, policy.processor, at: now)
    }
  }

  /// Whether the key may read what a comparison reads; said only when the processor forbids that.
  private mutating func lookAtLists(
    _ address: BaseAddress, _ key: APIKey, _ setting: ProcessorSetting, at now: Instant
  ) {
    for kind in [Operation.Kind.charge, .refund] {
      let list = arrangement.dialect.statement.request(.page(kind, since: now, after: nil))
      guard case .response(let response) = ask(list, address, key, setting),
        response.status == 403
      else { continue }
      note(
        .warning(
          "key", "the key may not read what `bursar reconcile` compares (403).",
          fix: "let the restricted key also read Charges, Refunds and Balance transactions"))
      return
    }
  }

  /// Asks for something that moves nothing.
  private func ask(
    _ request: Request, _ address: BaseAddress, _ key: APIKey, _ setting: ProcessorSetting
  ) -> Answer {
    let client = HTTPClient(address, key: key, setting: setting)
    var clock = Clock()
    let id = DispatchID(operation: OperationID("doctor"), attempt: 1)
    client.send(Dispatch(id: id, request: request, reads: true), at: clock.now())
    while true {
      // Ends by the request's own time-out.
      if let (_, answer) = client.answers(at: clock.now()).first { return answer }
      var interests: [Interest] = []
      client.wait(for: &interests, milliseconds: 100)
    }
  }

  private mutating func judge(_ answer: Answer, of address: BaseAddress, at now: Instant) {
    switch answer {
    case .failure(let failure):
      note(
        .failure(
          "processor", "\(address.text) was not reached: \(failure.cause.rawValue).",
          fix: "look at processor.baseURL, the network, and the firewall between"))
    case .response(let response):
      judge(response.status, address)
      let date = response.headers.first { $0.name.lowercased() == "date" }?.value
      if let seconds = date.flatMap({ secondsSince1970(imfFixdate: $0) }) {
        let theirs = Instant(milliseconds: seconds * 1000)
        let gap = theirs.duration(to: now)
        if gap > Self.skew || gap < .zero - Self.skew {
          note(
            .warning(
              "clock",
              "the processor says it is \(timestamp(theirs)), here it is \(timestamp(now)).",
              fix: "set the clock (timedatectl set-ntp true): day and month caps are cut by it"))
        }
      }
    }
  }

  private mutating func judge(_ status: Int, _ address: BaseAddress) {
    switch status {
    case 200..<300:
      note(.ok("processor", "\(address.text) answers, and the key may read payments."))
    case 401:
      note(
        .failure(
          "key", "the processor does not know the key (401).",
          fix: "take the key from the processor's dashboard anew"))
    case 403:
      note(
        .failure(
          "key", "the key may not read payments (403).",
          fix: "give the restricted key: PaymentIntents write, Refunds write"))
    case 300..<400, 404:
      note(
        .failure(
          "processor", "\(address.text) is not the processor's API (\(status)).",
          fix: "correct processor.baseURL"))
    default:
      note(
        .warning(
          "processor", "\(address.text) was reached and answered \(status).",
          fix: "try again later; payments wait for it"))
    }
  }
}
