import Payments

/// One entry of the sandbox's journal: a request and when it was made.
///
/// On disk it is one line, a JSON array of strings: milliseconds, method, path, the headers' names
/// and values, the body. Every byte that is not plain is written `\u00XX`, so that no string holds
/// a quote and a line needs no parser: it is cut at the quotes.
struct SandboxEntry: Equatable {
  let now: Instant
  let request: Request

  init(now: Instant, request: Request) {
    self.now = now
    self.request = request
  }

  /// The entry as a line, newline included.
  var line: [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(1024)
    line.append(contentsOf: "[\"".utf8)
    Self.append(String(now.milliseconds).utf8, to: &line)
    Self.append(next: request.method.rawValue.utf8, to: &line)
    Self.append(next: request.path.utf8, to: &line)
    for header in request.headers {
      Self.append(next: header.name.utf8, to: &line)
      Self.append(next: header.value.utf8, to: &line)
    }
    Self.append(next: request.body, to: &line)
    line.append(contentsOf: "\"]\n".utf8)
    return line
  }

  private static func append(next field: some Collection<UInt8>, to line: inout [UInt8]) {
    line.append(contentsOf: "\",\"".utf8)
    append(field, to: &line)
  }

  private static func append(_ field: some Collection<UInt8>, to line: inout [UInt8]) {
    if field.allSatisfy(isPlain) {
      line.append(contentsOf: field)
      return
    }
    for byte in field {
      if isPlain(byte) {
        line.append(byte)
      } else {
        line.append(contentsOf: "\\u00".utf8)
        line.append(hexadecimal(byte >> 4))
        line.append(hexadecimal(byte & 15))
      }
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }

  /// Reads a line without its newline; nil when it is none of ours.
  init?(line: ArraySlice<UInt8>) {
    guard line.starts(with: Array("[\"".utf8)), line.reversed().starts(with: Array("]\"".utf8)),
      line.count >= 4
    else { return nil }
    var texts: [[UInt8]] = []
    let pieces = line.dropFirst(2).dropLast(2)
      .split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      if index % 2 == 1 {
        guard piece.elementsEqual([UInt8(ascii: ",")]) else { return nil }
        continue
      }
      guard let text = Self.unescaped(piece) else { return nil }
      texts.append(text)
    }
    guard pieces.count % 2 == 1, texts.count >= 4, texts.count % 2 == 0 else { return nil }
    let words = texts.dropLast().map { String(decoding: $0, as: UTF8.self) }
    guard let milliseconds = Int64(words[0]), let method = Request.Method(rawValue: words[1]) else {
      return nil
    }
    var headers: [Header] = []
    for index in stride(from: 3, to: words.count, by: 2) {
      headers.append(Header(words[index], words[index + 1]))
    }
    self.now = Instant(milliseconds: milliseconds)
    self.request = Request(
      method: method, path: words[2], headers: headers, body: texts[texts.count - 1])
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8]? {
    if !field.contains(UInt8(ascii: "\\")) { return Array(field) }
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard rest.starts(with: Array("u00".utf8)), rest.count >= 5,
        let value = UInt8(
          String(decoding: rest.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(5)
    }
    return bytes
  }
}
