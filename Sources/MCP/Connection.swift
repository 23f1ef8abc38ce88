public import JSON

/// One client on one pipe, in all five revisions at once: lines in, calls and lines out.
///
/// Which era a message belongs to is read from the message (`mcp.md` §A.4), so a handshake and
/// stateless requests may alternate on one connection. Every request with an id is answered exactly
/// once, or never if it was cancelled; notifications and answers never are. Requests are never
/// sent.
///
/// Absent: time, IO, a limit on calls in flight (whoever answers them has one), and any memory of
/// what a stateless request said.
public struct Connection: Sendable {
  /// The most messages one line can bring, where there are batches.
  public static let messagesPerLine = Limits.batch

  private let tools: ToolList
  /// Whole ResourceTemplate objects; empty when there are no resources at all.
  let templates: [JSONValue]
  let introduction: Introduction

  /// What the last `initialize` agreed on; nil before the first.
  private var agreed: Revision?
  private var serial: UInt64 = 0
  var waiting: [CallID: Waiting] = [:]
  var calls: [Echo: CallID] = [:]
  /// What a client of the handshake watches.
  var subscribed: [String] = []
  /// Who watches without one.
  var streams: [Stream] = []
  /// How many addresses more are watched when every question that waits is answered so.
  private(set) var wished = 0

  /// A connection on which nothing was said yet.
  ///
  /// - Parameters:
  ///   - tools: whole Tool objects, in the order they are listed; each has a `name`.
  ///   - isListed: whether a client is told of a tool of that name.
  ///   - templates: whole ResourceTemplate objects; without any, resources are not offered.
  ///   - instructions: what clients may show the model once; empty for none.
  public init(
    tools: [JSONValue], where isListed: (String) -> Bool = { _ in true },
    templates: [JSONValue] = [], name: String, version: String, title: String, instructions: String
  ) {
    self.tools = ToolList(tools, where: isListed)
    self.templates = templates
    introduction = Introduction(
      name: name, version: version, title: title, instructions: instructions,
      hasResources: !templates.isEmpty)
  }

  /// How many calls and questions wait for an answer.
  public var callsInFlight: Int {
    waiting.count
  }

  /// Takes one line, without its newline. Any bytes may come; blank lines mean nothing (§B.1).
  public mutating func receive(_ line: [UInt8]) -> [Event] {
    var line = line
    if line.last == UInt8(ascii: "\r") {
      line.removeLast()
    }
    if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
      return []
    }
    guard line.count <= JSONLimits.message.bytes else {
      return receiveOversizedLine()
    }
    do {
      return events(of: try JSONValue(reading: line))
    } catch {
      guard error.wellFormed else {
        return [.line(Line.error(.unreadable(error.message), for: nil))]
      }
      return events(ofRefused: line, error)
    }
  }

  /// Takes note that a line was longer than the reader of bytes keeps: 1 MiB.
  public mutating func receiveOversizedLine() -> [Event] {
    [.line(Line.error(.unreadable("the line is longer than 1 MiB"), for: nil))]
  }

  /// The line that answers a call; nil when it was cancelled, answered or never made: then nothing
  /// may be sent.
  public mutating func answer(_ call: CallID, with result: ToolResult) -> [UInt8]? {
    guard let asked = finish(call) else { return nil }
    return Line.answer(result, for: asked.id, in: asked.revision, meta: introduction.meta)
  }

  /// The line that reports progress; nil unless the client asked for it, the call still waits, and
  /// `progress` is more than last time (§B.4). `message` is left out before 2025-03-26.
  public mutating func progress(
    _ call: CallID, progress: Int64, total: Int64?, message: String
  ) -> [UInt8]? {
    guard let asked = waiting[call], let token = asked.token else { return nil }
    if let last = asked.progress, progress <= last { return nil }
    waiting[call]?.progress = progress
    return Line.progress(
      progress, total: total, message: message, token: token, in: asked.revision)
  }

  /// Takes a call off the books; its id is free again.
  @discardableResult
  mutating func finish(_ call: CallID) -> Waiting? {
    guard let asked = waiting.removeValue(forKey: call) else { return nil }
    calls[asked.id] = nil
    wished -= asked.wished
    return asked
  }

  /// Puts a request on the books: from here on only its answer speaks for it.
  mutating func begin(
    _ request: Message.Request, in revision: Revision, about addresses: [String] = [],
    wishing wished: Int = 0
  ) -> CallID {
    serial += 1
    self.wished += wished
    let call = CallID(serial: serial)
    waiting[call] = Waiting(
      id: request.id, revision: revision, token: Echo(request.meta["progressToken"]),
      addresses: addresses, wished: wished)
    calls[request.id] = call
    return call
  }
}

