import PaymentServer
import Payments
import Processors

let replayHelp = """
  usage: bursar replay FILE... [--policy NEW] [--run ID] [--json]

  Plays the agent's side of recorded conversations (serve --transcript writes them) once more: to a
  fresh server with a fresh ledger in a temporary directory, with the sandbox in the processor's place
  and the recording's clock. Nothing is sent anywhere, and the ledger and the processor a policy names
  are not used. Says which answers differ and in what; ids are numbered and times left out before.
  Exit code 1 when anything differs.

    --policy NEW  the rules to replay under, also in place of policies in the recording: what a new
                  policy would have told the agents. Else the policy that serve would read
    --run ID      the run of calls that name none; "run-1" otherwise

  What the processor did is played as far as it was recorded: time-outs, refused connections and 5xx
  are repeated, all else is what the sandbox says to the same request.

  """

/// What `bursar replay` is asked for.
struct ReplayOrder: Equatable {
  let files: [String]
  let policy: String?
  let run: String?
  let json: Bool

  /// Makes sense of the names and options after `replay`.
  init(names: [String], values: [String: String], json: Bool) throws(UsageMistake) {
    if names.isEmpty { throw UsageMistake(message: "replay needs a transcript's file.") }
    if let run = values["--run"], !isReference(run) {
      throw UsageMistake(
        message: "--run must be 1 to 64 letters, digits and . _ : / # -, not \"\(run)\".")
    }
    files = names
    policy = values["--policy"]
    run = values["--run"]
    self.json = json
  }
}

/// `bursar replay FILE...`: the agent's side of recorded conversations once more, to a fresh server
/// with a fresh ledger and the sandbox, and what it says otherwise.
func replay(_ order: ReplayOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  var code = ExitCode.ok
  for path in order.files {
    do throws(ReplayTrouble) {
      let file = try recording(path)
      let diff = try play(file, under: paper.policy, order)
      if !diff.differences.isEmpty { code = .found }
      guard tell(diff, of: path, json: order.json) else { return .inputOutput }
    } catch {
      complain("\(path): \(error.message)")
      return .inputOutput
    }
  }
  return code
}

private func recording(_ path: String) throws(ReplayTrouble) -> ReplayFile {
  let bytes: [UInt8]
  do throws(FileTrouble) {
    bytes = try System.read(file: path, limit: 256 << 20).bytes
  } catch {
    throw ReplayTrouble(message: error.sentence(limit: "256 MiB"))
  }
  do throws(ReplayFile.Trouble) {
    return try ReplayFile(String(decoding: bytes, as: UTF8.self))
  } catch {
    throw ReplayTrouble(
      message: "line \(error.line) is no line of a transcript: \(quoted(error.text, limit: 60))")
  }
}

private func play(
  _ file: ReplayFile, under policy: Policy, _ order: ReplayOrder
) throws(ReplayTrouble) -> ReplayDiff {
  var stage: ReplayStage
  do throws(FileTrouble) {
    stage = try ReplayStage(
      file, policy: policy, isFixed: order.policy != nil, run: order.run ?? "run-1")
  } catch {
    throw ReplayTrouble(message: "no temporary directory: \(error.sentence(limit: ""))")
  }
  var asked: [String] = []
  var recorded: [[UInt8]] = []
  for line in file.lines {
    switch line {
    case .heard(let text?): asked.append(text)
    case .said(let text): recorded.append(Array(text.utf8))
    case .heard(nil), .at, .later, .answered, .policy, .run, .network, .frozen, .thawed, .restart,
      .ended, .left:
      break
    }
    try stage.follow(line)
  }
  stage.finish()
  return ReplayDiff(asked: asked, recorded: recorded, now: stage.said)
}

/// What differs, for people or as one JSON object a file. Returns whether it was written.
private func tell(_ diff: ReplayDiff, of path: String, json: Bool) -> Bool {
  if json { return answer(diff.line(path) + "\n") }
  guard !diff.differences.isEmpty else {
    return answer("\(path): all \(diff.compared) answers are the same.\n")
  }
  var text =
    "\(path): \(diff.differences.count) of \(diff.compared) answers differ; - was recorded, + is said now.\n"
  for difference in diff.differences {
    text += "\(difference.question)\n"
    for fact in difference.facts {
      if let recorded = fact.recorded { text += "  - \(fact.place): \(recorded)\n" }
      if let now = fact.now { text += "  + \(fact.place): \(now)\n" }
    }
  }
  return answer(text)
}
