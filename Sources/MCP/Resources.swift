import JSON

/// Resources and who watches them, in both eras (`mcp.md` §D.3).
///
/// A client of the handshake subscribes to one address after the other and is told bare; a
/// stateless one opens a stream, whose request stays unanswered while it lasts, and every line of
/// it carries that request's id. Absent: replay. Who reconnects reads again.
extension Connection {
  /// The addresses somebody watches, as they were written, each once.
  public var watched: [String] {
    unique(subscribed + streams.flatMap(\.addresses))
  }

  /// Whether somebody watches an address.
  public var isWatched: Bool {
    !subscribed.isEmpty || streams.contains { !$0.addresses.isEmpty }
  }

  /// The lines that tell everybody who watches an address that what is there has changed.
  public func changed(_ address: String) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    if subscribed.contains(where: { isSame($0, address) }) {
      lines.append(Line.changed(address, stream: nil))
    }
    for stream in streams where stream.addresses.contains(where: { isSame($0, address) }) {
      lines.append(Line.changed(address, stream: stream.id))
    }
    return lines
  }

  /// The lines that end every open stream in order, because nothing more will come.
  public mutating func endStreams() -> [[UInt8]] {
    let ended = streams
    streams = []
    return ended.map { stream in
      calls[stream.id] = nil
      return Line.streamEnd(stream.id, meta: introduction.meta)
    }
  }

  /// The line that answers a question; nil when it was cancelled or answered: then nothing may be
  /// sent. From a `watching` on, changes of those addresses are told.
  public mutating func answer(_ question: CallID, with reply: Reply) -> [UInt8]? {
    guard let asked = waiting[question] else { return nil }
    if case .watching(let addresses) = reply { return watch(addresses, asked, question) }
    finish(question)
    switch reply {
    case .listed(let resources):
      return Line.page("resources", resources, for: asked.id, in: asked.revision, introduction.meta)
    case .holds(let value):
      let contents = JSONObject([
        ("uri", .string(asked.addresses.first ?? "")), ("mimeType", "application/json"),
        ("text", .string(String(decoding: value.compact, as: UTF8.self))),
      ])
      return Line.page(
        "contents", [.object(contents)], for: asked.id, in: asked.revision, introduction.meta)
    case .unknown:
      let address = asked.addresses.first ?? ""
      let refusal = Refusal.unknownResource(address, isStateless: asked.revision.isStateless)
      return Line.error(refusal, for: asked.id)
    case .unavailable(let sentence): return Line.error(.unavailable(sentence), for: asked.id)
    case .watching: return nil
    }
  }

  private mutating func watch(
    _ addresses: [String], _ asked: Waiting, _ question: CallID
  ) -> [UInt8] {
    finish(question)
    guard asked.revision.isStateless else {
      for address in addresses where !subscribed.contains(where: { isSame($0, address) }) {
        subscribed.append(address)
      }
      return Line.result(.object(JSONObject()), for: asked.id)
    }
    // The request stays in flight: its id is the stream's.
    calls[asked.id] = question
    streams.append(Stream(call: question, id: asked.id, addresses: addresses))
    return Line.acknowledged(asked.addresses.isEmpty ? nil : addresses, stream: asked.id)
  }
}

// Requests about resources.
extension Connection {
  mutating func resources(
    _ request: Message.Request, _ method: Method?, in revision: Revision
  ) throws(Refusal) -> Event {
    switch method {
    case .listResources:
      try refuseCursor(request)
      return .question(ask(.list, request, in: revision, about: []))
    case .listTemplates:
      try refuseCursor(request)
      return .line(
        Line.page(
          "resourceTemplates", templates, for: request.id, in: revision, introduction.meta))
    case .readResource:
      let address = try address(in: request)
      return .question(ask(.read(address), request, in: revision, about: [address]))
    case .subscribe:
      let address = try address(in: request)
      try refuseTooMany(1)
      return .question(ask(.watch([address]), request, in: revision, about: [address]))
    case .unsubscribe:
      let address = try address(in: request)
      subscribed.removeAll { isSame($0, address) }
      return .line(Line.result(.object(JSONObject()), for: request.id))
    case .listen: return try listen(request, in: revision)
    case .initialize, .ping, .discover, .listTools, .callTool, .cancelled, nil:
      throw .unknownMethod(request.method)
    }
  }

  /// A stream is opened by its acknowledgement; one that asks for nothing we ever tell needs no
  /// answer from anybody.
  private mutating func listen(
    _ request: Message.Request, in revision: Revision
  ) throws(Refusal) -> Event {
    guard let wishes = request.params["notifications"]?.object else {
      throw .invalidParams("notifications must be an object")
    }
    var addresses: [String] = []
    switch wishes["resourceSubscriptions"] {
    case nil, .null: break
    case .array(let items):
      for item in items {
        guard let address = item.string else {
          throw .invalidParams("resourceSubscriptions must be strings")
        }
        addresses.append(address)
      }
      addresses = unique(addresses)
    case .bool, .number, .string, .object:
      throw .invalidParams("resourceSubscriptions must be an array")
    }
    try refuseTooMany(addresses.count)
    let question = ask(.watch(addresses), request, in: revision, about: addresses)
    guard addresses.isEmpty else { return .question(question) }
    guard let line = answer(question.id, with: .watching([])) else {
      preconditionFailure("A question that was just asked waits for its answer.")
    }
    return .line(line)
  }

  private mutating func ask(
    _ subject: Question.Subject, _ request: Message.Request, in revision: Revision,
    about addresses: [String]
  ) -> Question {
    let wished: Int
    switch subject {
    case .list, .read: wished = 0
    case .watch(let addresses): wished = max(1, addresses.count)
    }
    let id = begin(request, in: revision, about: addresses, wishing: wished)
    return Question(id: id, subject: subject)
  }

  private func address(in request: Message.Request) throws(Refusal) -> String {
    guard let address = request.params["uri"]?.string else {
      throw .invalidParams("uri must be a string")
    }
    return address
  }

  private func refuseTooMany(_ more: Int) throws(Refusal) {
    let open = subscribed.count + streams.reduce(0) { $0 + max(1, $1.addresses.count) }
    guard open + wished + max(1, more) <= Limits.watched else {
      throw .invalidParams("at most \(Limits.watched) resources are watched at once")
    }
  }
}
