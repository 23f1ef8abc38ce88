import Foundation
import JSON
import Processors
import Testing

@testable import bursar

/// A ledger with what stands around it, for tests that start several programs on it.
struct Estate {
  let home: TemporaryDirectory
  let policy: String

  /// A policy that refuses nothing these tests ask for, and waits for nothing longer than it must.
  static let ample = """
    {
      "caps": [{ "name": "run", "per": "run", "amount": "1000000.00", "currency": "USD" }],
      "rates": { "perMinute": 1000000, "stopsPerRun": 1000000 },
      "nearDuplicates": { "action": "allow" },
      "processor": {
        "timeout": "100ms", "connectTimeout": "100ms", "backoff": "10ms", "jitter": "0s",
        "attempts": 20, "timeoutAttempts": 20
      }
    }
    """

  /// A fresh place with that policy.
  init(policy text: String = Estate.ample) throws {
    home = try TemporaryDirectory()
    policy = try home.write(text, to: "policy.jsonc")
  }

  /// The ledger's file.
  var ledger: String { home.path(".local/state/bursar/ledger.db") }
  /// The sandbox's books.
  var journal: String { ledger + ".sandbox" }

  /// Starts a server on it, all of them in one run.
  func start(through wrapper: [String] = []) throws -> Binary {
    try Binary(
      "--policy", policy, "--run", "r", environment: ["KEY": "sk_test_Zq9Zq9Zq9"], home: home,
      through: wrapper)
  }

  /// Starts a server and says hello.
  func open(through wrapper: [String] = []) throws -> Binary {
    let binary = try start(through: wrapper)
    try binary.write(Wire.hello)
    _ = try #require(try binary.readLine())
    return binary
  }

  /// Pays something in a process of its own.
  func pay(_ reference: String) throws {
    let server = try open()
    try server.write(Wire.charge(reference))
    #expect(try Said(try server.readLine()).verdict == "DONE")
    server.closeInput()
    #expect(try server.exitCode() == 0)
  }

  /// The sandbox as its journal tells it.
  func sandbox() throws -> Sandbox {
    var sandbox = Sandbox()
    guard FileManager.default.fileExists(atPath: journal) else { return sandbox }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: journal))
    for line in Array(bytes).split(separator: 0x0A) {
      let entry = try #require(SandboxEntry(line: line))
      _ = sandbox.answer(entry.request, at: entry.now)
    }
    return sandbox
  }

  /// How often money was taken under each reference.
  func captures() throws -> [String: Int] {
    try sandbox().captures
  }

  /// Queries that find nothing in sound books, and what it means if they do.
  private static let judgements = [
    ("at no end", "SELECT reference FROM operations WHERE next IS NOT NULL"),
    ("a dead letter", "SELECT reference FROM operations WHERE dead_letter IS NOT NULL"),
    ("still held", "SELECT scope FROM held WHERE amount <> 0 OR count <> 0"),
    ("an attempt without end", "SELECT operation FROM attempts WHERE finished IS NULL"),
    (
      "a history that skips",
      """
      SELECT operation FROM history GROUP BY operation
      HAVING count(*) <> max(version) OR min(version) <> 1
      """
    ),
    (
      "a history that does not follow from itself",
      """
      SELECT a.operation FROM history a JOIN history b
      ON b.operation = a.operation AND b.version = a.version + 1
      WHERE a.to_state IS NOT b.from_state
      """
    ),
    (
      "a history that ends elsewhere",
      """
      SELECT reference FROM operations WHERE state IS NOT
      (SELECT to_state FROM history WHERE operation = id ORDER BY version DESC LIMIT 1)
      """
    ),
    (
      "counted otherwise than they are",
      """
      SELECT name FROM tallies WHERE name LIKE 'operations %' AND count <>
      (SELECT count(*) FROM operations WHERE 'operations ' || kind || ' ' || state = name)
      """
    ),
    (
      "not counted",
      """
      SELECT 'operations ' || kind || ' ' || state AS name FROM operations
      WHERE name NOT IN (SELECT name FROM tallies)
      """
    ),
    (
      "attempts counted otherwise than they are",
      """
      SELECT count(*) FROM attempts WHERE finished IS NOT NULL HAVING count(*) <>
      (SELECT coalesce(sum(count), 0) FROM tallies WHERE name LIKE 'attempts %')
      """
    ),
    (
      "spent another sum than was captured",
      """
      SELECT scope FROM exposure WHERE scope = 'charge|USD|run|default|r' AND width = 0
      AND amount <> (SELECT sum(amount) FROM operations WHERE state = 'captured')
      """
    ),
  ]

  /// What is wrong with the books by themselves; empty when they are sound and at rest.
  func unsoundness() throws -> [String] {
    let books = try OpenedLedger(ledger)
    var found = try books.rows("PRAGMA integrity_check").flatMap { $0 }.filter { $0 != "ok" }
    for (words, query) in Self.judgements {
      found += try books.rows(query).map { "\(words): \($0[0])" }
    }
    return found
  }
}

