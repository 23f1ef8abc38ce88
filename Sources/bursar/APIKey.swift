import Payments

/// A secret such as the processor's key. It is shown nowhere: printing it prints a word.
struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// The largest file a key is read from, in bytes.
  static let limit = 4096

  /// The secret itself, for what is sent and for what is signed.
  let text: String

  /// The value of the header that carries it.
  var authorization: String { "Bearer " + text }

  var description: String { "(secret)" }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// Takes a key as it was found; blanks around a file's last line are no part of it.
  init(_ found: String) throws(KeyMistake) {
    self.text = try plain(found)
  }

  /// Whether it may do everything in the account, as an agent's server need not
  /// (`requirements.md` F2-30).
  var isUnrestricted: Bool {
    ["sk_live_", "sk_test_", "sk_org_"].contains { text.utf8.starts(with: $0.utf8) }
  }

  /// What the processor hands out besides secret keys, by how it begins (docs.stripe.com/keys,
  /// docs.stripe.com/webhooks).
  private static let others = [
    ("pk_live_", "a publishable key"), ("pk_test_", "a publishable key"),
    ("whsec_", "a webhook's signing secret"),
  ]

  /// Why this key may not be used in that environment; nil when it may. What begins otherwise than
  /// the processor's own is a proxy's.
  func mistake(in environment: Policy.Environment) -> String? {
    for (prefix, what) in Self.others where text.utf8.starts(with: prefix.utf8) {
      return "The key is \(what) (\(prefix)...), with which nothing can be paid; expected is a "
        + "secret key (sk_...) or a restricted key (rk_...)."
    }
    for prefix in keyPrefixes where text.utf8.starts(with: prefix.utf8) {
      if prefix.hasSuffix("_live_"), environment != .live {
        return "The key is a live key (\(prefix)...), and the environment is "
          + "\"\(environment.rawValue)\"; a live key needs \"environment\": \"live\"."
      }
      if prefix.hasSuffix("_test_"), environment == .live {
        return "The key is a test key (\(prefix)...), and the environment is \"live\"; "
          + "use a live key, or \"environment\": \"test\"."
      }
    }
    return nil
  }
}

/// A secret as it was found, without what ends its line; refused when it cannot be one.
private func plain(_ found: String) throws(KeyMistake) -> String {
  var bytes = Array(found.utf8)
  while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
  guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { throw .empty }
  guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .unprintable }
  return String(decoding: bytes, as: UTF8.self)
}

/// Why there is no key.
enum KeyMistake: Error, Equatable {
  case empty
  case unprintable
  case unset
  case mode(UInt32)
  case owner
  case notForSigning
  case file(FileTrouble)

  /// The mistake as a sentence about the place where the secret should be.
  ///
  /// - Parameter secret: what is expected there.
  func sentence(at place: String, of secret: String = "the processor's key") -> String {
    switch self {
    case .empty: "\(place) is empty; expected is \(secret)."
    case .unprintable:
      "\(place) holds blanks, control characters or letters that no key has; "
        + "expected is the key alone, on one line."
    case .unset: "\(place) is not set; expected is \(secret)."
    case .mode(let mode):
      "\(place) can be read by other users (mode \(octal(mode))); make it readable by its owner "
        + "alone: chmod 600."
    case .owner:
      "\(place) belongs to another user; it must belong to the user bursar runs as, or to root."
    case .notForSigning:
      "\(place) is no signing secret; expected is whsec_ and 24 to 64 bytes in base64."
    case .file(let trouble): "\(place) cannot be read: \(trouble.sentence(limit: "4096 bytes"))"
    }
  }
}

extension APIKey {
  /// Finds the key where the policy says it is.
  init(
    at secret: ProcessorSetting.Secret, environment: [String: String], base: String?
  ) throws(KeyMistake) {
    self = try APIKey(try secret.text(environment: environment, base: base))
  }
}

extension ProcessorSetting.Secret {
  /// What stands there; a file must be readable by its owner alone.
  func text(environment: [String: String], base: String?) throws(KeyMistake) -> String {
    switch self {
    case .environment(let name):
      guard let value = environment[name] else { throw .unset }
      return try plain(value)
    case .file(let path):
      let path = absolute(path, environment: environment, base: base)
      let content: FileContent
      do throws(FileTrouble) {
        content = try System.read(file: path, limit: APIKey.limit)
      } catch {
        throw .file(error)
      }
      if content.owner != System.user, content.owner != 0 { throw .owner }
      if content.mode & 0o077 != 0 { throw .mode(content.mode) }
      return try plain(String(decoding: content.bytes, as: UTF8.self))
    }
  }

  /// The place as it is named in a sentence.
  var place: String {
    switch self {
    case .environment(let name): "The environment variable \(name)"
    case .file(let path): "The key file \(path)"
    }
  }
}
