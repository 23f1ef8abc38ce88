import PaymentServer
import Payments
import Processors

/// What a recorded conversation is played on: a fresh server, a fresh ledger in a directory of its
/// own, the sandbox, and the clock of the recording. No network, no waiting.
struct ReplayStage: ~Copyable {
  private let folder: String
  private let fixed: Bool
  private var policy: Policy
  private var run: String
  private var server: PaymentServer?
  private var sandbox = Sandbox()
  private var now = Instant(milliseconds: 1_795_165_200_000)
  private var hasClock = false
  /// Requests the recording has an answer for, later on.
  private var expected: [String]
  private var isManual = false
  private var sent: [(id: DispatchID, request: Request, isOpen: Bool)] = []
  /// Every line for the agent, in order.
  private(set) var said: [[UInt8]] = []

  /// A stage under a policy, whose processor and ledger are never used: there is no way to either
  /// from here.
  ///
  /// - Parameter isFixed: whether policies in the recording are passed over.
  init(_ file: ReplayFile, policy: Policy, isFixed: Bool, run: String) throws(FileTrouble) {
    folder = try System.makeTemporaryDirectory()
    self.policy = policy
    self.run = run
    fixed = isFixed
    expected = file.lines.compactMap { line in
      if case .answered(let name, _) = line { name } else { nil }
    }
  }

  deinit {
    System.removeDirectory(folder)
  }

  private var ledger: String { folder + "/ledger.db" }

  /// Carries out one line.
  mutating func follow(_ line: ReplayFile.Line) throws(ReplayTrouble) {
    switch line {
    case .left, .said, .heard(nil): break
    case .heard(let text?): step([.line(Array(text.utf8))])
    case .at(let time):
      // The recording's first time is where the clock begins.
      if !hasClock { now = time }
      hasClock = true
      pass(until: time)
    case .later(let length): pass(until: now.advanced(by: length))
    case .answered(let name, let result): answer(name, result)
    case .policy(let text): try amend(text)
    case .run(let name): if !fixed { run = name }
    case .network(let manual): isManual = manual
    case .frozen(let extent, let why): try operate(extent, why, thaws: false)
    case .thawed(let extent): try operate(extent, "", thaws: true)
    case .restart: server = nil
    case .ended: if server != nil { step([.ended]) }
    }
  }

  /// Whatever is still open is brought to its end.
  mutating func finish() {
    for _ in 0..<100 {
      let open = sent.indices.filter { sent[$0].isOpen }
      for index in open { answer(index, .sandbox) }
      guard let wake = server?.wake, wake <= now.advanced(by: .seconds(120)) else { return }
      pass(until: max(now, wake))
    }
  }

  /// What the operator froze or thawed.
  private func operate(
    _ extent: Freeze.Extent, _ why: String, thaws: Bool
  ) throws(ReplayTrouble) {
    let freeze = Freeze(extent.within(policy.namespace), why: why, at: now)
    do {
      if thaws {
        _ = try Freezing.thaw(freeze, ledger: ledger)
      } else {
        try Freezing.freeze(freeze, ledger: ledger)
      }
    } catch {
      throw ReplayTrouble(message: "the ledger cannot be used: \(Report.reason(error))")
    }
  }

  private mutating func amend(_ text: String) throws(ReplayTrouble) {
    guard !fixed else { return }
    switch readPolicy(Array(text.utf8), currencies: Stripe.currencies) {
    case .accepted(let read):
      policy = read
      if server != nil { step([.policy(.accepted(policy))]) }
    case .broken(let mistakes):
      // A broken edit is part of what was recorded.
      guard server != nil else {
        server = PaymentServer(setting(.broken(mistakes)))
        return
      }
      step([.policy(.broken(mistakes))])
    }
  }

  private func setting(_ reading: PolicyReading) -> Setting {
    Setting(
      policy: reading, dialect: Stripe.dialect(profileName: "sandbox"), livemode: false, run: run,
      ledger: ledger, version: version)
  }

  /// Moves the clock, stopping wherever the server asked to be woken.
  private mutating func pass(until time: Instant) {
    while let wake = server?.wake, wake <= time {
      now = max(now, wake)
      step([.tick])
      if let next = server?.wake, next <= wake { break }
    }
    now = max(now, time)
    if server != nil { step([.tick]) }
  }

  private mutating func step(_ inputs: [Input]) {
    if server == nil { server = PaymentServer(setting(.accepted(policy))) }
    var inputs = inputs
    while !inputs.isEmpty {
      let given = inputs
      inputs = []
      for output in server!.step(given, at: now) {
        switch output {
        case .line(let line): said.append(Array(line.dropLast()))
        // No sink is told what is only played.
        case .log, .deliver: break
        case .send(let dispatch):
          sent.append((dispatch.id, dispatch.request, true))
          let names = [String(sent.count), "\(dispatch.id.operation.text)#\(dispatch.id.attempt)"]
          if isManual || expected.contains(where: { names.contains($0) }) { continue }
          inputs.append(.answer(dispatch.id, result(of: sent.count - 1, .sandbox)))
        }
      }
    }
  }

  private mutating func answer(_ name: String, _ result: ReplayFile.Result) {
    let index = sent.indices.last { index in
      let id = sent[index].id
      return isSame(name, String(index + 1)) || isSame(name, "\(id.operation.text)#\(id.attempt)")
    }
    // What was recorded for a request that is not made here has nothing to answer.
    guard let index else { return }
    answer(index, result)
  }

  private mutating func answer(_ index: Int, _ result: ReplayFile.Result) {
    step([.answer(sent[index].id, self.result(of: index, result))])
  }

  private mutating func result(of index: Int, _ result: ReplayFile.Result) -> Answer {
    sent[index].isOpen = false
    let request = sent[index].request
    switch result {
    case .sandbox: return .response(sandbox.answer(request, at: now))
    case .lost(let executed):
      if executed { _ = sandbox.answer(request, at: now) }
      return .failure(TransportFailure(cause: .timeout, sent: true))
    case .refused: return .failure(TransportFailure(cause: .connection, sent: false))
    case .status(let status, let body):
      return .response(Response(status: status, headers: [], body: Array(body.utf8)))
    }
  }
}

/// Why a recording cannot be played on; a sentence.
struct ReplayTrouble: Error, Equatable {
  let message: String
}
