import PaymentServer
import Payments
import Processors

/// What `bursar approve` is asked for.
struct ApproveOrder: Equatable {
  let operation: String
  let customer: String
  /// The amount as it was typed, in major units, and its currency.
  let amount: String
  let currency: String
  let why: String
  /// How long it is good.
  let length: Duration
  let policy: String?

  /// The options that take a value.
  static let valued = ["--amount", "--currency", "--customer", "--why", "--for", "--policy"]

  /// Makes sense of the name and the options after `approve`.
  init(names: [String], values: [String: String]) throws(UsageMistake) {
    guard names.count == 1 else {
      throw UsageMistake(
        message: "approve needs the id of one operation (op_...), as the stopped call names it.")
    }
    guard let amount = values["--amount"], let currency = values["--currency"],
      let customer = values["--customer"]
    else {
      throw UsageMistake(
        message: "approve needs --amount, --currency and --customer: what is approved, so that "
          + "nothing else is put in its place.")
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
    self.customer = customer
    self.amount = amount
    self.currency = currency
    self.why = why
    self.length = length
    self.policy = values["--policy"]
  }
}

/// `bursar approve`: one operation may pass that a cap on single operations stops.
func approve(_ order: ApproveOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  guard let money = money(order.amount, order.currency) else { return .usage }
  let word = Approvals.Word(
    operation: order.operation, customer: order.customer, money: money, why: order.why,
    length: order.length)
  var clock = Clock()
  do {
    return tell(
      try Approvals.approve(
        word, under: paper.policy, ledger: paper.ledger, currencies: Stripe.currencies,
        at: clock.now()))
  } catch {
    complain("The ledger \(paper.ledger) cannot be written: \(Report.reason(error))")
    return .inputOutput
  }
}
