import Foundation
import Glibc
import Payments
import Processors
import Testing

// The one file of these tests that speaks C for sockets.

/// A server on 127.0.0.1 that does what a test tells it, one connection after the other. It is
/// driven by the test's own loop: ``advance()`` does what can be done now and never waits.
final class LoopbackServer {
  /// What is done with a request once it is there.
  enum Deed {
    /// Send these bytes; then close, or keep the connection for the next request.
    case answer([UInt8], keep: Bool)
    /// Close with a reset.
    case reset
    /// Say nothing.
    case hang
    /// Answer what the sandbox answers, here and from now on; each request on a connection of its
    /// own.
    case play(Sandbox)
    /// Send these bytes as soon as there is a connection, and say nothing more.
    case greet([UInt8])
  }

  /// The port it listens on.
  let port: Int
  /// The requests as they arrived, head and body.
  private(set) var requests: [String] = []
  /// How many connections were accepted.
  private(set) var connections = 0

  private let listener: Int32
  private var connection: Int32 = -1
  private var received: [UInt8] = []
  private var unsent: [UInt8] = []
  private var isClosing = false
  private var deeds: [Deed]

  init(_ deeds: Deed...) throws {
    self.deeds = deeds
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(listener, address, size) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    try #require(isBound)
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    _ = fcntl(listener, F_SETFL, O_NONBLOCK)
  }

  deinit {
    hangUp()
    close(listener)
  }

  /// A port on which nobody listens.
  static func closedPort() throws -> Int {
    try LoopbackServer().port
  }

  /// What to wait for before it can go on.
  var descriptors: [Int32] { connection < 0 ? [listener] : [listener, connection] }

  /// Does what can be done now.
  func advance() {
    accept()
    guard connection >= 0 else { return }
    receive()
    send()
  }

  private func accept() {
    let next = Glibc.accept(listener, nil, nil)
    guard next >= 0 else { return }
    hangUp()
    connection = next
    connections += 1
    _ = fcntl(next, F_SETFD, FD_CLOEXEC)
    _ = fcntl(next, F_SETFL, O_NONBLOCK)
    if case .greet(let bytes) = deeds.first { unsent += bytes }
  }

  private func hangUp() {
    if connection >= 0 { close(connection) }
    connection = -1
    received = []
    unsent = []
    isClosing = false
  }

  private func receive() {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = unsafe recv(connection, &chunk, chunk.count, 0)
    if count == 0 { return hangUp() }
    if count > 0 { received += chunk[..<count] }
    guard let request = wholeRequest() else { return }
    if case .greet = deeds.first { return }
    requests.append(request)
    received = []
    guard !deeds.isEmpty else { return }
    switch deeds.removeFirst() {
    case .answer(let bytes, let keep):
      unsent += bytes
      isClosing = !keep
    case .reset:
      var now = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(
        connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
      hangUp()
    case .play(var sandbox):
      if let parsed = parse(request) {
        unsent += bytes(of: sandbox.answer(parsed, at: Instant(milliseconds: 1_800_000_000_000)))
      }
      isClosing = true
      deeds.insert(.play(sandbox), at: 0)
    case .hang, .greet: break
    }
  }

  private func wholeRequest() -> String? {
    let text = String(decoding: received, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    var length = 0
    for line in text[..<end.lowerBound].split(separator: "\r\n") {
      let parts = line.split(separator: ":")
      if parts[0].lowercased() == "content-length" { length = Int(parts[1].dropFirst()) ?? 0 }
    }
    return text[end.upperBound...].utf8.count >= length ? text : nil
  }

  private func parse(_ text: String) -> Request? {
    let parts = text.components(separatedBy: "\r\n\r\n")
    let lines = parts[0].components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count == 3, let method = Request.Method(rawValue: words[0]) else { return nil }
    let headers = lines.dropFirst().compactMap { line in
      line.range(of: ": ").map {
        Header(String(line[..<$0.lowerBound]), String(line[$0.upperBound...]))
      }
    }
    return Request(
      method: method, path: String(words[1].trimmingPrefix("/stripe")), headers: headers,
      body: Array(parts.dropFirst().joined(separator: "\r\n\r\n").utf8))
  }

  private func bytes(of response: Response) -> [UInt8] {
    let head =
      ["HTTP/1.1 \(response.status) Said"] + response.headers.map { "\($0.name): \($0.value)" }
      + ["Content-Length: \(response.body.count)", "Connection: close"]
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + response.body
  }

  private func send() {
    guard connection >= 0 else { return }
    if !unsent.isEmpty {
      let count = unsafe Glibc.send(
        connection, &unsent, unsent.count, Int32(MSG_NOSIGNAL))
      if count > 0 { unsent.removeFirst(count) }
    }
    if unsent.isEmpty, isClosing { hangUp() }
  }
}
