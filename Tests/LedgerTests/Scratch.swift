// The only file of these tests that speaks to the system: scratch directories, modes, broken files.
import Glibc

/// A directory of a test's own, removed with everything in it at the end.
final class Scratch {
  /// Where it is.
  let directory: String

  init() {
    var template = Array("/tmp/bursar-ledger-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      preconditionFailure("A test needs a directory of its own.")
    }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    remove(directory)
  }

  /// A path in the directory.
  func callAsFunction(_ name: String) -> String { "\(directory)/\(name)" }

  /// The permission bits of a file; nil when it is not there.
  func mode(_ path: String) -> UInt32? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt32(status.st_mode) & 0o777
  }

  func setMode(_ path: String, _ mode: UInt32) {
    precondition(unsafe chmod(path, mode_t(mode)) == 0, "A test may change its own file.")
  }

  func rename(_ old: String, to new: String) {
    precondition(unsafe Glibc.rename(old, new) == 0, "A test may move its own file.")
  }

  /// Removes a file, or a directory and what is in it.
  func remove(_ path: String) {
    for name in names(in: path) { remove("\(path)/\(name)") }
    unsafe _ = Glibc.remove(path)
  }

  func truncate(_ path: String, to length: Int) {
    precondition(unsafe Glibc.truncate(path, length) == 0, "A test may cut its own file.")
  }

  func makeDirectory(_ path: String) {
    precondition(unsafe mkdir(path, 0o755) == 0, "A test may make a directory.")
  }

  func write(_ bytes: [UInt8], to path: String) {
    let file = unsafe fopen(path, "w")
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
    precondition(written == bytes.count, "A test may write its own file.")
  }

  /// The names in a directory, in no order; empty when it is none.
  private func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
