/// Where the policy stands: the first of these that is there.
enum PolicySource: Equatable {
  /// Named on the command line or in `BURSAR_POLICY`: it must be there.
  case named(String)
  /// The user's own, which need not be there.
  case usual(String)
  /// None: the rules that are compiled in.
  case builtIn

  /// Where to look, by the command line and the environment.
  init(option: String?, environment: [String: String]) {
    if let path = option ?? environment.nonempty("BURSAR_POLICY") {
      self = .named(absolute(path, environment: environment))
    } else if let directory = environment.directory("XDG_CONFIG_HOME", orHome: ".config") {
      self = .usual(directory + "/bursar/policy.jsonc")
    } else {
      self = .builtIn
    }
  }

  /// The file's path; nil when there is none.
  var path: String? {
    switch self {
    case .named(let path), .usual(let path): path
    case .builtIn: nil
    }
  }
}

extension [String: String] {
  /// A variable that is set to something.
  func nonempty(_ name: String) -> String? {
    self[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// One of the user's base directories. The XDG Base Directory Specification has relative ones
  /// ignored.
  func directory(_ name: String, orHome fallback: String) -> String? {
    if let directory = self[name], directory.hasPrefix("/") { return directory }
    return nonempty("HOME").map { $0 + "/" + fallback }
  }
}

/// A path made absolute: `~/` is the user's directory, all else is seen from `base`, by default the
/// directory we are in.
func absolute(
  _ path: String, environment: [String: String], base: String? = nil
) -> String {
  if path.hasPrefix("/") { return path }
  if path == "~" || path.hasPrefix("~/"), let home = environment.nonempty("HOME") {
    return home + path.dropFirst(1)
  }
  guard let base = base ?? System.currentDirectory() else { return path }
  return base + "/" + path
}

/// The directory a file stands in.
func directory(of path: String) -> String? {
  path.lastIndex(of: "/").map { String(path[..<$0]) }
}
