/// Everything a world may do to those who live in it; each is counted.
enum Mischief: Int, CaseIterable {
  // On the street to the processor.
  case connectionRefused
  case requestLost
  case answerLost
  case connectionBroken
  case slow
  case duplicated
  case errorWithEffect
  case errorWithoutEffect
  case errorNotStored
  case throttled
  case throttledWithWait
  case bodyTruncated
  case gatewayPage
  // To the servers.
  case killed
  case killedBetweenCommitAndSend
  case killedWhileWriting
  case paused
  // To the disk they share.
  case powerLost
  case powerLostWhileWriting
  case powerLostAfterFault
  case diskFull
  case diskFailing
  // To the clocks.
  case clockAhead
  case clockBack
  case dayPassed
  // By the agents.
  case cancelled
  case disconnected
  case repeatedInFlight
  case drifted
  case calledAfterStop

  /// As the report calls it: `request lost`.
  var words: String {
    var words = ""
    for scalar in "\(self)".unicodeScalars {
      if scalar.properties.isUppercase {
        words += " " + String(scalar).lowercased()
      } else {
        words.unicodeScalars.append(scalar)
      }
    }
    return words
  }

  /// What may befall a request, so that its fate is drawn from these.
  static let ofTheStreet: [Mischief] = [
    .connectionRefused, .requestLost, .answerLost, .connectionBroken, .slow, .duplicated,
    .errorWithEffect, .errorWithoutEffect, .errorNotStored, .throttled, .throttledWithWait,
    .bodyTruncated, .gatewayPage,
  ]

  /// What may befall everybody, drawn again and again.
  static let ofTheWorld: [Mischief] = [
    .killed, .killedBetweenCommitAndSend, .killedWhileWriting, .paused, .powerLost,
    .powerLostWhileWriting, .diskFull, .diskFailing, .clockAhead, .clockBack, .dayPassed,
  ]
}

/// How often each thing happened.
struct Tally {
  private var counts = [Int](repeating: 0, count: Mischief.allCases.count)

  subscript(mischief: Mischief) -> Int { counts[mischief.rawValue] }

  /// Everything together.
  var sum: Int { counts.reduce(0, +) }

  mutating func note(_ mischief: Mischief, times: Int = 1) {
    counts[mischief.rawValue] += times
  }

  mutating func add(_ other: Tally) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }
}
