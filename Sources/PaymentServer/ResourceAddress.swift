/// What a resource's address names: `operation://op_…` or `task://month-end`.
///
/// Whatever may mean something in an address stands percent-encoded (RFC 3986), and either spelling
/// is read; two spellings name the same thing.
enum ResourceAddress: Equatable {
  case operation(String)
  case task(String)

  /// The longest that is read.
  static let longest = 1024

  /// Nil when it names nothing of ours.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    for (scheme, make) in [("operation://", Self.operation), ("task://", Self.task)] {
      guard text.utf8.starts(with: scheme.utf8) else { continue }
      guard let name = decoded(text.utf8.dropFirst(scheme.utf8.count)), !name.isEmpty else {
        return nil
      }
      self = make(name)
      return
    }
    return nil
  }

  /// As it is given out.
  var text: String {
    switch self {
    case .operation(let name): "operation://\(encoded(name))"
    case .task(let name): "task://\(encoded(name))"
    }
  }
}

/// Everything but letters, digits and `- . _ ~` as `%` and two hexadecimal digits.
private func encoded(_ text: String) -> String {
  if text.utf8.allSatisfy(isUnreserved) { return text }
  var result = ""
  for byte in text.utf8 {
    if isUnreserved(byte) {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      let digits = String(byte, radix: 16, uppercase: true)
      result += byte < 16 ? "%0\(digits)" : "%\(digits)"
    }
  }
  return result
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
    UInt8(ascii: "_"), UInt8(ascii: "~"):
    true
  default: false
  }
}

/// Nil when a `%` has no two digits after it, or the bytes are no text.
private func decoded(_ text: Substring.UTF8View) -> String? {
  var bytes: [UInt8] = []
  var rest = text[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
    else { return nil }
    bytes.append(high * 16 + low)
  }
  return String(validating: bytes, as: UTF8.self)
}

private func digit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
