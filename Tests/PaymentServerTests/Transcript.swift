import Foundation
import Ledger
import PaymentServer
import Payments
import Processors
import TranscriptFormat

extension TranscriptFile {
  /// The file as it would be recorded now.
  func played() throws -> String {
    let world = try PlayedWorld()
    var result: [String] = []
    for (text, line) in try lines() {
      switch line {
      case .said, .sent: continue
      case .remark, .policy, .run, .network, .at, .heard, .end, .restart, .answer, .operated,
        .faults, .toolsByName:
        result.append(text)
        result += try world.follow(line)
      }
    }
    world.remove()
    return result.joined(separator: "\n")
  }
}

/// What a transcript is played in: the pure server, a real ledger in a temporary folder, the
/// sandbox.
final class PlayedWorld {
  private let folder: URL
  private var server: Server?
  private var sandbox = RoughSandbox(.none, schema: [], seed: 0)
  private var isByName = false
  private var now = Instant(milliseconds: 1_795_165_200_000)
  private var reading = PolicyReading.accepted(defaultPolicy(currencies: Stripe.currencies))
  private var run = "run-1"
  private var isManual = false
  /// Every request that left, the first first.
  private(set) var sent: [(id: DispatchID, request: Request)] = []
  private var said: [String] = []

  /// A box, because the server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bursar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() {
    server = nil
    do { try FileManager.default.removeItem(at: folder) } catch {
      print("left behind: \(folder.path)")
    }
  }

  /// Where its ledger is, once there is one.
  var ledger: String { folder.appending(path: "ledger.db").path }

  /// Carries out one line of a transcript and gives what followed from it.
  func follow(_ line: TranscriptFile.Line) throws -> [String] {
    said = []
    switch line {
    case .remark, .said, .sent: break
    case .policy(let text):
      reading = readPolicy(Array(text.utf8), currencies: Stripe.currencies)
      if server != nil { step([.policy(reading)]) }
    case .operated(let text): try operate(text)
    case .run(let name): run = name
    case .network(let manual): isManual = manual
    case .at(let time): try move(to: time)
    case .heard(let line): step([.line(Array(line.utf8))])
    case .end: step([.ended])
    case .restart: server = nil
    case .answer(let text): try answer(text)
    case .faults(let text): sandbox = try Self.sandbox(faults: text)
    case .toolsByName: isByName = true
    }
    return isByName ? said.map(TranscriptFile.byName) : said
  }

  private func step(_ inputs: [Input]) {
    let server = self.server ?? Server(setting)
    self.server = server
    var inputs = inputs
    while true {
      var answers: [Input] = []
      for output in server.value.step(inputs, at: now) {
        switch output {
        case .line(let line): said.append("< " + String(decoding: line.dropLast(), as: UTF8.self))
        case .log, .deliver: break
        case .send(let dispatch):
          sent.append((dispatch.id, dispatch.request))
          let key = dispatch.request.headers.first { $0.name == "Idempotency-Key" }?.value ?? "-"
          let head =
            "! \(sent.count) \(dispatch.request.method.rawValue) \(dispatch.request.path) \(key)"
          if isManual {
            said.append(head)
          } else {
            let response = answer(dispatch.request)
            said.append("\(head) -> \(response.status)")
            answers.append(.answer(dispatch.id, .response(response)))
          }
        }
      }
      if answers.isEmpty { return }
      inputs = answers
    }
  }

  private var setting: Setting {
    Setting(
      policy: reading, dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: run,
      ledger: ledger, version: "0.0.0")
  }

  /// Moves the clock, stopping wherever the server asked to be woken.
  private func move(to text: String) throws {
    let target: Instant
    if text.hasPrefix("+") {
      guard let seconds = Double(text.dropFirst().dropLast()) else {
        throw TranscriptFile.Unreadable(line: text)
      }
      target = now.advanced(by: .milliseconds(Int64(seconds * 1000)))
    } else {
      let format = ISO8601DateFormatter()
      guard let date = format.date(from: text) else { throw TranscriptFile.Unreadable(line: text) }
      target = Instant(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }
    while let wake = server?.value.wake, wake <= target, server != nil {
      now = max(now, wake)
      step([.tick])
      if let next = server?.value.wake, next <= wake { break }
    }
    now = target
    if server != nil { step([.tick]) }
  }

  private func operate(_ text: String) throws {
    var words = text.split(separator: " ").map(String.init)
    let isFreeze = words.removeFirst() == "freeze"
    let extent: Freeze.Extent
    switch words.removeFirst() {
    case "run": extent = .run(words.removeFirst(), namespace: "default")
    case "customer": extent = .customer(words.removeFirst(), namespace: "default")
    case "namespace": extent = .namespace("default")
    default: extent = .all
    }
    let freeze = Freeze(extent, why: words.joined(separator: " "), at: now)
    if isFreeze {
      try Freezing.freeze(freeze, ledger: ledger)
    } else {
      guard try Freezing.thaw(freeze, ledger: ledger) else {
        throw TranscriptFile.Unreadable(line: text)
      }
    }
  }

  private static func sandbox(faults: String) throws -> RoughSandbox {
    let schema = Array(
      try Data(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
          .deletingLastPathComponent().deletingLastPathComponent()
          .appending(path: "schemas/faults.schema.json")))
    let plan = try FaultPlan(reading: Array(faults.utf8), schema: schema, seed: 0)
    return RoughSandbox(plan, schema: schema, seed: 0)
  }

  /// The sandbox's answer. How it travels is not the transcript's business: only plans whose faults
  /// are answers have a place in one.
  private func answer(_ request: Request) -> Response {
    let visit = SandboxVisit(
      method: request.method.rawValue, path: request.path,
      headers: request.headers + [Header("Authorization", "Bearer sandbox")], body: request.body)
    guard case .answer(let response) = sandbox.take(visit, at: now) else {
      preconditionFailure("A fault in a transcript is an answer.")
    }
    return response
  }

  private func answer(_ text: String) throws {
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count > 1, let number = Int(words[0]), (1...sent.count).contains(number) else {
      throw TranscriptFile.Unreadable(line: text)
    }
    let (id, request) = sent[number - 1]
    switch words[1] {
    case "sandbox": step([.answer(id, .response(answer(request)))])
    case "executed": _ = answer(request)
    case "lost":
      _ = answer(request)
      step([.answer(id, .failure(TransportFailure(cause: .timeout, sent: true)))])
    case "timeout":
      step([.answer(id, .failure(TransportFailure(cause: .timeout, sent: true)))])
    case "refused":
      step([.answer(id, .failure(TransportFailure(cause: .connection, sent: false)))])
    case let word:
      guard let status = Int(word) else { throw TranscriptFile.Unreadable(line: text) }
      let body = Array((words.count > 2 ? words[2] : "").utf8)
      step([.answer(id, .response(Response(status: status, headers: [], body: body)))])
    }
  }
}
