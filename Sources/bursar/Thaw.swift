import PaymentServer
import Payments

/// `bursar thaw`: takes a freeze back; a run that was closed is open again.
func thaw(_ order: FreezeOrder) -> ExitCode {
  guard let subject = order.subject else {
    preconditionFailure("A thaw says what is thawed; the command line is held to that.")
  }
  guard let paper = BooksOnPaper(option: order.policy, ledger: order.ledger),
    let extent = paper.extent(of: subject)
  else { return .configuration }
  var clock = Clock()
  let freeze = Freeze(extent, why: order.why ?? "", at: clock.now())
  if order.why != nil, let mistake = Freezing.mistake(in: freeze) {
    complain("Nothing is thawed. \(mistake)")
    return .usage
  }
  do {
    guard try Freezing.thaw(freeze, ledger: paper.ledger) else {
      complain(
        "There is nothing to thaw in \(paper.ledger): \(extent.sentence) is neither frozen nor "
          + "closed.")
      return .found
    }
    return order.list(of: paper, else: "Thawed in \(paper.ledger): \(extent.sentence).\n")
  } catch {
    complain("The ledger \(paper.ledger) cannot be written: \(Report.reason(error))")
    return .inputOutput
  }
}
