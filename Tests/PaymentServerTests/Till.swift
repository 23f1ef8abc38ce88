import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// A moment as people write it: `2026-11-20T09:00:00Z`.
func moment(_ text: String, plus milliseconds: Int64 = 0) -> Instant {
  guard let date = ISO8601DateFormatter().date(from: text) else {
    preconditionFailure("A test writes its moments as ISO 8601.")
  }
  return Instant(milliseconds: Int64(date.timeIntervalSince1970) * 1000 + milliseconds)
}

/// A server on a real ledger whose processor answers at once, asked one thing at a time.
final class Till {
  /// A box, because the server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  private let folder: URL
  private let policy: String
  private var server: Server?
  private var sandbox = Sandbox()
  private var number = 0
  /// What the clock says.
  var now: Instant
  /// What answers a request instead of the sandbox; nil where the sandbox does.
  var answers: (Dispatch) -> Answer? = { _ in nil }
  /// Every line of the log.
  private(set) var log: [JSONValue] = []

  init(_ policy: String, at now: Instant = moment("2026-11-20T09:00:30Z")) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.policy = policy
    self.now = now
  }

  deinit {
    server = nil
    do { try FileManager.default.removeItem(at: folder) } catch {
      print("left behind: \(folder.path)")
    }
  }

  /// Its ledger's file.
  var ledger: String { folder.appending(path: "ledger.db").path }

  /// What the processor took, and what it gave back of it, in minor units.
  var taken: Int64 { sandbox.intents.reduce(0) { $0 + $1.amountReceived } }
  var returned: Int64 { sandbox.intents.reduce(0) { $0 + $1.amountRefunded } }

  /// The process dies, and another takes its place when it is spoken to.
  func restart() { server = nil }

  /// Charges under a name of its own; gives back the code of the answer.
  @discardableResult
  func charge(
    _ amount: Int64, run: String = "run-1", customer: String = "cus_1", at now: Instant? = nil,
    reference: String? = nil
  ) throws -> String {
    if let now { self.now = now }
    let name = reference ?? "N\(number)-\(amount)"
    return try call(
      "charge",
      #"{"reference":"\#(name)","customer":"\#(customer)","amount":\#(amount),"currency":"USD"}"#,
      run: run)["code"]?.string ?? ""
  }

  /// Calls a tool; gives back the structured content of the answer.
  @discardableResult
  func call(_ tool: String, _ arguments: String, run: String = "run-1") throws -> JSONValue {
    number += 1
    let line = #"""
      {"jsonrpc":"2.0","id":\#(number),"method":"tools/call","params":{"name":"\#(tool)",\#
      "arguments":\#(arguments),"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\#
      "io.modelcontextprotocol/clientCapabilities":{},"dev.bursar/run":"\#(run)"}}}
      """#
    let said = try step([.line(Array(line.utf8))])
    let answer = try #require(said.first { $0["id"]?.integer == Int64(number) })
    return try #require(answer["result"]?["structuredContent"])
  }

  /// Takes inputs in, and whatever follows from them; gives back what was said.
  @discardableResult
  func step(_ inputs: [Input]) throws -> [JSONValue] {
    let server = self.server ?? Server(setting)
    self.server = server
    var said: [JSONValue] = []
    var inputs = inputs
    while !inputs.isEmpty {
      let given = inputs
      inputs = []
      for output in server.value.step(given, at: now) {
        switch output {
        case .line(let line): said.append(try JSONValue(reading: line))
        case .log(let line): log.append(try JSONValue(reading: line))
        case .deliver: break
        case .send(let dispatch):
          let answer =
            answers(dispatch) ?? .response(sandbox.answer(dispatch.request, at: now))
          inputs.append(.answer(dispatch.id, answer))
        }
      }
    }
    return said
  }

  /// The lines of the log about one kind of event.
  func events(_ name: String) -> [JSONValue] { log.filter { $0["event"]?.string == name } }

  /// The lines of the history with one reason.
  func history(_ reason: String) throws -> [HistoryEntry] {
    var ledger = try Ledger(path: ledger)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.history(after: 0, limit: 100_000)
    }.filter { $0.reason == reason }
  }

  private var setting: Setting {
    Setting(
      policy: readPolicy(Array(policy.utf8), currencies: Stripe.currencies),
      dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: "run-0",
      ledger: ledger, version: "0.0.0")
  }
}

/// A policy of these caps that holds back nothing else.
func ample(_ caps: String..., members: String = "") -> String {
  """
  {"caps": [\(caps.joined(separator: ","))], "nearDuplicates": {"action": "allow"},
   "rates": {"perMinute": 1000000, "stopsPerRun": 1000000}\(members)}
  """
}
