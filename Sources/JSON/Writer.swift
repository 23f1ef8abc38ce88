extension JSONValue {
  /// The value on one line, members in their order.
  ///
  /// Only `"`, `\` and control characters are escaped; everything else stands as it is (RFC 8259
  /// §7).
  public var compact: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    write(to: &bytes)
    return bytes
  }

  /// Like ``compact``, with the keys of every object ascending as UTF-8 bytes: equal values, equal
  /// bytes.
  public var canonical: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    write(to: &bytes, sorted: true)
    return bytes
  }

  /// Appends ``compact``.
  public func write(to bytes: inout [UInt8]) {
    write(to: &bytes, sorted: false)
  }

  private func write(to bytes: inout [UInt8], sorted: Bool) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(true): bytes.append(contentsOf: "true".utf8)
    case .bool(false): bytes.append(contentsOf: "false".utf8)
    case .number(let number): bytes.append(contentsOf: number.text.utf8)
    case .string(let text): bytes.append(quoting: text)
    case .array(let elements):
      var separator = UInt8.openBracket
      for element in elements {
        bytes.append(separator)
        element.write(to: &bytes, sorted: sorted)
        separator = .comma
      }
      if elements.isEmpty { bytes.append(.openBracket) }
      bytes.append(.closeBracket)
    case .object(let object):
      var separator = UInt8.openBrace
      for member in sorted ? object.sorted : object.members {
        bytes.append(separator)
        bytes.append(quoting: member.key)
        bytes.append(.colon)
        member.value.write(to: &bytes, sorted: sorted)
        separator = .comma
      }
      if object.members.isEmpty { bytes.append(.openBrace) }
      bytes.append(.closeBrace)
    }
  }
}

/// Whether a byte stands for itself in a string.
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= .space && byte != .quote && byte != .backslash
}

extension [UInt8] {
  /// Appends a text as JSON string.
  fileprivate mutating func append(quoting text: String) {
    append(.quote)
    let bytes = text.utf8.span
    var place = 0
    while place < bytes.count, isPlain(bytes[place]) { place += 1 }
    if place == bytes.count {
      append(contentsOf: text.utf8)
    } else {
      for place in bytes.indices {
        let byte = bytes[place]
        if isPlain(byte) { append(byte) } else { append(escaping: byte) }
      }
    }
    append(.quote)
  }

  /// Appends a byte that cannot stand for itself.
  private mutating func append(escaping byte: UInt8) {
    switch byte {
    case .quote, .backslash:
      append(.backslash)
      append(byte)
    case 0x08: append(contentsOf: "\\b".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0x0A: append(contentsOf: "\\n".utf8)
    case 0x0C: append(contentsOf: "\\f".utf8)
    case 0x0D: append(contentsOf: "\\r".utf8)
    default:
      append(contentsOf: "\\u00".utf8)
      append(.zero + byte >> 4)
      append(hexadecimal(byte & 0x0F))
    }
  }

  private func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? .zero + digit : UInt8(ascii: "a") + digit - 10
  }
}
