import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Testing
import TranscriptFormat

@Suite struct EventTests {
  static func schema() throws -> JSONSchema {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../schemas/event.schema.json")
    return try JSONSchema(try JSONValue(reading: Array(try Data(contentsOf: url))))
  }

  /// Everything that is told of a ledger.
  private func events(of ledger: String, since: Int64 = 0) throws -> [JSONValue] {
    var reader = EventReader(ledger: ledger, since: since, json: true)
    var events: [JSONValue] = []
    while true {
      let lines = try reader.read()
      if lines.isEmpty { return events }
      for line in lines.split(separator: 0x0A) {
        events.append(try JSONValue(reading: Array(line)))
      }
    }
  }

  private func play(_ url: URL) throws -> PlayedWorld {
    let world = try PlayedWorld()
    for (_, line) in try TranscriptFile(url).lines() { _ = try world.follow(line) }
    return world
  }

  @Test(arguments: try TranscriptFile.all())
  func everyLineOfEveryTranscriptsHistoryIsAnEventByTheSchema(_ url: URL) throws {
    let world = try play(url)
    defer { world.remove() }
    guard Ledger.exists(at: world.ledger) else { return }
    let schema = try Self.schema()
    var versions: [String: Int64] = [:]
    let events = try events(of: world.ledger)
    for (index, event) in events.enumerated() {
      #expect(schema.violations(in: event) == [], "\(url.lastPathComponent) \(index + 1)")
      #expect(event["id"]?.string?.hasSuffix("-\(index + 1)") == true)
      #expect(event["head"]?.string?.hasPrefix("\(index + 1):") == true)
      // In order per operation, without a gap.
      if let version = event["sequence"]?.string.flatMap({ Int64($0) }) {
        let subject = try #require(event["subject"]?.string)
        #expect(version == (versions[subject] ?? 0) + 1)
        versions[subject] = version
      }
    }
    var ledger = try Ledger(path: world.ledger)
    try ledger.read { books throws(LedgerError) in
      #expect(try books.history(after: 0, limit: .max).count == events.count)
      #expect(try books.anchor()?.text == events.last?["head"]?.string)
      #expect(try books.audit(against: nil).flaw == nil)
    }
  }

  @Test func aChargeIsRequestedAuthorisedAndCaptured() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    let call = """
      {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":\
      {"reference":"INV-1","customer":"cus_ada","amount":8500,"currency":"USD","task_id":"T-1",\
      "step_id":"S-2","checkpoint":"{\\"page\\":7}","description":"ten widgets"},"_meta":\
      {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{}}}}
      """
    let policy = """
      {"warnAt": [0.8], "caps": [
        {"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}]}
      """
    _ = try world.follow(.policy(policy))
    _ = try world.follow(.heard(call))
    let events = try events(of: world.ledger)
    #expect(
      events.map { $0["type"]?.string } == [
        "policy.changed", "payment.requested", "cap.warning", "payment.authorised",
        "payment.captured",
      ])
    let requested = events[1]["data"]
    #expect(requested?["checkpoint"]?.string == "{\"page\":7}")
    #expect(requested?["description"]?.string == "ten widgets")
    #expect(requested?["idempotency_key"]?.string?.hasPrefix("b1_") == true)
    #expect(requested?["amount"]?.integer == 8500)
    #expect(requested?["customer"]?.string == "cus_ada")
    for event in [events[1], events[3], events[4]] {
      #expect(event["data"]?["reference"]?.string == "INV-1")
      #expect(event["data"]?["task_id"]?.string == "T-1")
      #expect(event["data"]?["step_id"]?.string == "S-2")
      #expect(event["data"]?["run"]?.string == "run-1")
    }
    #expect(events[4]["data"]?["checkpoint"] == nil)
    #expect(events[2]["data"]?["used"]?.integer == 8500)
    #expect(events[2]["data"]?["of"]?.integer == 10_000)
    #expect(events[2]["subject"] == events[1]["subject"])
    // Of a policy the hash and what changed, not the whole.
    #expect(events[0]["data"]?["hash"]?.string?.utf8.count == 64)
    #expect(events[0]["data"]?["policy"] == nil)
    #expect(try self.events(of: world.ledger, since: 3) == Array(events[3...]))
  }

  @Test func whatIsAskedForAgainIsTellingItsNewTermsFromThenOn() throws {
    let world = try PlayedWorld()
    defer { world.remove() }
    func charge(_ amount: Int, _ step: String) -> String {
      """
      {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":\
      {"reference":"INV-1","customer":"cus_ada","amount":\(amount),"currency":"USD",\
      "step_id":"\(step)"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{}}}}
      """
    }
    _ = try world.follow(.heard(charge(9_000, "first")))
    _ = try world.follow(.heard(charge(4_000, "second")))
    let payments = try events(of: world.ledger).filter { $0["sequence"] != nil }
    #expect(
      payments.map { $0["type"]?.string } == [
        "payment.denied", "payment.requested", "payment.authorised", "payment.captured",
      ])
    #expect(payments.map { $0["data"]?["amount"]?.integer } == [9_000, 4_000, 4_000, 4_000])
    #expect(
      payments.map { $0["data"]?["step_id"]?.string } == ["first"]
        + Array(repeating: "second", count: 3))
  }

  @Test func wordsForPeopleAreALineAnEvent() throws {
    let world = try play(
      try #require(try TranscriptFile.all().first { $0.path.contains("decline") }))
    defer { world.remove() }
    var reader = EventReader(ledger: world.ledger, since: 0, json: false)
    let lines = String(decoding: try reader.read(), as: UTF8.self).split(separator: "\n")
    #expect(lines.contains { $0.contains("  payment.declined  op_") })
    #expect(try reader.read().isEmpty)
  }
}
