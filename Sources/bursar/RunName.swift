import Payments

/// The run's name, when no call brings its own: what was given, else one made from who started us.
enum RunName {
  /// What is used when the policy believes none of the sources at hand: everybody shares its caps.
  static let shared = "shared"

  /// The name by the policy's order of sources, and whether it stands before what a call brings
  /// (`_meta`). What the command line says stands before the environment.
  static func choose(
    _ setting: RunSetting, option: String?, environment: [String: String], parent: String?
  ) -> (name: String, isFirm: Bool) {
    var isFirm = true
    for source in setting.sources {
      switch source {
      case .meta: isFirm = false
      case .environment:
        if let name = option ?? environment.nonempty("BURSAR_RUN") {
          return (isRunName(name) ? name : shared, isFirm)
        }
      case .parent:
        if let parent { return (parent, isFirm) }
      }
    }
    return (shared, false)
  }

  /// A name for whoever started us, the same for all it starts: boot, number and start time.
  static func parent() -> String? {
    let number = System.parent
    guard let boot = text(of: "/proc/sys/kernel/random/boot_id"),
      let facts = text(of: "/proc/\(number)/stat")
    else { return nil }
    return parent(number: number, boot: boot, facts: facts)
  }

  /// The same from what the kernel's files say: the start time is field 22 of proc(5)'s `stat`.
  static func parent(number: Int32, boot: String, facts: String) -> String? {
    // The second field is the program's name in parentheses; it may hold blanks and parentheses.
    guard let end = facts.lastIndex(of: ")") else { return nil }
    let fields = facts[facts.index(after: end)...].split(separator: " ")
    guard fields.count >= 20, UInt64(fields[19]) != nil, boot.utf8.count >= 8 else { return nil }
    let name = "parent-\(boot.prefix(8))-\(number)-\(fields[19])"
    return isReference(name) ? name : nil
  }

  private static func text(of path: String) -> String? {
    do throws(FileTrouble) {
      return String(decoding: try System.read(file: path, limit: 4096).bytes, as: UTF8.self)
    } catch {
      return nil
    }
  }
}
