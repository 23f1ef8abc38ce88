import PaymentServer
import Payments
import Processors

/// How a client starts Bursar: by an absolute path or by a `PATH` that is not the shell's, with no
/// more of the environment this command sees than HOME, PATH, USER and what it is told.
extension Examination {
  /// What clients pass on of their own environment.
  private static let passed = ["HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "LANG"]
  /// Where every client finds programs.
  private static let usual = ["/usr/local/bin", "/usr/bin", "/bin"]

  mutating func lookAtLaunch() {
    if let client = order.client { return lookAtConfiguration(of: client) }
    if let path = System.executable() {
      let isUsual = Self.usual.contains { $0 + "/bursar" == path }
      if isUsual {
        note(.ok("launch", "clients find \(path) by its name."))
      } else {
        note(
          .warning(
            "launch", "this program is \(path), which a client may not find by its name.",
            fix: "bursar init CLIENT writes its absolute path"))
      }
    }
    compareEnvironments(adding: [:], fix: "bursar init CLIENT --policy FILE passes it on")
  }

  /// What would be in force if only a client's environment were there.
  private mutating func compareEnvironments(
    adding told: [String: String], policy: String? = nil, run: String? = nil, fix: String
  ) {
    let bare = environment.filter { Self.passed.contains($0.key) }.merging(told) { $1 }
    let started = Arrangement(policy: policy, run: run, environment: bare)
    if started.source.path != arrangement.source.path {
      note(
        .warning(
          "launch",
          "a client would read the policy \(started.source.path ?? "that is built in"), not "
            + "\(arrangement.source.path ?? "the built-in one").", fix: fix))
      return
    }
    if !isSame(started.ledger, arrangement.ledger) {
      note(
        .warning(
          "launch", "a client would use the ledger \(started.ledger), not \(arrangement.ledger).",
          fix: "set ledger.path in the policy, or pass XDG_STATE_HOME on"))
    }
    if arrangement.policy != nil, started.policy == nil,
      let mistake = started.mistakes.first
    {
      note(
        .warning(
          "launch", "started by a client it would serve no money: \(mistake.message)",
          fix: isSame(mistake.path, "run")
            ? "correct --run or BURSAR_RUN where the client is told"
            : "name the variable in the client's env, or keep the key in a file (apiKey.file)"))
    } else if started.policy != nil {
      note(.ok("launch", "with a client's environment the same policy is in force."))
    }
  }

  /// The client's own configuration.
  private mutating func lookAtConfiguration(of client: Client) {
    let fix = "bursar init \(client.rawValue) --write"
    guard let file = client.file(environment: environment), System.exists(file) else {
      note(.failure("launch", "\(client.title) has no configuration yet.", fix: fix))
      return
    }
    guard let entry else {
      note(
        .failure(
          "launch", "\(file) has no entry \"bursar\" that can be read.", fix: fix))
      return
    }
    if entry.isOff {
      note(
        .failure(
          "launch", "\(client.title) does not start it: its entry is disabled.",
          fix: "enable it in \(file)"))
    }
    let command = entry.command
    let program =
      command.hasPrefix("/")
      ? command : Self.usual.map { $0 + "/" + command }.first(where: System.mayStart)
    if !(program.map(System.mayStart) ?? false) {
      note(.failure("launch", "\(client.title) cannot start \(quoted(command)).", fix: fix))
    } else if !command.hasPrefix("/") {
      note(
        .warning(
          "launch", "\(client.title) finds \(quoted(command)) by its name only.", fix: fix))
    } else {
      note(.ok("launch", "\(client.title) starts \(command)."))
    }
    let told = entry.variables(environment)
    guard isBursar(program ?? command) else {
      note(
        .warning(
          "launch",
          "\(quoted(command)) is not bursar; what it makes of its arguments is not known here.",
          fix: "\(fix) names this program"))
      return compareEnvironments(adding: told, fix: fix)
    }
    do throws(UsageMistake) {
      guard case .serve(let policy, let run, _) = try Command(arguments: entry.arguments) else {
        note(
          .failure(
            "launch", "\(client.title) starts another command than the server.",
            fix: "take it from args in \(file)"))
        return
      }
      compareEnvironments(adding: told, policy: policy, run: run, fix: fix)
    } catch {
      note(
        .failure(
          "launch", "\(client.title) gives arguments that are not understood: \(error.message)",
          fix: "correct args in \(file)"))
    }
  }

  /// Whether a path leads to this program, or to one of its name.
  private func isBursar(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return isSame(name, "bursar") || System.mark(of: path) == System.mark(of: "/proc/self/exe")
  }
}
