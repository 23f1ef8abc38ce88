/// What becomes of a charge that resembles another one of the same customer (DESIGN §7).
public struct NearDuplicateRule: Hashable, Sendable {
  /// What the agent is told.
  public enum Action: String, Sendable, CaseIterable {
    /// STOP, and how to say that it is a second purchase.
    case ask
    /// STOP, and nothing an agent can say changes it.
    case refuse
    /// Nothing: it is charged.
    case allow
  }

  /// How long after a charge another of the same amount resembles it.
  public var window = Duration.seconds(600)
  /// What the agent is told.
  public var action = Action.ask

  /// The defaults of DESIGN §7.
  public init() {}
}

/// Why a charge is taken for a repetition under another name.
public enum Resemblance: Hashable, Sendable {
  /// The references are the same but for case, separators, look-alikes or a retry's suffix.
  case reference
  /// The same customer was charged the same amount a short while ago, or may be still.
  case amount
}

/// A reference without what models let drift when they write it down again: two references with the
/// same normal form are taken for the same thing's name, never for its identity.
///
/// In this order:
/// 1. ASCII letters are lowered; `. _ : / # -` separate pieces and are otherwise not there.
/// 2. A piece of digits and the look-alikes `o`, `l`, `i`, with a digit in it, is a number (`0`,
///    `1`, `1`); any other piece is cut where letters and digits meet, so that `INV7` is `INV-7`.
/// 3. Zeros before a number go: `007` is `7`.
/// 4. Words that say "again" go from both ends, at the end with their number: `-retry`, `-copy-2`,
///    `-v2`. Something always remains.
/// 5. `l` in a word reads as `i`.
///
/// A number alone at the end stays, because numbers are how references count: see
/// ``likenesses(of:)``. `INV-7 (1)` is no reference at all and never comes here. Letters beyond
/// ASCII cannot occur (``isReference(_:)``).
public func normalForm(of reference: String) -> String {
  spelled(words(of: reference))
}

/// The normal forms an earlier reference may have to be taken for this one: its own, and without a
/// counter of one digit after another number, so that `INV-7-2` resembles `INV-7`, but neither
/// `INV-2026-2` resembles `INV-2026-1` nor `INV-8` resembles `INV-7`.
public func likenesses(of reference: String) -> [String] {
  let words = words(of: reference)
  guard let last = words.last, last.count == 1, isNumber(last),
    words.dropLast().contains(where: isNumber)
  else { return [spelled(words)] }
  return [spelled(words), spelled(withoutAgain(Array(words.dropLast())))]
}

private typealias Word = [UInt8]

/// Words that say no more than that it is the same again.
private let again: [Word] = [
  "again", "attempt", "bis", "copy", "dup", "duplicate", "new", "redo", "repeat", "resend", "retry",
  "try",
].map { Array($0.utf8) }

private func words(of reference: String) -> [Word] {
  let pieces = reference.utf8.map(lowered).split { !isLetterOrDigit($0) }
  return withoutAgain(pieces.flatMap { words(in: Array($0)) }.map(withoutZeros))
}

/// The words of a piece between two separators.
private func words(in piece: Word) -> [Word] {
  let number = piece.map(asDigit)
  if piece.contains(where: isDigit), isNumber(number) { return [number] }
  var words: [Word] = []
  for byte in piece {
    if let before = words.last?.last, isDigit(before) == isDigit(byte) {
      words[words.count - 1].append(byte)
    } else {
      words.append([byte])
    }
  }
  return words
}

/// Without what says "again" at either end, as long as something remains.
private func withoutAgain(_ words: [Word]) -> [Word] {
  var words = words
  while words.count > 1 {
    if again.contains(words[words.count - 1]) {
      words.removeLast()
    } else if words.count > 2, isNumber(words[words.count - 1]),
      again.contains(words[words.count - 2]) || words[words.count - 2] == [UInt8(ascii: "v")]
    {
      words.removeLast(2)
    } else if again.contains(words[0]) {
      words.removeFirst()
    } else {
      break
    }
  }
  return words
}

private func withoutZeros(_ word: Word) -> Word {
  guard isNumber(word) else { return word }
  let digits = word.drop { $0 == UInt8(ascii: "0") }
  return digits.isEmpty ? [UInt8(ascii: "0")] : Array(digits)
}

private func spelled(_ words: [Word]) -> String {
  let read = words.map { word in
    word.map { $0 == UInt8(ascii: "l") ? UInt8(ascii: "i") : $0 }
  }
  return read.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
}

/// An ASCII letter as its small one; every other byte as it is.
func lowered(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
}

private func isNumber(_ word: Word) -> Bool { word.allSatisfy(isDigit) }

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func asDigit(_ byte: UInt8) -> UInt8 {
  switch byte {
  case UInt8(ascii: "o"): UInt8(ascii: "0")
  case UInt8(ascii: "l"), UInt8(ascii: "i"): UInt8(ascii: "1")
  default: byte
  }
}
