import Payments

/// What ties each line of the history to all before it: where the chain ends now, and what the next
/// line's salt is drawn from.
///
/// A line's link is SHA-256 over the link before it and the line itself. What may name persons (its
/// particulars) is not in the line: the line holds SHA-256 over a salt and the particulars, so that
/// both can be erased and the chain still holds (`requirements.md`, Decisions 12). The salts come
/// from a ratchet: from what is kept for the next one no earlier one can be found.
struct Chain {
  /// What the ledger is called in events: 10 random bytes.
  let ledger: [UInt8]
  /// The last line that was written before there was a chain; 0 when there is none.
  let uncovered: Int64
  /// The last line.
  private(set) var sequence: Int64
  /// The last line's link.
  private(set) var link: [UInt8]
  private(set) var ratchet: [UInt8]

  /// The chain of books that have none yet, after the lines that stand in them.
  init(after uncovered: Int64, ledger: [UInt8], ratchet: [UInt8]) {
    self.ledger = ledger
    self.uncovered = uncovered
    self.ratchet = ratchet
    sequence = uncovered
    link = Chain.origin(ledger: ledger, after: uncovered)
  }

  /// The chain as the books have it.
  init(_ row: inout Row) throws(LedgerError) {
    ledger = try row.bytes()
    uncovered = try row.integer()
    sequence = try row.integer()
    link = try row.bytes()
    ratchet = try row.bytes()
  }

  var values: [Value] {
    [
      .blob(ledger), .integer(uncovered), .integer(sequence), .blob(link), .blob(ratchet),
    ]
  }

  /// The place of the next line.
  var next: Int64 { sequence + 1 }

  /// A salt that was never used and cannot be found again.
  mutating func salt() -> [UInt8] {
    let salt = sha256(ratchet + Array("salt".utf8))
    ratchet = sha256(ratchet + Array("next".utf8))
    return salt
  }

  /// Ties a line to the chain; gives back its link.
  ///
  /// - Parameter line: its columns from `seq` to `commitment`.
  mutating func tie(_ line: [Value]) -> [UInt8] {
    link = Chain.link(of: line, after: link)
    sequence += 1
    return link
  }

  /// What a line is tied to when it is the first.
  static func origin(ledger: [UInt8], after uncovered: Int64) -> [UInt8] {
    var bytes = Array("bursar.chain.1".utf8)
    append(.blob(ledger), to: &bytes)
    append(.integer(uncovered), to: &bytes)
    return sha256(bytes)
  }

  /// The link of a line: each column stands with its kind and its length, so that no two lines are
  /// the same bytes.
  static func link(of line: some Sequence<Value>, after link: [UInt8]) -> [UInt8] {
    var bytes = link
    bytes.reserveCapacity(512)
    for value in line { append(value, to: &bytes) }
    return sha256(bytes)
  }

  /// What a line says of its particulars without telling them.
  static func commitment(to text: [UInt8], salt: [UInt8]) -> [UInt8] {
    sha256(salt + text)
  }

  /// Text and bytes are written alike: which one a column holds is the schema's.
  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0)
    case .integer(let integer):
      bytes.append(1)
      append(UInt64(bitPattern: integer), to: &bytes)
    case .text(let text):
      bytes.append(2)
      append(UInt64(text.utf8.count), to: &bytes)
      bytes += text.utf8
    case .blob(let blob):
      bytes.append(2)
      append(UInt64(blob.count), to: &bytes)
      bytes += blob
    }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }
}

extension Books {
  /// The chain as it stands within this transaction; nil in books that have no line since there are
  /// chains.
  func storedChain() throws(LedgerError) -> Chain? {
    try only(.chain, []) { row throws(LedgerError) in try Chain(&row) }
  }

  /// The chain for a line to be tied to: read once in a transaction, made with the first line.
  mutating func openChain() throws(LedgerError) -> Chain {
    if let chain { return chain }
    let opened: Chain
    if let stored = try storedChain() { opened = stored } else { opened = try newChain() }
    chain = opened
    return opened
  }

  private func newChain() throws(LedgerError) -> Chain {
    let last = try only(.lastLine, []) { row throws(LedgerError) in try row.integer() }
    return Chain(
      after: last ?? 0, ledger: try connection.randomBytes(10),
      ratchet: try connection.randomBytes(32))
  }

  /// Writes down where the chain ends, once for all lines of a transaction.
  mutating func closeChain() throws(LedgerError) {
    guard let chain else { return }
    try change(.setChain, chain.values)
    self.chain = nil
  }
}
