import Glibc

// Files besides the policy and the ledger: clients' configurations, temporary directories, mounts.
// With System.swift, all that speaks to the kernel.

/// What is known of a file or directory without reading it.
struct FileFacts: Equatable {
  /// Its permission bits.
  let mode: UInt32
  /// Whose it is.
  let owner: UInt32
  let group: UInt32
  let isDirectory: Bool
  let isRegular: Bool
}

extension System {
  /// The absolute path of this program; nil when the kernel does not say.
  static func executable() -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What there is at a path, links followed; nil when nothing is.
  static func facts(of path: String) -> FileFacts? {
    var facts = stat()
    guard !path.utf8.contains(0), unsafe stat(path, &facts) == 0 else { return nil }
    return FileFacts(
      mode: facts.st_mode & 0o7777, owner: facts.st_uid, group: facts.st_gid,
      isDirectory: facts.st_mode & S_IFMT == S_IFDIR,
      isRegular: facts.st_mode & S_IFMT == S_IFREG)
  }

  /// Whether this user may write there.
  static func mayWrite(_ path: String) -> Bool {
    unsafe access(path, W_OK) == 0
  }

  /// Whether this user may make files in that directory.
  static func mayMakeFiles(in directory: String) -> Bool {
    unsafe access(directory, W_OK | X_OK) == 0
  }

  /// Whether this user may start it.
  static func mayStart(_ path: String) -> Bool {
    unsafe access(path, X_OK) == 0 && facts(of: path)?.isDirectory == false
  }

  /// The name of a file system on which other machines write too, or on whose locks nobody can
  /// rely; nil for one that is of this machine (proc_pid_mounts(5)).
  static func remoteFileSystem(of path: String) -> String? {
    let remote = ["nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "fuse", "glusterfs"]
    var best: (place: String, kind: String) = ("", "")
    let place: String
    let mounts: String
    do throws(FileTrouble) {
      place = try resolved(path)
      let content = try read(file: "/proc/self/mounts", limit: 4 << 20)
      mounts = String(decoding: content.bytes, as: UTF8.self)
    } catch {
      return nil
    }
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2 else { continue }
      let point = fields[1].split(separator: "\\040", omittingEmptySubsequences: false)
        .joined(separator: " ")
      let isAbove = point == "/" || place == point || place.hasPrefix(point + "/")
      // Of two mounts in one place the later one is seen.
      if isAbove, point.utf8.count >= best.place.utf8.count { best = (point, String(fields[2])) }
    }
    return remote.contains { best.kind.hasPrefix($0) } ? best.kind : nil
  }

  /// A directory of its own, 0700, for what is thrown away again.
  static func makeTemporaryDirectory() throws(FileTrouble) -> String {
    let parent = environment()["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    var template = Array("\(parent)/bursar-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw trouble() }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a directory and the files in it. It has no directories in it, or they stay.
  static func removeDirectory(_ path: String) {
    if let directory = unsafe opendir(path) {
      while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
          unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
        }
        _ = unsafe unlink("\(path)/\(name)")
      }
      unsafe closedir(directory)
    }
    _ = unsafe rmdir(path)
  }

  /// Puts a file in place whole or not at all: written beside it, synced, renamed. Links are
  /// followed, its owner and permissions are kept; a new one has that mode, new directories on the
  /// way 0700. What is no file is left alone.
  static func replace(
    _ path: String, with bytes: [UInt8], mode new: UInt32 = 0o600
  ) throws(FileTrouble) {
    let place = try resolved(path)
    let parent = directory(of: place) ?? "/"
    try makeDirectories(parent)
    let old = facts(of: place)
    if let old, !old.isRegular { throw .notRegular }
    let draft = "\(place).bursar-\(getpid())"
    let number = unsafe Glibc.open(
      draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw trouble() }
    let file = Descriptor(number: number)
    do throws(FileTrouble) {
      // The owner first: a change of owner takes permissions away.
      guard bursar.write(bytes, to: file.number),
        old.map({ fchown(file.number, $0.owner, $0.group) }) ?? 0 == 0,
        fchmod(file.number, mode_t(old?.mode ?? new)) == 0,
        fsync(file.number) == 0, unsafe rename(draft, place) == 0
      else { throw trouble() }
    } catch {
      _ = unsafe unlink(draft)
      throw error
    }
  }

  /// Where a path leads: of a file that is not there yet, itself.
  private static func resolved(_ path: String) throws(FileTrouble) -> String {
    guard !path.utf8.contains(0) else { throw .refused("a path cannot contain NUL") }
    guard let real = unsafe realpath(path, nil) else {
      guard errno == ENOENT else { throw trouble() }
      var link: CChar = 0
      guard unsafe readlink(path, &link, 1) < 0 else {
        throw .refused("it is a link that leads nowhere")
      }
      return path
    }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  private static func makeDirectories(_ path: String) throws(FileTrouble) {
    if path.isEmpty || facts(of: path)?.isDirectory == true { return }
    if let parent = directory(of: path) { try makeDirectories(parent) }
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw trouble() }
  }
}