extension Sandbox {
  /// How often money was taken under each reference.
  var captures: [String: Int] {
    var counts: [String: Int] = [:]
    for intent in intents where intent.status == .succeeded {
      counts[intent.metadata["bursar_reference"]?.string ?? "?", default: 0] += 1
    }
    return counts
  }

  /// How often money was given back under each reference.
  var refunded: [String: Int] {
    var counts: [String: Int] = [:]
    for refund in refunds {
      counts[refund.metadata["bursar_reference"]?.string ?? "?", default: 0] += 1
    }
    return counts
  }
}

/// What is said on the wire, one line each.
enum Wire {
  static let hello = """
    {"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25",\
    "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
    {"jsonrpc":"2.0","method":"notifications/initialized"}

    """
  static let list = """
    {"jsonrpc":"2.0","id":"list","method":"tools/list"}

    """
  static let ping = """
    {"jsonrpc":"2.0","id":"ping","method":"ping"}

    """

  static func charge(_ reference: String, amount: Int = 1000, id: Int = 1) -> String {
    """
    {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"charge","arguments":\
    {"reference":"\(reference)","customer":"cus_1","amount":\(amount),"currency":"USD",\
    "payment_method":"pm_card_visa"}}}

    """
  }

  static func refund(_ reference: String, of charge: String, amount: Int, id: Int = 1) -> String {
    """
    {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"refund","arguments":\
    {"charge":"\(charge)","reference":"\(reference)","amount":\(amount),"reason":"duplicate"}}}

    """
  }

  static func status(_ reference: String? = nil, id: Int = 1) -> String {
    let arguments = reference.map { "\"reference\":\"\($0)\"" } ?? ""
    return """
      {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"status","arguments":\
      {\(arguments)}}}

      """
  }
}

/// One answer, as far as these tests look at it.
struct Said {
  let id: String
  let verdict: String
  let code: String
  let operation: String?
  let reference: String?
  let message: String

  /// Reads a line; nothing in it is optional but what not every verdict knows.
  init(_ line: String?) throws {
    let line = try #require(line)
    let whole = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    let result = try #require(whole["result"] as? [String: Any], "\(line)")
    let content = result["structuredContent"] as? [String: Any] ?? [:]
    id = whole["id"].map { "\($0)" } ?? ""
    verdict = content["verdict"] as? String ?? ""
    code = content["code"] as? String ?? ""
    operation = content["operation"] as? String
    reference = content["reference"] as? String
    message = content["message"] as? String ?? ""
  }
}

/// Numbers that look drawn, the same for the same seed (SplitMix64).
struct Draw {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A number in that range.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// Once in so many times.
  mutating func once(in times: Int) -> Bool { number(1...times) == 1 }
}
