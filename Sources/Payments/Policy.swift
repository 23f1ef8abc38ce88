/// The operator's rules: one value, made from one file, the same for every operation it judges.
///
/// The keys are those of DESIGN §7. Nothing a model can send changes any of it (DESIGN §4,
/// invariant 10).
public struct Policy: Hashable, Sendable {
  /// Which world the money is of.
  public enum Environment: String, Sendable, CaseIterable {
    /// A simulated processor: no money moves.
    case sandbox
    /// A processor's test mode.
    case test
    /// Real money.
    case live
  }

  /// What makes two calls the same operation.
  public enum IdentityRule: String, Sendable, CaseIterable {
    /// The business's reference.
    case reference
    /// The agent's task and step.
    case taskStep = "task_step"
  }

  /// Part of every identity: the same wherever the same things may be paid.
  public var namespace: String
  /// Which world the money is of.
  public var environment: Environment
  /// What makes two calls the same operation.
  public var identity: IdentityRule
  /// Where the ledger is; nil for the user's state directory.
  public var ledgerPath: String?
  /// Which processor, and how it is spoken to.
  public var processor: ProcessorSetting
  /// Where a run's name comes from, and how long a run may spend.
  public var run: RunSetting
  /// How long a call waits before it is answered PENDING.
  public var respondWithin: Duration
  /// The tools that move money which may be called; `status` always may.
  public var tools: [String]
  /// The currencies that may be used; nil for every currency that has a cap.
  public var currencies: [Currency]?
  /// The customers that may be charged.
  public var customers: CustomerRule
  /// The caps on charges.
  public var caps: [Cap]
  /// The caps on refunds; none means no more than what was captured.
  public var refundCaps: [Cap]
  /// Whether a refund gives budget back to the caps on charges.
  public var restoresBudget: Bool
  /// How often and how many at once.
  public var rates: Rates
  /// How often a payment method may be declined.
  public var declines: DeclineRule
  /// From what on somebody is told.
  public var alerts: Alerts
  /// At which shares of a cap, in thousandths, a warning is given.
  public var warnAt: [Int]
  /// What becomes of a charge that resembles another one.
  public var nearDuplicates: NearDuplicateRule
  /// How often the books are compared with the processor's list by whoever watches.
  public var reconcile: ReconcileRule
  /// What becomes of a charge that was executed after it was given up.
  public var orphans: Orphans
  /// Where the secret is found that webhooks are signed with; nil when none are taken.
  public var webhookSecret: ProcessorSetting.Secret?
  /// Whether a FIX is marked as an error, so that frameworks let the model correct itself.
  public var flagFix: Bool
  /// Where every change to the books is told.
  public var sinks: [Sink]
  /// SHA-256 of the policy's canonical form, in hexadecimal; each operation records it.
  public var hash: String
  /// The policy's canonical form, JSON without comments, as the history keeps it. Without secrets.
  public var text: String

  /// The rules with every key at its default, and no cap: nothing may be charged yet.
  public init(hash: String) {
    self.namespace = "default"
    self.environment = .sandbox
    self.identity = .reference
    self.ledgerPath = nil
    self.processor = ProcessorSetting()
    self.run = RunSetting()
    self.respondWithin = .seconds(4)
    self.tools = ["charge", "refund", "status"]
    self.currencies = nil
    self.customers = CustomerRule()
    self.caps = []
    self.refundCaps = []
    self.restoresBudget = false
    self.rates = Rates()
    self.declines = DeclineRule()
    self.alerts = Alerts()
    self.warnAt = [500, 800, 950]
    self.nearDuplicates = NearDuplicateRule()
    self.reconcile = ReconcileRule()
    self.orphans = .report
    self.webhookSecret = nil
    self.flagFix = true
    self.sinks = []
    self.hash = hash
    self.text = ""
  }
}

/// How often the books are compared with the processor's list, and how far back.
public struct ReconcileRule: Hashable, Sendable {
  /// How long after one comparison the next begins.
  public var every = Duration.seconds(3600)
  /// How far back each one looks.
  public var since = Duration.seconds(3 * 86_400)

  /// Every hour, three days back.
  public init() {}
}

/// What becomes of money that was taken for a charge after the charge was given up.
public enum Orphans: String, Sendable, CaseIterable {
  /// It stands among the discrepancies; a person decides.
  case report
  /// It is given back by a refund of its own, under the caps on refunds.
  case refund
}

