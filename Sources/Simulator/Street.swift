import PaymentServer
import Payments

/// A request on its way from a server to the processor, and its answer's way back.
final class Transit {
  /// Which server sent it, and which of those that sat there.
  let seat: Int
  let tenant: Int
  let id: DispatchID
  let request: Request
  /// The time in the books when it left.
  let sent: Instant
  /// Whether the server knows how it ended; what comes later finds nobody.
  var isOver = false

  init(_ id: DispatchID, _ request: Request, seat: Int, tenant: Int, sent: Instant) {
    self.id = id
    self.request = request
    self.seat = seat
    self.tenant = tenant
    self.sent = sent
  }
}

/// What becomes of a request, drawn when it leaves.
struct Journey {
  /// When it reaches the processor, how often, and how long that takes to carry it out each time.
  struct Arrival {
    let after: Duration
    let execution: Duration
  }

  /// What the processor does with it.
  enum Outcome {
    case carriedOut
    case errorWithEffect
    case errorWithoutEffect
  }

  /// What happens to the answer.
  enum Return {
    case whole
    case lost
    case truncated
    case replaced(Response)
  }

  var arrivals: [Arrival] = []
  var outcome = Outcome.carriedOut
  var answer = Return.whole
  /// What the server is told whatever else happens, and when.
  var verdict: (after: Duration, answer: Answer)?
  /// How long an answer is on its way.
  let back: Duration

  /// The journey of a request that meets this; nil for nothing.
  init(meeting mischief: Mischief?, timeout: Duration, _ random: inout Random) {
    back = random.duration(5...200)
    let usual = Arrival(after: random.duration(5...200), execution: random.duration(1...400))
    switch mischief {
    case .connectionRefused: fail(.connection, sent: false, &random)
    case .requestLost: break
    case .answerLost: (arrivals, answer) = ([usual], .lost)
    case .connectionBroken:
      if random.happens(600) { arrivals = [usual] }
      answer = .lost
      fail(.interrupted, sent: true, &random)
    case .slow:
      let most = Int(min(timeout.milliseconds * 3, 540_000))
      arrivals = [
        Arrival(after: random.duration(0...most), execution: random.duration(0...most))
      ]
    case .duplicated:
      let later = random.duration(0...20_000)
      arrivals = [usual, Arrival(after: usual.after + later, execution: random.duration(0...900))]
    case .errorWithEffect: (arrivals, outcome) = ([usual], .errorWithEffect)
    case .errorWithoutEffect: (arrivals, outcome) = ([usual], .errorWithoutEffect)
    case .errorNotStored: answer(500, "{}", &random)
    case .throttled: answer(429, Journey.limited, &random)
    case .throttledWithWait: answer(429, Journey.limited, wait: Journey.wait(&random), &random)
    case .bodyTruncated: (arrivals, answer) = ([usual], .truncated)
    case .gatewayPage:
      let page = Journey.page(random.one(of: [502, 503, 504]))
      if random.happens(500) { arrivals = [usual] }
      answer = .replaced(page)
      if arrivals.isEmpty { verdict = (random.duration(5...2000), .response(page)) }
    default: arrivals = [usual]
    }
  }

  private static let limited =
    #"{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many."}}"#

  private static func wait(_ random: inout Random) -> String {
    random.one(of: ["0", "1", "7", "100", "86400", "Fri, 20 Nov 2026 09:00:00 GMT", "soon"])
  }

  private static func page(_ status: Int) -> Response {
    Response(
      status: status, headers: [Header("Content-Type", "text/html")],
      body: Array("<html><body>Gateway</body></html>".utf8))
  }

  private mutating func fail(
    _ cause: TransportFailure.Cause, sent: Bool, _ random: inout Random
  ) {
    verdict = (
      random.duration(1...1500), .failure(TransportFailure(cause: cause, sent: sent))
    )
  }

  private mutating func answer(
    _ status: Int, _ body: String, wait: String? = nil, _ random: inout Random
  ) {
    var headers = [Header("Content-Type", "application/json")]
    if let wait { headers.append(Header("Retry-After", wait)) }
    let response = Response(status: status, headers: headers, body: Array(body.utf8))
    verdict = (random.duration(5...400), .response(response))
  }

  /// The answer as it comes out of the street; nil when it does not.
  func returned(_ response: Response) -> Response? {
    switch answer {
    case .whole: response
    case .lost: nil
    case .truncated:
      Response(
        status: response.status, headers: response.headers,
        body: Array(response.body.prefix(response.body.count / 2)))
    case .replaced(let page): page
    }
  }
}
