/// A place in the history's chain, to be kept where nobody who can change the ledger can reach:
/// with it a history that was cut off, or written anew from some line on, is found.
public struct Anchor: Sendable, Equatable {
  /// The line.
  public let sequence: Int64
  /// Its link: SHA-256 in hexadecimal.
  public let hash: String

  /// `SEQ:HASH`, as ``text`` gives it; nil when it is not that.
  public init?(text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let sequence = Int64(parts[0]), sequence > 0,
      parts[1].utf8.count == 64,
      parts[1].utf8.allSatisfy({
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      })
    else { return nil }
    self.init(sequence: sequence, hash: String(parts[1]))
  }

  init(sequence: Int64, hash: String) {
    self.sequence = sequence
    self.hash = hash
  }

  /// `SEQ:HASH`.
  public var text: String { "\(sequence):\(hash)" }
}

/// What was found when the whole history was read.
public struct Audit: Sendable, Equatable {
  /// How many lines were found to be as they were written; those before the first that is not.
  public let sound: Int64
  /// How many lines are from before there was a chain: nothing can be said of them.
  public let uncovered: Int64
  /// Where the chain ends; nil without any line in it, or with a flaw.
  public let head: Anchor?
  /// The first line that is not as it was written; nil when all are.
  public let flaw: Flaw?
}

/// The first line of a history that is not as it was written, and what was done to it.
public struct Flaw: Sendable, Equatable {
  /// What was done.
  public enum Kind: Sendable, Equatable {
    /// Something in the line is another than was written.
    case flipped
    /// The line's particulars are others than were written, or gone.
    case particulars
    /// It is not there, and later ones are.
    case dropped
    /// It stands in the place of that other one.
    case swapped(with: Int64)
    /// It and everything after it is gone.
    case truncated
    /// It was put there by somebody who did not tie it to the chain.
    case added
    /// It is tied to the chain, and is not the one that was anchored: all was written anew.
    case rewritten
  }

  /// The line's place.
  public let sequence: Int64
  /// What was done.
  public let kind: Kind
}

extension Books {
  /// What happened after a line of the history, as it is told, in order, at most `limit` lines.
  public func events(after sequence: Int64, limit: Int) throws(LedgerError) -> [EventEntry] {
    try connection.rows(.events, [.integer(sequence), .integer(limit)]) {
      row throws(LedgerError) in try EventEntry(&row)
    }
  }

  /// What these books are called in events, unlike all others; nil in books that have no line since
  /// there are chains.
  public func name() throws(LedgerError) -> String? {
    // Within the transaction of its first line the chain is not written down yet.
    if let chain { return base32(chain.ledger) }
    return try storedChain().map { base32($0.ledger) }
  }

  /// Where the chain ends, to be kept elsewhere; nil without any line in it.
  public func anchor() throws(LedgerError) -> Anchor? {
    guard let chain = try storedChain() else { return nil }
    return Anchor(sequence: chain.sequence, hash: hexadecimal(chain.link))
  }

  /// Reads the whole history and says whether it is as it was written, or what is the first line
  /// that is not. Takes a few seconds for a million lines.
  ///
  /// - Parameter anchor: a place in the chain that was kept elsewhere.
  public func audit(against anchor: Anchor?) throws(LedgerError) -> Audit {
    var auditing = Auditing(try storedChain(), anchor)
    var last = auditing.sequence
    while auditing.flaw == nil {
      let page = try auditLines(after: last)
      guard let end = page.last else { break }
      for line in page where auditing.flaw == nil { auditing.read(line) }
      last = end.sequence
    }
    if auditing.flaw == nil { auditing.end() }
    if let flaw = auditing.flaw, flaw.kind == .flipped, let line = auditing.strange {
      auditing.flaw = try classify(line, after: auditing.link)
    }
    return auditing.result
  }

  /// What was done to a line that does not follow from the one before it.
  private func classify(
    _ strange: AuditLine, after link: [UInt8]
  ) throws(LedgerError) -> Flaw {
    let place = strange.sequence
    var last = place
    while true {
      let page = try auditLines(after: last)
      guard let end = page.last else { return Flaw(sequence: place, kind: .flipped) }
      if last == place, let next = page.first, strange.isFollowedAfterGap(by: next) {
        return Flaw(sequence: place, kind: .dropped)
      }
      for line in page {
        let moved = line.link(at: place, after: link)
        if moved == line.link || moved == strange.link {
          return Flaw(sequence: place, kind: .swapped(with: line.sequence))
        }
      }
      last = end.sequence
    }
  }

  private func auditLines(after sequence: Int64) throws(LedgerError) -> [AuditLine] {
    try connection.rows(.auditLines, [.integer(sequence), .integer(AuditLine.page)]) {
      row throws(LedgerError) in try AuditLine(&row)
    }
  }
}

