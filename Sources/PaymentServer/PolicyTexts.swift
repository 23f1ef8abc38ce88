import JSON

/// What an operator reads of a policy file that is no JSON: what is wrong and what is expected.
func policySentence(_ error: JSONError, in bytes: [UInt8]) -> String {
  switch error.kind {
  case .empty: "the file is empty; expected is an object such as {\"caps\": []}."
  case .unexpectedEnd:
    "the file ends too early; expected is a closing quote, bracket or brace."
  case .unexpected(let byte): unexpected(byte, afterComma: isAfterComma(error.offset, in: bytes))
  case .afterValue(let byte):
    "unexpected \(shown(byte)) after the end of the policy; expected is one object and nothing "
      + "after it; a brace may be closed too early."
  case .byteOrderMark: "the file begins with a byte order mark; expected is UTF-8 without one."
  case .invalidUTF8: "these bytes are not UTF-8; save the file as UTF-8."
  case .controlCharacter:
    "a line break or another control character in a text; expected is \\n, \\t or \\u00XX."
  case .invalidEscape:
    "a backslash with what may not follow it; expected is \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t "
      + "or \\uXXXX."
  case .leadingZero: "a number with a zero before its digits; write it without, or as a text."
  case .unclosedComment: "this comment is never closed; expected is */ after it."
  case .loneSurrogate: "half a surrogate pair; expected is a whole one, or the character itself."
  case .duplicateKey(let key):
    "the key \(key) stands twice in this object; expected is once: remove one of the two."
  case .tooDeep(let limit): "more than \(limit) objects and arrays in each other; none needs that."
  case .tooLong(let limit): "the file is longer than \(limit) bytes; expected is less."
  }
}

private func unexpected(_ byte: UInt8, afterComma: Bool) -> String {
  switch byte {
  case UInt8(ascii: "}"), UInt8(ascii: "]"):
    afterComma
      ? "unexpected \(shown(byte)) after a comma; remove the comma, or write what should follow it."
      : "unexpected \(shown(byte)); expected is a value, or the bracket that fits the one opened."
  case UInt8(ascii: "'"):
    "unexpected \(shown(byte)); keys and texts stand in double quotes."
  case UInt8(ascii: "\""):
    "unexpected \(shown(byte)); expected is a comma or a colon before it."
  case UInt8(ascii: "="): "unexpected \(shown(byte)); expected is a colon between key and value."
  default:
    "unexpected \(shown(byte)); expected is JSON with comments: keys and texts in double quotes, a "
      + "colon after each key, a comma between two members."
  }
}

private func isAfterComma(_ offset: Int, in bytes: [UInt8]) -> Bool {
  let blanks: [UInt8] = [0x09, 0x0A, 0x0D, 0x20]
  return bytes.prefix(offset).last { !blanks.contains($0) } == UInt8(ascii: ",")
}

private func shown(_ byte: UInt8) -> String {
  (0x20...0x7e).contains(byte)
    ? "'\(String(decoding: [byte], as: UTF8.self))'" : "byte \(byte)"
}

extension JSONSchema.Violation {
  /// What should be there, and for a value of the wrong shape what the key is for.
  var policySentence: String {
    switch rule {
    case .required, .unknownMember, .enumeration, .constant: "\(expectation)."
    case .type, .minimum, .maximum, .minLength, .maxLength, .minItems, .maxItems:
      if let description = schema["description"]?.string {
        "\(expectation). It is: \(description)"
      } else {
        "\(expectation)."
      }
    }
  }
}
