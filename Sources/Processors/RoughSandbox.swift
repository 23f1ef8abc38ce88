import JSON
public import Payments

/// The sandbox behind a network, and in a mood, that a plan decides; with books and a log to read.
///
/// A value: no clock, no chance, no socket. `/_books`, `/_log`, `/_clock` and `/_faults` are its
/// own; nothing goes wrong there and nobody needs a key.
public struct RoughSandbox: Sendable {
  private var sandbox = Sandbox()
  private var plan: FaultPlan
  private let schema: [UInt8]
  private let seed: UInt64
  /// How far its clock was put forward.
  private var ahead = Duration.zero
  private var log: [JSONValue] = []
  /// What is executed later, in the order it came.
  private var held: [(due: Instant, ticket: Sandbox.Ticket)] = []

  /// An empty sandbox.
  ///
  /// - Parameters:
  ///   - schema: `schemas/faults.schema.json`, for plans that are posted.
  ///   - seed: what rules with a probability are drawn from.
  public init(_ plan: FaultPlan, schema: [UInt8], seed: UInt64) {
    self.plan = plan
    self.schema = schema
    self.seed = seed
  }

  /// The books as one JSON document on one line, with all that was due by now executed.
  public mutating func books(at reading: Instant) -> [UInt8] {
    executeHeld(by: reading.advanced(by: ahead))
    return sandbox.books().compact
  }

  /// Takes a request and says how it is answered.
  public mutating func take(_ visit: SandboxVisit, at reading: Instant) -> SandboxDeed {
    let now = reading.advanced(by: ahead)
    executeHeld(by: now)
    if visit.path.hasPrefix("/_") { return .answer(control(visit, at: reading)) }
    let drawn = plan.next(visit)
    let deed = visit.isAuthorized ? meet(drawn, visit, at: now) : .answer(Refused.noKey.response)
    note(visit, drawn?.fault, deed, at: now)
    return deed
  }

  private mutating func executeHeld(by now: Instant) {
    let due = held.filter { $0.due <= now }
    held.removeAll { $0.due <= now }
    for entry in due { _ = sandbox.complete(entry.ticket, at: entry.due) }
  }

  private mutating func note(
    _ visit: SandboxVisit, _ fault: Fault?, _ deed: SandboxDeed, at now: Instant
  ) {
    let key = visit.request?.header("Idempotency-Key")
    log.append([
      "number": .integer(Int64(log.count + 1)), "at": .integer(now.milliseconds),
      "method": .string(visit.method), "path": .string(visit.path),
      "idempotency_key": key.map { .string($0) } ?? .null,
      "body": .string(String(decoding: visit.body, as: UTF8.self)),
      "fault": fault.map { .string($0.rawValue) } ?? .null,
      "status": deed.status.map { .integer(Int64($0)) } ?? .null,
    ])
  }
}

// What is asked of the sandbox itself.
extension RoughSandbox {
  private mutating func control(_ visit: SandboxVisit, at reading: Instant) -> Response {
    switch (visit.method, visit.path) {
    case ("GET", "/_books"):
      return response(200, books(at: reading))
    case ("GET", "/_log"):
      return response(200, JSONValue.array(log).compact)
    case ("POST", "/_clock"):
      return advance(visit.body, at: reading)
    case ("POST", "/_faults"):
      do throws(FaultPlan.Mistake) {
        plan = try FaultPlan(reading: visit.body, schema: schema, seed: seed)
        return response(200, JSONValue.object(JSONObject([("rules", count(plan))])).compact)
      } catch {
        return Refused(400, message: error.message).response
      }
    default:
      return Refused(
        404,
        message: "There is GET /_books, GET /_log, POST /_clock and POST /_faults."
      ).response
    }
  }

  private func count(_ plan: FaultPlan) -> JSONValue { .integer(Int64(plan.count)) }

  private mutating func advance(_ body: [UInt8], at reading: Instant) -> Response {
    do throws(JSONError) {
      if let text = try JSONValue(reading: body)["by"]?.string, let by = duration(text) {
        ahead = ahead + by
        let now = reading.advanced(by: ahead)
        executeHeld(by: now)
        return response(
          200, JSONValue.object(JSONObject([("now", .integer(now.milliseconds))])).compact)
      }
    } catch {
      // Said below: what is no JSON names no duration either.
    }
    return Refused(400, message: "Expected is {\"by\": \"25h\"}.").response
  }

  private func response(_ status: Int, _ body: [UInt8]) -> Response {
    Response(status: status, headers: [Header("Content-Type", "application/json")], body: body)
  }
}

