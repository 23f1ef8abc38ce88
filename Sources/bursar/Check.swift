import PaymentServer
import Payments
import Processors

/// `bursar check`: what is wrong, or what will be in force and what is odd about it.
func check(policy: String?, json: Bool, strict: Bool) -> ExitCode {
  let arrangement = Arrangement(policy: policy, environment: System.environment())
  var found = arrangement.findings
  let books = BooksAtStart(arrangement)
  let (remarks, warnings) = (books.remarks, books.warnings)
  found += books.found
  if case .sandbox = arrangement.route,
    let damage = SandboxJournal.damage(ledger: arrangement.ledger)
  {
    found.append(
      Complaint(
        place: SandboxBooks.journal(of: arrangement.ledger),
        message: "\(damage) \(SandboxJournal.remedy)"))
  }
  if case .network = arrangement.route, !HTTPClient.isAvailable {
    found.append(
      Complaint(
        place: "libcurl.so.4",
        message: "It is not installed, and nothing can be sent without it; on Debian it is in the "
          + "package libcurl4."))
  }
  let facts = arrangement.facts + remarks.map { ("remark", $0) }
  let text =
    if json {
      report(found, warnings, facts) + "\n"
    } else if found.isEmpty {
      facts.map { "\($0.0): \($0.1)\n" }.joined()
        + warnings.map { "warning: \($0.message)\n" }.joined()
    } else {
      found.map { "\($0.sentence)\n" }.joined()
    }
  guard answer(text) else { return .inputOutput }
  return found.isEmpty && (warnings.isEmpty || !strict) ? .ok : .found
}

/// What a start would find of the books.
private struct BooksAtStart {
  private(set) var found: [Complaint] = []
  private(set) var remarks: [String] = []
  private(set) var warnings: [PolicyWarning] = []

  init(_ arrangement: Arrangement) {
    guard let policy = arrangement.policy else { return }
    let ledger = arrangement.ledger
    if let trouble = LedgerPlace.trouble(of: ledger) {
      found.append(Complaint(place: ledger, message: trouble))
      return
    }
    if let loss = LedgerPlace.loss(of: ledger) {
      found.append(
        Complaint(place: ledger, message: "\(loss) What to do: \(LedgerPlace.lossRemedy)."))
      return
    }
    do {
      let inspection = try Report.inspection(ledger: ledger)
      remarks = inspection.remarks
      if let mistake = try Report.mistake(of: policy, ledger: ledger) {
        found = [Complaint(place: ledger, message: "\(mistake.path) \(mistake.message)")]
        return
      }
      found = inspection.violations.map { broken in
        Complaint(
          place: ledger,
          message: "\(broken.kind.sentence) (\(broken.subject)) Let no money move: "
            + "bursar freeze --namespace --why TEXT, then look into it.")
      }
      warnings = try lint(policy, ledger: ledger, currencies: Stripe.currencies)
      var clock = Clock()
      warnings += try Freezing.warnings(ledger: ledger)
      warnings += try Report.alerts(ledger: ledger, at: clock.now())
    } catch {
      found.append(
        Complaint(place: ledger, message: "The ledger cannot be used: \(Report.reason(error))"))
    }
  }
}

/// Something wrong: where, and in which words.
struct Complaint {
  /// `file:line:column`.
  let place: String
  let message: String

  /// Both in one line.
  var sentence: String { "\(place): \(message)" }
}

extension Arrangement {
  /// Everything that is wrong with the policy and around it.
  var findings: [Complaint] {
    mistakes.map { mistake in
      let subject = mistake.path.isEmpty ? "" : "\(mistake.path): "
      return Complaint(
        place: "\(source.path ?? "policy"):\(mistake.line):\(mistake.column)",
        message: subject + mistake.message)
    }
  }

  /// The same as sentences.
  var sentences: [String] { findings.map(\.sentence) }

  /// Whether real money moves.
  var isLive: Bool { policy?.environment == .live }

  /// What will be in force, as names and words.
  var facts: [(String, String)] {
    guard let policy else { return [] }
    let processor =
      switch route {
      case .network(let address, _): "\(policy.processor.kind.rawValue) at \(address.text)"
      case .sandbox, nil: "\(policy.processor.kind.rawValue); no money moves"
      }
    var facts = [
      ("policy", source.path ?? "built in"), ("environment", policy.environment.rawValue),
      ("processor", processor), ("namespace", policy.namespace), ("ledger", ledger), ("run", run),
    ]
    facts += policy.caps.map { ("cap", $0.sentence(Stripe.currencies)) }
    facts += policy.refundCaps.map { ("refund cap", $0.sentence(Stripe.currencies)) }
    return facts
  }
}

/// Complaints, warnings and facts as one JSON object on one line.
private func report(
  _ found: [Complaint], _ warnings: [PolicyWarning], _ facts: [(String, String)]
) -> String {
  let findings = found.map { "{\"place\":\(quoted($0.place)),\"message\":\(quoted($0.message))}" }
  let odd = warnings.map {
    "{\"code\":\(quoted($0.code)),\"message\":\(quoted($0.message))}"
  }
  let words = facts.map { "{\"name\":\(quoted($0.0)),\"value\":\(quoted($0.1))}" }
  return "{\"ok\":\(found.isEmpty),\"findings\":[\(findings.joined(separator: ","))],"
    + "\"warnings\":[\(odd.joined(separator: ","))],"
    + "\"facts\":[\(words.joined(separator: ","))]}"
}

/// A text as a JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{0}"..."\u{1F}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
