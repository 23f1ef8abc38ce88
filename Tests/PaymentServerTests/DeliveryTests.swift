import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// One server with sinks; the test hears and answers deliveries.
private final class TellingWorld {
  private let folder: URL
  private var server: Box?
  private var sandbox = Sandbox()
  private let policy: Policy
  var now = Instant(milliseconds: 1_795_165_200_000)
  var deliveries: [Delivery] = []
  var log: [String] = []

  private final class Box {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  init(_ sinks: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    policy = try PaymentServerTests.policy(
      cap("run", "run", "1000.00"), members: ", \"events\": [\(sinks)]")
  }

  deinit {
    server = nil
    do { try FileManager.default.removeItem(at: folder) } catch {
      print("left behind: \(folder.path)")
    }
  }

  var ledger: String { folder.appending(path: "ledger.db").path }
  var wake: Instant? { server?.value.wake }

  /// Another process takes its place; what it was telling is forgotten.
  func restart() {
    server = nil
    deliveries = []
  }

  /// The look of an idle server whether anybody else wrote, ten times a second in the real one.
  func look() {
    server?.value.glance(at: now)
    step([.tick])
  }

  func step(_ inputs: [Input]) {
    let server =
      self.server
      ?? Box(
        Setting(
          policy: .accepted(policy), dialect: Stripe.dialect(profileName: "sandbox"),
          livemode: false, run: "run-1", ledger: ledger, version: "0.0.0"))
    self.server = server
    var inputs = inputs
    while !inputs.isEmpty {
      let given = inputs
      inputs = []
      for output in server.value.step(given, at: now) {
        switch output {
        case .line: break
        case .log(let line): log.append(String(decoding: line, as: UTF8.self))
        case .deliver(let delivery): deliveries.append(delivery)
        case .send(let dispatch):
          let response = sandbox.answer(dispatch.request, at: now)
          inputs.append(.answer(dispatch.id, .response(response)))
        }
      }
    }
  }

  func charge(_ reference: String) {
    let line = """
      {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":\
      {"reference":"\(reference)","customer":"cus_ada","amount":100,"currency":"USD"},"_meta":\
      {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{}}}}
      """
    step([.line(Array(line.utf8))])
  }

  /// Answers the delivery that came first; gives back the types of its events.
  @discardableResult
  func answer(_ outcome: DeliveryOutcome) throws -> [String] {
    try #require(!deliveries.isEmpty)
    let delivery = deliveries.removeFirst()
    step([.delivered(delivery.id, outcome)])
    return try delivery.events.map { try JSONValue(reading: $0.line)["type"]?.string ?? "" }
  }

  func read<Result>(
    _ body: (borrowing Books) throws(LedgerError) -> Result
  ) throws -> Result {
    var ledger = try Ledger(path: ledger)
    return try ledger.read(body)
  }
}

@Suite struct DeliveryTests {
  private static let file = #"{"kind": "file", "path": "events.ndjson"}"#
  private static let hook =
    #"{"name": "hook", "kind": "http", "url": "https://example.test", "secret": {"env": "S"}, "#

