import Foundation
import JSON
import Ledger
import PaymentServer
import Payments
import Processors
import Testing

/// The same numbers for ever: a linear congruential generator (Knuth's MMIX).
struct Dice {
  var state: UInt64

  mutating func roll(_ range: ClosedRange<Int64>) -> Int64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let width = UInt64(bitPattern: range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int64((state >> 11) % width)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(roll(0...Int64(elements.count - 1)))]
  }
}

/// A policy from its text, which must be sound.
func accepted(_ text: String) throws -> Policy {
  switch readPolicy(Array(text.utf8), currencies: Stripe.currencies) {
  case .accepted(let policy): return policy
  case .broken(let mistakes):
    Issue.record("\(mistakes.map(\.sentence))")
    throw LedgerError.busy
  }
}

/// A policy of these caps and further members, without guard against near duplicates.
func policy(_ caps: String..., members: String = "") throws -> Policy {
  try accepted(
    #"{"nearDuplicates": {"action": "allow"}, "caps": [\#(caps.joined(separator: ","))]\#(members)}"#
  )
}

/// One cap in US dollars.
func cap(_ name: String, _ extent: String, _ amount: String, _ more: String = "") -> String {
  #"{"name": "\#(name)", "per": "\#(extent)", "amount": "\#(amount)", "currency": "USD"\#(more)}"#
}

/// One call of an agent, at a moment of its own.
struct ReplayedCall {
  let at: Instant
  let tool: String
  let run: String
  let arguments: String
}

extension ReplayedCall {
  /// A charge so many minutes after the beginning.
  static func charge(
    _ reference: String, _ amount: Int64, minute: Int64 = 0, run: String = "run-1",
    customer: String = "cus_1", card: String = "pm_card_visa"
  ) -> ReplayedCall {
    ReplayedCall(
      at: Instant(milliseconds: 1_795_165_200_000 + minute * 60_000), tool: "charge", run: run,
      arguments: #"{"reference":"\#(reference)","customer":"\#(customer)","amount":\#(amount),"#
        + #""currency":"USD","payment_method":"\#(card)"}"#)
  }

  /// A refund so many minutes after the beginning.
  static func refund(
    _ reference: String, of charge: String, _ amount: Int64, minute: Int64
  ) -> ReplayedCall {
    ReplayedCall(
      at: Instant(milliseconds: 1_795_165_200_000 + minute * 60_000), tool: "refund",
      run: "run-1",
      arguments: #"{"charge":"\#(charge)","reference":"\#(reference)","amount":\#(amount)}"#)
  }
}

/// A server with a real ledger that has calls replayed to it; the sandbox answers each request
/// after a time that depends on the operation alone.
final class Replay {
  /// A box, because the server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  let ledger: String
  private let folder: URL
  private let server: Server
  private var sandbox = Sandbox()
  private var out: [(due: Instant, dispatch: Dispatch)] = []
  private var calls = 0
  /// What the call at that moment was told in the same step, by its code; nothing when it waited.
  private(set) var codes: [Instant: String] = [:]

  /// How many requests left for the processor.
  private(set) var requests = 0

  init(_ policy: PolicyReading) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    ledger = folder.appending(path: "ledger.db").path
    server = Server(
      Setting(
        policy: policy, dialect: Stripe.dialect(profileName: "sandbox"),
        livemode: false, run: "run-0", ledger: ledger, version: "0.0.0"))
    let hello =
      #"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
    step(
      [
        .line(Array(#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":\#(hello)}"#.utf8)),
        .line(Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8)),
      ], at: Instant(milliseconds: 0))
  }

  func remove() throws { try FileManager.default.removeItem(at: folder) }

  /// Carries out calls, each at its time, and answers at theirs; then waits for what is out.
  func play(_ calls: [ReplayedCall]) throws {
    for call in calls {
      deliver(until: call.at)
      self.calls += 1
      let id = self.calls
      let line =
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(call.tool)","#
        + #""arguments":\#(call.arguments),"_meta":{"dev.bursar/run":"\#(call.run)"}}}"#
      for said in step([.line(Array(line.utf8))], at: call.at) {
        let answer = try JSONValue(reading: said)
        guard answer["id"]?.integer == Int64(id) else { continue }
        codes[call.at] = answer["result"]?["structuredContent"]?["code"]?.string
      }
    }
    let end = calls.last?.at ?? Instant(milliseconds: 0)
    deliver(until: end.advanced(by: .seconds(600)))
  }

  private func deliver(until moment: Instant) {
    func order(_ entry: (due: Instant, dispatch: Dispatch)) -> (Instant, String) {
      (entry.due, entry.dispatch.id.operation.text)
    }
    while let next = out.min(by: { order($0) < order($1) }), next.due < moment {
      out.removeAll { $0.dispatch.id == next.dispatch.id }
      let response = sandbox.answer(next.dispatch.request, at: next.due)
      step([.answer(next.dispatch.id, .response(response))], at: next.due)
    }
  }

  @discardableResult
  private func step(_ inputs: [Input], at now: Instant) -> [[UInt8]] {
    var said: [[UInt8]] = []
    for output in server.value.step(inputs, at: now) {
      switch output {
      case .line(let line): said.append(line)
      case .log, .deliver: break
      case .send(let dispatch):
        requests += 1
        out.append((now.advanced(by: delay(of: dispatch.id)), dispatch))
      }
    }
    return said
  }

  /// Between a millisecond and two minutes, the same for the same operation and attempt.
  private func delay(of id: DispatchID) -> Duration {
    let seed = id.operation.text.utf8.reduce(UInt64(id.attempt)) { $0 &* 31 &+ UInt64($1) }
    var dice = Dice(state: seed)
    return .milliseconds(dice.pick([1, 700, 5_000, 61_000, 120_000]) + dice.roll(0...59))
  }
}
