// The only file of this room that speaks to the system: it starts this program once more, and says
// how far it has come.
import Glibc

/// This program once more, with other arguments, on whatever core is free.
@safe final class Copy {
  private let number: pid_t
  private let output: Int32

  /// Starts it; nil when the system has no room for it.
  init?(_ arguments: [String]) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    let words = unsafe (["simulate"] + arguments).map { unsafe strdup($0) } + [nil]
    var child: pid_t = 0
    let result = unsafe posix_spawn(&child, "/proc/self/exe", &actions, nil, words, environ)
    unsafe words.forEach { unsafe free($0) }
    unsafe posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    (number, output) = (child, ends[0])
    guard result == 0 else {
      close(ends[0])
      return nil
    }
  }

  /// Waits until it ends, and gives back what it said; nil when it did not end as it should.
  func ending() -> [UInt8]? {
    var said: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(output, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      said += part[..<count]
    }
    close(output)
    var status: Int32 = 0
    while unsafe waitpid(number, &status, 0) < 0, errno == EINTR {}
    return status == 0 ? said : nil
  }
}

/// Says something beside the report: on standard error.
func remark(_ text: String) {
  let bytes = Array("\(text)\n".utf8)
  _ = unsafe write(2, bytes, bytes.count)
}
