/// How a command ends; the numbers from 64 on are those of `sysexits.h`.
enum ExitCode: Int32 {
  /// It did what it was asked for.
  case ok = 0
  /// `check` found something wrong, or `operations show` found nothing.
  case found = 1
  /// The command line cannot be understood.
  case usage = 64
  /// There is nowhere to answer.
  case unavailable = 69
  /// A file could not be read or written.
  case inputOutput = 74
  /// The policy is broken.
  case configuration = 78
}

/// Writes a sentence to standard error.
func complain(_ sentence: String) {
  write(Array("bursar: \(sentence)\n".utf8), to: 2)
}

/// Writes a command's answer to standard output. Returns whether it was written.
@discardableResult
func answer(_ text: String) -> Bool {
  write(Array(text.utf8), to: 1)
}

/// Writes bytes to the end, waiting where that is needed. Returns whether all were written.
@discardableResult
func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    switch System.write(descriptor, rest, socket: false) {
    case .wrote(let count): rest = rest.dropFirst(count)
    case .full:
      var interests = [Interest(descriptor, .writing)]
      System.wait(for: &interests, milliseconds: nil)
    case .gone: return false
    }
  }
  return true
}
