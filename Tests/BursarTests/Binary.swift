import Foundation
import Glibc
import Testing

// The one file of these tests that speaks C to start the real binary.

/// The real binary, talked to over pipes as a client does. Its standard error goes to a file.
final class Binary {
  /// What its standard output is.
  enum Output {
    case pipe
    case closed
  }

  /// Its number.
  let number: pid_t
  /// Its directory: `HOME`, and where its standard error goes.
  let home: TemporaryDirectory

  private var input: Int32 = -1
  private var output: Int32 = -1
  private var received: [UInt8] = []
  private var isOver = false
  private var status: Int32?

  /// Starts it with only these variables and `HOME`, and with no signal blocked, or all of them;
  /// through another program when one is given, which must end up being it.
  convenience init(
    _ arguments: String..., environment: [String: String] = [:], output kind: Output = .pipe,
    home: TemporaryDirectory? = nil, signalsBlocked: Bool = false, through wrapper: [String] = []
  ) throws {
    try self.init(
      arguments: arguments, environment: environment, output: kind, home: home,
      signalsBlocked: signalsBlocked, through: wrapper)
  }

  /// The same with a list of arguments.
  init(
    arguments: [String], environment: [String: String] = [:], output kind: Output = .pipe,
    home: TemporaryDirectory? = nil, signalsBlocked: Bool = false, through wrapper: [String] = []
  ) throws {
    self.home = try home ?? TemporaryDirectory()
    let (theirInput, ourInput) = try Self.makePipe()
    let (ourOutput, theirOutput) = try Self.makePipe()
    input = ourInput
    output = ourOutput
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, theirInput, 0)
    switch kind {
    case .pipe: unsafe posix_spawn_file_actions_adddup2(&actions, theirOutput, 1)
    case .closed: unsafe posix_spawn_file_actions_addclose(&actions, 1)
    }
    let errors = self.home.path("stderr")
    unsafe posix_spawn_file_actions_addopen(
      &actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let variables = ["HOME": self.home.path].merging(environment) { $1 }
    let command = wrapper + [Self.path] + arguments
    let path = command[0]
    let words = unsafe command.map { unsafe strdup($0) } + [nil]
    let settings = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    var child: pid_t = 0
    // The mask of the thread that starts it would be inherited otherwise; it is the runner's.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var mask = sigset_t()
    _ = unsafe signalsBlocked ? sigfillset(&mask) : sigemptyset(&mask)
    unsafe posix_spawnattr_setsigmask(&attributes, &mask)
    let result = unsafe posix_spawn(&child, path, &actions, &attributes, words, settings)
    unsafe posix_spawnattr_destroy(&attributes)
    unsafe (words + settings).forEach { unsafe free($0) }
    unsafe posix_spawn_file_actions_destroy(&actions)
    number = child
    close(theirInput)
    close(theirOutput)
    try #require(result == 0, "\(path) could not be started")
  }

  deinit {
    closeInput()
    closeOutput()
    if status == nil {
      kill(number, SIGKILL)
      waitpid(number, nil, 0)
    }
  }

  /// The one named by `BURSAR_BINARY`, else the one beside the bundle of tests, wherever that was
  /// built.
  static var path: String {
    ProcessInfo.processInfo.environment["BURSAR_BINARY"]
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().path + "/bursar"
  }

  private static func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    let made = unsafe pipe(&ends)
    try #require(made == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Writes text to its standard input.
  func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// Writes bytes to its standard input.
  func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress, $0.count)
      }
      try #require(count > 0, "it does not read")
      rest = rest.dropFirst(count)
    }
  }

  /// Writes until it no longer reads. Returns how many bytes it took.
  func writeWhatItTakes(_ bytes: [UInt8]) throws -> Int {
    _ = fcntl(input, F_SETFL, O_NONBLOCK)
    defer { _ = fcntl(input, F_SETFL, 0) }
    var written = 0
    while written < bytes.count {
      var entry = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
      guard unsafe poll(&entry, 1, 1_000) == 1 else { break }
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress, $0.count)
      }
      try #require(count > 0, "it does not read")
      written += count
    }
    return written
  }

  /// Its next line, or nil at the end of its output; meanwhile the server goes on. Waits for so
  /// many milliseconds at most.
  func readLine(
    serving server: LoopbackServer? = nil, patience: Int32 = 20_000
  ) throws -> String? {
    while true {
      if let end = received.firstIndex(of: 0x0A) {
        defer { received.removeSubrange(...end) }
        return String(decoding: received[..<end], as: UTF8.self)
      }
      var entries = ([output] + (server?.descriptors ?? []))
        .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let ready = unsafe poll(&entries, nfds_t(entries.count), patience)
      try #require(ready > 0, "it says nothing")
      server?.advance()
      if entries[0].revents == 0 { continue }
      var chunk = [UInt8](repeating: 0, count: 65536)
      let count = unsafe read(output, &chunk, chunk.count)
      if count <= 0 { return nil }
      received += chunk[..<count]
    }
  }

  /// What it says within that many milliseconds, up to its end; the time passes in any case.
  func lines(within milliseconds: Int64) -> [String] {
    let deadline = Stopwatch.now + milliseconds
    while true {
      let left = max(0, deadline - Stopwatch.now)
      var entry = pollfd(fd: isOver ? -1 : output, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&entry, 1, Int32(left)) > 0 else { break }
      var chunk = [UInt8](repeating: 0, count: 65536)
      let count = unsafe read(output, &chunk, chunk.count)
      if count <= 0 { isOver = true }
      received += chunk[..<max(0, count)]
    }
    let end = received.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    defer { received.removeSubrange(..<end) }
    return received[..<end].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }

  /// All lines up to the end of its output. Half a line at the end is an error, unless it was
  /// killed.
  func readToEnd(allowingHalf: Bool = false, patience: Int32 = 20_000) throws -> [String] {
    var lines: [String] = []
    while let line = try readLine(patience: patience) { lines.append(line) }
    try #require(received.isEmpty || allowingHalf, "it ended in the middle of a line")
    return lines
  }

  /// Ends its input.
  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Goes away as its reader.
  func closeOutput() {
    if output >= 0 { close(output) }
    output = -1
  }

  /// Sends it a signal.
  func signal(_ signal: Int32) {
    kill(number, signal)
  }

  /// Ends it as the kernel does, and waits until it is gone.
  func slay() throws {
    signal(SIGKILL)
    _ = try exitCode()
  }

  /// Its exit code once it has ended by itself; the signal's number, negative, when one ended it.
  func exitCode() throws -> Int32 {
    var status: Int32 = 0
    let ended = unsafe waitpid(number, &status, 0)
    try #require(ended == number)
    self.status = status
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : -signal
  }

  /// Whether it has not ended yet.
  var isRunning: Bool {
    var end = unsafe siginfo_t()
    let asked = unsafe waitid(P_PID, id_t(number), &end, WEXITED | WNOHANG | WNOWAIT)
    return unsafe asked == 0 && end.si_signo == 0
  }

  /// What it wrote to standard error.
  func complaints() throws -> String {
    String(decoding: try home.read("stderr"), as: UTF8.self)
  }

  /// What one of its descriptors is.
  func target(ofDescriptor descriptor: Int) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/fd/\(descriptor)")
  }
}
