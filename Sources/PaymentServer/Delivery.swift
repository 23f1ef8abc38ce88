public import Payments

/// Events on their way to a sink. How far it was told before is committed, with whose turn it is.
public struct Delivery: Sendable {
  /// One event: its id, and itself as a line of JSON without a newline.
  public struct Item: Sendable {
    /// The same at every delivery.
    public let id: String
    /// A CloudEvent 1.0.
    public let line: [UInt8]
  }

  /// Comes back with what came of it.
  public let id: DeliveryID
  /// Where to.
  public let sink: Sink
  /// In order; never empty, and one at most where a request carries it.
  public let events: [Item]
}

/// One delivery to one sink: which lines of the history it settles if it comes about.
public struct DeliveryID: Hashable, Sendable {
  /// What the sink is known by.
  public let sink: String
  /// The line of the first event.
  public let first: Int64
  /// The last line that need not be told any more.
  public let last: Int64
  /// Whether it had been given up before, and is out of turn.
  public let isAgain: Bool

  init(sink: String, first: Int64, last: Int64, isAgain: Bool) {
    self.sink = sink
    self.first = first
    self.last = last
    self.isAgain = isAgain
  }
}

/// What came of a delivery.
public enum DeliveryOutcome: Hashable, Sendable {
  /// The sink has them.
  case accepted
  /// It has them not, or nobody knows: a stable word for why (`status_503`, `timeout` …).
  case refused(String)

  /// In one word, for logs.
  public var word: String {
    switch self {
    case .accepted: "accepted"
    case .refused(let why): why
    }
  }
}
