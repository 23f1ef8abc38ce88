import PaymentServer
import Payments

/// What `bursar freeze` and `bursar thaw` are about, as the command line gives it.
struct FreezeOrder: Equatable {
  /// What is frozen or thawed, without its namespace; nil to list what is frozen.
  enum Subject: Equatable {
    case run(String)
    case customer(String)
    case namespace
    case all
  }

  let subject: Subject?
  let why: String?
  let policy: String?
  /// The ledger itself, for everything in it, when no policy can be read; nil for the policy's.
  let ledger: String?
  let json: Bool

  /// Makes sense of the options; `freeze` alone lists.
  init(
    run: String?, customer: String?, flags: Set<String>, why: String?, policy: String?,
    ledger: String? = nil, isThaw: Bool
  ) throws(UsageMistake) {
    let named = [
      run.map(Subject.run), customer.map(Subject.customer),
      flags.contains("--namespace") ? .namespace : nil, flags.contains("--all") ? .all : nil,
    ]
    let subjects = named.compactMap { $0 }
    guard subjects.count == 1 || subjects.isEmpty && !isThaw && why == nil else {
      throw UsageMistake(
        message: "\(isThaw ? "thaw" : "freeze") needs exactly one of --run, --customer, "
          + "--namespace and --all.")
    }
    if !isThaw, !subjects.isEmpty, why == nil {
      throw UsageMistake(message: "freeze needs --why and a reason, for whoever asks later.")
    }
    if !isThaw { try Self.judge(run: run, customer: customer, why: why) }
    self.subject = subjects.first
    self.why = why
    guard ledger == nil || subjects.first == .all && policy == nil else {
      throw UsageMistake(message: "--ledger goes with --all, in place of --policy.")
    }
    self.policy = policy
    self.ledger = ledger
    self.json = flags.contains("--json")
  }

  /// Refuses what could never match anything: a freeze that holds nobody looks like one that does.
  /// What is frozen already can be thawed, whatever it is called.
  private static func judge(run: String?, customer: String?, why: String?) throws(UsageMistake) {
    if let run, !isReference(run) {
      throw UsageMistake(
        message: "No run can be called \"\(run)\": 1 to 64 letters, digits and . _ : / # -, "
          + "beginning with a letter or digit.")
    }
    if let customer, customer.utf8.contains(UInt8(ascii: "*")) || isBlank(customer) {
      throw UsageMistake(
        message: "freeze takes one customer's whole id, no pattern, not \"\(customer)\".")
    }
    if let why, isBlank(why) {
      throw UsageMistake(message: "freeze needs --why and a reason, for whoever asks later.")
    }
  }

  private static func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 <= 0x20 } }
}

extension FreezeOrder {
  /// Answers with the sentence, or with what is frozen now: without a sentence, and to programs.
  func list(of paper: BooksOnPaper, else sentence: String?) -> ExitCode {
    if !json, let sentence { return answer(sentence) ? .ok : .inputOutput }
    do {
      let report = try Freezing.report(ledger: paper.ledger, json: json)
      return write(report, to: 1) ? .ok : .inputOutput
    } catch {
      complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
      return .inputOutput
    }
  }
}

/// `bursar freeze`: no new money moves in that extent, in any process, until it is thawed.
func freeze(_ order: FreezeOrder) -> ExitCode {
  guard let paper = BooksOnPaper(option: order.policy, ledger: order.ledger) else {
    return .configuration
  }
  guard let subject = order.subject else { return order.list(of: paper, else: nil) }
  guard let extent = paper.extent(of: subject) else { return .configuration }
  var clock = Clock()
  var why = order.why ?? ""
  if Secret(in: why) != nil {
    complain("The reason may hold a card number or a key, so that it is not kept.")
    why = Freezing.withheldReason
  }
  if why.utf8.count > Freezing.longestReason {
    complain("The reason is cut to \(Freezing.longestReason) bytes.")
    why = String(decoding: why.utf8.prefix(Freezing.longestReason - 3), as: UTF8.self)
  }
  let freeze = Freeze(extent, why: why, at: clock.now())
  if let mistake = Freezing.mistake(in: freeze) {
    complain("Nothing is frozen. \(mistake)")
    return .usage
  }
  let isNew = !System.exists(paper.ledger)
  do {
    let isKnown = try Freezing.freeze(freeze, ledger: paper.ledger)
    if isNew { complain("There was no ledger at \(paper.ledger); it was made to be frozen.") }
    if !isKnown, case .run(let run) = subject {
      complain("No run \"\(run)\" has called yet; one of that name will be stopped if it does.")
    }
    return order.list(of: paper, else: "Frozen in \(paper.ledger): \(extent.sentence).\n")
  } catch {
    complain("The ledger \(paper.ledger) cannot be written: \(Report.reason(error))")
    return .inputOutput
  }
}
