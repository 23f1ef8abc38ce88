import Glibc

// The one file that speaks to the kernel. Absent: threads, child processes, and anything a signal
// does beyond writing one byte to a pipe.

/// An open file, closed when the value goes.
struct Descriptor: ~Copyable {
  /// The kernel's number for it.
  let number: Int32

  deinit {
    close(number)
  }
}

/// What a descriptor is watched for, and whether it happened.
struct Interest {
  /// What it is watched for.
  enum Wish {
    case reading
    case writing
  }

  /// The kernel's number.
  let descriptor: Int32
  /// What it is watched for.
  let wish: Wish
  /// Whether it happened, or the other end is gone.
  var ready = false

  init(_ descriptor: Int32, _ wish: Wish) {
    self.descriptor = descriptor
    self.wish = wish
  }
}

/// What came of a read.
enum ReadOutcome {
  case bytes([UInt8])
  case nothing
  case end
}

/// What came of a write.
enum WriteOutcome: Equatable {
  case wrote(Int)
  case full
  case gone
}

/// Why a file was not read.
enum FileTrouble: Error, Equatable {
  /// There is none at that path.
  case absent
  /// It is a directory, a pipe or a device.
  case notRegular
  /// It is larger than allowed.
  case oversize
  /// The kernel's words.
  case refused(String)
}

/// A file as it was when it was read.
struct FileContent {
  let bytes: [UInt8]
  /// The permission bits.
  let mode: UInt32
  let owner: UInt32
}

/// What tells one state of a file from another, the link that leads to it followed.
struct FileMark: Equatable {
  let device: UInt64
  let number: UInt64
  let size: Int64
  let written: [Int64]
  let changed: [Int64]

  /// Whether it is a state of the same file.
  func isSameFile(as other: FileMark) -> Bool { device == other.device && number == other.number }
}

/// What the kernel is asked for.
enum System {
  /// Who we are.
  static var user: UInt32 { geteuid() }

  /// Who started us.
  static var parent: Int32 { getppid() }

  /// The wall clock, in milliseconds since the Unix epoch.
  static var wallClock: Int64 { milliseconds(CLOCK_REALTIME) }

  /// Time since the machine started, time asleep included, in milliseconds.
  static var bootClock: Int64 { milliseconds(CLOCK_BOOTTIME) }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var reading = timespec()
    let result = unsafe clock_gettime(clock, &reading)
    precondition(result == 0, "Linux always has these two clocks.")
    return Int64(reading.tv_sec) * 1000 + Int64(reading.tv_nsec) / 1_000_000
  }

  /// Ends this process without cleaning up: what must last is on disk already.
  static func leave(_ code: Int32) -> Never {
    _exit(code)
  }

  /// The environment's variables; the first of two equal names counts, as for `getenv`.
  static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, variables[String(parts[0])] == nil {
        variables[String(parts[0])] = String(parts[1])
      }
      unsafe entry += 1
    }
    return variables
  }

  /// The directory we are in; nil when it no longer exists.
  static func currentDirectory() -> String? {
    guard let text = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}

// Waiting, reading, writing.
extension System {
  /// Waits until one of the interests is ready or the time is over; nil waits without end.
  static func wait(for interests: inout [Interest], milliseconds: Int32?) {
    var entries = interests.map { interest in
      let events: Int32 =
        switch interest.wish {
        case .reading: POLLIN
        case .writing: POLLOUT
        }
      return pollfd(fd: interest.descriptor, events: Int16(events), revents: 0)
    }
    let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds ?? -1)
    for index in interests.indices {
      interests[index].ready = count > 0 && entries[index].revents != 0
    }
  }

  /// Whether a write would not block now, or the other end is gone.
  static func isWritable(_ descriptor: Int32) -> Bool {
    var interests = [Interest(descriptor, .writing)]
    wait(for: &interests, milliseconds: 0)
    return interests[0].ready
  }

  /// Whether nobody can write to it any more, whatever is still there to read. A file's end is not
  /// seen.
  static func isHungUp(_ descriptor: Int32) -> Bool {
    // POLLRDHUP of poll(2), which the module does not show: the end of what a socket gives.
    let ended: Int16 = 0x2000
    var entry = pollfd(fd: descriptor, events: ended, revents: 0)
    let count = unsafe poll(&entry, 1, 0)
    return count > 0 && entry.revents & (Int16(POLLHUP) | Int16(POLLERR) | ended) != 0
  }

  /// Reads what is there, at most `limit` bytes.
  static func read(_ descriptor: Int32, limit: Int) -> ReadOutcome {
    var count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
      repeat {
        count = unsafe Glibc.read(descriptor, buffer.baseAddress, limit)
      } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    if count > 0 { return .bytes(bytes) }
    if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return .nothing }
    return .end
  }

  /// Writes what fits. A socket is never waited for; all else may be, unless it is non-blocking.
  static func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, socket: Bool) -> WriteOutcome {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      while true {
        let count =
          unsafe socket
          ? send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
          : Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        if count >= 0 || errno != EINTR { return count }
      }
    }
    if count >= 0 { return .wrote(count) }
    return errno == EAGAIN || errno == EWOULDBLOCK ? .full : .gone
  }
}

