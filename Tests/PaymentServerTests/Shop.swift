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

  /// - Parameter shared: the ledger of another shop; nil for one of its own.
  init(
    _ policy: String = #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(wide)]}"#,
    ledger shared: String? = nil
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    ledger = shared ?? folder.appending(path: "ledger.db").path
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

  /// The process dies; another takes its place when it is spoken to.
  func restart() { server = nil }

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
        case .deliver: break
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

  /// Compares the processor's list with the books, the clock standing still but for retries.
  func reconcile(
    since: Duration = .seconds(30 * 86_400), refunds: Duration? = nil
  ) throws -> Reconciled {
    guard case .accepted(let policy) = setting.policy else { throw LedgerError.busy }
    var value = Reconciliation(
      setting, policy, since: now.advanced(by: .zero - since),
      refundsSince: refunds.map { now.advanced(by: .zero - $0) }, at: now)
    var lines: [JSONValue] = []
    var inputs: [Input] = [.tick]
    for _ in 0..<10_000 {
      let outputs = value.step(inputs, at: now)
      inputs = []
      for output in outputs {
        switch output {
        case .line, .deliver: break
        case .log(let line): lines += parsed(line)
        case .send(let dispatch): inputs.append(.answer(dispatch.id, answer(dispatch.request)))
        }
      }
      if let outcome = value.outcome { return Reconciled(outcome: outcome, log: lines) }
      if inputs.isEmpty, let wake = value.wake { now = max(now, wake) }
    }
    throw LedgerError.busy
  }

  /// What a comparison said.
  struct Reconciled {
    let outcome: Reconciliation.Outcome
    let log: [JSONValue]

    /// What was counted; nil when it was stopped.
    var tally: ComparisonCount? {
      switch outcome {
      case .finished(let tally): tally
      case .stopped: nil
      }
    }

    /// The new discrepancies as `kind subject`, sorted.
    var found: [String] {
      log.filter { $0["event"]?.string == "discrepancy" }
        .map { "\($0["kind"]?.string ?? "") \($0["subject"]?.string ?? "")" }.sorted()
    }
  }

  /// Makes an object at the processor past the server, paid unless said otherwise; gives its name.
  func object(
    for operation: String?, namespace: String? = "default", reference: String? = nil,
    amount: Int64 = 1000, currency: String = "usd", customer: String = "cus_1", paid: Bool = true
  ) throws -> String {
    var form = "amount=\(amount)&currency=\(currency)&customer=\(customer)"
    form += "&payment_method=pm_card_visa"
    if let operation { form += "&metadata%5Bbursar_operation%5D=\(operation)" }
    if let namespace, operation != nil { form += "&metadata%5Bbursar_namespace%5D=\(namespace)" }
    if let reference { form += "&metadata%5Bbursar_reference%5D=\(reference)" }
    let made = try post("/v1/payment_intents", form)
    guard let id = made["id"]?.string else { throw LedgerError.busy }
    if paid { try post("/v1/payment_intents/\(id)/confirm", "off_session=true") }
    return id
  }

  /// Gives back past the server; gives the refund's name.
  @discardableResult
  func givenBack(
    _ intent: String, _ amount: Int64, for operation: String? = nil
  ) throws -> String {
    var form = "payment_intent=\(intent)&amount=\(amount)"
    if let operation {
      form += "&metadata%5Bbursar_operation%5D=\(operation)&metadata%5Bbursar_namespace%5D=default"
    }
    return try post("/v1/refunds", form)["id"]?.string ?? ""
  }

  @discardableResult
  func post(_ path: String, _ form: String) throws -> JSONValue {
    let request = Request(
      method: .post, path: path,
      headers: [Header("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(form.utf8))
    return try JSONValue(reading: sandbox.answer(request, at: now).body)
  }

  /// Writes an operation into the books as if it had come that far, an hour ago.
  @discardableResult
  func record(
    _ reference: String, _ kind: Payments.Operation.Kind = .charge,
    _ change: (inout Payments.Operation) -> Void
  ) throws -> Payments.Operation {
    guard let dollar = Currency("USD") else { throw LedgerError.busy }
    let then = now.advanced(by: .seconds(-3600))
    let identity = Identity(namespace: "default", kind: kind, name: .reference(reference))
    var operation = Payments.Operation(
      id: Identity.names(base32: base32(sha256(identity.canonical))).id, kind: kind,
      namespace: "default", reference: reference,
      terms: Terms(
        customer: "cus_1", money: Money(1000, dollar), paymentMethod: nil, description: nil),
      run: "run-1", task: nil, step: nil, checkpoint: nil,
      state: kind == .charge ? .captured : .refunded, processorReference: nil, round: 0,
      confirmation: 0, next: nil, due: nil, attempt: nil, tries: 1, attempts: 2,
      unknownSince: nil, firstSent: then, code: nil, detail: nil, deadLetter: nil, owner: nil,
      livemode: false, created: then, updated: then, policy: "00ff", rule: nil, version: 0)
    change(&operation)
    let added = operation
    try tamper { books throws(LedgerError) in
      _ = try books.write(Transition(before: nil, after: added, reason: "planted"), at: then)
    }
    return added
  }
}
