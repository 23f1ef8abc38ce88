import PaymentServer
import Payments

/// What `bursar metrics` is asked for.
struct MetricsOrder: Equatable {
  let policy: String?
  /// The file to keep up to date; nil to print once.
  let watch: String?
  /// How often.
  let interval: Duration
}

/// `bursar metrics`: what the ledger says of how it goes, for Prometheus.
func metrics(_ order: MetricsOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  guard let path = order.watch else {
    var clock = Clock()
    return paper.tell {
      try Report.metrics(of: paper.policy, ledger: paper.ledger, at: clock.now())
    }
  }
  guard let signals = System.catchSignals() else {
    complain("Signals cannot be caught.")
    return .inputOutput
  }
  return keep(path, every: order.interval, paper, signals)
}

/// Writes the file again and again until it is told to end. A ledger that cannot be read for a
/// while leaves the file as it is, so that its age says so.
private func keep(
  _ path: String, every interval: Duration, _ paper: PolicyOnPaper, _ signals: borrowing Descriptor
) -> ExitCode {
  var clock = Clock()
  while true {
    do {
      let text = try Report.metrics(of: paper.policy, ledger: paper.ledger, at: clock.now())
      do throws(FileTrouble) {
        try System.replace(path, with: text, mode: 0o644)
      } catch {
        complain("\(path) cannot be written: \(error.sentence(limit: ""))")
        return .inputOutput
      }
    } catch {
      complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
    }
    var interests = [Interest(signals.number, .reading)]
    System.wait(for: &interests, milliseconds: Int32(clamping: interval.milliseconds))
    if interests[0].ready, case .bytes(let told) = System.read(signals.number, limit: 64),
      told.contains(1)
    {
      return .ok
    }
  }
}