// What goes wrong.
extension RoughSandbox {
  /// Carries out a request as its fault has it.
  private mutating func meet(
    _ drawn: (fault: Fault, after: Duration?)?, _ visit: SandboxVisit, at now: Instant
  ) -> SandboxDeed {
    guard let request = visit.request else {
      return .answer(
        Refused(404, message: "Unrecognized request URL (\(visit.method): \(visit.path)).").response
      )
    }
    guard let (fault, after) = drawn else { return .answer(sandbox.answer(request, at: now)) }
    if let refused = Refused(fault, after: after) { return .answer(refused.response) }
    switch fault {
    case .dropBefore: return .drop
    case .resetBefore: return .reset
    case .hangBefore: return .hang
    case .dropAfter: return travel(.drop, executing: request, at: now)
    case .resetAfter: return travel(.reset, executing: request, at: now)
    case .hangAfter: return travel(.hang, executing: request, at: now)
    case .approvalRequired, .lateEffect:
      return later(request, fault, after: after ?? .seconds(1), at: now)
    case .error500Stored: return .answer(fail(request, effect: false, at: now))
    case .error500ExecutedStored: return .answer(fail(request, effect: true, at: now))
    case .error504Executed:
      return travel(.answer(Refused.gatewayTimeout.response), executing: request, at: now)
    case .slow:
      return .slow(sandbox.answer(request, at: now), pause: after ?? .milliseconds(100))
    case .lateAnswer: return .late(sandbox.answer(request, at: now), by: after ?? .seconds(1))
    case .truncated: return .truncated(sandbox.answer(request, at: now), isDeclared: true)
    case .truncatedNoLength: return .truncated(sandbox.answer(request, at: now), isDeclared: false)
    case .keyExpiry:
      if let key = request.header("Idempotency-Key") { sandbox.forget(key: key) }
      return .answer(sandbox.answer(request, at: now))
    case .duplicateEffect:
      let response = sandbox.answer(request, at: now)
      return travel(.answer(response), executing: request.withoutKey, at: now)
    case .listLag:
      let lag = visit.kind == "list" ? after ?? .seconds(1) : .zero
      return .answer(sandbox.answer(request, lagging: lag, at: now))
    case .answerOfAnother: return .answer(sandbox.answer(request, at: now).ofAnother)
    case .wrongAmount: return .answer(sandbox.answer(request, at: now).withWrongAmount)
    case .html200, .error500NotStored, .error502, .error503, .error504, .conflict409, .rate429,
      .rate429RetryAfter, .lock429, .unauthorized401, .forbidden403, .redirect302, .redirect307,
      .cap402, .cap429:
      preconditionFailure("These are answered before anything is executed.")
    }
  }

  /// Executes a request and lets something else than its answer be seen.
  private mutating func travel(
    _ deed: SandboxDeed, executing request: Request, at now: Instant
  ) -> SandboxDeed {
    _ = sandbox.answer(request, at: now)
    return deed
  }

  /// Executed once the time has come; until then its key is in use.
  private mutating func later(
    _ request: Request, _ fault: Fault, after: Duration, at now: Instant
  ) -> SandboxDeed {
    switch sandbox.begin(request, at: now) {
    case .answered(let response): return .answer(response)
    case .underway(let ticket):
      held.append((now.advanced(by: after), ticket))
      return fault == .lateEffect ? .drop : .answer(Refused.approval.response)
    }
  }

  private mutating func fail(_ request: Request, effect: Bool, at now: Instant) -> Response {
    switch sandbox.begin(request, at: now) {
    case .answered(let response): response
    case .underway(let ticket): sandbox.complete(ticket, as: .serverError(effect: effect), at: now)
    }
  }
}

extension Sandbox {
  /// The answer of a list that has not caught up with what happened since; without a lag, of
  /// anything.
  fileprivate mutating func answer(
    _ request: Request, lagging lag: Duration, at now: Instant
  ) -> Response {
    if lag == .zero { return answer(request, at: now) }
    var earlier = self
    let limit = now.advanced(by: .zero - lag).milliseconds
    earlier.intents.removeAll { $0.created * 1000 > limit }
    earlier.refunds.removeAll { $0.created * 1000 > limit }
    return earlier.answer(request, at: now)
  }
}

extension Request {
  fileprivate var withoutKey: Request {
    Request(
      method: method, path: path,
      headers: headers.filter { !$0.name.utf8.map(lower).elementsEqual("idempotency-key".utf8) },
      body: body)
  }
}
