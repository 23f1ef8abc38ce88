import PaymentServer
import Payments

/// What `bursar audit` is asked for.
enum AuditOrder: Equatable {
  case verify(head: String?, policy: String?, json: Bool)
  case head(policy: String?)
  case export(String, policy: String?)

  /// Makes sense of the names and options after `audit`.
  init(names: [String], values: [String: String], json: Bool) throws(UsageMistake) {
    guard let name = names.first, ["verify", "head", "export"].contains(name) else {
      throw UsageMistake(
        message: names.first.map { "audit knows verify, head and export, not \"\($0)\"." }
          ?? "audit needs verify, head or export after it.")
    }
    if name == "export" {
      guard names.count == 2 else {
        throw UsageMistake(message: "\"audit export\" needs the id of one operation (op_...).")
      }
      guard values["--head"] == nil, !json else {
        throw UsageMistake(message: "audit export takes neither --head nor --json.")
      }
      self = .export(names[1], policy: values["--policy"])
      return
    }
    guard names.count == 1 else {
      throw UsageMistake(message: "audit \(name) does not take \"\(names[1])\".")
    }
    let policy = values["--policy"]
    if name == "verify" {
      if let head = values["--head"], !AuditReport.isHead(head) {
        throw UsageMistake(
          message: "The option --head takes SEQ:HASH as \"bursar audit head\" gives it.")
      }
      self = .verify(head: values["--head"], policy: policy, json: json)
    } else {
      guard values["--head"] == nil, !json else {
        throw UsageMistake(message: "audit head takes neither --head nor --json.")
      }
      self = .head(policy: policy)
    }
  }
}

/// `bursar audit`: whether the history is as it was written, and where it ends.
func audit(_ order: AuditOrder) -> ExitCode {
  switch order {
  case .verify(let head, let policy, let json): verify(against: head, policy: policy, json: json)
  case .head(let policy): showHead(policy: policy)
  case .export(let id, let policy): exportEvidence(of: id, policy: policy)
  }
}

private func verify(against head: String?, policy: String?, json: Bool) -> ExitCode {
  guard let paper = PolicyOnPaper(option: policy) else { return .configuration }
  guard paper.hasLedger() else { return .found }
  do {
    let found = try AuditReport.verify(ledger: paper.ledger, against: head, json: json)
    guard write(found.report, to: 1) else { return .inputOutput }
    return found.isSound ? .ok : .found
  } catch {
    complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}

private func showHead(policy: String?) -> ExitCode {
  guard let paper = PolicyOnPaper(option: policy) else { return .configuration }
  guard paper.hasLedger() else { return .found }
  do {
    guard let head = try AuditReport.head(ledger: paper.ledger) else {
      complain("The history has no entry in its chain yet.")
      return .found
    }
    return answer(head + "\n") ? .ok : .inputOutput
  } catch {
    complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}

private func exportEvidence(of id: String, policy: String?) -> ExitCode {
  guard let paper = PolicyOnPaper(option: policy) else { return .configuration }
  guard paper.hasLedger() else { return .found }
  var clock = Clock()
  do {
    guard let pack = try Report.evidence(ledger: paper.ledger, id: id, at: clock.now()) else {
      complain("There is no such operation in \(paper.ledger).")
      return .found
    }
    return write(pack, to: 1) ? .ok : .inputOutput
  } catch {
    complain("The ledger \(paper.ledger) cannot be read: \(Report.reason(error))")
    return .inputOutput
  }
}

extension PolicyOnPaper {
  /// Whether there is a ledger; complains when there is none, because what is looked at is missing.
  fileprivate func hasLedger() -> Bool {
    let isThere = System.exists(ledger)
    if !isThere { complain("There is no ledger at \(ledger).") }
    return isThere
  }
}
