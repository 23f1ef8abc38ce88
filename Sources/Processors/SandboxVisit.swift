public import Payments

/// A request as it reaches the sandbox over HTTP, from whichever client.
public struct SandboxVisit: Sendable {
  /// The method, whatever it is.
  public let method: String
  /// Path and query, from the first slash.
  public let path: String
  /// Without any `Authorization`.
  public let headers: [Header]
  /// Whether it brought a key of some kind; the key itself stays outside.
  public let isAuthorized: Bool
  /// The whole body.
  public let body: [UInt8]

  /// A request from its parts; what authorizes it is left out here.
  public init(method: String, path: String, headers: [Header], body: [UInt8]) {
    func isKey(_ header: Header) -> Bool {
      header.name.utf8.map(lower).elementsEqual("authorization".utf8)
    }
    self.method = method
    self.path = path
    self.body = body
    self.headers = headers.filter { !isKey($0) }
    isAuthorized = headers.contains { header in
      isKey(header)
        && ["bearer ", "basic "].contains { scheme in
          let value = header.value.utf8.map(lower)
          return value.starts(with: scheme.utf8) && value.count > scheme.utf8.count
        }
    }
  }

  /// What is asked for, in the words of a plan; nil for what the sandbox does not do.
  var kind: String? {
    let parts = path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count >= 3, parts[0].isEmpty, parts[1] == "v1" else { return nil }
    switch (method, parts[2], parts.count) {
    case ("POST", "payment_intents", 3): return "create"
    case ("POST", "payment_intents", 5): return parts[4]
    case ("POST", "refunds", 3): return "refund"
    case ("GET", _, 3): return "list"
    case ("GET", _, 4): return "retrieve"
    default: return nil
    }
  }

  /// The same as the sandbox takes it; nil for a method it has no use for.
  var request: Request? {
    Request.Method(rawValue: method).map {
      Request(method: $0, path: path, headers: headers, body: body)
    }
  }
}

/// How an answer of the sandbox travels.
public enum SandboxDeed: Sendable, Equatable {
  /// As it should.
  case answer(Response)
  /// Its body byte by byte, with that pause after each.
  case slow(Response, pause: Duration)
  /// Whole, after that long.
  case late(Response, by: Duration)
  /// Half of its body, and then the end; whether the length of the whole is declared.
  case truncated(Response, isDeclared: Bool)
  /// The connection ends without a word.
  case drop
  /// The connection is reset.
  case reset
  /// Nothing happens at all.
  case hang

  /// The status that reached the client, even if the rest did not.
  var status: Int? {
    switch self {
    case .answer(let response), .slow(let response, _), .late(let response, _),
      .truncated(let response, _):
      response.status
    case .drop, .reset, .hang: nil
    }
  }
}
