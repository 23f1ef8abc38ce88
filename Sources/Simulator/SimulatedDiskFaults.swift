import CSQLite

/// What becomes of a change that was never synced when the power fails
/// (SQLite's own `test6.c` has the same three).
enum Fate: Hashable {
  /// What a disk writes as a whole, in bytes.
  static let sector = 512

  case kept
  case lost
  /// Only its first sectors are kept, that many; of anything but a write, nothing.
  case torn(sectors: Int)
}

/// What a disk is asked to do, of the things that can fail or be the last one.
enum Act: CaseIterable, Hashable {
  case read
  case create
  case write
  case cut
  case sync
  case delete

  /// Whether it changes what is stored, or what survives: those are numbered.
  var isNumbered: Bool { self != .read }
}

/// How an act fails. Nothing is stored of it, and nothing else is changed; only a sync that fails
/// leaves its file's changes in doubt for ever.
enum Fault: CaseIterable, Hashable {
  /// There is no room: for acts that need some; others fail as below.
  case full
  /// The device says no.
  case failing
  /// Of a read only the first half arrives, the rest is zero; other acts fail as above.
  case short

  /// What SQLite is told.
  func code(for act: Act) -> Int32 {
    switch (self, act) {
    case (.full, .write), (.full, .cut): SQLITE_FULL
    case (.short, .read): SQLITE_IOERR | 2 << 8
    case (_, .read): SQLITE_IOERR | 1 << 8
    case (_, .create): SQLITE_CANTOPEN
    case (_, .write): SQLITE_IOERR | 3 << 8
    case (_, .sync): SQLITE_IOERR | 4 << 8
    case (_, .cut): SQLITE_IOERR | 6 << 8
    case (_, .delete): SQLITE_IOERR | 10 << 8
    }
  }
}

/// A fault that lies over a disk: the n-th act of a kind fails, alone or with all that follow.
struct Overlay: Equatable {
  let fault: Fault
  let act: Act
  /// Counted from 1, over the disk's whole life.
  let number: Int
  /// Whether every later act of the kind fails too.
  let lasts: Bool

  /// Whether it lies over the act of that number.
  func covers(_ act: Act, _ number: Int) -> Bool {
    act == self.act && (lasts ? number >= self.number : number == self.number)
  }
}

/// The end of something, set for the moment of a numbered act.
enum Stop: Equatable {
  /// The power fails: every process dies, and what was not synced is in doubt.
  case power
  /// The process that asks is killed: what it wrote stays, its locks are released.
  case kill
}
