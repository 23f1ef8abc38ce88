import PaymentServer
import Payments
import Processors

/// What `bursar approve` is asked for.
struct ApproveOrder: Equatable {
  let operation: String
  let why: String
  /// How long it is good.
  let length: Duration
  let policy: String?

  /// Makes sense of the name and the options after `approve`.
  init(names: [String], values: [String: String]) throws(UsageMistake) {
    guard names.count == 1 else {
      throw UsageMistake(
        message: "approve needs the id of one operation (op_...), as the stopped call names it.")
    }
    guard let why = values["--why"] else {
      throw UsageMistake(message: "approve needs --why and a reason, for whoever asks later.")
    }
    var length = Approvals.length
    if let text = values["--for"] {
      guard let given = readDuration(text), given >= .seconds(1), given <= Approvals.longest else {
        throw UsageMistake(
          message: "--for takes a length of time such as 30m or 12h, up to 7d, not \"\(text)\".")
      }
      length = given
    }
    self.operation = names[0]
    self.why = why
    self.length = length
    self.policy = values["--policy"]
  }
}

/// `bursar approve`: one operation may pass that a cap on single operations stopped.
func approve(_ order: ApproveOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  var clock = Clock()
  do {
    return tell(
      try Approvals.approve(
        order.operation, why: order.why, for: order.length, policy: paper.policy,
        ledger: paper.ledger, currencies: Stripe.currencies, at: clock.now()))
  } catch {
    complain("The ledger \(paper.ledger) cannot be written: \(Report.reason(error))")
    return .inputOutput
  }
}
