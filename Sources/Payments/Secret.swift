/// What may be sent to no tool, and stands in no book, log or answer (DESIGN §4, invariant 8).
public enum Secret: Hashable, Sendable, CaseIterable {
  /// What may be the number of a card.
  case cardNumber
  /// What may be a key of the processor, or what its webhooks are signed with.
  case key

  /// What of it a text carries; nil when it carries none.
  public init?(in text: String) {
    if carriesKey(text) {
      self = .key
    } else if carriesCardNumber(text) {
      self = .cardNumber
    } else {
      return nil
    }
  }
}

/// What the processor's secret keys begin with, and what deliveries are signed with
/// (docs.stripe.com/keys; Standard Webhooks 1.0).
public let keyPrefixes = ["sk_live_", "sk_test_", "sk_org_", "rk_live_", "rk_test_", "whsec_"]

/// Whether a key stands anywhere in a text: its beginning, where no letter is before it and a
/// letter or digit comes after it. `task_live_1` is none, nor is the beginning alone.
public func carriesKey(_ text: String) -> Bool {
  let bytes = text.utf8.span
  func stands(_ prefix: String, at start: Int) -> Bool {
    var index = start
    for byte in prefix.utf8 {
      guard index < bytes.count, bytes[index] == byte else { return false }
      index += 1
    }
    return index < bytes.count && isLetterOrDigit(bytes[index])
  }
  for start in bytes.indices where mayBegin(bytes[start]) {
    guard start == 0 || !isLetter(bytes[start - 1]) else { continue }
    for prefix in keyPrefixes where stands(prefix, at: start) { return true }
  }
  return false
}

/// Whether any of the prefixes begins so: most bytes are told from it at once.
private func mayBegin(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "s") || byte == UInt8(ascii: "r") || byte == UInt8(ascii: "w")
}

private func isLetter(_ byte: UInt8) -> Bool {
  isLetterOrDigit(byte) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