  @Test func aFileIsToldManyAtOnceAndAnAddressOneAtATime() throws {
    let world = try TellingWorld(Self.file + "," + Self.hook + #""attempts": 3}"#)
    world.charge("INV-1")
    #expect(world.deliveries.map(\.sink.name) == ["file:events.ndjson", "hook"])
    let first = try world.answer(.accepted)
    #expect(first == ["policy.changed", "payment.requested"])
    #expect(try world.answer(.accepted) == ["policy.changed"])
    // What happened meanwhile is told now, in order.
    #expect(try world.answer(.accepted) == ["payment.authorised", "payment.captured"])
    var told: [String] = []
    while !world.deliveries.isEmpty { told += try world.answer(.accepted) }
    #expect(told == ["payment.requested", "payment.authorised", "payment.captured"])
    #expect(world.wake == nil)
    let rows = try world.read { books throws(LedgerError) in try books.sinks() }
    #expect(rows.map(\.cursor) == [4, 4])
    #expect(rows.allSatisfy { $0.lessee == nil && $0.tries == 0 })
  }

  @Test func aSinkThatFailsIsTriedAgainLaterAndHoldsNobody() throws {
    let world = try TellingWorld(Self.file + "," + Self.hook + #""backoff": "1s"}"#)
    world.charge("INV-1")
    try world.answer(.accepted)
    try world.answer(.refused("status_503"))
    while world.deliveries.contains(where: { $0.sink.name != "hook" }) {
      try world.answer(.accepted)
    }
    #expect(world.deliveries.isEmpty)
    let wake = try #require(world.wake)
    let wait = world.now.duration(to: wake)
    #expect(wait >= .seconds(1) && wait <= .milliseconds(1200))
    // Payments and the other sink go on at once.
    world.charge("INV-2")
    #expect(world.deliveries.map(\.sink.name) == ["file:events.ndjson"])
    world.deliveries = []
    world.now = wake
    world.step([.tick])
    #expect(world.deliveries.map(\.sink.name) == ["hook"])
    #expect(try world.answer(.accepted) == ["policy.changed"])
    #expect(world.log.contains { $0.contains("delivery_failed") && $0.contains("status_503") })
  }

  @Test func whatIsTriedTooOftenIsADeadLetterAndTheNextOnesTurnComes() throws {
    let world = try TellingWorld(
      Self.hook + #""attempts": 2, "types": ["payment.captured", "deadletter.created"]}"#)
    world.charge("INV-1")
    #expect(world.deliveries.count == 1)
    #expect(try world.answer(.refused("status_400")) == ["payment.captured"])
    world.now = try #require(world.wake)
    world.step([.tick])
    try world.answer(.refused("status_400"))
    #expect(world.log.contains { $0.contains("\"event\":\"delivery_given_up\"") })
    // The dead letter is an event itself.
    #expect(try world.answer(.refused("status_400")) == ["deadletter.created"])
    world.now = try #require(world.wake)
    world.step([.tick])
    // And one that the sink would not be told of its own failure ends there.
    try world.answer(.refused("status_400"))
    #expect(world.deliveries.isEmpty)
    #expect(world.wake == nil)
    let (dead, last) = try world.read { books throws(LedgerError) in
      (try books.undelivered(), try books.lastLine())
    }
    #expect(dead.map(\.sink) == ["hook", "hook"])
    #expect(dead.map(\.tries) == [2, 2])
    #expect(dead.map(\.sequence) == [4, 5])
    #expect(last == 5)
    // The next payment is told as if nothing had been.
    world.charge("INV-2")
    #expect(try world.answer(.accepted) == ["payment.captured"])
  }

  @Test func anOperatorHasADeadLetterTriedOnceMore() throws {
    let world = try TellingWorld(Self.hook + #""attempts": 1, "types": ["payment.captured"]}"#)
    world.charge("INV-1")
    try world.answer(.refused("timeout"))
    func ask() throws -> Bool {
      switch try DeadLetters.retry("4@hook", ledger: world.ledger, at: world.now) {
      case .done: true
      case .refused: false
      }
    }
    func listed() throws -> (count: Int, text: String) {
      let (count, report) = try DeadLetters.list(
        ledger: world.ledger, json: true, currencies: Stripe.currencies, at: world.now)
      return (count, String(decoding: report, as: UTF8.self))
    }
    #expect(try listed().count == 1)
    #expect(try listed().text.contains(#""delivery":"4@hook""#))
    #expect(try listed().text.contains(#""why":"timeout""#))
    func shown(_ id: String, json: Bool = false) throws -> String? {
      try DeadLetters.delivery(id, ledger: world.ledger, json: json)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try shown("4@hook")?.contains("why: timeout\n") == true)
    #expect(try shown("4@hook", json: true)?.contains(#""type":"payment.captured""#) == true)
    for stranger in ["5@hook", "4@other", "0@hook", "-9223372036854775808@hook", "op_x"] {
      #expect(try shown(stranger) == nil)
    }
    let alerts = try Report.alerts(ledger: world.ledger, at: world.now)
    #expect(alerts.map(\.code) == ["given_up_deliveries"])
    #expect(alerts.first?.message.hasPrefix("1 delivery to a sink was given up") == true)
    #expect(try ask())
    #expect(try listed().text.contains(#""asked_again":true"#))
    world.look()
    #expect(try world.answer(.refused("timeout")) == ["payment.captured"])
    #expect(world.deliveries.isEmpty)
    let dead = try world.read { books throws(LedgerError) in try books.undelivered() }
    #expect(dead.map(\.tries) == [2])
    #expect(try ask())
    world.look()
    #expect(try world.answer(.accepted) == ["payment.captured"])
    #expect(try world.read { books throws(LedgerError) in try books.undelivered() } == [])
    #expect(try !ask())
    #expect(try listed().count == 0)
    for stranger in ["5@hook", "4@other", "x@hook", "@"] {
      guard case .refused = try DeadLetters.retry(stranger, ledger: world.ledger, at: world.now)
      else {
        Issue.record("\(stranger) was taken")
        continue
      }
    }
  }

  @Test func whatAProcessWasTellingWhenItDiedIsToldAgainByTheNext() throws {
    let world = try TellingWorld(Self.file)
    world.charge("INV-1")
    let told = try #require(world.deliveries.first).events.map(\.id)
    world.restart()
    world.step([.tick])
    #expect(Array(try #require(world.deliveries.first).events.map(\.id).prefix(told.count)) == told)
  }

  @Test func twoProcessesNeverTellOneSinkAtTheSameTime() throws {
    let world = try TellingWorld(Self.file)
    world.charge("INV-1")
    #expect(world.deliveries.count == 1)
    var other = PaymentServer(
      Setting(
        policy: .accepted(
          try policy(cap("run", "run", "1000.00"), members: ", \"events\": [\(Self.file)]")),
        dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: "run-1",
        ledger: world.ledger, version: "0.0.0"))
    func tells(_ at: Instant) -> Bool {
      other.step([.tick], at: at).contains { if case .deliver = $0 { true } else { false } }
    }
    #expect(!tells(world.now))
    #expect(!tells(world.now.advanced(by: .seconds(1))))
    // A lease ends, should its holder hang for ever.
    #expect(tells(world.now.advanced(by: .seconds(41))))
    // Then the answer of the first comes too late to count.
    world.now = world.now.advanced(by: .seconds(42))
    try world.answer(.accepted)
    #expect(world.log.contains { $0.contains("late_delivery") })
    let rows = try world.read { books throws(LedgerError) in try books.sinks() }
    #expect(rows.map(\.cursor) == [0])
  }

  @Test func aSinkIsToldOfWhatItTakesAndItsCursorPassesTheRest() throws {
    let world = try TellingWorld(
      #"{"kind": "file", "path": "captured", "types": ["payment.captured"]}"#)
    world.charge("INV-1")
    #expect(try world.answer(.accepted) == ["payment.captured"])
    let rows = try world.read { books throws(LedgerError) in try books.sinks() }
    #expect(rows.map(\.cursor) == [4])
  }

  @Test func aNewSinkIsToldOfEverythingFromThenOn() throws {
    let world = try TellingWorld("")
    world.charge("INV-1")
    #expect(world.deliveries.isEmpty)
    #expect(try world.read { books throws(LedgerError) in try books.sinks() } == [])
    let telling = try policy(cap("run", "run", "1000.00"), members: ", \"events\": [\(Self.file)]")
    world.step([.policy(.accepted(telling))])
    world.charge("INV-2")
    #expect(try world.answer(.accepted) == ["policy.changed", "payment.requested"])
  }

  @Test func theWaitsGrowAndEnd() {
    let sink = Sink(name: "hook", place: .output)
    let waits = (1...20).map { sink.wait(after: $0, event: 7) }
    for (tries, wait) in zip(1...20, waits) {
      let own = min(Int64(1000) << Int64(tries - 1), 600_000)
      #expect(wait.milliseconds >= own && wait.milliseconds <= own + own / 5)
    }
    #expect(sink.wait(after: 3, event: 7) == waits[2])
    #expect(sink.wait(after: 3, event: 8) != waits[2])
  }
}
