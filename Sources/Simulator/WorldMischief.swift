import PaymentServer
import Payments

/// What befalls everybody, and the peace afterwards.
extension World {
  /// Lets happen what the weather has in it.
  func stirUp() throws(Breach) {
    for (mischief, share) in weather.ofSteps where random.happens(share) {
      try befall(mischief)
    }
  }

  private func befall(_ mischief: Mischief) throws(Breach) {
    let seat = random.one(of: seats)
    tell("server \(seat.number): \(mischief.words)")
    switch mischief {
    case .killed:
      guard seat.tenant != nil else { return }
      tally.note(mischief)
      try die(seat)
    case .killedBetweenCommitAndSend, .killedWhileWriting, .powerLostWhileWriting: doom = mischief
    case .powerLost:
      tally.note(mischief)
      try losePower(disk(of: seat))
    case .paused:
      tally.note(mischief)
      pause(seat, random.duration(50...200_000))
    case .dayPassed:
      tally.note(mischief)
      let length = random.duration(68_400_000...108_000_000)
      for seat in seats { pause(seat, length) }
    case .diskFull, .diskFailing:
      tally.note(mischief)
      // Absent: short reads. SQLite takes one for the end of the file, and what is missing for
      // zeros: that is a disk which lies, not one which fails.
      let fault: Fault = mischief == .diskFull ? .full : .failing
      // Where everything may fail, nothing comes as far as a sync.
      let act = random.one(of: [nil, .sync, .sync, .write, .read] as [Act?])
      trouble = (fault, act, now.advanced(by: random.duration(10...5000)))
    case .clockAhead:
      tally.note(mischief)
      let jump = Duration.milliseconds(random.one(of: [1000, 90_000, 3_600_000, 86_400_000]))
      lead = lead + jump
      // One clock that was far ahead of the others while a key was sent would hide from them how
      // old it is: they may differ by less than the hours by which a key is given up too early.
      let isApart = seats.contains { ($0.skew + .seconds(5400)) < seat.skew + jump }
      for other in seats where isApart || other === seat { other.skew = other.skew + jump }
    case .clockBack:
      // Altogether less than the hours by which a key is given up before the processor forgets it.
      guard stepsBack > 0 else { return }
      stepsBack -= 1
      tally.note(mischief)
      seat.skew = seat.skew - .milliseconds(random.one(of: [500, 60_000, 3_000_000]))
      seat.tenant?.pipe.excuse()
    case .connectionRefused, .requestLost, .answerLost, .connectionBroken, .slow, .duplicated,
      .errorWithEffect, .errorWithoutEffect, .errorNotStored, .throttled, .throttledWithWait,
      .bodyTruncated, .gatewayPage, .powerLostAfterFault, .cancelled, .disconnected,
      .repeatedInFlight, .drifted,
      .calledAfterStop:
      preconditionFailure("That is not in the weather of the world.")
    }
  }

  private func pause(_ seat: Seat, _ length: Duration) {
    seat.pausedUntil = max(seat.pausedUntil ?? now, now.advanced(by: length))
    seat.tenant?.pipe.excuse()
  }

  /// From here on nothing fails, nobody asks for anything, and everything must come to rest.
  func calmDown() throws(Breach) {
    tell("nothing fails any more")
    isWild = false
    trouble = nil
    doom = nil
    for seat in seats { seat.pausedUntil = nil }
    if seats.allSatisfy({ $0.tenant == nil }) { try start(seats[0]) }
    var patience = 5000
    while try !isQuiet() {
      patience -= 1
      guard patience > 0, try advance() else {
        for place in oracle.books.indices { _ = try oracle.checkRest(place) }
        throw Breach(.comesToRest, "a request or a call waits for ever")
      }
    }
  }

  private func isQuiet() throws(Breach) -> Bool {
    guard agenda.next == nil else { return false }
    for seat in seats {
      guard let tenant = seat.tenant else { continue }
      guard tenant.server.quiet, tenant.pipe.open.isEmpty else { return false }
    }
    for place in oracle.books.indices where try !oracle.isAtRest(place) { return false }
    return true
  }

  /// Everybody goes, and the books are read once more as a whole. How many dead letters there are.
  func end() throws(Breach) -> Int {
    for seat in seats where seat.tenant != nil { try leave(seat) }
    // A commit that was undone may be back now that the last one has gone: then there is work left.
    var isChanged = false
    for place in oracle.books.indices where try oracle.readNews(of: place) > 0 { isChanged = true }
    if isChanged {
      probes.note("disk.commit_returned")
      try calmDown()
      for seat in seats where seat.tenant != nil { try leave(seat) }
    }
    probes.note("approval.used", times: oracle.approvedMoves)
    var deadLetters = 0
    for place in oracle.books.indices {
      try oracle.readNews(of: place)
      try reconcile(place)
      try oracle.readNews(of: place)
      try oracle.audit(place)
      try oracle.books[place].checkHistory()
      deadLetters += try oracle.checkRest(place)
    }
    return deadLetters
  }
}
