import JSON
import PaymentServer
import Payments

/// What agents do, and what they are told.
extension World {
  /// An agent does what it does.
  func act(_ number: Int) throws(Breach) {
    guard isWild else { return }
    let seat = seats[agents[number].seat]
    if let until = seat.pausedUntil, until > now {
      return agenda.enter(.deed(agent: number), at: until)
    }
    agenda.enter(.deed(agent: number), at: now.advanced(by: pause()))
    guard let tenant = seat.tenant, !tenant.isEnding else { return }
    var inputs: [Input] = []
    for _ in 0..<random.one(weighing: [(1, 8), (2, 2), (4, 1)]) {
      switch agents[number].deed(&bills, &random) {
      case .call(let ask): inputs.append(.line(call(ask, by: number, tenant)))
      case .cancel:
        guard let line = tenant.pipe.cancellation(&random) else { continue }
        tally.note(.cancelled)
        inputs.append(.line(line))
      case .babble:
        inputs.append(.line(tenant.pipe.babble(agent: number, at: now, &random)))
      case .disconnect:
        if !inputs.isEmpty { try step(seat, inputs) }
        return try disconnect(seat)
      }
    }
    if !inputs.isEmpty { try step(seat, inputs) }
  }

  /// Agents think, and sometimes sleep until the windows have turned.
  private func pause() -> Duration {
    if random.happens(20) { return random.duration(60_000...7_200_000) }
    return random.duration(1...weather.thinking)
  }

  private func call(_ ask: Ask, by number: Int, _ tenant: Tenant) -> [UInt8] {
    if oracle.hear(ask, inRun: ask.run ?? setting.run) { tally.note(.drifted) }
    if ask.tool != "status", tenant.pipe.isOpen(ask) { tally.note(.repeatedInFlight) }
    if agents[number].wasStopped, ask.tool != "status" { tally.note(.calledAfterStop) }
    return tenant.pipe.call(ask, agent: number, at: now)
  }

  /// A line from a server: it must conform, answer something that was asked, and be true.
  func hear(_ line: [UInt8], from tenant: Tenant) throws(Breach) {
    let reply = try Reply(line)
    guard let question = try tenant.pipe.settle(reply.id) else { return try reply.checkRefusal() }
    guard let told = try reply.check(question) else { return }
    agents[question.agent].hear(verdict: told.verdict, operation: told.operations.first?.id.text)
    if !told.code.isEmpty { probes.note("answer.\(told.code)") }
    for operation in told.operations {
      try oracle.judge(operation.state, of: operation.id, amount: operation.amount)
    }
  }
}
