import PaymentServer
import Payments

/// `bursar serve`: the tool server on standard input and output.
func serve(policy: String?, run: String?, transcript path: String?) -> ExitCode {
  guard let output = System.takeStandardOutput(), let signals = System.catchSignals() else {
    complain("There is no standard output to answer on.")
    return .unavailable
  }
  // Its look comes first, so that an edit between the two is noticed.
  let watch = PolicyWatch(policy: policy, run: run, environment: System.environment())
  let arrangement = Arrangement(policy: policy, run: run, environment: System.environment())
  for sentence in arrangement.sentences { complain(sentence) }
  var transcript: Transcript?
  if let path {
    do throws(FileTrouble) {
      transcript = try Transcript(path: path)
    } catch {
      complain("The transcript \(path) cannot be written: \(error.sentence(limit: ""))")
      return .inputOutput
    }
  }
  let server = PaymentServer(
    Setting(
      policy: arrangement.reading, dialect: arrangement.dialect, livemode: arrangement.isLive,
      run: arrangement.run, isRunFirm: arrangement.isRunFirm, ledger: arrangement.ledger,
      version: version))
  var loop = Loop(
    server, street: Street(arrangement), intake: Intake(signals: signals), mouth: Mouth(output),
    transcript: transcript, watch: watch)
  loop.run()
  return .ok
}
