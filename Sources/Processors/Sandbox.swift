import JSON
public import Payments

/// A processor to practise on: it speaks Stripe's HTTP and keeps its own books of what moved.
///
/// A value without clock or randomness: the same requests at the same times give the same books.
/// It is as strict as Stripe where that matters (form bodies, unknown parameters, idempotency keys,
/// one successful charge per PaymentIntent, no refund above what was charged), and its objects are
/// never live.
public struct Sandbox: Sendable {
  /// The PaymentIntents, in the order they were created.
  public internal(set) var intents: [Intent] = []
  /// The refunds, in the order they were created.
  public internal(set) var refunds: [Refund] = []
  /// Charges made so far, declined ones included: their names count on.
  var charges = 0
  private var requests = 0
  private var keys = SandboxKeys()
  private var open: Set<Int> = []

  /// How long after a charge its funds become available; at Stripe it is days.
  let settlesAfter: Duration

  /// An empty sandbox.
  ///
  /// - Parameter settlesAfter: how long after a charge its funds become available.
  public init(settlesAfter: Duration = .seconds(2 * 86_400)) {
    self.settlesAfter = settlesAfter
  }

  /// Takes a request and answers it at once.
  public mutating func answer(_ request: Request, at now: Instant) -> Response {
    switch begin(request, at: now) {
    case .answered(let response): response
    case .underway(let ticket): complete(ticket, at: now)
    }
  }

  /// Takes a request that was answered long ago: the books are the same afterwards, and no answer
  /// is made.
  public mutating func replay(_ request: Request, at now: Instant) {
    switch take(request, at: now) {
    case .answered: break
    case .underway(let ticket): _ = carryOut(ticket, as: .carriedOut, at: now)
    }
  }

  /// What became of a request that was just taken.
  public enum Beginning: Sendable {
    /// It needed no execution: a stored answer, a key in use, or not a request at all.
    case answered(Response)
    /// It is being executed until ``Sandbox/complete(_:as:at:)``; its key is in use that long.
    case underway(Ticket)
  }

  /// A request that was taken and is not answered yet. Completed once.
  public struct Ticket: Sendable {
    let number: Int
    let call: SandboxCall
  }

  /// How the execution of a request ends.
  public enum Ending: Sendable {
    /// As it should.
    case carriedOut
    /// In a 500 that is stored under the key; whether it had its effect is not in the answer.
    case serverError(effect: Bool)
  }

  /// Takes a request without executing it, so that a street may delay, lose or overtake its answer.
  public mutating func begin(_ request: Request, at now: Instant) -> Beginning {
    switch take(request, at: now) {
    case .answered(let reply, let isReplayed):
      .answered(response(reply, to: request, replayed: isReplayed, at: now))
    case .underway(let ticket): .underway(ticket)
    }
  }

  /// Executes a request that was taken, and answers it.
  public mutating func complete(
    _ ticket: Ticket, as ending: Ending = .carriedOut, at now: Instant
  ) -> Response {
    let reply = carryOut(ticket, as: ending, at: now)
    return response(reply, to: ticket.call.request, at: now)
  }

  /// ``Beginning``, before an answer is written.
  private enum Taking {
    case answered(SandboxReply, isReplayed: Bool)
    case underway(Ticket)
  }

  private mutating func take(_ request: Request, at now: Instant) -> Taking {
    requests += 1
    let call: SandboxCall
    do throws(SandboxReply) {
      call = try SandboxCall(request)
    } catch {
      return .answered(error, isReplayed: false)
    }
    let ticket = Ticket(number: requests, call: call)
    if let key = call.key {
      switch keys.admit(key, for: call, number: ticket.number, at: now) {
      case .first: break
      case .stored(let reply): return .answered(reply, isReplayed: true)
      case .refused(let reply): return .answered(reply, isReplayed: false)
      }
    }
    open.insert(ticket.number)
    return .underway(ticket)
  }

  private mutating func carryOut(
    _ ticket: Ticket, as ending: Ending, at now: Instant
  ) -> SandboxReply {
    let awaited = open.remove(ticket.number) != nil
    precondition(awaited, "A ticket is completed once, by the sandbox that gave it.")
    let reply: SandboxReply
    switch ending {
    case .carriedOut:
      reply = carryOut(ticket.call, at: now)
    case .serverError(let effect):
      if effect { _ = carryOut(ticket.call, at: now) }
      reply = .serverError
    }
    if let key = ticket.call.key {
      keys.settle(key, number: ticket.number, with: reply.kept ? reply : nil)
    }
    return reply
  }

  /// Forgets a key before its time.
  mutating func forget(key: String) {
    keys.forget(key)
  }

  private mutating func carryOut(_ call: SandboxCall, at now: Instant) -> SandboxReply {
    do throws(SandboxReply) {
      return try execute(call, at: now)
    } catch {
      return error
    }
  }

  private mutating func execute(
    _ call: SandboxCall, at now: Instant
  ) throws(SandboxReply) -> SandboxReply {
    switch call.route {
    case .createIntent: try createIntent(call.form, at: now)
    case .confirmIntent(let id): try confirmIntent(id, call.form, at: now)
    case .cancelIntent(let id): try cancelIntent(id, call.form)
    case .retrieveIntent(let id): try retrieveIntent(id, call.form, at: now)
    case .listIntents: try listIntents(call.form, at: now)
    case .createRefund: try createRefund(call.form, at: now)
    case .retrieveRefund(let id): try retrieveRefund(id, call.form)
    case .listRefunds: try listRefunds(call.form)
    }
  }

  private func response(
    _ reply: SandboxReply, to request: Request, replayed: Bool = false, at now: Instant
  ) -> Response {
    var headers = [
      Header("Content-Type", "application/json"), Header("Date", imfFixdate(now)),
      Header("Request-Id", numbered("req", requests)),
    ]
    for name in ["Idempotency-Key", "Stripe-Version"] {
      if let value = request.header(name) { headers.append(Header(name, value)) }
    }
    if replayed {
      headers.append(Header("Idempotent-Replayed", "true"))
      if reply.status >= 500 { headers.append(Header("Stripe-Should-Retry", "false")) }
    }
    return Response(status: reply.status, headers: headers, body: reply.body.compact)
  }
}

extension Request {
  /// The value of the first header of that name, compared without regard to ASCII case.
  func header(_ name: String) -> String? {
    Response(status: 0, headers: headers, body: []).header(name)
  }
}

/// `pi_sandbox_000001`: names count up, so that the same requests give the same names.
func numbered(_ prefix: String, _ number: Int) -> String {
  "\(prefix)_sandbox_\(padded(Int64(number), 6))"
}

/// The number that such a name ends with; nil when it ends with none.
func number(of name: String) -> Int? {
  name.utf8.lastIndex(of: UInt8(ascii: "_")).flatMap { Int(name[$0...].dropFirst()) }
}
