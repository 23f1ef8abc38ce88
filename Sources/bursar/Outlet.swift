/// One stream that is written to without ever waiting for its reader.
struct Outlet: ~Copyable {
  private let descriptor: Descriptor
  private let socket: Bool
  /// The most bytes one write may have, so that it cannot block once the kernel has said
  /// "writable".
  private let piece: Int

  /// Takes a descriptor; how it is written to depends on what it is.
  init(_ descriptor: consuming Descriptor) {
    let nature = System.nature(of: descriptor.number)
    self.socket = nature == .socket
    // A pipe that could not be made non-blocking takes PIPE_BUF bytes once it is writable
    // (pipe(7)). A terminal or a file is written to as it is.
    self.piece =
      nature == .pipe && !System.isNonBlocking(descriptor.number) ? 4096 : Int.max
    self.descriptor = descriptor
  }

  /// The kernel's number, for waiting.
  var number: Int32 { descriptor.number }

  /// Writes what fits now.
  func write(_ bytes: ArraySlice<UInt8>) -> WriteOutcome {
    var written = 0
    while written < bytes.count {
      guard System.isWritable(descriptor.number) else { break }
      let rest = bytes.dropFirst(written).prefix(piece)
      switch System.write(descriptor.number, rest, socket: socket) {
      case .wrote(let count): written += count
      case .full: return written > 0 ? .wrote(written) : .full
      case .gone: return .gone
      }
    }
    return written > 0 || bytes.isEmpty ? .wrote(written) : .full
  }
}

/// Standard output: lines wait here until the agent reads them, up to a bound.
struct Mouth: ~Copyable {
  /// While more than this is unwritten, in bytes, nothing more is read.
  static let bound = 8 << 20

  private let outlet: Outlet
  private var unwritten: [UInt8] = []
  private var start = 0

  /// Whether the reader is gone for good.
  private(set) var isGone = false

  init(_ descriptor: consuming Descriptor) {
    self.outlet = Outlet(descriptor)
  }

  /// Whether so much is unwritten that nothing more should be read.
  var isFull: Bool { unwritten.count - start > Self.bound }

  /// Whether everything is written.
  var isEmpty: Bool { start == unwritten.count }

  /// What to wait for: room for what is unwritten.
  var interest: Interest { Interest(isEmpty ? -1 : outlet.number, .writing) }

  /// Says a line, newline included, as soon as ``flush()`` can.
  mutating func say(_ line: [UInt8]) {
    if !isGone { unwritten += line }
  }

  /// Writes what can be written now: all lines of a step in one piece.
  mutating func flush() {
    while !isEmpty {
      switch outlet.write(unwritten[start...]) {
      case .wrote(let count): start += count
      case .full: return compact()
      case .gone:
        isGone = true
        start = unwritten.count
      }
    }
    unwritten.removeAll(keepingCapacity: unwritten.capacity <= 1 << 20)
    start = 0
  }

  /// Gives room back once most of it is written.
  private mutating func compact() {
    guard start > 1 << 20 else { return }
    unwritten.removeSubrange(..<start)
    start = 0
  }
}

/// Standard error: all lines of a step in one piece. What would have to wait is dropped, and its
/// lines are counted.
struct Log: ~Copyable {
  private let outlet: Outlet
  private var unwritten: [UInt8] = []
  /// Lines dropped and not yet spoken of.
  private var dropped = 0
  /// Whether the last line broke off.
  private var isTorn = false

  init(_ descriptor: consuming Descriptor = Descriptor(number: 2)) {
    self.outlet = Outlet(descriptor)
  }

  /// Takes a line, newline included, to be written by ``flush()``.
  mutating func write(_ line: [UInt8]) {
    unwritten += line
  }

  /// Writes what can be written now, and drops the rest.
  mutating func flush() {
    guard !unwritten.isEmpty else { return }
    var bytes = isTorn ? [UInt8(ascii: "\n")] : []
    if dropped > 0 {
      bytes += Array("{\"event\":\"log_lines_dropped\",\"count\":\(dropped)}\n".utf8)
    }
    let start = bytes.count
    bytes += unwritten
    unwritten.removeAll(keepingCapacity: true)
    let written =
      switch outlet.write(bytes[...]) {
      case .wrote(let count): count
      case .full, .gone: 0
      }
    if written > 0 {
      isTorn = written < bytes.count && bytes[written - 1] != UInt8(ascii: "\n")
    }
    // What was dropped before is spoken of once its line is whole.
    if written >= start { dropped = 0 }
    dropped += bytes[max(written, start)...].count { $0 == UInt8(ascii: "\n") }
  }
}
