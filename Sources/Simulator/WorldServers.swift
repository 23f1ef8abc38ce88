import JSON
import PaymentServer
import Payments

/// How servers are stepped, and how they end.
extension World {
  /// Time has passed for a server.
  func tick(_ seat: Seat) throws(Breach) {
    guard let tenant = seat.tenant else { return }
    tenant.idleTicks += 1
    try step(seat, [.tick])
    guard seat.tenant === tenant, tenant.idleTicks > 0 else { return }
    let isAwake = tenant.server.wake.map { $0 <= seat.reading(at: now) } ?? false
    if isAwake, tenant.idleTicks > 5 {
      throw Breach(.staysAsleep, "server \(seat.number) asks to be woken at once for ever")
    }
    let rest = Duration.milliseconds(min(600_000, 10 << min(tenant.idleTicks, 16)))
    tenant.restUntil = now.advanced(by: isAwake ? .milliseconds(1) : rest)
  }

  /// The idle look whether somebody else has begun something. They would ten times a second; here
  /// it is enough after everything that happens.
  func lookAround() {
    for seat in seats where !seat.isPaused(at: now) {
      guard let tenant = seat.tenant, tenant.server.glanceInterval != nil else { continue }
      disk(of: seat).enter(process: tenant.number)
      tenant.server.glance(at: seat.reading(at: now))
    }
  }

  /// One step of a server, and everything that follows from it in the same moment.
  func step(_ seat: Seat, _ inputs: [Input]) throws(Breach) {
    guard let tenant = seat.tenant else { return }
    let disk = disk(of: seat)
    disk.enter(process: tenant.number)
    let doom = self.doom
    self.doom = nil
    arm(disk, doom)
    transcript.add(Int64(seat.number))
    transcript.add(now.milliseconds)
    for case .line(let line) in inputs { transcript.add(line) }
    for input in inputs { tell("server \(seat.number) hears \(input.words)") }
    let faults = disk.faults
    let outputs = Canary.order(canary, tenant.server.step(inputs, at: seat.reading(at: now)))
    for output in outputs { tell("server \(seat.number) says \(output.words)") }
    let wake = tenant.server.wake?.advanced(by: .zero - seat.skew)
    tell("server \(seat.number) wakes at \(wake?.milliseconds ?? 0), doom \(doom?.words ?? "none")")
    let isCut = doom == .killedWhileWriting && disk.stop == nil
    let isDark = disk.isOff
    disk.weather = nil
    disk.stop = nil
    if isDark || isCut { try sendEarly(seat) }
    early.requests = []
    if isDark {
      tally.note(.powerLostWhileWriting)
      return try losePower(disk)
    }
    if disk.faults > faults, random.happens(weather.fatalFaults) {
      tally.note(.powerLostAfterFault)
      return try losePower(disk)
    }
    if isCut {
      tally.note(.killedWhileWriting)
      return try die(seat)
    }
    let place = place(of: seat)
    try oracle.readNews(of: place)
    try checkTime(place)
    let isKilled = doom == .killedBetweenCommitAndSend
    let kept = isKilled ? random.below(outputs.count + 1) : outputs.count
    for output in outputs.prefix(kept) { try hear(output, from: seat, tenant) }
    if isKilled {
      tally.note(.killedBetweenCommitAndSend)
      return try die(seat)
    }
    if !outputs.isEmpty { (tenant.idleTicks, tenant.restUntil) = (0, now) }
    try checkWaiting(seat, tenant)
    if tenant.isEnding, tenant.server.quiet { try leave(seat) }
  }

  private func arm(_ disk: SimulatedDisk, _ doom: Mischief?) {
    if doom == .killedWhileWriting { disk.end(at: disk.acts + random.number(1...12), by: .kill) }
    if doom == .powerLostWhileWriting {
      disk.end(at: disk.acts + random.number(1...12), by: .power)
    }
    guard let trouble, trouble.until > now else { return }
    var chance = Random(seed: random.next())
    disk.weather = { act in
      guard let only = trouble.act else { return chance.happens(300) ? trouble.fault : nil }
      return act == only && chance.happens(700) ? trouble.fault : nil
    }
  }

  private func hear(_ output: Output, from seat: Seat, _ tenant: Tenant) throws(Breach) {
    switch output {
    case .line(let line):
      transcript.add(line)
      try hear(line, from: tenant)
    case .send(let dispatch):
      transcript.add(dispatch.request.path.utf8)
      transcript.add(dispatch.request.body)
      try send(dispatch.id, dispatch.request, from: seat, tenant)
    case .deliver: preconditionFailure("No policy of a world has sinks.")
    case .log(let line):
      let event = probes.note(line)
      if event == "ledger", trouble.map({ $0.until <= now }) ?? true {
        throw Breach(.booksStayOpen, String(decoding: line, as: UTF8.self))
      }
    }
  }

  /// Where requests leave before the commit, they have left although there was none.
  private func sendEarly(_ seat: Seat) throws(Breach) {
    guard canary == .sendsEarly, let tenant = seat.tenant else { return }
    for (operation, request) in early.requests {
      guard let attempt = operation.attempt else { continue }
      try send(
        DispatchID(operation: operation.id, attempt: attempt), request, from: seat, tenant)
    }
  }