// Messages in, events out.
extension Connection {
  private mutating func events(of value: JSONValue) -> [Event] {
    guard case .array(let batch) = value else {
      return event(of: value, inBatch: false).map { [$0] } ?? []
    }
    do throws(Refusal) {
      try judge(batch)
    } catch {
      return [.line(Line.error(error, for: nil))]
    }
    return batch.compactMap { event(of: $0, inBatch: true) }
  }

  /// JSON that the reader refuses. When only a call's arguments are why, the tool says so.
  private mutating func events(ofRefused line: [UInt8], _ error: JSONError) -> [Event] {
    if case .request(var request)? = message(in: line, leavingOut: ["params", "arguments"]),
      Method(named: request.method) == .callTool,
      let name = request.params["name"]?.string, tools.contains(name)
    {
      request.flaws.append(Flaw("arguments", "cannot be read: \(error.message)"))
      return [event(of: request, inBatch: false)]
    }
    // A notification is not answered, whatever is wrong with it.
    if case .notification? = message(in: line, leavingOut: ["params"]) { return [] }
    let id = Echo(salvagedID(of: line))
    return [.line(Line.error(.invalidRequest(error.message), for: id))]
  }

  private func message(in line: [UInt8], leavingOut path: [String]) -> Message? {
    guard let rest = JSON.leavingOut(path, of: line) else { return nil }
    do throws(JSONError) {
      return Message(try JSONValue(reading: rest))
    } catch {
      return nil
    }
  }

  /// Batches exist in one revision only (§B.1); their answers leave one by one.
  private func judge(_ batch: [JSONValue]) throws(Refusal) {
    guard agreed == .march2025 else {
      throw .invalidRequest("batches exist in 2025-03-26 only")
    }
    guard !batch.isEmpty else {
      throw .invalidRequest("the batch is empty")
    }
    guard batch.count <= Limits.batch else {
      throw .invalidRequest("a batch holds at most \(Limits.batch) messages")
    }
  }

  private mutating func event(of value: JSONValue, inBatch: Bool) -> Event? {
    switch Message(value) {
    case .response:
      return nil
    case .broken(let refusal, let id):
      return .line(Line.error(refusal, for: id))
    case .notification(let method, let params):
      return Method(named: method) == .cancelled ? cancellation(params) : nil
    case .request(let request):
      return event(of: request, inBatch: inBatch)
    }
  }

  private mutating func event(of request: Message.Request, inBatch: Bool) -> Event {
    do throws(Refusal) {
      return try judged(request, inBatch: inBatch)
    } catch {
      return .line(Line.error(error, for: request.id))
    }
  }

  /// Unknown, finished and malformed ids are nobody's call. `initialize` is answered at once and
  /// thus cannot be cancelled.
  private mutating func cancellation(_ params: JSONObject) -> Event? {
    guard let id = Echo(params["requestId"]), let call = calls[id] else { return nil }
    if finish(call) == nil {
      streams.removeAll { $0.call == call }
      calls[id] = nil
    }
    return .cancelled(call)
  }
}

// Requests.
extension Connection {
  /// The methods that mean something to us in either era.
  enum Method: String, CaseIterable {
    case initialize
    case ping
    case discover = "server/discover"
    case listTools = "tools/list"
    case callTool = "tools/call"
    case listResources = "resources/list"
    case listTemplates = "resources/templates/list"
    case readResource = "resources/read"
    case subscribe = "resources/subscribe"
    case unsubscribe = "resources/unsubscribe"
    case listen = "subscriptions/listen"
    case cancelled = "notifications/cancelled"

    /// Whether it belongs to the capability `resources`.
    var isAboutResources: Bool {
      switch self {
      case .listResources, .listTemplates, .readResource, .subscribe, .unsubscribe, .listen: true
      case .initialize, .ping, .discover, .listTools, .callTool, .cancelled: false
      }
    }
  }

