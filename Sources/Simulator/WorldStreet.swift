import PaymentServer
import Payments
import Processors

/// What happens to requests.
extension World {
  /// A request leaves a server.
  func send(
    _ id: DispatchID, _ request: Request, from seat: Seat, _ tenant: Tenant
  ) throws(Breach) {
    try oracle.readKey(of: request, id, at: now)
    let transit = Transit(
      id, request, seat: seat.number, tenant: tenant.number,
      sent: oracle.books[place(of: seat)].latest)
    tenant.transits.removeAll { $0.isOver }
    tenant.transits.append(transit)
    let mischief = isWild ? weather.fate(&random) : nil
    if let mischief { tally.note(mischief) }
    tell("\(id.operation.text) \(id.attempt) meets \(mischief?.words ?? "nothing")")
    let timeout = weather.policy.processor.timeout
    let journey = Journey(meeting: mischief, timeout: timeout, &random)
    for arrival in journey.arrivals {
      agenda.enter(
        .arrival(transit, journey, execution: arrival.execution),
        at: now.advanced(by: arrival.after))
    }
    if let (after, answer) = journey.verdict {
      agenda.enter(.answer(transit, answer), at: now.advanced(by: min(after, timeout)))
    }
    let silence = Answer.failure(TransportFailure(cause: .timeout, sent: true))
    agenda.enter(.answer(transit, silence), at: now.advanced(by: timeout))
  }

  /// A request reaches the processor.
  func arrive(_ transit: Transit, _ journey: Journey, _ execution: Duration) throws(Breach) {
    let place = place(of: seats[transit.seat])
    tell("\(transit.id.operation.text) \(transit.id.attempt) arrives")
    try oracle.readNews(of: place)
    try oracle.readRow(of: transit.request, transit.id, in: place)
    guard !isTooLate(transit) else { return probes.note("processor.refund_never_arrived") }
    switch processor.begin(transit.request, at: now) {
    case .answered(let response):
      if response.status == 409 { probes.note("processor.key_in_use") }
      if response.headers.contains(where: { $0.name == "Idempotent-Replayed" }) {
        probes.note("processor.replayed")
      }
      answer(response, transit, journey)
      try oracle.readProcessor(processor.sandbox)
    case .underway(let ticket):
      agenda.enter(.execution(transit, journey, ticket), at: now.advanced(by: execution))
    }
  }

  /// The processor carries a request out.
  func execute(
    _ transit: Transit, _ journey: Journey, _ ticket: Sandbox.Ticket
  ) throws(Breach) {
    tell("\(transit.id.operation.text) \(transit.id.attempt) is carried out")
    try oracle.readNews(of: place(of: seats[transit.seat]))
    let ending: Sandbox.Ending =
      switch journey.outcome {
      case .carriedOut: isTooLate(transit) ? .serverError(effect: false) : .carriedOut
      case .errorWithEffect: .serverError(effect: !isTooLate(transit))
      case .errorWithoutEffect: .serverError(effect: false)
      }
    let response = processor.complete(ticket, as: ending, at: now)
    processor.note(transit.request)
    let captured = oracle.captured.count
    let refunded = oracle.refunded.count
    try oracle.readProcessor(processor.sandbox)
    if transit.isOver, oracle.captured.count > captured { probes.note("processor.late_capture") }
    if transit.isOver, oracle.refunded.count > refunded { probes.note("processor.late_refund") }
    answer(response, transit, journey)
  }

  /// The one thing a refund relies on (`processors.md` §2.6): what was not executed within the
  /// processor's quiescence never will be. Counted by the time in the books, because a clock that
  /// jumps lets time pass.
  private func isTooLate(_ transit: Transit) -> Bool {
    guard transit.request.path == "/v1/refunds", transit.request.method == .post else {
      return false
    }
    let books = oracle.books[place(of: seats[transit.seat])]
    return transit.sent.duration(to: books.latest) >= setting.dialect.profile.quiescence
  }

  private func answer(_ response: Response, _ transit: Transit, _ journey: Journey) {
    guard !transit.isOver, let returned = journey.returned(response) else { return }
    agenda.enter(.answer(transit, .response(returned)), at: now.advanced(by: journey.back))
  }

  /// An answer reaches the server that asked, if it still waits.
  func deliver(_ answer: Answer, to transit: Transit) throws(Breach) {
    let seat = seats[transit.seat]
    guard !transit.isOver, seat.tenant?.number == transit.tenant else { return }
    if let until = seat.pausedUntil, until > now {
      return agenda.enter(.answer(transit, answer), at: until)
    }
    transit.isOver = true
    try step(seat, [.answer(transit.id, answer)])
  }
}
