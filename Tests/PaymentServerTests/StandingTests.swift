import Foundation
import JSON
import Testing
import TranscriptFormat

/// What `status` says of a task stays within bounds, whatever the task holds.
@Suite struct StandingTests {
  private static let envelope = """
    "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
    "io.modelcontextprotocol/clientCapabilities":{}}
    """

  private static func call(_ tool: String, _ arguments: String) -> String {
    """
    {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\(tool)","arguments":\
    \(arguments),\(envelope)}}
    """
  }

  private func structured(_ line: String) throws -> JSONValue {
    let answer = try JSONValue(reading: Array(line.dropFirst(2).utf8))
    return try #require(answer["result"]?["structuredContent"])
  }

  /// A world with that many charges of one task, each with a checkpoint of that many letters.
  private func world(_ count: Int, checkpoint size: Int) throws -> PlayedWorld {
    let world = try PlayedWorld()
    _ = try world.follow(
      .policy(
        """
        {"nearDuplicates":{"action":"allow"},"rates":{"perMinute":10000},\
        "caps":[{"name":"run","per":"run","amount":"100000.00","currency":"USD"}]}
        """))
    for number in 1...count {
      let checkpoint = String(repeating: "\u{e9}", count: size)
      let said = try world.follow(
        .heard(
          Self.call(
            "charge",
            """
            {"reference":"inv-\(number)","customer":"cus_\(number)","amount":100,\
            "currency":"USD","task_id":"t","step_id":"\(number)",\
            "checkpoint":"\(checkpoint)\(number)"}
            """)))
      #expect(said.contains { $0.contains("DONE: ") }, "\(said)")
    }
    return world
  }

  @Test func aLongTaskIsCutAndSaysSo() throws {
    let world = try world(30, checkpoint: 8000)
    defer { world.remove() }
    let line = try #require(
      try world.follow(.heard(Self.call("status", #"{"task_id":"t"}"#))).last)
    #expect(line.utf8.count < 1 << 20)
    let answer = try structured(line)
    let steps = try #require(answer["steps"]?.array)
    #expect(steps.compactMap { $0["step_id"]?.string } == (11...30).map { "\($0)" })
    // The newest two have room for theirs; none is ever cut.
    let kept = steps.compactMap { $0["checkpoint"]?.string }
    #expect(kept.map { $0.suffix(2) } == ["29", "30"])
    #expect(kept.allSatisfy { $0.utf8.count == 16_002 })
    #expect(answer["resume_from"]?["checkpoint"]?.string == kept.last)
    let leftOut = try #require(answer["left_out"]?.string)
    #expect(leftOut.contains("Of 30, the newest 20 are listed. 18 of them stand without"))
    #expect(answer["message"]?.string?.contains(leftOut) == true)
    // What is left out here is found by its operation.
    let operation = try #require(steps[0]["operation"]?.string)
    let one = try #require(
      try world.follow(.heard(Self.call("status", "{\"operation\":\"\(operation)\"}"))).last)
    #expect(try structured(one)["checkpoint"]?.string?.hasSuffix("11") == true)
  }

  @Test func whatIsAskedForAtOneInstantKeepsItsOrder() throws {
    let world = try world(12, checkpoint: 1)
    defer { world.remove() }
    let line = try #require(
      try world.follow(.heard(Self.call("status", #"{"task_id":"t"}"#))).last)
    let steps = try #require(try structured(line)["steps"]?.array)
    #expect(steps.compactMap { $0["step_id"]?.string } == (1...12).map { "\($0)" })
  }

  @Test func aTaskThatMovesIsWaitedFor() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    _ = try world.follow(.network(manual: true))
    _ = try world.follow(
      .heard(
        Self.call(
          "charge",
          #"{"reference":"a","customer":"cus_1","amount":100,"currency":"USD","task_id":"t"}"#)))
    let waiting = try world.follow(
      .heard(
        Self.call("status", #"{"task_id":"t","wait_seconds":3}"#).replacing(
          "\"id\":1", with: "\"id\":2")))
    #expect(waiting == [])
    _ = try world.follow(.answer("1 sandbox"))
    let said = try world.follow(.answer("2 sandbox")).filter { $0.contains(#""id":2,"#) }
    #expect(try structured(try #require(said.first))["resume_from"]?["position"] == "after")
    #expect(said.count == 1)
  }
}
