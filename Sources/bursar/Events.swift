import PaymentServer
import Payments

/// How often a reader that follows looks for news, in milliseconds.
private let pause: Int32 = 100

/// `bursar events`: what happened, in order; and what happens, until somebody says it is enough.
func events(follow: Bool, since: Int64, policy: String?, json: Bool) -> ExitCode {
  guard let paper = PolicyOnPaper(option: policy) else { return .configuration }
  guard follow || System.exists(paper.ledger) else {
    complain("There is no ledger at \(paper.ledger) yet; the first payment makes it.")
    return .ok
  }
  guard let signals = System.catchSignals() else {
    complain("Signals cannot be caught.")
    return .inputOutput
  }
  var followed: FileMark?
  var reader = EventReader(ledger: paper.ledger, since: since, json: json)
  do {
    while true {
      // Before the reader opens it: what it reads is this file or a later one.
      let mark = System.mark(of: paper.ledger)
      let news = try reader.read()
      if !news.isEmpty {
        followed = followed ?? mark
        // Nobody reads any more: that is an end as well.
        guard write(news, to: 1) else { return follow ? .ok : .inputOutput }
        continue
      }
      guard follow else { return .ok }
      if let followed, mark.map({ !$0.isSameFile(as: followed) }) ?? true {
        complain("The ledger \(paper.ledger) was moved away or deleted; nothing more is told.")
        return .inputOutput
      }
      followed = followed ?? mark
      var interests = [Interest(signals.number, .reading)]
      System.wait(for: &interests, milliseconds: pause)
      if interests[0].ready { return .ok }
    }
  } catch {
    complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}
