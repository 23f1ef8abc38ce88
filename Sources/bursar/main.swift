// Before anything is opened: a file of ours must not get a standard stream's number.
guard System.fillStandardStreams() else { System.leave(ExitCode.unavailable.rawValue) }

/// Runs what the command line asks for, and ends with its exit code.
do throws(UsageMistake) {
  let code =
    switch try Command(arguments: Array(CommandLine.arguments.dropFirst())) {
    case .serve(let policy, let run, let transcript):
      serve(policy: policy, run: run, transcript: transcript)
    case .check(let policy, let json, let strict):
      check(policy: policy, json: json, strict: strict)
    case .operations(let shown, let policy, let json):
      operations(shown: shown, policy: policy, json: json)
    case .policy(let order): policy(order)
    case .freeze(let order): freeze(order)
    case .thaw(let order): thaw(order)
    case .approve(let order): approve(order)
    case .settle(let order): settle(order)
    case .webhooks(let port, let policy): webhooks(port: port, policy: policy)
    case .reconcile(let policy, let since, let json):
      reconcile(policy: policy, since: since, json: json)
    case .deadLetters(let order): deadLetters(order)
    case .sandbox(let order): sandbox(order)
    case .metrics(let order): metrics(order)
    case .audit(let order): audit(order)
    case .replay(let order): replay(order)
    case .initialize(let order): initialize(order)
    case .doctor(let order): doctor(order)
    case .events(let follow, let since, let policy, let json):
      events(follow: follow, since: since, policy: policy, json: json)
    case .version: showVersion()
    case .help(let topic): help(topic)
    }
  System.leave(code.rawValue)
} catch {
  complain("\(error.message) See bursar --help.")
  System.leave(ExitCode.usage.rawValue)
}