  private func checkTime(_ place: Int) throws(Breach) {
    let books = oracle.books[place].latest
    guard books <= now.advanced(by: lead) else {
      let ahead = now.duration(to: books)
      throw Breach(.timeKept, "the books are \(ahead) ahead and no clock is more than \(lead)")
    }
  }

  /// Whoever has waited as long as the policy lets it was answered, and the server wakes in time
  /// for the others.
  private func checkWaiting(_ seat: Seat, _ tenant: Tenant) throws(Breach) {
    for (id, question) in tenant.pipe.open where question.isCall && !question.isExcused {
      let deadline = question.at.advanced(by: weather.policy.respondWithin)
      guard now < deadline else {
        throw Breach(.answeredInTime, "request \(id) waits since \(question.at.duration(to: now))")
      }
      let wake = tenant.server.wake?.advanced(by: .zero - seat.skew)
      guard let wake, wake <= deadline else {
        throw Breach(.answeredInTime, "the server sleeps past the deadline of request \(id)")
      }
    }
  }
}

/// How servers end.
extension World {
  /// Its agents close the pipe: it finishes what it can, and goes.
  func disconnect(_ seat: Seat) throws(Breach) {
    guard let tenant = seat.tenant, !tenant.isEnding else { return }
    tally.note(.disconnected)
    tenant.isEnding = true
    tenant.pipe.excuse()
    agenda.enter(
      .eviction(seat: seat.number, tenant: tenant.number), at: now.advanced(by: .milliseconds(1500))
    )
    try step(seat, [.ended])
  }

  /// It ends of its own accord and closes its books.
  func leave(_ seat: Seat) throws(Breach) {
    guard let tenant = seat.tenant else { return }
    for transit in tenant.transits { transit.isOver = true }
    // Without a reader, the last server out is the one that empties the log.
    if random.happens(500) { oracle.books[place(of: seat)].close() }
    disk(of: seat).enter(process: tenant.number)
    seat.tenant = nil
    disk(of: seat).kill(process: tenant.number)
    restart(seat)
  }

  /// It is killed.
  func die(_ seat: Seat) throws(Breach) {
    bury(seat)
    try lookAtWhatIsLeft(place(of: seat))
    restart(seat)
  }

  /// When nobody is left, somebody may look at the books before the next server does. A commit that
  /// failed at its last sync, and was undone, may stand in the log: then it is back.
  private func lookAtWhatIsLeft(_ place: Int) throws(Breach) {
    let isDeserted = seats.allSatisfy { $0.tenant == nil || self.place(of: $0) != place }
    guard isDeserted, random.happens(500) else { return }
    oracle.books[place].close()
    guard random.happens(500) else { return }
    if try oracle.readNews(of: place) > 0 { probes.note("disk.commit_returned") }
    oracle.books[place].close()
  }

  /// The power fails for everybody on a disk.
  func losePower(_ disk: SimulatedDisk) throws(Breach) {
    let struck = seats.filter { self.disk(of: $0) === disk }
    for seat in struck { bury(seat) }
    for books in oracle.books where books.disk === disk { books.close() }
    let mood = random.below(4)
    disk.crash { [self] _ in
      switch mood {
      case 0: .lost
      case 1: .kept
      default: random.one(of: [.lost, .kept, .torn(sectors: random.below(9))])
      }
    }
    if let seat = struck.first { try lookAtWhatIsLeft(place(of: seat)) }
    for seat in struck { restart(seat) }
  }

  /// Nobody sits here any more; what it sent is still on its way.
  func bury(_ seat: Seat) {
    guard let tenant = seat.tenant else { return }
    for transit in tenant.transits { transit.isOver = true }
    disk(of: seat).kill(process: tenant.number)
    seat.tenant = nil
  }

  private func restart(_ seat: Seat) {
    let others = seats.contains { $0.tenant != nil }
    guard weather.restarts || !others || random.happens(300) else { return }
    agenda.enter(
      .start(seat: seat.number), at: now.advanced(by: random.duration(10...3000)))
  }
}

extension Input {
  /// As it is told.
  var words: String {
    switch self {
    case .line(let line): String(decoding: line, as: UTF8.self)
    case .policy: "a policy read again"
    case .oversizedLine: "an oversized line"
    case .answer(let id, .failure(let failure)):
      "\(id.operation.text) \(id.attempt): \(failure.cause.rawValue), sent \(failure.sent)"
    case .answer(let id, .response(let response)):
      "\(id.operation.text) \(id.attempt): \(response.status) "
        + String(decoding: response.body.prefix(300), as: UTF8.self)
    case .delivered(let id, let outcome): "\(id.sink) \(id.first): \(outcome.word)"
    case .ended: "the end"
    case .tick: "time"
    }
  }
}

extension Output {
  /// As it is told.
  var words: String {
    switch self {
    case .line(let line), .log(let line): String(decoding: line.dropLast(), as: UTF8.self)
    case .deliver(let delivery): "\(delivery.id.sink) \(delivery.id.first)"
    case .send(let dispatch):
      "\(dispatch.id.operation.text) \(dispatch.id.attempt): \(dispatch.request.method.rawValue) "
        + "\(dispatch.request.path) \(String(decoding: dispatch.request.body, as: UTF8.self))"
    }
  }
}
