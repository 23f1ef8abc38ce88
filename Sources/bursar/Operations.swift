import PaymentServer

/// The most operations `list` shows.
private let newest = 50

/// `bursar operations`: what the ledger says, newest first.
func operations(shown id: String?, policy: String?, json: Bool) -> ExitCode {
  let arrangement = Arrangement(policy: policy, environment: System.environment())
  guard arrangement.policy != nil else {
    for sentence in arrangement.sentences { complain(sentence) }
    return .configuration
  }
  do {
    let report: [UInt8]?
    if let id {
      report = try operationReport(ledger: arrangement.ledger, id: id, json: json)
    } else {
      report = try operationsReport(ledger: arrangement.ledger, newest: newest, json: json)
    }
    guard let report else {
      complain("There is no such operation in \(arrangement.ledger).")
      return .found
    }
    return write(report, to: 1) ? .ok : .inputOutput
  } catch {
    complain("The ledger \(arrangement.ledger) cannot be read: \(error)")
    return .inputOutput
  }
}
