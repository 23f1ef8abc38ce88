import PaymentServer
import Payments

/// Where requests go: to the sandbox beside the ledger, to the network, or nowhere.
enum Street {
  case sandbox(SandboxBooks)
  case network(HTTPClient)
  /// The policy is broken; the server sends nothing then.
  case closed

  /// The street of an arrangement.
  init(_ arrangement: Arrangement) {
    switch (arrangement.route, arrangement.policy) {
    case (.sandbox, _): self = .sandbox(SandboxBooks(ledger: arrangement.ledger))
    case (.network(let address, let key), let policy?):
      self = .network(HTTPClient(address, key: key, setting: policy.processor))
    case (.network, nil), (nil, _): self = .closed
    }
  }

  /// Takes a request to be sent.
  func send(_ dispatch: Dispatch, at now: Instant) {
    switch self {
    case .sandbox(let books): books.send(dispatch)
    case .network(let client): client.send(dispatch, at: now)
    case .closed: preconditionFailure("Nothing is sent while the policy is broken.")
    }
  }

  /// The answers that have come.
  func answers(at now: Instant) -> [(DispatchID, Answer)] {
    switch self {
    case .sandbox(let books): books.answers(at: now)
    case .network(let client): client.answers(at: now)
    case .closed: []
    }
  }

  /// When to ask for answers again, whatever else happens; nil when nothing is awaited.
  func wake(after now: Instant) -> Instant? {
    switch self {
    case .sandbox(let books): books.wake(after: now)
    case .network(let client): client.wake(after: now)
    case .closed: nil
    }
  }

  /// Waits for the interests and for the network together.
  func wait(for interests: inout [Interest], milliseconds: Int32?) {
    switch self {
    case .sandbox, .closed: System.wait(for: &interests, milliseconds: milliseconds)
    case .network(let client): client.wait(for: &interests, milliseconds: milliseconds)
    }
  }
}
