import JSON
public import Ledger
import Payments

/// Whether the history is as it was written, for whoever asks.
public enum AuditReport {
  /// What `bursar audit verify` found.
  public struct Finding: Sendable {
    /// Whether every line that can be checked is as it was written.
    public let isSound: Bool
    /// A sentence for people, or one JSON object.
    public let report: [UInt8]
  }

  /// Where the chain of a ledger ends, as `SEQ:HASH`; nil without any line in it.
  public static func head(ledger path: String) throws(LedgerError) -> String? {
    var ledger = try Ledger(path: path)
    return try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.anchor()?.text
    }
  }

  /// Whether a text is such a head.
  public static func isHead(_ text: String) -> Bool { Anchor(text: text) != nil }

  /// Reads the whole history.
  ///
  /// - Parameters:
  ///   - path: the ledger; it must exist.
  ///   - head: what ``head(ledger:)`` gave once, kept where the ledger's writers cannot reach it.
  public static func verify(
    ledger path: String, against head: String?, json: Bool
  ) throws(LedgerError) -> Finding {
    let anchor = head.flatMap { Anchor(text: $0) }
    var ledger = try Ledger(path: path)
    let audit = try ledger.read { (books: borrowing Books) throws(LedgerError) in
      try books.audit(against: anchor)
    }
    let report = json ? Report.lines([.object(entry(audit))]) : Array((text(audit) + "\n").utf8)
    return Finding(isSound: audit.flaw == nil, report: report)
  }

  private static func text(_ audit: Audit) -> String {
    let older =
      audit.uncovered == 0
      ? "" : " \(audit.uncovered) older entries were written before there was a chain."
    if let flaw = audit.flaw { return flaw.sentence + older }
    guard let head = audit.head else { return "The history has no entry in its chain yet." + older }
    return "All \(audit.sound) entries are as they were written; the head is \(head.text)." + older
  }

  private static func entry(_ audit: Audit) -> JSONObject {
    var entry = JSONObject([
      ("ok", .bool(audit.flaw == nil)), ("sound", .integer(audit.sound)),
      ("uncovered", .integer(audit.uncovered)),
    ])
    if let head = audit.head { entry["head"] = .string(head.text) }
    if let flaw = audit.flaw {
      entry["entry"] = .integer(flaw.sequence)
      entry["how"] = .string(flaw.word)
      entry["message"] = .string(flaw.sentence)
    }
    return entry
  }
}

extension Flaw {
  /// The stable word for it.
  fileprivate var word: String {
    switch kind {
    case .flipped: "flipped"
    case .particulars: "particulars_flipped"
    case .dropped: "dropped"
    case .swapped: "swapped"
    case .truncated: "truncated"
    case .added: "added"
    case .rewritten: "rewritten"
    }
  }

  fileprivate var sentence: String {
    switch kind {
    case .flipped: "Entry \(sequence) was flipped: it is not what was written."
    case .particulars:
      "Entry \(sequence) was flipped: its particulars are not what was written, or gone."
    case .dropped: "Entry \(sequence) was dropped: later entries are there and it is not."
    case .swapped(let other): "Entry \(sequence) was swapped with entry \(other)."
    case .truncated: "The history was truncated: entry \(sequence) and all after it are gone."
    case .added: "Entry \(sequence) was added from outside: nothing ties it to those before it."
    case .rewritten:
      "The history was rewritten: entry \(sequence) is not the one whose hash was kept."
    }
  }
}
