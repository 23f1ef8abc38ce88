import Foundation
import Payments
import Testing
import TranscriptFormat

/// A call's trace goes where its operation goes, and changes nothing about it.
@Suite struct TraceTests {
  private static func trace(_ digit: String) -> String {
    "00-\(String(repeating: digit, count: 32))-\(String(repeating: digit, count: 16))-01"
  }

  private func charge(_ trace: String, id: Int, of world: PlayedWorld) throws -> [String] {
    try world.follow(
      .heard(
        """
        {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"charge","arguments":\
        {"reference":"INV-7","customer":"cus_ada","amount":4999,"currency":"USD"},\
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
        "io.modelcontextprotocol/clientCapabilities":{},"traceparent":"\(trace)"}}}
        """))
  }

  /// Each idempotency key with every body that was sent under it.
  private func bodies(_ world: PlayedWorld) -> [String: Set<String>] {
    var bodies: [String: Set<String>] = [:]
    for (_, request) in world.sent {
      guard let key = request.headers.first(where: { $0.name == "Idempotency-Key" })?.value else {
        continue
      }
      bodies[key, default: []].insert(String(decoding: request.body, as: UTF8.self))
    }
    return bodies
  }

  @Test func aTraceReachesTheProcessorAndTheBytesOfAKeyNeverChange() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    _ = try world.follow(.network(manual: true))
    _ = try charge(Self.trace("a"), id: 1, of: world)
    // Nothing reaches the processor, three times; then the same call in another trace.
    for number in 1...3 {
      _ = try charge(Self.trace("b"), id: 1 + number, of: world)
      _ = try world.follow(.answer("\(number) refused"))
      _ = try world.follow(.at("+9s"))
    }
    _ = try world.follow(.at("+60s"))
    _ = try charge(Self.trace("c"), id: 9, of: world)
    #expect(world.sent.count == 4)
    let bodies = bodies(world)
    #expect(bodies.count == 1 && bodies.values.allSatisfy { $0.count == 1 })
    func metadata(_ trace: String) -> String { "metadata%5Btraceparent%5D=\(trace)" }
    let first = String(decoding: world.sent[0].request.body, as: UTF8.self)
    let last = String(decoding: world.sent[3].request.body, as: UTF8.self)
    #expect(first.contains(metadata(Self.trace("a"))), "\(first)")
    // The key was made for another trace, and what was sent under it is sent again.
    #expect(last == first)
  }

  @Test func anotherTraceIsTheSameOperation() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    let first = try charge(Self.trace("a"), id: 1, of: world).last ?? ""
    let again = try charge(Self.trace("b"), id: 2, of: world)
    #expect(first.contains(#""replayed":false"#))
    #expect(again.count == 1 && again[0].contains(#""replayed":true"#))
    #expect(!first.contains(Self.trace("a")), "an agent has no use for it")
  }

  @Test func whatIsNoTraceIsLeftOut() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    let said = try charge(#"00-1\u0026metadata[x]=y"#, id: 1, of: world)
    #expect(said.contains { $0.contains("DONE: ") }, "\(said)")
    let body = String(decoding: world.sent[0].request.body, as: UTF8.self)
    #expect(!body.contains("traceparent") && !body.contains("%5Bx"))
  }
}
