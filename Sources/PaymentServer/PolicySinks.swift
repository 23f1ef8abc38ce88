import JSON
import Payments

/// The sinks of a policy file: `events`.
extension PolicyReader {
  mutating func sinks() -> [Sink] {
    var sinks: [Sink] = []
    for (index, given) in (document.value["events"]?.array ?? []).enumerated() {
      let path: JSONDocument.Path = [.key("events"), .index(index)]
      guard var sink = sink(given, path) else { continue }
      sink.types = types(given, path + [.key("types")])
      sink.attempts = given["attempts"]?.integer.map(Int.init) ?? sink.attempts
      sink.backoff = duration(
        path + [.key("backoff")], sink.backoff, .milliseconds(10)...Sink.longestWait)
      sink.timeout = duration(
        path + [.key("timeout")], sink.timeout, .milliseconds(100)...Duration.seconds(300))
      if sinks.contains(where: { isSame($0.name, sink.name) }) {
        refuse(
          path,
          "is known by the same name as a sink before it, \(quoted(sink.name)); give it a name of its own"
        )
      }
      sinks.append(sink)
    }
    return sinks
  }

  /// Where it is, and what it is known by; nil after refusing it.
  private mutating func sink(_ given: JSONValue, _ path: JSONDocument.Path) -> Sink? {
    let kind = given["kind"]?.string ?? ""
    let place: Sink.Place
    let usual: String
    if isSame(kind, "file") {
      for key in ["url", "secret"] where given[key] != nil {
        refuse(key: path + [.key(key)], "is for http; a file has a path alone")
      }
      guard let file = given["path"]?.string else {
        refuse(path, "needs path: where the file is")
        return nil
      }
      (place, usual) = (.file(file), "file:\(file)")
    } else {
      if given["path"] != nil {
        refuse(key: path + [.key("path")], "is for a file; http has a url and a secret")
      }
      guard let url = given["url"]?.string else {
        refuse(path, "needs url: where the events are posted to")
        return nil
      }
      guard let found = given["secret"] else {
        refuse(
          path, "needs secret: {\"env\": \"NAME\"} or {\"file\": \"PATH\"}, to sign what is posted")
        return nil
      }
      guard let secret = secret(path + [.key("secret")], found) else { return nil }
      (place, usual) = (.http(url, secret: secret), "http:\(url)")
    }
    guard let given = given["name"] else { return Sink(name: usual, place: place) }
    return name(path + [.key("name")], given).map { Sink(name: $0, place: place) }
  }

  private mutating func types(_ given: JSONValue, _ path: JSONDocument.Path) -> [String] {
    let types = given["types"]?.array?.compactMap(\.string) ?? []
    for (index, type) in types.enumerated() where EventType(rawValue: type) == nil {
      refuse(
        path + [.index(index)],
        "must be a type of event, one of "
          + EventType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return types
  }
}
