import JSON

/// Text of the client's as it may stand in a text of ours: ASCII, short, and recognisable as a
/// quotation.
///
/// What looks like a name stands bare, as in the specification's own `Unknown tool: x`; everything
/// else is escaped and put in quotes, so that it cannot pass for words of ours.
func quotation(of text: String) -> String {
  if mayCarryCardNumber(text) { return notShown }
  if !text.isEmpty, text.utf8.count <= Limits.quotation, text.utf8.allSatisfy(belongsInName) {
    return text
  }
  var quoted = ""
  for scalar in text.unicodeScalars {
    let escaped = scalar.escaped(asASCII: true)
    guard quoted.utf8.count + escaped.utf8.count <= Limits.quotation else {
      return "\"\(quoted)\"..."
    }
    quoted += escaped
  }
  return "\"\(quoted)\""
}

private func belongsInName(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  case UInt8(ascii: "0")...UInt8(ascii: "9"): true
  case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"): true
  default: false
  }
}
