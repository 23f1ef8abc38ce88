import Foundation
import Ledger
import PaymentServer
import Payments
import Processors

/// Where an agent tries to get around a cap: processes on one ledger, and the sandbox's books.
///
/// The namespace may spend 100.00 USD, ever. 90.00 are spent when the agent begins.
final class Cheat {
  static let policy = """
    {"caps": [
      {"name": "one charge", "per": "operation", "amount": "50.00", "currency": "USD",
        "splitWindow": "10m"},
      {"name": "all", "per": "namespace", "window": "lifetime", "amount": "100.00", "currency": "USD"}
    ]}
    """

  private let folder: URL
  private var servers: [Server] = []
  private(set) var sandbox = Sandbox()
  private var held: [(server: Int, DispatchID, Request)] = []
  /// The clock's reading.
  var now = Instant(milliseconds: 1_795_165_200_000)
  /// Whether requests wait until they are let go.
  var isHolding = false
  private(set) var said: [String] = []
  private var id = 0

  /// A box, because the server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    charge("INV-1", 4500, "cus_ada")
    charge("INV-2", 4500, "cus_bob")
  }

  func remove() throws {
    servers = []
    try FileManager.default.removeItem(at: folder)
  }

  /// What the processor took, in minor units of whatever currency.
  var taken: Int64 { sandbox.intents.reduce(0) { $0 + $1.amountReceived } }

  /// Sends lines to one of the processes, all in one step.
  func send(_ lines: [String], to number: Int = 0) {
    while servers.count <= number { servers.append(Server(setting)) }
    step(lines.map { .line(Array($0.utf8)) }, number)
  }

  /// Calls a tool with arguments as they are, in a run of that name.
  func call(_ tool: String, _ arguments: String, run: String? = nil, to number: Int = 0) {
    send([line(tool, arguments, run: run)], to: number)
  }

  func line(_ tool: String, _ arguments: String, run: String? = nil) -> String {
    id += 1
    let meta = run.map { #","dev.bursar/run":"\#($0)""# } ?? ""
    return #"""
      {"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)",\#
      "arguments":\#(arguments),"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\#
      "io.modelcontextprotocol/clientCapabilities":{}\#(meta)}}}
      """#
  }

  func charge(
    _ reference: String, _ amount: Int, _ customer: String = "cus_eve", _ currency: String = "USD",
    run: String? = nil, to number: Int = 0
  ) {
    call(
      "charge", Self.arguments(reference, amount, customer, currency), run: run, to: number)
  }

  static func arguments(
    _ reference: String, _ amount: Int, _ customer: String = "cus_eve", _ currency: String = "USD"
  ) -> String {
    #"{"reference":"\#(reference)","customer":"\#(customer)","amount":\#(amount),"currency":"\#(currency)"}"#
  }

  /// The call that was sent last is cancelled.
  func cancelLast() {
    send([
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    ])
  }

  /// Every process dies; others take their places when they are spoken to.
  func restart() { servers = [] }

  /// Time passes in every process.
  func wait(_ length: Duration) {
    now = now.advanced(by: length)
    for number in servers.indices { step([.tick], number) }
  }

  /// The requests that wait are answered, and whatever follows.
  func release() {
    isHolding = false
    let waiting = held
    held = []
    for (number, dispatch, request) in waiting where servers.indices.contains(number) {
      step([.answer(dispatch, .response(sandbox.answer(request, at: now)))], number)
    }
  }

  private var setting: Setting {
    Setting(
      policy: readPolicy(Array(Self.policy.utf8), currencies: Stripe.currencies),
      dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: "run-1",
      ledger: folder.appending(path: "ledger.db").path, version: "0.0.0")
  }

  private func step(_ inputs: [Input], _ number: Int) {
    var inputs = inputs
    while !inputs.isEmpty {
      let given = inputs
      inputs = []
      for output in servers[number].value.step(given, at: now) {
        switch output {
        case .line(let line): said.append(String(decoding: line, as: UTF8.self))
        case .log, .deliver: break
        case .send(let dispatch) where isHolding:
          held.append((number, dispatch.id, dispatch.request))
        case .send(let dispatch):
          let response = sandbox.answer(dispatch.request, at: now)
          inputs.append(.answer(dispatch.id, .response(response)))
        }
      }
    }
  }
}
