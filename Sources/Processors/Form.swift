/// Names and values in `application/x-www-form-urlencoded`, in the order they are sent.
///
/// Written in one way only: everything but `A-Z a-z 0-9 - . _ ~` becomes an upper-case percent
/// escape, brackets and spaces included. Stripe compares a repeated request with the first by its
/// parameters, so that way is part of the idempotency key's contract (`processors.md` §1.1).
struct Form: Sendable, Hashable {
  /// One name and its value.
  struct Field: Sendable, Hashable {
    let name: String
    let value: String
  }

  private(set) var fields: [Field] = []

  /// Adds a field at the end.
  mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Adds a field at the end if there is a value for it.
  mutating func append(_ name: String, _ value: String?) {
    if let value { append(name, value) }
  }

  /// The fields as text, ASCII.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The fields as they are sent, ASCII.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    // Room for two brackets in a name, and no more: requests are kept.
    bytes.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 6 })
    for field in fields {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      appendEscaped(field.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      appendEscaped(field.value, to: &bytes)
    }
    return bytes
  }

  /// An empty form.
  init() {}

  /// Reads a form; nil for a broken escape or text that is not UTF-8.
  init?(reading bytes: some Sequence<UInt8>) {
    for pair in Array(bytes).split(separator: UInt8(ascii: "&")) {
      let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      guard let name = unescaped(pair[..<end]), let value = unescaped(pair[end...].dropFirst())
      else { return nil }
      append(name, value)
    }
  }
}

/// The text with everything but unreserved characters as upper-case percent escapes (RFC 3986
/// §2.3).
func percentEscaped(_ text: String) -> String {
  var escaped: [UInt8] = []
  appendEscaped(text, to: &escaped)
  return String(decoding: escaped, as: UTF8.self)
}

private func appendEscaped(_ text: String, to escaped: inout [UInt8]) {
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      escaped.append(byte)
    default:
      escaped.append(UInt8(ascii: "%"))
      escaped.append(digit(byte >> 4))
      escaped.append(digit(byte & 15))
    }
  }
}

private func digit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}

/// The text behind percent escapes and `+` for a space; nil for a broken escape or broken UTF-8.
func unescaped(_ bytes: some Collection<UInt8>) -> String? {
  // ASCII without an escape: nothing to do, and nothing that could be wrong.
  if bytes.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "%") }) {
    return String(decoding: bytes, as: UTF8.self)
  }
  var plain: [UInt8] = []
  plain.reserveCapacity(bytes.count)
  var rest = bytes.makeIterator()
  while let byte = rest.next() {
    switch byte {
    case UInt8(ascii: "+"):
      plain.append(UInt8(ascii: " "))
    case UInt8(ascii: "%"):
      guard let high = rest.next().flatMap(hexadecimal), let low = rest.next().flatMap(hexadecimal)
      else { return nil }
      plain.append(high << 4 | low)
    default:
      plain.append(byte)
    }
  }
  return String(validating: plain, as: UTF8.self)
}

private func hexadecimal(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
