import Foundation
import Glibc
import Testing

/// The real server and the real `bursar sandbox`, with HTTP between them.
final class PracticeWorld {
  /// The key the server sends; no file and no line may hold its middle.
  static let key = "sk_test_" + secret + "1"
  private static let secret = "Qx7Qx7Qx7"

  let home: TemporaryDirectory
  let sandbox: Binary
  let port: Int
  private var server: Binary?
  /// Everything the server said on standard output.
  private(set) var said: [String] = []
  private var calls = 0
  /// The run of the next server that is started.
  var run = "r"

  /// - Parameters:
  ///   - faults: the plan's rules.
  ///   - processor: how patient the policy is, as members of its `processor`.
  init(
    faults: String = "[]", seed: Int = 0,
    processor: String = #""backoff": "10ms", "timeout": "600ms""#,
    respondWithin: String = "4s"
  ) throws {
    signal(SIGPIPE, SIG_IGN)
    home = try TemporaryDirectory()
    try home.write("{\"rules\": \(faults)} // a plan\n", to: "faults.jsonc")
    sandbox = try Binary(
      "sandbox", "--port", "0", "--seed", String(seed), "--faults", home.path("faults.jsonc"),
      "--books", home.path("books"))
    let line = try #require(try sandbox.readLine())
    try #require(line.hasPrefix("listening on http://127.0.0.1:"), "\(line)")
    port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    try home.write(
      """
      {
        "environment": "test",
        "processor": {
          "kind": "stripe", "baseURL": "http://127.0.0.1:\(port)",
          "apiKey": { "env": "STRIPE_KEY" }, "connectTimeout": "5s",
          "jitter": "0s", "requestsPerSecond": 1000, \(processor)
        },
        "respondWithin": "\(respondWithin)",
        "rates": { "perMinute": 10000, "stopsPerRun": 10000 },
        "nearDuplicates": { "action": "allow" },
        "caps": [{ "name": "run", "per": "run", "amount": "90000.00", "currency": "USD" }]
      }
      """, to: "policy.jsonc")
  }

  /// Arms other faults from here on.
  func arm(_ faults: String) throws {
    let answer = try fetch(port: port, "POST", "/_faults", body: "{\"rules\": \(faults)}")
    try #require(answer.status == 200, "\(answer.body)")
  }

  private func binary(_ arguments: String...) throws -> Binary {
    try Binary(
      arguments: arguments + ["--policy", home.path("policy.jsonc")],
      environment: ["STRIPE_KEY": Self.key], home: home)
  }

  /// Asks for a tool without waiting for the answer; starts the server if none runs.
  func ask(_ tool: String, _ arguments: [String: Any]) throws {
    let server = try server ?? binary("serve", "--run", run, "--transcript", home.path("talk"))
    self.server = server
    calls += 1
    let call: [String: Any] = [
      "jsonrpc": "2.0", "id": calls, "method": "tools/call",
      "params": [
        "name": tool, "arguments": arguments,
        "_meta": [
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": [String: Any](),
        ],
      ] as [String: Any],
    ]
    try server.write(Array(try JSONSerialization.data(withJSONObject: call)) + [0x0A])
  }

  /// The next answer's structured content.
  func answer() throws -> [String: Any] {
    let line = try #require(try server?.readLine())
    said.append(line)
    let result = try object(line)["result"] as? [String: Any]
    return try #require(result?["structuredContent"] as? [String: Any], "\(line)")
  }

  func charge(_ reference: String, amount: Int = 1000) throws -> [String: Any] {
    try ask("charge", Self.charge(reference, amount: amount))
    return try answer()
  }

  func status(_ arguments: [String: Any]) throws -> [String: Any] {
    try ask("status", arguments)
    return try answer()
  }

  static func charge(_ reference: String, amount: Int = 1000) -> [String: Any] {
    [
      "reference": reference, "customer": "cus_1", "amount": amount, "currency": "USD",
      "payment_method": "pm_card_visa",
    ]
  }

  func refund(_ reference: String, of charge: String, amount: Int) throws -> [String: Any] {
    try ask("refund", ["reference": reference, "charge": charge, "amount": amount])
    return try answer()
  }

  /// Ends the server's input and waits for its end.
  func leave() throws {
    guard let server else { return }
    server.closeInput()
    #expect(try server.exitCode() == 0)
    self.server = nil
  }

  /// Kills the server as it stands.
  func kill() throws {
    guard let server else { return }
    server.signal(SIGKILL)
    #expect(try server.exitCode() == -SIGKILL)
    self.server = nil
  }

