/// A byte as text: `','`, or `0x1F` when it is not printable ASCII.
func shown(_ byte: UInt8) -> String {
  if (0x20...0x7E).contains(byte) {
    return "'\(Character(UnicodeScalar(byte)))'"
  }
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.utf8.count == 1 ? "0x0\(digits)" : "0x\(digits)"
}

/// Text of unknown origin, fit for a sentence: quoted as JSON, ASCII, at most about `limit`
/// characters.
func quoted(_ text: String, limit: Int = 64) -> String {
  if mayCarryCardNumber(text) { return notShown }
  var shown = "\""
  for scalar in text.unicodeScalars {
    if shown.utf8.count > limit {
      shown += "..."
      break
    }
    switch scalar {
    case "\"", "\\": shown += "\\\(scalar)"
    case " "..."~": shown.unicodeScalars.append(scalar)
    default: for unit in String(scalar).utf16 { shown += "\\u" + hexadecimal(unit) }
    }
  }
  return shown + "\""
}

private func hexadecimal(_ unit: UInt16) -> String {
  let digits = String(unit, radix: 16)
  return String(repeating: "0", count: 4 - digits.utf8.count) + digits
}

/// A text that needs no quotes to be recognised: letters, digits, `_`, `-`, `.`.
func isPlain(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        .zero ... .nine, UInt8(ascii: "_"), .minus, .point:
        true
      default: false
      }
    }
}

/// A name in a sentence: bare when it is plain, quoted otherwise.
func named(_ text: String) -> String {
  isPlain(text) && text.utf8.count <= 64 && !mayCarryCardNumber(text) ? text : quoted(text)
}

/// Whether a text of unknown origin is not to be repeated: 13 digits or more, of any script, and
/// no letter between them.
///
/// Coarser than the rule arguments are judged by, which belongs to the room of payments: here it
/// only costs a quotation.
public func mayCarryCardNumber(_ text: String) -> Bool {
  // A digit has a byte at least.
  if text.utf8.count < 13 { return false }
  var digits = 0
  for scalar in text.unicodeScalars {
    if scalar.properties.numericType == .decimal {
      digits += 1
      if digits == 13 { return true }
    } else if scalar.properties.isAlphabetic {
      digits = 0
    }
  }
  return false
}

/// What stands for such a text.
public let notShown = "(not shown: it may carry a card number)"
