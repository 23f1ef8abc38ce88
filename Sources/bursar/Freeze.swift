import PaymentServer
import Payments

/// What `bursar freeze` and `bursar thaw` are about, as the command line gives it.
struct FreezeOrder: Equatable {
  /// What is frozen or thawed, without its namespace; nil to list what is frozen.
  enum Subject: Equatable {
    case run(String)
    case customer(String)
    case all
  }

  let subject: Subject?
  let why: String?
  let policy: String?

  /// Makes sense of the options; `freeze` alone lists.
  init(
    run: String?, customer: String?, all: Bool, why: String?, policy: String?, isThaw: Bool
  ) throws(UsageMistake) {
    let named = [run.map(Subject.run), customer.map(Subject.customer), all ? .all : nil]
    let subjects = named.compactMap { $0 }
    guard subjects.count == 1 || subjects.isEmpty && !isThaw && why == nil else {
      throw UsageMistake(
        message: "\(isThaw ? "thaw" : "freeze") needs exactly one of --run, --customer and --all.")
    }
    if !isThaw, !subjects.isEmpty, why == nil {
      throw UsageMistake(message: "freeze needs --why and a reason, for whoever asks later.")
    }
    self.subject = subjects.first
    self.why = why
    self.policy = policy
  }

  /// The same with the policy's namespace.
  func extent(in namespace: String) -> Freeze.Extent? {
    switch subject {
    case .run(let run)?: .run(run, namespace: namespace)
    case .customer(let customer)?: .customer(customer, namespace: namespace)
    case .all?: .all
    case nil: nil
    }
  }
}

/// `bursar freeze`: no new money moves in that extent, in any process, until it is thawed.
func freeze(_ order: FreezeOrder) -> ExitCode {
  guard let paper = PolicyOnPaper(option: order.policy) else { return .configuration }
  var clock = Clock()
  do {
    guard let extent = order.extent(in: paper.policy.namespace) else {
      return write(try Freezing.report(ledger: paper.ledger), to: 1) ? .ok : .inputOutput
    }
    let freeze = Freeze(extent, why: order.why ?? "", at: clock.now())
    try Freezing.freeze(freeze, ledger: paper.ledger)
    return answer("Frozen: \(extent.sentence).\n") ? .ok : .inputOutput
  } catch {
    complain("The ledger \(paper.ledger) cannot be written: \(Report.reason(error))")
    return .inputOutput
  }
}