// The three standard streams and the signals.
extension System {
  /// What kind of thing a descriptor is.
  enum Nature {
    case pipe
    case socket
    case other
  }

  /// What kind of thing a descriptor is; nil when it is closed.
  static func nature(of descriptor: Int32) -> Nature? {
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else { return nil }
    switch facts.st_mode & S_IFMT {
    case S_IFIFO: return .pipe
    case S_IFSOCK: return .socket
    default: return .other
    }
  }

  /// Fills standard streams that are closed, so that no file of ours gets their numbers. Nothing
  /// can be written to what fills them, so that an answer nobody gets is a failure, not a success.
  /// Returns whether all are open now.
  static func fillStandardStreams() -> Bool {
    for number in Int32(0)...2 where nature(of: number) == nil {
      guard unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) == number else { return false }
    }
    return true
  }

  /// Whether anything can be written to standard output.
  static var hasStandardOutput: Bool { fcntl(1, F_GETFL) & O_ACCMODE != O_RDONLY }

  /// Takes standard output away: from here on number 1 is standard error, and only the holder of
  /// the returned descriptor can reach the agent. Nil when there is none.
  static func takeStandardOutput() -> Descriptor? {
    guard hasStandardOutput else { return nil }
    // A pipe is opened anew: O_NONBLOCK belongs to the open file description, and whoever else
    // holds the old one (a shell, a sibling) must not find it changed under its hands.
    var number: Int32 = -1
    if nature(of: 1) == .pipe {
      number = unsafe Glibc.open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    }
    if number < 0 { number = fcntl(1, F_DUPFD_CLOEXEC, 3) }
    guard number >= 0 else { return nil }
    let taken = Descriptor(number: number)
    guard dup2(2, 1) == 1 else { return nil }
    return taken
  }

  /// Whether writes to this descriptor return instead of waiting.
  static func isNonBlocking(_ descriptor: Int32) -> Bool {
    fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0
  }

  /// Ignores broken pipes and files at their limit, and makes every SIGTERM and SIGINT a 1 in the
  /// pipe returned, every SIGHUP a 2: it asks for the policy to be read again. A terminal that goes
  /// away ends our standard input as well; that is how we learn of it.
  static func catchSignals() -> Descriptor? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    unsafe signalPipe = ends[1]
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow is a write that fails, like a full disk; not the end.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        let kept = errno
        var byte: UInt8 = number == SIGHUP ? 2 : 1
        unsafe Glibc.write(signalPipe, &byte, 1)
        errno = kept
      }
      action.sa_flags = SA_RESTART
      guard unsafe sigaction(number, &action, nil) == 0 else { return nil }
    }
    // A mask is inherited, and some who start us block everything.
    var both = sigset_t()
    unsafe sigemptyset(&both)
    unsafe sigaddset(&both, SIGTERM)
    unsafe sigaddset(&both, SIGINT)
    unsafe sigaddset(&both, SIGHUP)
    unsafe sigprocmask(SIG_UNBLOCK, &both, nil)
    return Descriptor(number: ends[0])
  }
}

