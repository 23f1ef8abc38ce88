// The only file of this room that speaks to the system about files: it prepares what SQLite opens,
// and notices when it was taken away. It never opens a file that exists, because closing it would
// drop the locks this program holds on it (SQLite, "How To Corrupt An SQLite Database File", 2.2).
import Glibc

/// Which file a path leads to.
struct FileIdentity: Equatable {
  let device: UInt64
  let inode: UInt64

  /// The file a path leads to now; nil when it leads nowhere.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// A path and what it led to when it was opened.
struct OpenedFile {
  private let path: String
  private let identity: FileIdentity?

  init(path: String) {
    self.path = path
    identity = FileIdentity(path: path)
  }

  /// Whether the path leads there now.
  var isStillThere: Bool { FileIdentity(path: path) == identity }
}

/// What has to be so on the disk before SQLite opens a file there.
enum Files {
  /// Makes an empty file that only its owner may read (0600), and the directories that are missing
  /// on the way to it (0700). A file that is there already is closed to everybody else.
  static func prepare(_ path: String) throws(LedgerError) {
    try makeDirectories(for: path)
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
      try syncDirectory(of: path)
    } else if errno != EEXIST {
      throw refusal(errno, "create", path)
    }
    try protect(path)
  }

  /// Takes the rights of group and others from a file, if it is there.
  static func protect(_ path: String) throws(LedgerError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw refusal(errno, "look at", path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unusable("\(path) is not a regular file.")
    }
    guard status.st_mode & 0o777 != 0o600 else { return }
    guard unsafe chmod(path, 0o600) == 0 else { throw refusal(errno, "protect", path) }
  }

  private static func makeDirectories(for path: String) throws(LedgerError) {
    let bytes = Array(path.utf8)
    for end in bytes.indices.dropFirst() where bytes[end] == UInt8(ascii: "/") {
      let directory = String(decoding: bytes[..<end], as: UTF8.self)
      var status = stat()
      if unsafe stat(directory, &status) == 0 { continue }
      if unsafe mkdir(directory, 0o700) == 0 {
        // The umask may have taken even the owner's rights.
        guard unsafe chmod(directory, 0o700) == 0 else {
          throw refusal(errno, "protect", directory)
        }
        try syncDirectory(of: directory)
      } else if errno != EEXIST {
        throw refusal(errno, "create", directory)
      }
    }
  }

  /// Makes a new name durable: without it a power loss takes the file with all that was synced in
  /// it.
  private static func syncDirectory(of path: String) throws(LedgerError) {
    let bytes = Array(path.utf8)
    let end = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let directory = end == 0 ? "." : String(decoding: bytes[..<end], as: UTF8.self)
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refusal(errno, "open", directory) }
    defer { close(descriptor) }
    // Some file systems have nothing to sync there and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw refusal(errno, "sync", directory)
    }
  }

  private static func refusal(_ code: Int32, _ verb: String, _ path: String) -> LedgerError {
    let reason = unsafe String(cString: strerror(code))
    let sentence = "Cannot \(verb) \(path): \(reason)."
    switch code {
    case ENOSPC, EDQUOT, EROFS, EIO: return .full(sentence)
    default: return .unusable(sentence)
    }
  }
}