/// A line of the history as bytes: one that was tampered with need not be text, or a word of ours.
private struct AuditLine {
  /// How many are read at once.
  static let page = 4096
  /// How many lines, dropped in one piece with the rest numbered anew, are told from a flip.
  static let gap: Int64 = 100

  let sequence: Int64
  /// The columns from `at` to `commitment`.
  private let values: [Value]
  /// As stored; nil when it was taken away.
  let link: [UInt8]?
  private let commitment: Value
  private let salt: Value
  private let text: Value

  init(_ row: inout Row) throws(LedgerError) {
    sequence = try row.integer()
    var values: [Value] = []
    values.reserveCapacity(8)
    for _ in 0..<8 { values.append(try row.next() ?? .null) }
    self.values = values
    commitment = values[7]
    if case .blob(let stored) = try row.next() { link = stored } else { link = nil }
    salt = try row.next() ?? .null
    text = try row.next() ?? .null
  }

  /// What its link would be in that place after that link.
  func link(at place: Int64, after link: [UInt8]) -> [UInt8] {
    Chain.link(of: [.integer(place)] + values, after: link)
  }

  /// Whether its particulars are those it commits to.
  var keepsItsWord: Bool {
    switch (commitment, salt, text) {
    case (.null, .null, .null): true
    case (.blob(let promise), .blob(let salt), .blob(let text)):
      Chain.commitment(to: text, salt: salt) == promise
    case (.null, _, _), (.integer, _, _), (.text, _, _), (.blob, _, _): false
    }
  }

  /// Whether lines are missing before this one, and this one and the next were numbered anew.
  func isFollowedAfterGap(by next: AuditLine) -> Bool {
    guard let link, let following = next.link else { return false }
    return (1...Self.gap).contains { missing in
      next.link(at: next.sequence + missing, after: link) == following
    }
  }
}

/// The chain followed from line to line, up to the first that breaks it.
private struct Auditing {
  private let chain: Chain?
  private let anchor: Anchor?
  private var sound: Int64 = 0
  /// The last line that holds, or that nothing can be said of.
  private(set) var sequence: Int64
  /// Its link.
  private(set) var link: [UInt8]
  var flaw: Flaw?
  /// The line that does not follow, if that is the flaw.
  private(set) var strange: AuditLine?

  init(_ chain: Chain?, _ anchor: Anchor?) {
    self.chain = chain
    self.anchor = anchor
    sequence = chain?.uncovered ?? 0
    link = chain.map { Chain.origin(ledger: $0.ledger, after: $0.uncovered) } ?? []
  }

  mutating func read(_ line: AuditLine) {
    guard let chain else {
      // Books from before the chain, unless a line says otherwise: then its end was taken away.
      if line.link != nil { flaw = Flaw(sequence: line.sequence, kind: .truncated) }
      sequence = line.sequence
      return
    }
    if line.sequence != sequence + 1 {
      flaw = Flaw(sequence: sequence + 1, kind: .dropped)
    } else if line.sequence > chain.sequence {
      flaw = Flaw(sequence: line.sequence, kind: .added)
    } else if line.link(at: line.sequence, after: link) != line.link {
      flaw = Flaw(sequence: line.sequence, kind: .flipped)
      strange = line
    } else if !line.keepsItsWord {
      flaw = Flaw(sequence: line.sequence, kind: .particulars)
    } else {
      sequence = line.sequence
      link = line.link ?? link
      sound += 1
      if let anchor, anchor.sequence == sequence { compare(anchor) }
    }
  }

  /// What only the end of the history can say.
  mutating func end() {
    if let chain, sequence < chain.sequence {
      flaw = Flaw(sequence: sequence + 1, kind: .truncated)
    } else if let chain, link != chain.link {
      flaw = Flaw(sequence: sequence, kind: .flipped)
    } else if let anchor, anchor.sequence > sequence {
      flaw = Flaw(sequence: sequence + 1, kind: .truncated)
    } else if let anchor, anchor.sequence <= (chain?.uncovered ?? sequence) {
      flaw = Flaw(sequence: anchor.sequence, kind: .rewritten)
    }
  }

  private mutating func compare(_ anchor: Anchor) {
    if anchor.hash != hexadecimal(link) { flaw = Flaw(sequence: sequence, kind: .rewritten) }
  }

  var result: Audit {
    let whole = chain != nil && flaw == nil && sound > 0
    return Audit(
      sound: sound, uncovered: chain?.uncovered ?? sequence,
      head: whole ? Anchor(sequence: sequence, hash: hexadecimal(link)) : nil, flaw: flaw)
  }
}
