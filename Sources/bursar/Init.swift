import Payments

let initHelp = """
  usage: bursar init CLIENT [--policy FILE] [--command PATH]
         bursar init CLIENT --write [--yes] [--file PATH] [--policy FILE] [--command PATH]

  Prints what tells a client to start Bursar, to be pasted into its configuration, or puts it there.
  Clients: claude-code, claude-desktop, cursor, vscode, codex, gemini, windsurf, zed.

    --write         merges it into the client's file. What changes is shown; a file that exists is
                    changed only after a yes, in one piece, and everything else in it stays as it is
    --yes           does not ask
    --file PATH     the client's file, where it is not in its usual place
    --command PATH  how Bursar is started; the absolute path of this program otherwise
    --policy FILE   the policy that the client names to it; else $BURSAR_POLICY, if it is set

  Exit code 1 when nothing was written: somebody said no, the file cannot be merged into, or there is
  no such policy.

  """

/// What `bursar init` is asked for.
struct InitOrder: Equatable {
  let client: Client
  /// Whether the configuration is changed; else the entry is shown, to be pasted.
  let writes: Bool
  /// Whether nobody is asked first.
  let isAgreed: Bool
  /// The configuration, where it is not in its usual place.
  let file: String?
  /// How Bursar is started, where it is not this program.
  let command: String?
  let policy: String?

  init(names: [String], values: [String: String], flags: Set<String>) throws(UsageMistake) {
    guard let name = names.first else {
      throw UsageMistake(message: "init needs a client: \(Client.listed).")
    }
    guard let client = Client(rawValue: name) else {
      throw UsageMistake(message: "init does not know \"\(name)\"; it knows \(Client.listed).")
    }
    if names.count > 1 { throw UsageMistake(message: "init does not take \"\(names[1])\".") }
    self.client = client
    writes = flags.contains("--write")
    isAgreed = flags.contains("--yes")
    guard writes || !isAgreed && values["--file"] == nil else {
      throw UsageMistake(message: "init takes --yes and --file only with --write.")
    }
    file = values["--file"]
    command = values["--command"]
    policy = values["--policy"]
  }
}

/// `bursar init CLIENT`: how a client is told to start Bursar, to be pasted or written.
func initialize(_ order: InitOrder) -> ExitCode {
  let environment = System.environment()
  guard let command = order.command ?? System.executable() else {
    complain("The kernel does not say where this program is; give --command PATH.")
    return .inputOutput
  }
  let launch = Launch(command: command, variables: variables(order, environment))
  guard let file = order.file ?? order.client.file(environment: environment) else {
    complain("HOME is not set, so there is no configuration of \(order.client.title).")
    return .inputOutput
  }
  guard order.writes else {
    complain("For \(order.client.title), in \(file); with --write it is put there:")
    return answer(launch.whole(for: order.client)) ? .ok : .inputOutput
  }
  // A client would start a server that refuses all money, and not say why.
  if let policy = policy(order, environment) {
    let path = absolute(policy, environment: environment)
    guard System.exists(path) else {
      complain("There is no policy at \(path). Nothing was written.")
      return .found
    }
  }
  return write(launch, into: absolute(file, environment: environment), order)
}

/// The policy the client is to name; nil when none is named.
private func policy(_ order: InitOrder, _ environment: [String: String]) -> String? {
  order.policy ?? environment.nonempty("BURSAR_POLICY")
}

/// The policy is named where one is: clients pass on nothing of the environment they were started
/// in. A path that begins with `~/` is kept so.
private func variables(_ order: InitOrder, _ environment: [String: String]) -> [Launch.Variable] {
  guard let named = policy(order, environment) else { return [] }
  let path = named.hasPrefix("~/") ? named : absolute(named, environment: environment)
  return [Launch.Variable(name: "BURSAR_POLICY", value: path)]
}

private func write(_ launch: Launch, into file: String, _ order: InitOrder) -> ExitCode {
  do throws(FileTrouble) {
    var old: [UInt8] = []
    let exists = System.exists(file)
    if exists { old = try System.read(file: file, limit: 1 << 20).bytes }
    let new: [UInt8]
    do throws(MergeTrouble) {
      new = try launch.merged(into: old, of: order.client)
    } catch {
      complain("\(file) is left as it is: \(error.message). Put this into it yourself:")
      answer(launch.whole(for: order.client))
      return .found
    }
    if new == old {
      return answer("\(order.client.title) knows Bursar already: \(file)\n") ? .ok : .inputOutput
    }
    answer(
      "\(file)\n"
        + lineDiff(String(decoding: old, as: UTF8.self), String(decoding: new, as: UTF8.self)))
    if exists, !order.isAgreed, !isAgreed("Write it? [y/N] ") {
      complain("Nothing was written.")
      return .found
    }
    try System.replace(file, with: new)
    return answer("Written. Restart \(order.client.title), or reload its servers.\n")
      ? .ok : .inputOutput
  } catch {
    complain("\(file) cannot be written: \(error.sentence(limit: "1 MiB"))")
    return .inputOutput
  }
}

/// Whether whoever is at standard input says yes.
private func isAgreed(_ question: String) -> Bool {
  answer(question)
  var said: [UInt8] = []
  while !said.contains(0x0A), said.count < 64 {
    var interests = [Interest(0, .reading)]
    System.wait(for: &interests, milliseconds: nil)
    switch System.read(0, limit: 64) {
    case .bytes(let bytes): said += bytes
    case .nothing: continue
    case .end: return isYes(said)
    }
  }
  return isYes(said)
}

private func isYes(_ said: [UInt8]) -> Bool {
  let word = String(decoding: said.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
  return word == "y" || word == "yes"
}
