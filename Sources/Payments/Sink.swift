/// Where every change to the books is told: at least once, in the order of the history.
public struct Sink: Hashable, Sendable {
  /// The kinds of places.
  public enum Place: Hashable, Sendable {
    /// A file, one event a line, appended to.
    case file(String)
    /// An address, one signed POST an event; and where the signing secret is found.
    case http(String, secret: ProcessorSetting.Secret)
    /// The standard output of the command that delivers; not from a policy.
    case output
  }

  /// What it is known by in the books: how far it was told is kept under it.
  public var name: String
  /// Where it is.
  public var place: Place
  /// The types it is told of, as they stand in events; empty for all.
  public var types: [String] = []
  /// How often one event is tried before its delivery is given up.
  public var attempts = 12
  /// The wait before the second try; doubled for each further one, up to ``longestWait``.
  public var backoff = Duration.seconds(1)
  /// How long one try may take.
  public var timeout = Duration.seconds(10)

  /// The longest wait between two tries.
  public static let longestWait = Duration.seconds(600)

  /// A sink that is told everything.
  public init(name: String, place: Place) {
    self.name = name
    self.place = place
  }

  /// How many events are told at once: a file takes many lines, a request one event.
  public var batch: Int {
    switch place {
    case .file, .output: 256
    case .http: 1
    }
  }

  /// The wait after a number of failed tries, with a jitter of up to a fifth that is a hash of
  /// sink, event and try (DESIGN §4, invariant 2).
  public func wait(after tries: Int, event sequence: Int64) -> Duration {
    let doublings = min(max(tries, 1) - 1, 30)
    let own = min(backoff.milliseconds << Int64(doublings), Self.longestWait.milliseconds)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for part in [UInt64(bitPattern: sequence), UInt64(tries)] {
      hash = (hash ^ part) &* 0x0000_0100_0000_01b3
    }
    return .milliseconds(own + Int64((hash >> 16) % UInt64(own / 5 + 1)))
  }

  /// Whether it is told of events of that type.
  public func takes(_ type: EventType) -> Bool {
    types.isEmpty || types.contains { isSame($0, type.rawValue) }
  }
}
