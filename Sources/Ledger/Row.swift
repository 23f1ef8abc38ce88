import Payments

// How a row's columns become the words of the room: each read in turn, refused when it is another
// kind.
extension Row {
  private static let strange = LedgerError.damaged("A row of the ledger is not what was written.")

  mutating func integer() throws(LedgerError) -> Int64 {
    guard case .integer(let integer) = try next() else { throw Self.strange }
    return integer
  }

  mutating func integerOrNil() throws(LedgerError) -> Int64? {
    switch try next() {
    case .integer(let integer): return integer
    case .null: return nil
    case .text, .blob, nil: throw Self.strange
    }
  }

  mutating func text() throws(LedgerError) -> String {
    guard case .text(let text) = try next() else { throw Self.strange }
    return text
  }

  mutating func textOrNil() throws(LedgerError) -> String? {
    switch try next() {
    case .text(let text): return text
    case .null: return nil
    case .integer, .blob, nil: throw Self.strange
    }
  }

  mutating func bytes() throws(LedgerError) -> [UInt8] {
    guard case .blob(let bytes) = try next() else { throw Self.strange }
    return bytes
  }

  mutating func number() throws(LedgerError) -> Int {
    guard let number = Int(exactly: try integer()) else { throw Self.strange }
    return number
  }

  mutating func numberOrNil() throws(LedgerError) -> Int? {
    guard let integer = try integerOrNil() else { return nil }
    guard let number = Int(exactly: integer) else { throw Self.strange }
    return number
  }

  mutating func flag() throws(LedgerError) -> Bool {
    switch try integer() {
    case 0: return false
    case 1: return true
    default: throw Self.strange
    }
  }

  mutating func instant() throws(LedgerError) -> Instant {
    Instant(milliseconds: try integer())
  }

  mutating func instantOrNil() throws(LedgerError) -> Instant? {
    try integerOrNil().map { Instant(milliseconds: $0) }
  }

  mutating func exposure() throws(LedgerError) -> Exposure {
    Exposure(amount: try integer(), count: try integer())
  }

  /// One of the words of an enum; a word this program does not know is from the future.
  mutating func word<Word: RawRepresentable<String>>() throws(LedgerError) -> Word {
    guard let word = Word(rawValue: try text()) else { throw Self.strange }
    return word
  }

  mutating func wordOrNil<Word: RawRepresentable<String>>() throws(LedgerError) -> Word? {
    guard let text = try textOrNil() else { return nil }
    guard let word = Word(rawValue: text) else { throw Self.strange }
    return word
  }
}

// And how the words of the room become columns.
extension Value {
  static func integer(_ number: Int) -> Value { .integer(Int64(number)) }

  static func instant(_ instant: Instant) -> Value { .integer(instant.milliseconds) }

  static func maybe(_ text: String?) -> Value { text.map(Value.text) ?? .null }

  static func maybe(_ integer: Int64?) -> Value { integer.map { .integer($0) } ?? .null }

  static func maybe(_ number: Int?) -> Value { maybe(number.map { Int64($0) }) }

  static func maybe(_ instant: Instant?) -> Value { maybe(instant?.milliseconds) }
}
