import PaymentServer
import Payments
import Processors

/// What one start has to go by: the rules, the place of the ledger, the run, and how the processor
/// is reached. Making it changes nothing anywhere.
struct Arrangement {
  /// Where the policy was looked for, or found.
  let source: PolicySource
  /// The policy, or every mistake in it and around it.
  let reading: PolicyReading
  /// Where the ledger is; ``nowhere`` when the policy does not say and there is no home to keep it
  /// in.
  let ledger: String
  /// The run's name for calls that bring none.
  let run: String
  /// Whether that name stands before any a call brings.
  let isRunFirm: Bool
  /// How the processor is reached; nil when the policy is broken.
  let route: Route?
  /// The variables it was made by.
  let environment: [String: String]

  /// Where no ledger can be made, not even by root: what is below a device is nothing.
  static let nowhere = "/dev/null/bursar/ledger.db"

  /// How the processor is reached.
  enum Route {
    case sandbox
    case network(BaseAddress, APIKey)
  }

  /// Reads what there is to read.
  init(policy option: String?, run: String? = nil, environment: [String: String]) {
    var draft = Draft(
      source: PolicySource(option: option, environment: environment), environment: environment)
    draft.read()
    draft.judge(run: run)
    self.source = draft.source
    self.environment = environment
    self.ledger = draft.ledger ?? Self.nowhere
    self.route = draft.route
    (self.run, self.isRunFirm) = RunName.choose(
      draft.policy?.run ?? RunSetting(), option: run, environment: environment,
      parent: RunName.parent())
    if let policy = draft.policy, draft.mistakes.isEmpty {
      self.reading = .accepted(policy)
    } else {
      self.reading = .broken(draft.mistakes)
    }
  }

  /// The policy; nil when it is broken.
  var policy: Policy? {
    switch reading {
    case .accepted(let policy): policy
    case .broken: nil
    }
  }

  /// Everything that is wrong; empty when nothing is.
  var mistakes: [PolicyMistake] {
    switch reading {
    case .accepted: []
    case .broken(let mistakes): mistakes
    }
  }

  /// Where the ledger of a policy is; nil when it does not say and there is no home to keep it in.
  static func ledger(
    of policy: Policy?, source: PolicySource, environment: [String: String]
  ) -> String? {
    if let path = policy?.ledgerPath, !path.hasPrefix("~") || environment.nonempty("HOME") != nil {
      return absolute(path, environment: environment, base: source.path.flatMap(directory(of:)))
    }
    return environment.directory("XDG_STATE_HOME", orHome: ".local/state")
      .map { $0 + "/bursar/ledger.db" }
  }

  /// The processor's language.
  var dialect: Dialect {
    switch policy?.processor.kind {
    case .sandbox: Stripe.dialect(profileName: "sandbox")
    case .stripe, nil: Stripe.dialect(profileName: "stripe")
    }
  }
}

/// An arrangement while it is being made: each check adds to the mistakes, none ends the reading.
private struct Draft {
  var source: PolicySource
  let environment: [String: String]
  var policy: Policy?
  var mistakes: [PolicyMistake] = []
  var ledger: String?
  var route: Arrangement.Route?

  init(source: PolicySource, environment: [String: String]) {
    self.source = source
    self.environment = environment
  }

  private mutating func add(_ message: String, path: String = "") {
    mistakes.append(PolicyMistake(line: 1, column: 1, path: path, message: message))
  }

  mutating func read() {
    switch PolicyFile.read(source) {
    case .bytes(let bytes):
      switch readPolicy(bytes, currencies: Stripe.currencies) {
      case .accepted(let accepted): policy = accepted
      case .broken(let found): mistakes += found
      }
    case .none:
      source = .builtIn
      policy = defaultPolicy(currencies: Stripe.currencies)
    case .mistake(let sentence): add(sentence)
    }
  }

  mutating func judge(run: String?) {
    let base = source.path.flatMap(directory(of:))
    ledger = Arrangement.ledger(of: policy, source: source, environment: environment)
    if ledger == nil {
      add("There is no place for the ledger: HOME is not set; set it, or ledger.path.")
    }
    if let run = run ?? environment.nonempty("BURSAR_RUN"), !isRunName(run) {
      add(
        isReference(run)
          ? "The run's name (--run or BURSAR_RUN) holds what may be a card number or a key, which is "
            + "kept nowhere; give the run another name."
          : "The run's name (--run or BURSAR_RUN) must be 1 to 64 letters, digits and . _ : / # -, "
            + "beginning with a letter or digit.", path: "run")
    }
    guard let policy else { return }
    for (index, sink) in policy.sinks.enumerated() { judge(sink, "events[\(index)]", base: base) }
    switch policy.processor.kind {
    case .sandbox: judgeSandbox(policy)
    case .stripe: judgeNetwork(policy, base: base)
    }
  }

  /// A sink that could never be told: said at the start, not when the first event is due.
  private mutating func judge(_ sink: Sink, _ path: String, base: String?) {
    guard case .http(let url, let secret) = sink.place else { return }
    do throws(AddressMistake) {
      _ = try BaseAddress(url)
    } catch {
      add(error.sentence(of: "url"), path: "\(path).url")
    }
    do throws(KeyMistake) {
      _ = try SigningSecret(at: secret, environment: environment, base: base)
    } catch {
      add(
        error.sentence(at: secret.place, of: "the signing secret, whsec_..."),
        path: "\(path).secret")
    }
  }

  private mutating func judgeSandbox(_ policy: Policy) {
    route = .sandbox
    if policy.environment == .live {
      add(
        "The environment is \"live\", and the processor is the sandbox, which moves no money; "
          + "name a processor, or another environment.", path: "environment")
    }
  }

  private mutating func judgeNetwork(_ policy: Policy, base: String?) {
    var address: BaseAddress?
    do throws(AddressMistake) {
      address = try BaseAddress(policy.processor.baseURL)
    } catch {
      add(error.sentence(of: "baseURL"), path: "processor.baseURL")
    }
    guard let secret = policy.processor.apiKey else {
      add(
        "The processor needs a key: \"apiKey\": { \"env\": \"NAME\" } or { \"file\": \"PATH\" }.",
        path: "processor.apiKey")
      return
    }
    do throws(KeyMistake) {
      let key = try APIKey(at: secret, environment: environment, base: base)
      if let mistake = key.mistake(in: policy.environment) {
        add(mistake, path: "processor.apiKey")
      } else if let address {
        route = .network(address, key)
      }
    } catch {
      add(error.sentence(at: secret.place), path: "processor.apiKey")
    }
  }
}