  private mutating func judged(
    _ request: Message.Request, inBatch: Bool
  ) throws(Refusal) -> Event {
    guard calls[request.id] == nil else {
      throw .invalidRequest("a request with this id is in flight")
    }
    var method = Method(named: request.method)
    if templates.isEmpty, method?.isAboutResources == true { method = nil }
    if inBatch, method == .initialize {
      throw .invalidRequest("initialize may not be part of a batch")
    }
    if method != .callTool, let flaw = request.flaws.first {
      throw .invalidParams("params.\(flaw.member) \(flaw.text)")
    }
    if let envelope = try Envelope(in: request.meta) {
      return try stateless(request, method, in: envelope.revision)
    }
    return try legacy(request, method)
  }

  private mutating func stateless(
    _ request: Message.Request, _ method: Method?, in revision: Revision
  ) throws(Refusal) -> Event {
    switch method {
    case .discover: return .line(Line.result(introduction.discovery, for: request.id))
    case .listTools: return try list(request, in: revision)
    case .callTool: return try call(request, in: revision)
    case .listResources?, .listTemplates?, .readResource?, .listen?:
      return try resources(request, method, in: revision)
    case .initialize, .ping, .subscribe, .unsubscribe, .cancelled, nil:
      throw .unknownMethod(request.method)
    }
  }

  private mutating func legacy(
    _ request: Message.Request, _ method: Method?
  ) throws(Refusal) -> Event {
    switch method {
    case .initialize: return try initialize(request)
    case .ping: return .line(Line.result(.object(JSONObject()), for: request.id))
    case .discover: throw .invalidParams("server/discover needs the envelope in params._meta")
    case .listTools: return try list(request, in: agreedRevision())
    case .callTool: return try call(request, in: agreedRevision())
    case .listResources, .listTemplates, .readResource, .subscribe, .unsubscribe:
      return try resources(request, method, in: agreedRevision())
    case .listen, .cancelled, nil: throw .unknownMethod(request.method)
    }
  }

  private func agreedRevision() throws(Refusal) -> Revision {
    guard let agreed else {
      throw .invalidParams("send initialize first, or the envelope in params._meta")
    }
    return agreed
  }

  /// Agrees on the revision asked for if it knows the handshake, and else on the newest that does.
  /// A second time agrees anew; calls in flight keep the revision they were made in (§A.2).
  private mutating func initialize(_ request: Message.Request) throws(Refusal) -> Event {
    guard let asked = request.params["protocolVersion"]?.string else {
      throw .invalidParams("protocolVersion must be a string")
    }
    var revision = Revision.newestOfHandshakes
    if let known = Revision(named: asked), !known.isStateless {
      revision = known
    }
    agreed = revision
    return .line(Line.result(introduction.welcome(in: revision), for: request.id))
  }

  /// There is one page and thus no cursor that would be right; the empty string is a cursor too
  /// (§B.4).
  func refuseCursor(_ request: Message.Request) throws(Refusal) {
    switch request.params["cursor"] {
    case nil, .null: break
    case .bool, .number, .string, .array, .object:
      throw .invalidParams("this cursor was never given out")
    }
  }

  private func list(
    _ request: Message.Request, in revision: Revision
  ) throws(Refusal) -> Event {
    try refuseCursor(request)
    return .line(
      Line.list(
        tools.array(for: revision), for: request.id, in: revision, meta: introduction.meta))
  }

  private mutating func call(
    _ request: Message.Request, in revision: Revision
  ) throws(Refusal) -> Event {
    guard let name = request.params["name"]?.string else {
      throw .invalidParams("name must be a string")
    }
    guard tools.contains(name) else {
      throw .unknownTool(name)
    }
    let flaws = [request.params.flaw(in: "arguments")].compactMap { $0 } + request.flaws
    let id = begin(request, in: revision)
    return .call(
      Call(
        id: id, tool: name, arguments: request.params["arguments"]?.object ?? JSONObject(),
        meta: request.meta, revision: revision, wantsProgress: waiting[id]?.token != nil,
        flaws: flaws))
  }
}
