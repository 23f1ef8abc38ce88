import JSON
import Ledger
import PaymentServer
import Payments
import Processors

@testable import Simulator

/// One thing that happens in a workload.
enum Move {
  /// A process reads these lines, all in one step.
  case say(Int, [String])
  /// What is on the street arrives at the processor, and the answers at whoever asked; so does what
  /// follows from them, until nothing is out.
  case deliver
  /// Time passes; nobody is woken.
  case wait(Duration)
  /// A process is woken.
  case tick(Int)
  /// A process ends as it should.
  case leave(Int)
  /// A process is killed. What it sent is on the street.
  case kill(Int)
  /// Who starts from here on goes by these rules.
  case policy(String)
  /// An idle process looks whether others have begun something.
  case glance(Int)
}

/// What a call was answered with.
struct Said {
  let verdict: String
  let code: String
  let operation: String?
  let state: State?
}

/// What has left the servers and what came of it: nothing of this can be taken back.
struct Outside {
  var sandbox = Sandbox()
  var delivered = 0
  /// What it was handed last, and how it was before.
  var latest: DispatchID?
  var earlier = Sandbox()
  var said: [Said] = []
  var sent: [Dispatch] = []
  /// Who is told what happens, by the sink's name.
  var consumers: [String: Consumer] = [:]
}

/// Real servers on a simulated disk, each in a process of its own, and the sandbox as their
/// processor.
final class Stage {
  static let path = "ledger.db"
  static let start = Instant(milliseconds: 1_795_165_200_000)

  let disk: SimulatedDisk
  var outside: Outside
  var now: Instant
  private var policy: PolicyReading
  /// How many lines were said.
  private(set) var asked = 0
  private var servers: [Int: Server] = [:]
  private var street: [(asker: Int, parcel: Parcel)] = []

  /// What leaves a server.
  private enum Parcel {
    case request(Dispatch)
    case events(Delivery)
  }

  /// A box, because a server is not copyable.
  private final class Server {
    var value: PaymentServer
    init(_ setting: Setting) { value = PaymentServer(setting) }
  }

  init(
    _ disk: SimulatedDisk, policy: String, outside: Outside = Outside(), now: Instant = start
  ) {
    self.disk = disk
    self.outside = outside
    self.now = now
    self.policy = Stage.read(policy)
  }

  private static func read(_ policy: String) -> PolicyReading {
    readPolicy(Array(policy.utf8), currencies: Stripe.currencies)
  }

  /// When a process wants to be woken.
  func wake(of asker: Int) -> Instant? { servers[asker]?.value.wake }

  /// Whether somebody has to look around for a process.
  func keepsWatch(_ asker: Int) -> Bool { servers[asker]?.value.glanceInterval != nil }

  /// Kills everybody, so that nothing is written on the way out.
  func abandon() {
    disk.onAct = nil
    for asker in servers.keys { disk.kill(process: asker) }
    servers = [:]
  }

  func follow(_ move: Move) {
    switch move {
    case .say(let asker, let lines):
      step(asker, lines.map { .line(numbered($0)) })
    case .deliver: deliver()
    case .wait(let duration): now = now.advanced(by: duration)
    case .tick(let asker): step(asker, [.tick])
    case .leave(let asker):
      servers[asker] = nil
      disk.kill(process: asker)
    case .kill(let asker):
      disk.kill(process: asker)
      servers[asker] = nil
    case .policy(let text): policy = Stage.read(text)
    case .glance(let asker):
      disk.enter(process: asker)
      servers[asker]?.value.glance(at: now)
    }
  }

  /// Wakes processes whenever they want to be, and delivers, until they rest; false if they never
  /// do.
  func settle(_ askers: [Int]) -> Bool {
    for asker in askers { step(asker, [.tick]) }
    deliver()
    // Without books there is nothing to come to rest from; a server looks for some now and then.
    guard disk.platter.file(Stage.path) != nil else { return true }
    for _ in 0..<300 {
      let wakes = askers.compactMap { asker in servers[asker]?.value.wake.map { (asker, $0) } }
      guard let (asker, wake) = wakes.min(by: { $0.1 < $1.1 }) else { return true }
      now = max(now, wake)
      step(asker, [.tick])
      deliver()
    }
    return false
  }

  private func deliver() {
    while !street.isEmpty, !disk.isOff {
      let (asker, parcel) = street.removeFirst()
      let dispatch: Dispatch
      switch parcel {
      case .request(let request): dispatch = request
      case .events(let delivery):
        tell(delivery, from: asker)
        continue
      }
      outside.earlier = outside.sandbox
      outside.delivered += 1
      outside.latest = dispatch.id
      let response = outside.sandbox.answer(dispatch.request, at: now)
      if servers[asker] != nil { step(asker, [.answer(dispatch.id, .response(response))]) }
    }
  }

  /// A sink hears something, and whoever told it what came of it.
  private func tell(_ delivery: Delivery, from asker: Int) {
    let name = delivery.id.sink
    let outcome = outside.consumers[name, default: Consumer(mood: name.utf8.count)].hear(delivery)
    if servers[asker] != nil { step(asker, [.delivered(delivery.id, outcome)]) }
  }

  private func step(_ asker: Int, _ inputs: [Input]) {
    guard !disk.isOff else { return }
    disk.enter(process: asker)
    let server = servers[asker] ?? Server(setting)
    servers[asker] = server
    let outputs = server.value.step(inputs, at: now)
    guard !disk.isOff, disk.isAlive(process: asker) else {
      // What a dead process would have said nobody hears.
      servers[asker] = nil
      return
    }
    for output in outputs {
      switch output {
      case .line(let line): outside.said += Said.all(in: line)
      case .send(let dispatch):
        outside.sent.append(dispatch)
        street.append((asker, .request(dispatch)))
      case .deliver(let delivery): street.append((asker, .events(delivery)))
      case .log: break
      }
    }
  }

  /// A line under a number no other has.
  private func numbered(_ line: String) -> [UInt8] {
    asked += 1
    return Array(#"{"jsonrpc":"2.0","id":\#(asked),"#.utf8) + line.utf8
  }

  private var setting: Setting {
    Setting(
      policy: policy, dialect: Stripe.dialect(profileName: "sandbox"), livemode: false,
      run: "run-1", ledger: Stage.path, vfs: disk.name, version: "0.0.0")
  }
}

extension Said {
  /// What a line of the server says; nothing if it is not the answer to a call.
  fileprivate static func all(in line: [UInt8]) -> [Said] {
    do {
      let answer = try JSONValue(reading: line)
      guard let content = answer["result"]?["structuredContent"],
        let verdict = content["verdict"]?.string, let code = content["code"]?.string
      else { return [] }
      return [
        Said(
          verdict: verdict, code: code, operation: content["operation"]?.string,
          state: content["state"]?.string.flatMap { State(rawValue: $0) })
      ]
    } catch {
      return [Said(verdict: "NOT JSON", code: "\(error)", operation: nil, state: nil)]
    }
  }
}
