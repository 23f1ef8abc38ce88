import JSON
import PaymentServer
import Payments

/// Where requests go, to the sandbox beside the ledger, to the network, or nowhere; and deliveries.
struct Street {
  private enum Way {
    case sandbox(SandboxBooks)
    case network(HTTPClient)
    /// The policy is broken; the server sends nothing then.
    case closed
  }

  private let way: Way
  private let courier: Courier

  /// The street of an arrangement; with standard output on it, where that is told events.
  init(_ arrangement: Arrangement, output: consuming Descriptor? = nil) {
    var client: HTTPClient?
    switch (arrangement.route, arrangement.policy) {
    case (.sandbox, _): way = .sandbox(SandboxBooks(ledger: arrangement.ledger))
    case (.network(let address, let key), let policy?):
      let network = HTTPClient(address, key: key, setting: policy.processor)
      client = network
      way = .network(network)
    case (.network, nil), (nil, _): way = .closed
    }
    courier = Courier(
      environment: arrangement.environment, base: arrangement.source.path.flatMap(directory(of:)),
      client: client, output: output)
  }

  /// Whether nobody reads standard output any more, where that is told events.
  var isOutputGone: Bool { courier.isOutputGone }

  /// Takes a request to be sent.
  func send(_ dispatch: Dispatch, at now: Instant) {
    switch way {
    case .sandbox(let books): books.send(dispatch)
    case .network(let client): client.send(dispatch, at: now)
    case .closed: preconditionFailure("Nothing is sent while the policy is broken.")
    }
  }

  /// Takes a delivery to a sink.
  func deliver(_ delivery: Delivery, at now: Instant) {
    courier.carry(delivery, at: now)
  }

  /// The answers that have come, and what came of deliveries.
  func inputs(at now: Instant) -> [Input] {
    let answers =
      switch way {
      case .sandbox(let books): books.answers(at: now)
      case .network(let client): client.answers(at: now)
      case .closed: [(DispatchID, Answer)]()
      }
    return answers.map { .answer($0.0, $0.1) }
      + courier.outcomes(at: now).map { .delivered($0.0, $0.1) }
  }

  /// What the log is to be told of the street itself; each thing once.
  func complaint(at now: Instant) -> [UInt8]? {
    switch way {
    case .sandbox(let books):
      guard let why = books.complaint() else { return nil }
      let line: JSONValue = [
        "at": .string(timestamp(now)), "event": "sandbox_journal", "why": .string(why),
      ]
      return line.compact + [UInt8(ascii: "\n")]
    case .network, .closed: return nil
    }
  }

  /// When to ask for inputs again, whatever else happens; nil when nothing is awaited.
  func wake(after now: Instant) -> Instant? {
    let own: Instant? =
      switch way {
      case .sandbox(let books): books.wake(after: now)
      case .network, .closed: nil
      }
    // The network's wake is the courier's: they share the client.
    return [own, courier.wake(after: now)].compactMap { $0 }.min()
  }

  /// Waits for the interests and for the network together.
  func wait(for interests: inout [Interest], milliseconds: Int32?) {
    interests.append(courier.interest)
    defer { interests.removeLast() }
    if let client = courier.client {
      client.wait(for: &interests, milliseconds: milliseconds)
    } else {
      System.wait(for: &interests, milliseconds: milliseconds)
    }
  }
}
