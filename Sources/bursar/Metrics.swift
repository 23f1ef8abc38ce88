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
  let file = PolicySource(option: order.policy, environment: System.environment()).path
  // Its look comes first, so that an edit between the two is noticed.
  let mark = file.flatMap { System.mark(of: $0) }
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
  return keep(path, order, paper, (file, mark), signals)
}

/// Writes the file again and again until it is told to end. A ledger that cannot be read for a
/// while leaves the file as it is, so that its age says so. A policy that is broken or gone leaves
/// the one before, as it does in a server.
private func keep(
  _ path: String, _ order: MetricsOrder, _ paper: PolicyOnPaper,
  _ source: (file: String?, mark: FileMark?), _ signals: borrowing Descriptor
) -> ExitCode {
  var clock = Clock()
  var (paper, mark) = (paper, source.mark)
  while true {
    if let found = source.file.flatMap({ System.mark(of: $0) }), found != mark {
      mark = found
      paper = PolicyOnPaper(option: order.policy) ?? paper
    }
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
    System.wait(for: &interests, milliseconds: Int32(clamping: order.interval.milliseconds))
    if interests[0].ready, case .bytes(let told) = System.read(signals.number, limit: 64),
      told.contains(1)
    {
      return .ok
    }
  }
}
