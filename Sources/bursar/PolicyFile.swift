/// Reads a policy's file, or says in one sentence why its content cannot be believed.
struct PolicyFile {
  /// The largest policy that is read, in bytes.
  static let limit = 1 << 20

  /// What is known of the file.
  enum Reading: Equatable {
    case bytes([UInt8])
    /// There is none, and there need not be one.
    case none
    case mistake(String)
  }

  /// Reads the policy from where it stands.
  static func read(_ source: PolicySource) -> Reading {
    guard let path = source.path else { return .none }
    do throws(FileTrouble) {
      let content = try System.read(file: path, limit: limit)
      if let mistake = mistake(mode: content.mode, owner: content.owner, user: System.user) {
        return .mistake(mistake)
      }
      return .bytes(content.bytes)
    } catch {
      if case .usual = source, error == .absent { return .none }
      return .mistake("The policy cannot be read: \(error.sentence(limit: "1 MiB"))")
    }
  }

  /// Why a file of this mode and owner is not to be believed; nil when it is.
  static func mistake(mode: UInt32, owner: UInt32, user: UInt32) -> String? {
    if owner != user, owner != 0 {
      return "The policy belongs to another user; it must belong to the user bursar runs as, or to "
        + "root."
    }
    if mode & 0o022 != 0 {
      return
        "The policy can be changed by other users (mode \(octal(mode))); make it writable by its "
        + "owner alone: chmod go-w."
    }
    return nil
  }
}

extension FileTrouble {
  /// What is the matter, as the end of a sentence.
  func sentence(limit: String) -> String {
    switch self {
    case .absent: "there is no such file."
    case .notRegular: "it is a directory, a pipe or a device; expected is a regular file."
    case .oversize: "it is larger than \(limit)."
    case .refused(let words): "\(words)."
    }
  }
}

/// Permission bits as people write them.
func octal(_ mode: UInt32) -> String {
  "0" + String(mode, radix: 8)
}