/// Which processor, and how it is spoken to.
public struct ProcessorSetting: Hashable, Sendable {
  /// The processors there are.
  public enum Kind: String, Sendable, CaseIterable {
    case sandbox
    case stripe
  }

  /// Where a secret is found; never the secret itself.
  public enum Secret: Hashable, Sendable {
    /// In an environment variable of that name.
    case environment(String)
    /// In a file of mode 0600 at that path.
    case file(String)
  }

  /// Which processor.
  public var kind = Kind.sandbox
  /// What every path is appended to; may carry a path of its own.
  public var baseURL = "https://api.stripe.com"
  /// Where the key is found.
  public var apiKey: Secret?
  /// How long a connection may take.
  public var connectTimeout = Duration.seconds(10)
  /// How long a whole request may take.
  public var timeout = Duration.seconds(80)
  /// How often one request may be sent, with the same key and the same bytes.
  public var attempts = 3
  /// How often when nothing comes back at all.
  public var timeoutAttempts = 2
  /// The wait before the second sending; doubled for each further one.
  public var backoff = Duration.seconds(1)
  /// Up to how much is added to each wait.
  public var jitter = Duration.milliseconds(500)
  /// How many requests a second at most.
  public var requestsPerSecond = 20

  /// The sandbox, with every key at its default.
  public init() {}
}

/// Where a run's name comes from, and how long a run may spend.
public struct RunSetting: Hashable, Sendable {
  /// The sources of a run's name.
  public enum Source: String, Sendable, CaseIterable {
    /// The request's `_meta["dev.bursar/run"]`.
    case meta
    /// The command line or the environment.
    case environment = "env"
    /// The process that started this one.
    case parent
  }

  /// Which sources are believed, first one first.
  public var sources = Source.allCases
  /// How long after its first call a run may move money; nil for ever.
  public var expiresIn: Duration?

  /// Every source, no expiry.
  public init() {}
}

/// The customers that may be charged: exact names, or prefixes ending in `*`.
///
/// A customer's name is printable ASCII, so that no look-alike of another alphabet comes here and
/// there is nothing to normalise. Who may be charged is compared to the byte: folding would let
/// another customer in. Who may not is compared without regard to case: folding keeps more out.
public struct CustomerRule: Hashable, Sendable {
  /// Who may be charged; empty for everybody.
  public var allow: [String] = []
  /// Who may not, whatever `allow` says.
  public var refuse: [String] = []

  /// Everybody.
  public init() {}

  /// Whether this customer may be charged.
  public func allows(_ customer: String) -> Bool {
    if refuse.contains(where: { matches(folded(customer), folded($0)) }) { return false }
    return allow.isEmpty || allow.contains { matches(customer, $0) }
  }

  private func folded(_ text: String) -> String {
    String(decoding: text.utf8.map(lowered), as: UTF8.self)
  }

  private func matches(_ customer: String, _ pattern: String) -> Bool {
    guard pattern.utf8.last == UInt8(ascii: "*") else { return isSame(customer, pattern) }
    return customer.utf8.starts(with: pattern.utf8.dropLast())
  }
}

/// How often and how many at once.
public struct Rates: Hashable, Sendable {
  /// Judged calls of one run within a minute.
  public var perMinute: Int64 = 60
  /// The least time between two judged calls of one run.
  public var minimumGap = Duration.zero
  /// How often a run may be told to stop before it is closed for money.
  public var stopsPerRun: Int64 = 20
  /// Operations of this process in flight at once.
  public var inFlight = 16

  /// The defaults of DESIGN §7.
  public init() {}
}

/// How often one payment method of a customer may be declined before it is not tried again: card
/// networks block a card that is retried too often, and an agent that loops gets there
/// (`processors.md` §2.4).
public struct DeclineRule: Hashable, Sendable {
  /// How many declines within ``window``.
  public var limit: Int64
  /// How long a decline counts.
  public var window: Duration

  /// Eight within thirty days, half of what the strictest network allows, unless it is said.
  public init(limit: Int64 = 8, window: Duration = .seconds(30 * 86_400)) {
    self.limit = limit
    self.window = window
  }
}

/// From what on the operator is told that something is unusual: a line of the history and one of
/// the log.
public struct Alerts: Hashable, Sendable {
  /// How many repetitions within ``window``: calls that came again and requests that were sent
  /// again, of the whole namespace.
  public var retries: Int64 = 50
  /// How long a repetition counts.
  public var window = Duration.seconds(600)

  /// Fifty within ten minutes.
  public init() {}
}
