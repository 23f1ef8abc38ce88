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
    var fields = [
      Array(String(now.milliseconds).utf8), Array(request.method.rawValue.utf8),
      Array(request.path.utf8),
    ]
    for header in request.headers {
      fields.append(Array(header.name.utf8))
      fields.append(Array(header.value.utf8))
    }
    fields.append(request.body)
    var line = Array("[\"".utf8)
    for (index, field) in fields.enumerated() {
      if index > 0 { line += Array("\",\"".utf8) }
      for byte in field { line += Self.escaped(byte) }
    }
    return line + Array("\"]\n".utf8)
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

  private static let digits = Array("0123456789abcdef".utf8)

  private static func escaped(_ byte: UInt8) -> [UInt8] {
    let isPlain =
      (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    if isPlain { return [byte] }
    return Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8]? {
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
