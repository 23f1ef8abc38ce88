/// The five levels of a lock on a file (https://www.sqlite.org/lockingv3.html), numbered as in
/// SQLite.
enum LockLevel: Int32, Comparable {
  case none
  case shared
  case reserved
  case pending
  case exclusive

  static func < (one: LockLevel, other: LockLevel) -> Bool { one.rawValue < other.rawValue }
}

/// Who has which lock on one file. Holders are numbers of open files.
struct FileLocks {
  private var levels: [Int: LockLevel] = [:]

  /// Whether anybody may write soon: the question behind every owner's slot.
  var isReserved: Bool { levels.values.contains { $0 >= .reserved } }

  /// Takes a lock, if nobody stands in its way.
  ///
  /// Who waits for an exclusive one is left with `pending`: it lets no new reader in.
  mutating func raise(_ holder: Int, to wanted: LockLevel) -> Bool {
    guard wanted > levels[holder] ?? .none else { return true }
    var strongest = LockLevel.none
    for (other, level) in levels where other != holder { strongest = max(strongest, level) }
    switch wanted {
    case .none: return true
    case .shared:
      guard strongest < .pending else { return false }
    case .reserved:
      guard strongest < .reserved else { return false }
    case .pending, .exclusive:
      guard strongest < .reserved else { return false }
      guard strongest == .none else {
        levels[holder] = .pending
        return false
      }
    }
    levels[holder] = wanted
    return true
  }

  /// Lets go of a lock, down to a level.
  mutating func lower(_ holder: Int, to level: LockLevel) {
    guard let present = levels[holder] else { return }
    levels[holder] = level == .none ? nil : min(present, level)
  }
}

/// Who has which of the eight locks on one shared memory; each lock is one bit.
struct MemoryLocks {
  private var shared: [Int: UInt32] = [:]
  private var exclusive: [Int: UInt32] = [:]

  /// Takes locks to read under, unless somebody has one of them to write under.
  mutating func share(_ holder: Int, _ bits: UInt32) -> Bool {
    guard !MemoryLocks.touches(exclusive, bits, besides: holder) else { return false }
    shared[holder, default: 0] |= bits
    return true
  }

  /// Takes locks to write under, unless somebody has one of them.
  mutating func exclude(_ holder: Int, _ bits: UInt32) -> Bool {
    guard !MemoryLocks.touches(exclusive, bits, besides: holder),
      !MemoryLocks.touches(shared, bits, besides: holder)
    else { return false }
    exclusive[holder, default: 0] |= bits
    return true
  }

  /// Lets go of locks of both kinds.
  mutating func release(_ holder: Int, _ bits: UInt32 = .max) {
    shared[holder, default: 0] &= ~bits
    exclusive[holder, default: 0] &= ~bits
    if shared[holder] == 0 { shared[holder] = nil }
    if exclusive[holder] == 0 { exclusive[holder] = nil }
  }

  private static func touches(
    _ holders: [Int: UInt32], _ bits: UInt32, besides holder: Int
  ) -> Bool {
    holders.contains { $0.key != holder && $0.value & bits != 0 }
  }
}
