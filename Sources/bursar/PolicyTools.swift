import PaymentServer
import Payments
import Processors

/// `bursar policy`: the rules looked at without being in force. Nothing here writes anything.
func policy(_ order: PolicyOrder) -> ExitCode {
  switch order {
  case .diff(let old, let new, let json): difference(old, new, json: json)
  case .explain(let inquiry, let policy, let json): explain(inquiry, policy: policy, json: json)
  case .simulate(let policy, let since, let json):
    simulate(policy: policy, since: since, json: json)
  case .usage(let policy, let json): usage(policy: policy, json: json)
  case .size(let batch, let amount, let currency, let json):
    size(batch: batch, amount: amount, currency: currency, json: json)
  }
}

/// What a policy's file says by itself. Whatever is wrong with it is complained about.
enum PaperReading {
  case sound(Policy)
  /// It has mistakes; the file's bytes.
  case broken([UInt8])
  case unreadable

  init(_ source: PolicySource) {
    let place = source.path ?? "policy"
    switch PolicyFile.read(source) {
    case .none: self = .sound(defaultPolicy(currencies: Stripe.currencies))
    case .mistake(let sentence):
      complain("\(place): \(sentence)")
      self = .unreadable
    case .bytes(let bytes):
      switch readPolicy(bytes, currencies: Stripe.currencies) {
      case .accepted(let policy): self = .sound(policy)
      case .broken(let mistakes):
        for mistake in mistakes { complain("\(place): \(mistake.sentence)") }
        self = .broken(bytes)
      }
    }
  }

  /// Where a policy's ledger is; nil after complaining that there is no place for it.
  static func ledger(
    of policy: Policy, _ source: PolicySource, _ environment: [String: String]
  ) -> String? {
    let ledger = Arrangement.ledger(of: policy, source: source, environment: environment)
    if ledger == nil {
      complain("There is no place for the ledger: HOME is not set; set it, or ledger.path.")
    }
    return ledger
  }
}

/// A policy and where its ledger is. The processor's key is not looked for: nothing is sent.
struct PolicyOnPaper {
  let policy: Policy
  let ledger: String
  let environment: [String: String]

  /// Reads the policy; nil after complaining about everything that is wrong with it.
  init?(option: String?) {
    environment = System.environment()
    let source = PolicySource(option: option, environment: environment)
    switch PaperReading(source) {
    case .sound(let policy): self.policy = policy
    case .broken, .unreadable: return nil
    }
    guard let ledger = PaperReading.ledger(of: policy, source, environment) else { return nil }
    self.ledger = ledger
  }

  /// Hands out what a report gives, or says why the ledger could not be read.
  func tell(_ report: () throws -> [UInt8]) -> ExitCode {
    do {
      return write(try report(), to: 1) ? .ok : .inputOutput
    } catch {
      complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
      return .inputOutput
    }
  }
}

/// `bursar policy usage`: how full each cap is now.
private func usage(policy option: String?, json: Bool) -> ExitCode {
  guard let paper = PolicyOnPaper(option: option) else { return .configuration }
  var clock = Clock()
  return paper.tell {
    try Report.usage(
      of: paper.policy, ledger: paper.ledger, at: clock.now(), json: json,
      currencies: Stripe.currencies)
  }
}

/// `bursar policy diff`: what the second file changes.
private func difference(_ old: String, _ new: String, json: Bool) -> ExitCode {
  guard let old = PolicyOnPaper(option: old), let new = PolicyOnPaper(option: new) else {
    return .configuration
  }
  return new.tell {
    Report.difference(
      from: old.policy, to: new.policy, json: json, currencies: Stripe.currencies)
  }
}

/// `bursar policy size`: how large a run's cap should be.
private func size(batch: Int64, amount: String, currency: String, json: Bool) -> ExitCode {
  guard let largest = money(amount, currency) else { return .usage }
  guard
    let report = Report.size(
      batch: batch, of: largest, json: json, currencies: Stripe.currencies)
  else {
    complain("That is more than an amount can be.")
    return .usage
  }
  return write(report, to: 1) ? .ok : .inputOutput
}

/// `bursar policy explain`: which rule would decide.
private func explain(
  _ inquiry: PolicyInquiry, policy option: String?, json: Bool
) -> ExitCode {
  guard let paper = PolicyOnPaper(option: option) else { return .configuration }
  guard let money = money(inquiry.amount, inquiry.currency) else { return .usage }
  for (option, name) in [("--reference", inquiry.reference), ("--run", inquiry.run ?? "run")]
  where !isReference(name) {
    complain("\(option) must be 1 to 64 letters, digits and . _ : / # -, not \"\(name)\".")
    return .usage
  }
  let run =
    inquiry.run
    ?? RunName.choose(
      paper.policy.run, option: nil, environment: paper.environment, parent: RunName.parent()
    ).name
  let question = PolicyQuestion(
    reference: inquiry.reference, customer: inquiry.customer, money: money, run: run)
  var clock = Clock()
  return paper.tell {
    try Report.explanation(
      of: paper.policy, question, ledger: paper.ledger,
      dialect: Stripe.dialect(profileName: paper.policy.processor.kind.rawValue),
      at: clock.now(), json: json)
  }
}

/// An amount in major units on the command line; nil after complaining.
func money(_ amount: String, _ code: String) -> Money? {
  guard let currency = Currency(code), Stripe.currencies[currency] != nil else {
    complain("--currency must be one the processor takes, such as USD, not \"\(code)\".")
    return nil
  }
  guard let money = Stripe.currencies.money(amount, currency), money.amount > 0 else {
    let example = Stripe.currencies.text(Money(4999, currency)).prefix { $0 != " " }
    complain(
      "--amount must be an amount above zero in major units, such as \(example), "
        + "not \"\(amount)\".")
    return nil
  }
  return money
}

/// `bursar policy simulate`: every recorded operation judged again.
private func simulate(policy option: String?, since: String?, json: Bool) -> ExitCode {
  guard let paper = PolicyOnPaper(option: option) else { return .configuration }
  var clock = Clock()
  let now = clock.now()
  var start: Instant?
  if let since {
    guard let length = readDuration(since) else {
      complain("--since takes a length of time such as 12h or 30d, not \"\(since)\".")
      return .usage
    }
    start = now.advanced(by: .zero - length)
  }
  return paper.tell {
    try Report.simulation(
      of: paper.policy, ledger: paper.ledger, since: start, json: json,
      currencies: Stripe.currencies)
  }
}