/// Where a signal writes its byte; set once, before any signal can arrive.
private nonisolated(unsafe) var signalPipe: Int32 = -1

// Files.
extension System {
  /// Reads a whole regular file of at most `limit` bytes. Never waits for a pipe or a device.
  static func read(file path: String, limit: Int) throws(FileTrouble) -> FileContent {
    let descriptor = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, mode: 0)
    var facts = stat()
    guard unsafe fstat(descriptor.number, &facts) == 0 else { throw trouble() }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    let bytes = try contents(of: descriptor, from: 0, limit: limit)
    return FileContent(bytes: bytes, mode: facts.st_mode & 0o7777, owner: facts.st_uid)
  }

  /// What tells one state of a file from another; nil when there is none at that path.
  static func mark(of path: String) -> FileMark? {
    var facts = stat()
    guard !path.utf8.contains(0), unsafe stat(path, &facts) == 0 else { return nil }
    return FileMark(
      device: UInt64(facts.st_dev), number: UInt64(facts.st_ino), size: Int64(facts.st_size),
      written: [Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec)],
      changed: [Int64(facts.st_ctim.tv_sec), Int64(facts.st_ctim.tv_nsec)])
  }

  /// Whether there is anything at that path.
  static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  /// Opens a file for appending, 0600 when it is new; never through a symbolic link.
  static func openForAppending(_ path: String) throws(FileTrouble) -> Descriptor {
    let flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let descriptor = try open(path, flags, mode: 0o600)
    var facts = stat()
    guard unsafe fstat(descriptor.number, &facts) == 0 else { throw trouble() }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    return descriptor
  }

  /// What stands in the file from `offset` to its end, at most `limit` bytes.
  static func contents(
    of descriptor: borrowing Descriptor, from offset: Int, limit: Int
  ) throws(FileTrouble) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      var count = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, initialized in
        repeat {
          count = unsafe pread(
            descriptor.number, buffer.baseAddress, buffer.count, offset + bytes.count)
        } while count < 0 && errno == EINTR
        initialized = max(0, count)
      }
      if count == 0 { return bytes }
      guard count > 0 else { throw trouble() }
      bytes += chunk
      guard bytes.count <= limit else { throw .oversize }
    }
  }

  /// How many bytes the file has.
  static func size(of descriptor: borrowing Descriptor) throws(FileTrouble) -> Int {
    var facts = stat()
    guard unsafe fstat(descriptor.number, &facts) == 0 else { throw trouble() }
    return Int(facts.st_size)
  }

  /// Waits until everything that was written to the file is on the disk.
  static func sync(_ descriptor: borrowing Descriptor) throws(FileTrouble) {
    guard fsync(descriptor.number) == 0 else { throw trouble() }
  }

  /// Waits until the names in a directory are on the disk.
  static func syncDirectory(_ path: String) throws(FileTrouble) {
    let directory = try open(path, O_RDONLY | O_DIRECTORY, mode: 0)
    // Some file systems have nothing to sync there and say EINVAL.
    guard fsync(directory.number) == 0 || errno == EINVAL else { throw trouble() }
  }

  /// Cuts the file to that many bytes.
  static func truncate(_ descriptor: borrowing Descriptor, to size: Int) throws(FileTrouble) {
    guard ftruncate(descriptor.number, size) == 0 else { throw trouble() }
  }

  /// Takes the file's lock if nobody holds it. The kernel releases it when its holder dies.
  static func lock(_ descriptor: borrowing Descriptor) -> Bool {
    flock(descriptor.number, LOCK_EX | LOCK_NB) == 0
  }

  /// Gives the file's lock back.
  static func unlock(_ descriptor: borrowing Descriptor) {
    flock(descriptor.number, LOCK_UN)
  }

  private static func open(
    _ path: String, _ flags: Int32, mode: mode_t
  ) throws(FileTrouble) -> Descriptor {
    guard !path.utf8.contains(0) else { throw .refused("a path cannot contain NUL") }
    let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw trouble() }
    return Descriptor(number: number)
  }

  static func trouble() -> FileTrouble {
    switch errno {
    case ENOENT, ENOTDIR: .absent
    default: .refused(unsafe String(cString: strerror(errno)))
    }
  }
}
