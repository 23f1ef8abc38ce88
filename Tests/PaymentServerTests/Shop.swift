import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors

/// A server with a real ledger before a sandbox, and a clock that a test turns by hand.
final class Shop {
  /// A box, because the server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  let ledger: String
  let setting: Setting
  var sandbox = Sandbox()
  var now = Instant(milliseconds: 1_795_165_200_000)
  /// What is answered instead of the sandbox's answer; nil for the sandbox's own.
  var street: (Request, inout Sandbox, Instant) -> Answer? = { _, _, _ in nil }
  /// The log's lines so far.
  private(set) var log: [JSONValue] = []
  private(set) var requests: [Request] = []

  private let folder: URL
  private var server: Server?
  private var calls = 0
  private var said: [JSONValue] = []

  init(_ policy: String = #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(wide)]}"#) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    ledger = folder.appending(path: "ledger.db").path
    setting = Setting(
      policy: readPolicy(Array(policy.utf8), currencies: Stripe.currencies),
      dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: "run-1",
      ledger: ledger, version: "0.0.0")
  }

  /// A cap that stops nothing.
  static let wide = cap("day", "namespace", "900000.00", #", "window": "day""#)

  deinit {
    server = nil
    do { try FileManager.default.removeItem(at: folder) } catch {
      print("left behind: \(folder.path)")
    }
  }

  /// Calls a tool and gives the structured content of its answer.
  @discardableResult
  func call(_ tool: String, _ arguments: String) throws -> JSONValue {
    open()
    calls += 1
    let id = Int64(calls)
    step([
      .line(
        Array(
          (#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
            + #""arguments":\#(arguments)}}"#).utf8))
    ])
    for _ in 0..<100 {
      if let answer = said.first(where: { $0["id"]?.integer == id }) {
        return answer["result"]?["structuredContent"] ?? answer
      }
      pass(.milliseconds(500))
    }
    throw LedgerError.busy
  }

  @discardableResult
  func charge(_ reference: String, _ amount: Int64 = 1000, _ more: String = "") throws -> JSONValue
  {
    try call(
      "charge",
      #"{"reference":"\#(reference)","customer":"cus_1","amount":\#(amount),"currency":"USD"\#(more)}"#
    )
  }

  @discardableResult
  func refund(_ reference: String, of charge: String, _ amount: Int64) throws -> JSONValue {
    try call(
      "refund", #"{"reference":"\#(reference)","charge":"\#(charge)","amount":\#(amount)}"#)
  }

  /// The operation of that kind that was asked for under a reference.
  func operation(
    _ reference: String, _ kind: Payments.Operation.Kind = .charge
  ) throws -> Payments.Operation {
    var books = try Ledger(path: ledger)
    let found = try books.read { (books: borrowing Books) throws(LedgerError) in
      try books.operations(reference: reference, namespace: "default")
    }
    guard let operation = found.first(where: { $0.kind == kind }) else {
      throw LedgerError.unusable("no \(kind) for \(reference)")
    }
    return operation
  }

  /// What is held and spent of charges in the namespace, ever.
  func exposure() throws -> Exposure {
    var books = try Ledger(path: ledger)
    guard let dollar = Currency("USD") else { throw LedgerError.busy }
    return try books.read { (books: borrowing Books) throws(LedgerError) in
      try books.exposure(of: .namespace("default", .charge, dollar), since: nil)
    }
  }

  /// The reasons and details in an operation's history.
  func history(of operation: Payments.Operation) throws -> [HistoryEntry] {
    var books = try Ledger(path: ledger)
    return try books.read { (books: borrowing Books) throws(LedgerError) in
      try books.history(of: operation.id)
    }
  }

  /// Does something to the ledger behind the server's back.
  func tamper(
    _ change: (inout Books) throws(LedgerError) -> Void
  ) throws {
    var books = try Ledger(path: ledger)
    try books.commit(change)
  }

  /// Lets time pass, waking the server whenever it asked for it.
  func pass(_ duration: Duration) {
    let target = now.advanced(by: duration)
    open()
    server?.value.glance(at: now)
    for _ in 0..<10_000 {
      guard let wake = server?.value.wake, wake <= target else { break }
      now = max(now.advanced(by: .milliseconds(1)), wake)
      step([.tick])
    }
    now = max(now, target)
    step([.tick])
  }

  private func open() {
    if server != nil { return }
    server = Server(setting)
    let hello =
      #"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
    step([
      .line(Array(#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":\#(hello)}"#.utf8)),
      .line(Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8)),
    ])
  }

  private func step(_ inputs: [Input]) {
    guard let server else { return }
    var inputs = inputs
    while !inputs.isEmpty {
      var answers: [Input] = []
      for output in server.value.step(inputs, at: now) {
        switch output {
        case .line(let line): said += parsed(line)
        case .log(let line): log += parsed(line)
        case .send(let dispatch): answers.append(.answer(dispatch.id, answer(dispatch.request)))
        }
      }
      inputs = answers
    }
  }

  /// What a request is answered, by the street or the sandbox.
  func answer(_ request: Request) -> Answer {
    requests.append(request)
    return street(request, &sandbox, now) ?? .response(sandbox.answer(request, at: now))
  }

  private func parsed(_ line: [UInt8]) -> [JSONValue] {
    do { return [try JSONValue(reading: line)] } catch { return [] }
  }
}
