import JSON

/// Lines as they leave. The order of members is fixed; the only newline is the last byte, because
/// the writer of JSON escapes all others.
struct Line {
  private var bytes: [UInt8] = []

  /// An answer to a request.
  static func result(_ result: JSONValue, for id: Echo) -> [UInt8] {
    var line = Line(answering: id)
    line.add(#","result":"#)
    line.add(result)
    return line.end()
  }

  /// An error, with the id null when none was readable (`mcp.md` §B.1).
  static func error(_ refusal: Refusal, for id: Echo?) -> [UInt8] {
    var error = JSONObject([
      ("code", .integer(refusal.code)), ("message", .string(refusal.message)),
    ])
    error["data"] = refusal.detail
    var line = Line(answering: id)
    line.add(#","error":"#)
    line.add(.object(error))
    return line.end()
  }

  /// The answer to `tools/list`; the tools are an array already rendered (§B.4).
  static func list(
    _ tools: [UInt8], for id: Echo, in revision: Revision, meta: JSONValue
  ) -> [UInt8] {
    var line = Line(answering: id)
    line.open(in: revision)
    line.add(#""tools":"#)
    line.bytes += tools
    if revision.isStateless {
      line.add(#","ttlMs":\#(Caching.milliseconds),"cacheScope":"\#(Caching.scope)""#)
    }
    line.close(in: revision, meta: meta)
    return line.end()
  }

  /// The only page of something about resources (§B.4, §D.3).
  static func page(
    _ name: String, _ items: [JSONValue], for id: Echo, in revision: Revision, _ meta: JSONValue
  ) -> [UInt8] {
    var line = Line(answering: id)
    line.open(in: revision)
    line.add("\"\(name)\":")
    line.add(.array(items))
    if revision.isStateless {
      line.add(#","ttlMs":\#(Caching.milliseconds),"cacheScope":"\#(Caching.scope)""#)
    }
    line.close(in: revision, meta: meta)
    return line.end()
  }

  private static let stream = #""_meta":{"io.modelcontextprotocol/subscriptionId":"#

  /// The first line of a stream: what it will tell of (§D.3).
  static func acknowledged(_ addresses: [String]?, stream: Echo) -> [UInt8] {
    var line = Line()
    line.add(#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"#)
    line.add(Self.stream)
    line.bytes += stream.text
    line.add(#"},"notifications":{"#)
    if let addresses {
      line.add(#""resourceSubscriptions":"#)
      line.add(.array(addresses.map { .string($0) }))
    }
    line.add("}}")
    return line.end()
  }

  /// What is at an address has changed; bare for a client of the handshake.
  static func changed(_ address: String, stream: Echo?) -> [UInt8] {
    var line = Line()
    line.add(#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"#)
    if let stream {
      line.add(Self.stream)
      line.bytes += stream.text
      line.add("},")
    }
    line.add(#""uri":"#)
    line.add(.string(address))
    line.add("}")
    return line.end()
  }

  /// The answer that ends a stream.
  static func streamEnd(_ stream: Echo, meta: JSONValue) -> [UInt8] {
    var line = Line(answering: stream)
    line.add(
      #","result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"#)
    line.bytes += stream.text
    for member in meta.object?.members ?? [] {
      line.add(",")
      line.add(.string(member.key))
      line.add(":")
      line.add(member.value)
    }
    line.add("}}")
    return line.end()
  }

  /// The answer to `tools/call` (§C.3): exactly one text block, and `isError` always there.
  static func answer(
    _ result: ToolResult, for id: Echo, in revision: Revision, meta: JSONValue
  ) -> [UInt8] {
    var line = Line(answering: id)
    line.open(in: revision)
    line.add(#""content":[{"type":"text","text":"#)
    line.add(.string(result.text))
    line.add("}]")
    if revision >= .june2025 {
      line.add(#","structuredContent":"#)
      line.bytes += result.structured
    }
    line.add(result.isError ? #","isError":true"# : #","isError":false"#)
    line.close(in: revision, meta: meta)
    return line.end()
  }

  /// A progress notification (§B.4).
  static func progress(
    _ progress: Int64, total: Int64?, message: String, token: Echo, in revision: Revision
  ) -> [UInt8] {
    var line = Line()
    line.add(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"#)
    line.bytes += token.text
    line.add(#","progress":\#(progress)"#)
    if let total {
      line.add(#","total":\#(total)"#)
    }
    if revision >= .march2025 {
      line.add(#","message":"#)
      line.add(.string(message))
    }
    line.add("}")
    return line.end()
  }

  private init() {}

  private init(answering id: Echo?) {
    bytes.reserveCapacity(1024)
    add(#"{"jsonrpc":"2.0","id":"#)
    if let id {
      bytes += id.text
    } else {
      add("null")
    }
  }

  private mutating func open(in revision: Revision) {
    add(revision.isStateless ? #","result":{"resultType":"complete","# : #","result":{"#)
  }

  private mutating func close(in revision: Revision, meta: JSONValue) {
    if revision.isStateless {
      add(#","_meta":"#)
      add(meta)
    }
    add("}")
  }

  private mutating func add(_ text: String) {
    bytes += text.utf8
  }

  private mutating func add(_ value: JSONValue) {
    value.write(to: &bytes)
  }

  private mutating func end() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
