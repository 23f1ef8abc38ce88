/// What an agent reads when the operator's guards stop it: near-duplicates, freezes, loops.
extension Texts {
  /// A charge that may be another one under another name: held back until somebody says that it is
  /// not, or for good (``NearDuplicateRule``).
  public func nearDuplicate(
    of operation: Operation, _ resemblance: Resemblance, _ rule: NearDuplicateRule, at now: Instant
  ) -> Verdict {
    let age = max(0, operation.created.duration(to: now).milliseconds) / 1000
    let when = age == 0 ? "just now" : "\(span(.seconds(age))) ago"
    let how =
      switch resemblance {
      case .reference: "its reference is almost the same"
      case .amount: "the same customer, amount and currency"
      }
    let id = quoted(operation.id.text)
    let way =
      switch rule.action {
      case .ask:
        "If it is the same payment, use that operation's reference unchanged. Only if the user "
          + "confirms a second purchase, call again with `distinct_from` set to \(id)."
      case .refuse, .allow:
        "Do not retry under this or any other reference. Tell the user."
      }
    return Verdict(
      .stop, Code.nearDuplicate,
      "This may be a repetition of \(name(operation)) (operation \(operation.id.text), "
        + "\(operation.state.rawValue), asked for \(when)): \(how). Nothing was charged. \(way)")
  }

  /// A charge that ended here without money moving, and whose money the processor took after all.
  ///
  /// - Parameter refund: the operation that gives it back, if there is one.
  public func executed(_ charge: Operation, refund: Operation?) -> Verdict {
    let rest =
      switch refund?.state {
      case .initiated, .validated, .authorised, .submitted: "It is being given back."
      case .captured, .settled, .refunded: "It was given back."
      case .denied, .declined, .failed, .voided, nil: "The operator has been told and decides."
      }
    return Verdict(
      .stop, "executed_after_all",
      "\(name(charge)) was given up, and the processor took the money after all. \(rest) Do not "
        + "charge again, under this or any other reference. Tell the user.")
  }

  /// The most characters of an operator's reason that a model reads.
  public static let reasonQuoted = 80

  /// The operator has frozen it.
  public func frozen(_ freeze: Freeze) -> Verdict {
    let what =
      switch freeze.extent {
      case .run: "This agent session"
      case .customer: "This customer"
      case .namespace, .all: "All money"
      }
    let who =
      freeze.isAutomatic ? "because the books and the processor disagree" : "by the operator"
    let plain = freeze.why.unicodeScalars.filter { (0x20...0x7e).contains($0.value) }
    let reason = String(String.UnicodeScalarView(plain.prefix(Self.reasonQuoted)))
    let why = reason.isEmpty ? "" : " (reason given: \(quoted(reason, limit: Self.reasonQuoted)))"
    return Verdict(
      .stop, "frozen",
      "\(what) was frozen \(who)\(why). Nothing was done. Do not retry this tool, under this "
        + "or any other reference. Tell the user that the operator must lift the freeze.")
  }

  /// The run was told to stop too often.
  public func runClosed(stops: Int64) -> Verdict {
    Verdict(
      .stop, "run_closed",
      "This agent session was told to stop \(stops) times and called on, so it is closed for money. "
        + "Nothing was done. Do not call this tool again. Inform the user that billing could not be "
        + "completed, and that the operator must reopen this session or a new one is required.")
  }

  /// The same STOP in firmer words, the third time and the fifth; what it said stays its beginning.
  /// The text of the session's cap has no firmer words: it is exact however often it is said
  /// (DESIGN §6).
  public func firmer(_ verdict: Verdict, stops: Int64) -> Verdict {
    if isSame(verdict.message, "STOP: " + sessionCapText) { return verdict }
    return switch stops {
    case ..<3: verdict
    case 3...4:
      verdict.adding(
        "This was answered \(stops) times: calling again changes nothing. Tell the user now.")
    default:
      verdict.adding(
        "This was answered \(stops) times and is final. End this task; if it goes on, this session is "
          + "closed for money.")
    }
  }
}
