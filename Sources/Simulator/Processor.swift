import Payments
import Processors

/// The processor of a world: the sandbox with its own books, or one that a canary made worse.
struct Processor {
  private(set) var sandbox = Sandbox()
  private let canary: Canary?
  /// Of the processor that charges twice: the creation of each object, and the confirmations seen.
  private var creations: [(id: String, request: Request)] = []
  private var confirmed: Set<String> = []

  init(_ canary: Canary?) {
    self.canary = canary
  }

  /// Takes a request.
  mutating func begin(_ request: Request, at now: Instant) -> Sandbox.Beginning {
    if canary == .chargesTwice { chargeAgain(request, at: now) }
    return sandbox.begin(request, at: now)
  }

  /// Executes a request it took.
  mutating func complete(
    _ ticket: Sandbox.Ticket, as ending: Sandbox.Ending, at now: Instant
  ) -> Response {
    sandbox.complete(ticket, as: ending, at: now)
  }

  /// Lets a refund come back.
  mutating func bounce(refund id: String) {
    sandbox.bounce(refund: id)
  }

  /// Remembers what made an object.
  mutating func note(_ request: Request) {
    guard canary == .chargesTwice, request.path == "/v1/payment_intents",
      let id = sandbox.intents.last?.id, creations.last?.id != id
    else { return }
    creations.append((id, request))
  }

  /// A confirmation that comes a second time under its key is charged to a second object.
  private mutating func chargeAgain(_ request: Request, at now: Instant) {
    guard request.method == .post, request.path.hasSuffix("/confirm"),
      !confirmed.insert(request.path).inserted,
      let creation = creations.last(where: { request.path.contains($0.id) })
    else { return }
    let headers = creation.request.headers.filter { $0.name != "Idempotency-Key" }
    let body = creation.request.body + "&confirm=true&off_session=true".utf8
    _ = sandbox.answer(
      Request(method: .post, path: "/v1/payment_intents", headers: headers, body: body), at: now)
  }
}
