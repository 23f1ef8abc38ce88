import PaymentServer

/// Splits what arrives on standard input into lines: bytes on 0x0A, and no line without end.
///
/// Half a line is never handed out, not even at the end of input: a truncated request is not a
/// request.
struct Lines {
  /// What was found.
  enum Line: Equatable {
    /// A line without its newline.
    case whole([UInt8])
    /// A line longer than the limit began here; said once, the rest of it is dropped.
    case oversized
  }

  /// The longest line handed out, in bytes.
  static let limit = 1 << 20

  private var buffer: [UInt8] = []
  /// Where the next line begins.
  private var start = 0
  /// Up to where there is certainly no newline.
  private var searched = 0
  private var dropping = false

  /// Whether lines may be waiting; then nothing more should be read.
  private(set) var isPending = false

  /// Takes the next bytes.
  mutating func append(_ bytes: [UInt8]) {
    buffer.removeSubrange(..<start)
    searched -= start
    start = 0
    buffer += bytes
    isPending = true
  }

  /// Forgets what was not handed out.
  mutating func removeAll() {
    self = Lines()
  }

  /// The next line, or nil when there is none yet.
  mutating func next() -> Line? {
    while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = buffer[start..<end]
      start = end + 1
      searched = start
      if dropping {
        dropping = false
        continue
      }
      return line.count > Self.limit ? .oversized : .whole(Array(line))
    }
    isPending = false
    searched = buffer.count
    guard buffer.count - start > Self.limit || dropping else { return nil }
    defer { dropping = true }
    start = buffer.count
    return dropping ? nil : .oversized
  }

  /// The next lines as inputs, until that many messages may be in them: a batch is one line, and
  /// while a step is busy with a few hundred of them nobody else is answered.
  mutating func inputs(limit: Int) -> [Input] {
    var inputs: [Input] = []
    var messages = 0
    while messages < limit, let line = next() {
      switch line {
      case .whole(let bytes):
        inputs.append(.line(bytes))
        messages += Self.isBatch(bytes) ? PaymentServer.messagesPerLine : 1
      case .oversized:
        inputs.append(.oversizedLine)
        messages += 1
      }
    }
    return inputs
  }

  private static func isBatch(_ line: [UInt8]) -> Bool {
    let blanks = Array(" \t\r".utf8)
    return line.first { !blanks.contains($0) } == UInt8(ascii: "[")
  }
}
