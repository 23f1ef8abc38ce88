import Foundation
import Glibc
import Testing

// Speaks C for blocking connections to this machine.

/// One connection to 127.0.0.1.
final class Connection {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let descriptor = descriptor
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected, "nobody listens on \(port)")
  }

  deinit {
    close(descriptor)
  }

  func write(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      try #require(count > 0)
      rest = rest.dropFirst(count)
    }
  }

  /// All that comes until the other end closes.
  func readToEnd() -> String {
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { return String(decoding: received, as: UTF8.self) }
      received += chunk[..<count]
    }
  }
}

/// Sends one HTTP request to 127.0.0.1 and reads to the end. Returns the status and the body.
func fetch(
  port: Int, _ method: String, _ path: String, headers: [String] = [], body: String = ""
) throws -> (status: Int, body: String) {
  let connection = try Connection(port: port)
  let head =
    ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    + headers + ["Content-Length: \(body.utf8.count)"]
  try connection.write(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
  let text = connection.readToEnd()
  let end = try #require(text.range(of: "\r\n\r\n"), "no answer to \(path)")
  let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (try #require(status), String(text[end.upperBound...]))
}