  /// `bursar settle`: its exit code and what it left open.
  ///
  /// - Parameter limit: how many seconds it may take; it says nothing until its end.
  func settle(limit: Int = 3) throws -> (code: Int32, open: [[String: Any]]) {
    let settling = try binary("settle", "--json", "--limit", String(limit))
    let lines = try settling.readToEnd(patience: Int32(limit + 20) * 1000)
    said += lines
    return (try settling.exitCode(), try lines.map(object))
  }

  /// `bursar thaw --namespace`: whether there was anything to thaw.
  func thaw() throws -> Bool {
    let thawing = try binary("thaw", "--namespace")
    said += try thawing.readToEnd()
    return try thawing.exitCode() == 0
  }

  /// The ledger's operations, the oldest first.
  func operations() throws -> [[String: Any]] {
    let listing = try binary("operations", "--json")
    let lines = try listing.readToEnd()
    #expect(try listing.exitCode() == 0)
    said += lines
    return try lines.map(object)
  }

  /// One of the lists of the sandbox's books.
  func books(_ list: String) throws -> [[String: Any]] {
    let books = try object(try fetch(port: port, "GET", "/_books").body)
    return try #require(books[list] as? [[String: Any]])
  }

  /// Every request that reached the sandbox.
  func log() throws -> [[String: Any]] {
    let data = Data(try fetch(port: port, "GET", "/_log").body.utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
  }

  private func object(_ line: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(value as? [String: Any], "\(line)")
  }
}

// What must be true in the end.
extension PracticeWorld {
  /// Each operation of the ledger and what the books say of it: as much as it says, and once.
  func checkThatLedgerAndBooksAgree(refundsGivenTwice: Bool = false) throws {
    let intents = try books("payment_intents")
    let refunds = try books("refunds")
    func own(_ entries: [[String: Any]], _ id: String) -> [[String: Any]] {
      entries.filter { ($0["metadata"] as? [String: Any])?["bursar_operation"] as? String == id }
    }
    for operation in try operations() {
      let id = try #require(operation["operation"] as? String)
      let state = try #require(operation["state"] as? String)
      let isOpen = operation["next"] != nil || operation["dead_letter"] != nil
      if operation["kind"] as? String == "charge" {
        let paid = own(intents, id).filter { $0["status"] as? String == "succeeded" }
        #expect(paid.count <= 1, "\(id) is paid twice")
        #expect(isOpen || (paid.count == 1) == (state == "captured"), "\(operation) \(paid)")
        for intent in paid {
          #expect(intent["amount_received"] as? Int == operation["amount"] as? Int)
        }
      } else {
        let given = own(refunds, id)
        #expect(given.count <= (refundsGivenTwice ? 2 : 1), "\(id) is given back twice")
        #expect(isOpen || given.isEmpty == (state != "refunded"), "\(operation) \(given)")
      }
    }
  }

  /// Under one key the same bytes go to the same path, always.
  func checkThatKeysKeepTheirBytes() throws {
    var first: [String: [String?]] = [:]
    for entry in try log() where entry["method"] as? String == "POST" {
      let key = try #require(entry["idempotency_key"] as? String, "\(entry)")
      let sent = [entry["path"] as? String, entry["body"] as? String]
      #expect(first[key] ?? sent == sent, "\(key) has other bytes now")
      first[key] = sent
    }
  }

  /// Ends the sandbox, and looks for the key in all that was written.
  func checkThatTheKeyIsNowhere() throws {
    try leave()
    sandbox.signal(SIGTERM)
    let last = try sandbox.readToEnd()
    #expect(try sandbox.exitCode() == 0)
    #expect(!(said + last).contains { $0.contains(Self.secret) })
    var files = 0
    for home in [home, sandbox.home] {
      let names = try #require(FileManager.default.enumerator(atPath: home.path))
      for case let name as String in names {
        guard let bytes = FileManager.default.contents(atPath: home.path(name)) else { continue }
        files += 1
        #expect(bytes.range(of: Data(Self.secret.utf8)) == nil, "\(name) holds the key")
      }
    }
    #expect(files >= 5)
  }

  /// All of it.
  func checkEverything(refundsGivenTwice: Bool = false) throws {
    try leave()
    try checkThatLedgerAndBooksAgree(refundsGivenTwice: refundsGivenTwice)
    try checkThatKeysKeepTheirBytes()
    try checkThatTheKeyIsNowhere()
  }
}
