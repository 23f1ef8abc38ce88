import PaymentServer
import Payments
import Processors

/// What `bursar dead-letters` is asked for.
struct DeadLettersOrder: Equatable {
  enum Wish: Equatable {
    case list
    case show(String)
    case retry(String)
    case resolve(String, as: Resolution, evidence: String)
  }

  let wish: Wish
  let policy: String?
  let json: Bool

  /// The options that take a value.
  static let valued = ["--as", "--evidence", "--policy"]

  /// Makes sense of the names and options after `dead-letters`; without a name it lists.
  init(names: [String], values: [String: String], json: Bool) throws(UsageMistake) {
    self.policy = values["--policy"]
    self.json = json
    let verb = names.first ?? "list"
    guard ["list", "show", "retry", "resolve"].contains(verb) else {
      throw UsageMistake(
        message: "dead-letters knows list, show ID, retry ID and resolve ID, not \"\(verb)\".")
    }
    let taken = verb == "list" ? 1 : 2
    if names.count > taken {
      throw UsageMistake(message: "dead-letters \(verb) does not take \"\(names[taken])\".")
    }
    for option in ["--as", "--evidence"] where verb != "resolve" && values[option] != nil {
      throw UsageMistake(message: "dead-letters \(verb) does not take \(option).")
    }
    guard verb != "list" else {
      wish = .list
      return
    }
    guard names.count == 2 else {
      throw UsageMistake(
        message: "\"dead-letters \(verb)\" needs an operation (op_...) or a delivery (ENTRY@SINK).")
    }
    switch verb {
    case "show": wish = .show(names[1])
    case "retry": wish = .retry(names[1])
    default:
      guard let resolution = values["--as"].flatMap(Resolution.init(rawValue:)) else {
        throw UsageMistake(
          message: "dead-letters resolve needs --as captured, --as refunded or --as failed.")
      }
      guard let evidence = values["--evidence"] else {
        throw UsageMistake(
          message: "dead-letters resolve needs --evidence and a text: what was seen, and where.")
      }
      wish = .resolve(names[1], as: resolution, evidence: evidence)
    }
  }
}

/// `bursar dead-letters`: what automatic recovery has given up on, and an operator's word on it.
func deadLetters(_ order: DeadLettersOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  let ledger = paper.ledger
  var clock = Clock()
  do {
    switch order.wish {
    case .list:
      LedgerPlace.mention(absent: ledger)
      let held = try DeadLetters.list(
        ledger: ledger, json: order.json, currencies: Stripe.currencies, at: clock.now())
      guard write(held.report, to: 1) else { return .inputOutput }
      return held.count == 0 ? .ok : .found
    case .show(let id):
      guard System.exists(ledger),
        let report = try DeadLetters.delivery(id, ledger: ledger, json: order.json)
          ?? Report.operation(
            ledger: ledger, id: id, json: order.json, currencies: Stripe.currencies)
      else {
        complain("There is no operation and no delivery \"\(id)\" in \(ledger).")
        return .found
      }
      return write(report, to: 1) ? .ok : .inputOutput
    case .retry(let id):
      guard paper.hasLedgerOfItsOwn() else { return .configuration }
      return tell(
        try DeadLetters.retry(
          id, in: paper.policy.namespace, ledger: ledger, at: clock.now()))
    case .resolve(let id, let resolution, let evidence):
      guard paper.hasLedgerOfItsOwn() else { return .configuration }
      return tell(
        try DeadLetters.resolve(
          id, in: paper.policy.namespace, as: resolution, evidence: evidence,
          livemode: paper.policy.environment == .live, ledger: ledger, at: clock.now()))
    }
  } catch {
    complain("The ledger \(ledger) cannot be used: \(Report.reason(error))")
    return .inputOutput
  }
}

/// Says what became of an operator's wish.
func tell(_ outcome: WishOutcome) -> ExitCode {
  switch outcome {
  case .done(let sentence): return answer("\(sentence)\n") ? .ok : .inputOutput
  case .refused(let sentence):
    complain(sentence)
    return .found
  }
}
