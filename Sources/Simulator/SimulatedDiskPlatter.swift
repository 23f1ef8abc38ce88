/// What is on a disk, and what is only on its way there. A value: a copy of it is a photograph.
///
/// Everybody reads what was written last; only what was synced is *durable* and survives a loss of
/// power for certain. A new file's name is durable with the file's first sync, and with it every
/// change of names before (SQLite syncs the directory then); a deletion with the next such sync, or
/// at once when SQLite asks for it.
struct Platter: Equatable {
  /// One change that is not durable yet.
  enum Change: Equatable {
    case write(file: Int, offset: Int, bytes: [UInt8])
    case cut(file: Int, length: Int)
    case link(name: String, file: Int)
    case unlink(name: String)
  }

  /// Names and contents, as they are or as they would be after a loss of power.
  private struct Shelf: Equatable {
    var names: [String: Int] = [:]
    var files: [Int: Blocks] = [:]

    mutating func apply(_ change: Change) {
      switch change {
      case .write(let file, let offset, let bytes):
        files[file, default: Blocks()].write(bytes, at: offset)
      case .cut(let file, let length): files[file, default: Blocks()].resize(to: length)
      case .link(let name, let file): names[name] = file
      case .unlink(let name): names[name] = nil
      }
    }
  }

  private var present = Shelf()
  private var durable = Shelf()
  /// The changes that are not durable yet, in order.
  private(set) var pending: [Change] = []
  /// The changes whose sync failed, in order: whether they arrived nobody knows.
  private(set) var doubtful: [Change] = []
  private var filesMade = 0

  /// The names of the files there are, in order.
  var names: [String] { present.names.keys.sorted() }

  /// The number behind a name; nil when there is no such file.
  func file(_ name: String) -> Int? { present.names[name] }

  /// The content of a file as everybody reads it.
  func content(_ file: Int) -> Blocks { present.files[file] ?? Blocks() }

  /// The bytes that survive for certain under a name; nil when the name itself may not.
  func durableBytes(_ name: String) -> [UInt8]? {
    durable.names[name].map { durable.files[$0]?.bytes ?? [] }
  }

  /// Makes an empty file; without a name it is gone with its last user.
  mutating func create(_ name: String?) -> Int {
    filesMade += 1
    present.files[filesMade] = Blocks()
    if let name { change(.link(name: name, file: filesMade)) }
    return filesMade
  }

  /// Makes a change everybody sees at once and that is not durable yet.
  mutating func change(_ change: Change) {
    present.apply(change)
    pending.append(change)
  }

  /// Makes what was changed in a file durable; if its name was not yet, all names.
  mutating func sync(_ file: Int) {
    if pending.contains(where: { $0.makesName(of: file) }) { syncNames() }
    settle { $0.isContent(of: file) }
  }

  /// Makes every change of names durable.
  mutating func syncNames() {
    settle(\.isName)
  }

  /// A sync that failed: what was changed in the file is still read by everybody, but later syncs
  /// say nothing of it (Linux takes such pages for written). It may have arrived or not, until
  /// something else is durable in its place.
  mutating func forsake(_ file: Int) {
    doubtful += pending.filter { $0.isContent(of: file) }
    pending.removeAll { $0.isContent(of: file) }
  }

  /// Forgets a file that has no name and no user.
  mutating func drop(_ file: Int) {
    guard !present.names.values.contains(file), !durable.names.values.contains(file),
      !pending.contains(where: { $0.makesName(of: file) })
    else { return }
    present.files[file] = nil
    durable.files[file] = nil
    pending.removeAll { $0.isContent(of: file) }
    doubtful.removeAll { $0.isContent(of: file) }
  }

  /// The disk after a loss of power, each change that was not durable having met its fate, in
  /// order.
  ///
  /// A later change may be kept though an earlier one is lost: disks reorder. Nothing is pending
  /// then.
  func afterPowerLoss(_ fate: (Change) -> Fate) -> Platter {
    var shelf = durable
    for change in doubtful + pending {
      if let survivor = change.surviving(fate(change)) { shelf.apply(survivor) }
    }
    let named = Set(shelf.names.values)
    shelf.files = shelf.files.filter { named.contains($0.key) }
    for file in named where shelf.files[file] == nil { shelf.files[file] = Blocks() }
    var platter = Platter()
    (platter.present, platter.durable, platter.filesMade) = (shelf, shelf, filesMade)
    return platter
  }

  private mutating func settle(_ concerned: (Change) -> Bool) {
    for change in pending where concerned(change) {
      durable.apply(change)
      doubtful.removeAll { $0.isInThePlace(of: change) }
    }
    pending.removeAll(where: concerned)
  }
}

extension Platter.Change {
  fileprivate var isName: Bool {
    switch self {
    case .write, .cut: false
    case .link, .unlink: true
    }
  }

  fileprivate func isContent(of number: Int) -> Bool {
    switch self {
    case .write(let file, _, _), .cut(let file, _): file == number
    case .link, .unlink: false
    }
  }

  fileprivate func makesName(of number: Int) -> Bool {
    switch self {
    case .link(_, let file): file == number
    case .write, .cut, .unlink: false
    }
  }

  /// Whether it is about bytes that another change is about too.
  fileprivate func isInThePlace(of other: Platter.Change) -> Bool {
    switch (self, other) {
    case (.write(let file, let offset, let bytes), .write(let same, let start, let others)):
      file == same && offset < start + others.count && start < offset + bytes.count
    case (.write(let file, _, _), .cut(let same, _)), (.cut(let file, _), .write(let same, _, _)),
      (.cut(let file, _), .cut(let same, _)):
      file == same
    case (.write, _), (.cut, _), (.link, _), (.unlink, _): false
    }
  }

  /// What is left of a change; nil when nothing is. Only a write can be torn.
  fileprivate func surviving(_ fate: Fate) -> Platter.Change? {
    switch (fate, self) {
    case (.kept, _): return self
    case (.torn(let sectors), .write(let file, let offset, let bytes)):
      let end = (offset / Fate.sector + sectors) * Fate.sector
      let length = min(bytes.count, max(0, end - offset))
      guard length > 0 else { return nil }
      return .write(file: file, offset: offset, bytes: Array(bytes[..<length]))
    case (.lost, _), (.torn, _): return nil
    }
  }
}
