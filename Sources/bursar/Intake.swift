import PaymentServer

/// What comes to us besides the network: standard input, line by line, and the word to end.
struct Intake: ~Copyable {
  /// The most bytes read at once.
  private static let chunk = 65536

  private let signals: Descriptor
  private var lines = Lines()
  private var isOver = false
  private var isTold = false
  /// Whether somebody asked for the policy to be read again; whoever does so takes it back.
  var isRereadAsked = false

  /// Listens to standard input, and to signals as bytes in that pipe.
  init(signals: consuming Descriptor) {
    self.signals = signals
  }

  /// Whether the end of input was handed out: no further calls will come.
  var isEnded: Bool { isTold }

  /// Whether the agent has ended the input. Asked while nothing is read, which is how its end is
  /// noticed else.
  var isHungUp: Bool { !isOver && System.isHungUp(0) }

  /// Whether inputs are waiting to be taken.
  var isPending: Bool { lines.isPending || isOver && !isTold }

  /// What to wait for; not for input while what was read is not worked off, or the agent does not
  /// read.
  func interests(whileFull isFull: Bool) -> [Interest] {
    let isReading = !isOver && !lines.isPending && !isFull
    return [Interest(isReading ? 0 : -1, .reading), Interest(signals.number, .reading)]
  }

  /// Reads what is ready, by the interests as they came back. Returns whether a word to end came.
  mutating func read(_ interests: [Interest]) -> Bool {
    if interests[0].ready {
      switch System.read(0, limit: Self.chunk) {
      case .bytes(let bytes): lines.append(bytes)
      case .nothing: break
      case .end: isOver = true
      }
    }
    // Looked at in every round: a signal may have come between the wait and here, and what it asks
    // for comes before the line that was sent after it.
    guard case .bytes(let told) = System.read(signals.number, limit: 64) else { return false }
    if told.contains(2) { isRereadAsked = true }
    guard told.contains(1) else { return false }
    close()
    return true
  }

  /// Takes nothing more in; what was read and not yet taken is forgotten, never half done.
  mutating func close() {
    isOver = true
    lines.removeAll()
  }

  /// The inputs that are ready, at most that many; an array counts as all it may hold.
  mutating func inputs(limit: Int) -> [Input] {
    var inputs = lines.inputs(limit: limit)
    if isOver, !isTold, !lines.isPending {
      isTold = true
      inputs.append(.ended)
    }
    return inputs
  }
}
