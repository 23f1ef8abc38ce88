import PaymentServer
import Processors

/// The most operations `list` shows.
private let newest = 50

/// `bursar operations`: what the ledger says, newest first.
func operations(shown id: String?, policy: String?, json: Bool) -> ExitCode {
  let arrangement = Arrangement(policy: policy, environment: System.environment())
  guard arrangement.policy != nil else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  let ledger = arrangement.ledger
  guard System.exists(ledger) else {
    complain("There is no ledger at \(ledger) yet; the first payment makes it.")
    return id == nil ? .ok : .found
  }
  do {
    let report =
      if let id {
        try Report.operation(ledger: ledger, id: id, json: json, currencies: Stripe.currencies)
      } else {
        try Report.operations(
          ledger: ledger, newest: newest, json: json, currencies: Stripe.currencies)
      }
    guard let report else {
      complain("There is no such operation in \(ledger).")
      return .found
    }
    return write(report, to: 1) ? .ok : .inputOutput
  } catch {
    complain("The ledger \(ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}
