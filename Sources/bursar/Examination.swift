import PaymentServer
import Payments
import Processors

/// An installation, looked at piece by piece. What is broken in one piece keeps no other from being
/// looked at.
struct Examination {
  /// How far the ledger's clock mark may be ahead of the clock.
  static let clockSlack = Duration.seconds(60)

  let order: DoctorOrder
  let environment: [String: String]
  let arrangement: Arrangement
  /// What the client that is asked about says of Bursar; nil when it says nothing.
  let entry: ClientEntry?
  private(set) var symptoms: [Symptom] = []
  private var clock = Clock()

  init(_ order: DoctorOrder, environment: [String: String]) {
    self.order = order
    self.environment = environment
    let client = order.client
    entry = client.flatMap { client in
      client.file(environment: environment).flatMap { ClientEntry(in: $0, of: client) }
    }
    // A key that only the client has is a key.
    self.arrangement = Arrangement(
      policy: order.policy,
      environment: environment.merging(entry?.secrets(environment) ?? [:]) { $1 })
  }

  mutating func note(_ symptom: Symptom) { symptoms.append(symptom) }

  mutating func look() {
    lookAtPolicy()
    lookAtPermissions()
    lookAtLedger()
    lookAtKey()
    lookAtProcessor(at: clock.now())
    lookAtLaunch()
  }

  private mutating func lookAtPolicy() {
    let place = arrangement.source.path ?? "built in"
    // What is wrong with the key is said of the key.
    for complaint in arrangement.mistakes where complaint.path != "processor.apiKey" {
      let subject = complaint.path.isEmpty ? "" : "\(complaint.path) "
      note(
        .failure(
          "policy",
          "\(place):\(complaint.line):\(complaint.column): \(subject)\(complaint.message)",
          fix: "edit \(place), then run bursar check"))
    }
    guard let policy = arrangement.policy else { return }
    note(
      .ok(
        "policy",
        "\(arrangement.source.path ?? "the one that is built in") is in force: environment "
          + "\(policy.environment.rawValue), namespace \(policy.namespace), \(policy.caps.count) caps."
      ))
    do {
      let ledger = arrangement.ledger
      for warning in try lint(policy, ledger: ledger, currencies: Stripe.currencies) {
        note(.warning("policy", warning.message, fix: "see bursar help check"))
      }
    } catch {
      // What is wrong with the ledger is said of the ledger.
    }
  }

  /// Who can change the policy's directory can put another policy there.
  private mutating func lookAtPermissions() {
    let places = [arrangement.source.path, arrangement.ledger].compactMap { path in
      path.flatMap(directory(of:))
    }
    for place in places {
      guard let facts = System.facts(of: place) else { continue }
      let isSticky = facts.mode & 0o1000 != 0
      if facts.owner != System.user, facts.owner != 0 {
        note(
          .failure(
            "permissions", "\(place) belongs to another user.",
            fix: "chown it to the user bursar runs as"))
      } else if facts.mode & 0o022 != 0, !isSticky {
        note(
          .failure(
            "permissions", "\(place) can be changed by other users (mode \(octal(facts.mode))).",
            fix: "chmod go-w \(place)"))
      } else {
        note(.ok("permissions", "nobody else can change \(place)."))
      }
    }
  }

  private mutating func lookAtLedger() {
    let ledger = arrangement.ledger
    // That there is no place for it is said of the policy.
    if isSame(ledger, Arrangement.nowhere) { return }
    let place = LedgerPlace.nearest(to: ledger)
    if let name = System.remoteFileSystem(of: place) {
      note(
        .failure(
          "ledger", "\(place) is on \(name), where several processes cannot share a ledger safely.",
          fix: "set ledger.path to a directory on a disk of this machine"))
    }
    let trouble = LedgerPlace.trouble(of: ledger)
    if let trouble {
      note(
        .failure(
          "ledger", trouble,
          fix: "make it a directory that the user bursar runs as can write, or set ledger.path"))
    }
    guard System.exists(ledger) else {
      if trouble != nil { return }
      if let loss = LedgerPlace.loss(of: ledger) {
        note(.failure("ledger", loss, fix: LedgerPlace.lossRemedy))
        return
      }
      note(.ok("ledger", "\(ledger) does not exist yet; the first payment makes it."))
      return
    }
    do {
      if let policy = arrangement.policy,
        let mistake = try Report.mistake(of: policy, ledger: ledger)
      {
        note(
          .failure(
            "ledger", "\(mistake.path) \(mistake.message)",
            fix: "set ledger.path or namespace in the policy"))
      }
      let inspection = try Report.inspection(ledger: ledger)
      for remark in inspection.remarks { note(.ok("ledger", remark)) }
      for broken in inspection.violations {
        note(
          .failure(
            "ledger", "\(broken.kind.sentence) (\(broken.subject))",
            fix: "bursar freeze --namespace --why TEXT, then look into it with bursar operations"))
      }
      for alert in try Report.alerts(ledger: ledger, at: clock.now()) {
        note(
          .warning("ledger", alert.message, fix: "decide what becomes of it, as the README says"))
      }
      lookAtBooks(try LedgerGlance(ledger: ledger))
    } catch {
      note(
        .failure(
          "ledger", "\(ledger) cannot be used: \(Report.reason(error))",
          fix: "restore it from a copy, or set ledger.path; payments stop until then"))
    }
  }

  private mutating func lookAtBooks(_ state: LedgerGlance) {
    for freeze in state.freezes {
      let way =
        switch freeze.extent {
        case .run(let run, _): "--run \(run)"
        case .customer(let customer, _): "--customer \(customer)"
        case .namespace: "--namespace"
        case .all: "--all"
        }
      let finding = "Frozen is \(freeze.extent.sentence): \(quoted(freeze.why, limit: 200))"
      let fix = "bursar thaw \(way) --why TEXT, once the reason is gone"
      note(
        freeze.extent.covers(namespace: arrangement.policy?.namespace)
          ? .failure("ledger", finding, fix: fix) : .warning("ledger", finding, fix: fix))
    }
    if state.open > 0 {
      note(
        .warning(
          "ledger", "\(state.open) operations are not at rest.",
          fix: "bursar settle brings them there, or says what waits for a person"))
    }
    let now = clock.now()
    if let latest = state.latest, latest > now.advanced(by: Self.clockSlack) {
      note(
        .failure(
          "clock", "the ledger was written at \(timestamp(latest)), and it is \(timestamp(now)).",
          fix: "set the clock (timedatectl set-ntp true); windows stay as they are until then"))
    } else {
      note(.ok("clock", "it is \(timestamp(now)), not before what the ledger knows."))
    }
  }

  private mutating func lookAtKey() {
    for mistake in arrangement.mistakes where mistake.path == "processor.apiKey" {
      note(
        .failure(
          "key", mistake.message,
          fix: "put the key where processor.apiKey says, for the environment the policy names"))
    }
    guard let policy = arrangement.policy else { return }
    switch policy.processor.kind {
    case .sandbox: note(.ok("key", "the sandbox needs none; no money moves."))
    case .stripe:
      note(.ok("key", "it is there, and is for environment \(policy.environment.rawValue)."))
      guard case .network(_, let key) = arrangement.route, policy.environment == .live,
        key.isUnrestricted
      else { return }
      note(
        .warning(
          "key", "it is a secret key, which may do everything in the account.",
          fix: "make a restricted key (rk_live_...) that may write PaymentIntents and Refunds, and "
            + "read Charges and Balance transactions for `bursar reconcile`"))
    }
  }
}
