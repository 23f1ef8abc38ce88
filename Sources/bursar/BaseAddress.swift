/// Where the processor is: `https://host[:port][/prefix]`, or plain `http` on this machine.
struct BaseAddress: Equatable {
  /// `https`, or `http` for loopback.
  let scheme: String
  /// The whole address without a slash at its end.
  let text: String

  /// Reads an address, strictly: no user, no query, no fragment, no blanks, nothing but ASCII.
  init(_ address: String) throws(AddressMistake) {
    guard
      address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#"\"<>^`{|}?#@"#.utf8.contains($0) })
    else { throw .character }
    let lower = address.lowercased()
    if lower.hasPrefix("https://") {
      scheme = "https"
    } else if lower.hasPrefix("http://") {
      scheme = "http"
    } else {
      throw .scheme
    }
    let rest = address.dropFirst(scheme.count + 3)
    let authority = rest.prefix { $0 != "/" }
    let (host, port) = try Self.parts(of: authority)
    guard !host.isEmpty else { throw .host }
    if let port {
      guard !port.isEmpty, port.utf8.count <= 5, let number = UInt16(port), number > 0,
        !port.hasPrefix("+")
      else { throw .port }
    }
    if scheme == "http", !Self.isLoopback(host.lowercased()) { throw .notEncrypted }
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path.removeLast() }
    text = scheme + "://" + authority.lowercased() + path
  }

  /// Host and port; the brackets of an IPv6 address stay.
  private static func parts(
    of authority: Substring
  ) throws(AddressMistake) -> (host: Substring, port: Substring?) {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { throw .host }
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { throw .host }
      return (authority[...end], after.isEmpty ? nil : after.dropFirst())
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { throw .host }
    return (parts[0], parts.count == 2 ? parts[1] : nil)
  }

  /// 127.0.0.0/8 in its canonical form, ::1, or localhost.
  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127"
      && numbers.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
  }
}

/// Why an address may not be used.
enum AddressMistake: Error, Equatable {
  case scheme
  case character
  case host
  case port
  case notEncrypted

  /// The mistake as a sentence about a key of the policy.
  func sentence(of key: String) -> String {
    switch self {
    case .scheme: "\(key) must begin with https:// (or http:// for a loopback address)."
    case .character:
      "\(key) holds a character that does not belong there; expected is "
        + "https://host[:port][/path] without user, query or fragment."
    case .host: "\(key) names no host; expected is https://host[:port][/path]."
    case .port: "\(key) has a port that is none; expected is a number from 1 to 65535."
    case .notEncrypted:
      "\(key) is not encrypted; plain http is for 127.0.0.1, [::1] and localhost alone."
    }
  }
}
