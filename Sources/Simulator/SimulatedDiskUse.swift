import CSQLite

/// One process, from its beginning to its death. What it opened dies with it.
final class Life {
  let number: Int
  fileprivate(set) var isOver = false

  init(number: Int) {
    self.number = number
  }
}

/// One open file.
final class Handle {
  /// Held, so that the disk outlives whoever still has a file of it open.
  let disk: SimulatedDisk
  let life: Life
  /// Tells handles apart in the tables of locks.
  let number: Int
  let name: String?
  let file: Int
  let isTemporary: Bool
  var memory: SharedMemory?

  fileprivate init(
    _ disk: SimulatedDisk, _ life: Life, number: Int, name: String?, file: Int, isTemporary: Bool
  ) {
    self.disk = disk
    self.life = life
    self.number = number
    self.name = name
    self.file = file
    self.isTemporary = isTemporary
  }
}

/// Who uses the disk, and how that ends.
extension SimulatedDisk {
  /// From here on calls come from this process; a new one of that number if the last has died.
  ///
  /// To be called before every step of a process, and again after any died.
  func enter(process number: Int) {
    thaw()
    if let life = lives[number] {
      current = life
    } else {
      current = Life(number: number)
      lives[number] = current
    }
  }

  /// Whether a process has entered and not died since.
  func isAlive(process number: Int) -> Bool { lives[number] != nil }

  /// Kills a process: its locks are released, what it wrote stays, its open files fail from now on.
  ///
  /// Drop what was its (its server, its ledger) before the next ``enter(process:)``: what dead code
  /// still does to shared memory on its way out is undone there.
  func kill(process number: Int) {
    guard let life = lives[number] else { return }
    end(life)
  }

  /// The power fails and comes back: every process dies, and what was not synced meets its fate.
  ///
  /// Drop what the dead held first. The process that was current is a new one of the same number.
  func crash(_ fate: (Platter.Change) -> Fate) {
    for life in lives.values { life.isOver = true }
    lives = [:]
    handles = [:]
    frozen = []
    memories = [:]
    locks = [:]
    isOff = false
    stop = nil
    platter = platter.afterPowerLoss(fate)
    enter(process: current.number)
  }

  /// The power fails, and everything that was not synced meets the same fate.
  func crash(_ fate: Fate) {
    crash { _ in fate }
  }

  /// Ends everything at a numbered act, which is not carried out: the next one is 1 more than
  /// ``acts``.
  func end(at act: Int, by stop: Stop) {
    precondition(act > acts, "An act that is over cannot be the last one.")
    self.stop = (act, stop)
  }

  private func end(_ life: Life) {
    life.isOver = true
    if lives[life.number] === life { lives[life.number] = nil }
    for (file, memory) in memories {
      // The living go on with the memory as it was when the process died.
      frozen.append((memory, memory.photograph()))
      for handle in memory.users where handle.life === life { leave(memory, handle) }
      if memory.users.isEmpty { memories[file] = nil }
    }
    for handle in handles.values where handle.life === life {
      locks[handle.file]?.lower(handle.number, to: .none)
      handles[handle.number] = nil
    }
  }

  private func thaw() {
    for (memory, photograph) in frozen { memory.restore(photograph) }
    frozen = []
  }
}

/// What a call comes to before it touches anything.
extension SimulatedDisk {
  /// Whether an act may go on; else the code it fails with.
  func refusal(of act: Act, by life: Life) -> Int32? {
    guard !life.isOver, !isOff else { return SQLITE_IOERR }
    if act.isNumbered {
      onAct?(act)
      if let (number, stop) = stop, number == acts + 1 {
        self.stop = nil
        switch stop {
        case .power: isOff = true
        case .kill: end(life)
        }
        return SQLITE_IOERR
      }
      acts += 1
    }
    counts[act, default: 0] += 1
    let number = counts[act, default: 0]
    let fault = overlays.first { $0.covers(act, number) }?.fault ?? weather?(act)
    guard let fault else { return nil }
    faults += 1
    return fault.code(for: act)
  }

  /// Opens a file, making it if that is asked for.
  func open(_ name: String?, _ flags: Int32) -> (handle: Handle?, code: Int32) {
    guard !current.isOver, !isOff else { return (nil, SQLITE_IOERR) }
    let found = name.flatMap { platter.file($0) }
    if found != nil, flags & SQLITE_OPEN_EXCLUSIVE != 0 { return (nil, SQLITE_CANTOPEN) }
    if found == nil {
      guard flags & SQLITE_OPEN_CREATE != 0 else { return (nil, SQLITE_CANTOPEN) }
      if let code = refusal(of: .create, by: current) { return (nil, code) }
    }
    handlesMade += 1
    let handle = Handle(
      self, current, number: handlesMade, name: name, file: found ?? platter.create(name),
      isTemporary: flags & SQLITE_OPEN_DELETEONCLOSE != 0)
    handles[handle.number] = handle
    return (handle, SQLITE_OK)
  }

  /// Closes a file; what is left of it is its name and its content.
  func close(_ handle: Handle) {
    if let memory = handle.memory { leave(memory, handle) }
    guard !handle.life.isOver else { return }
    locks[handle.file]?.lower(handle.number, to: .none)
    handles[handle.number] = nil
    if handle.isTemporary, let name = handle.name, platter.file(name) == handle.file {
      platter.change(.unlink(name: name))
    }
    if !handles.values.contains(where: { $0.file == handle.file }) { platter.drop(handle.file) }
  }

  /// Removes a name.
  func delete(_ name: String, synced: Bool) -> Int32 {
    guard !current.isOver, !isOff else { return SQLITE_IOERR }
    guard platter.file(name) != nil else { return SQLITE_IOERR | 23 << 8 }
    if let code = refusal(of: .delete, by: current) { return code }
    platter.change(.unlink(name: name))
    if synced, !ignoresSyncs { platter.syncNames() }
    return SQLITE_OK
  }

  /// Makes a file durable, or says so.
  func sync(_ handle: Handle) -> Int32 {
    if let code = refusal(of: .sync, by: handle.life) {
      if !handle.life.isOver, !isOff { platter.forsake(handle.file) }
      return code
    }
    if !ignoresSyncs { platter.sync(handle.file) }
    return SQLITE_OK
  }

  /// Takes a lock on a file.
  func lock(_ handle: Handle, _ level: Int32) -> Int32 {
    guard !handle.life.isOver, !isOff else { return SQLITE_IOERR }
    guard let level = LockLevel(rawValue: level) else { return SQLITE_MISUSE }
    let taken = locks[handle.file, default: FileLocks()].raise(handle.number, to: level)
    return taken ? SQLITE_OK : SQLITE_BUSY
  }

  /// Lets go of a lock on a file.
  func unlock(_ handle: Handle, _ level: Int32) -> Int32 {
    guard !handle.life.isOver, !isOff else { return SQLITE_IOERR }
    guard let level = LockLevel(rawValue: level) else { return SQLITE_MISUSE }
    locks[handle.file]?.lower(handle.number, to: level)
    return SQLITE_OK
  }
}

/// Memory that the live users of one file share, as SQLite's `-shm` file. Nobody's at first and
/// zero.
extension SimulatedDisk {
  /// The memory behind a file, which the handle uses from here on.
  func join(_ handle: Handle) -> SharedMemory {
    if let memory = handle.memory { return memory }
    let memory = memories[handle.file] ?? SharedMemory()
    memories[handle.file] = memory
    memory.users.append(handle)
    handle.memory = memory
    return memory
  }

  /// Ends a handle's use of the memory; without users it is forgotten, as after a crash.
  func leave(_ memory: SharedMemory, _ handle: Handle) {
    memory.users.removeAll { $0 === handle }
    memory.locks.release(handle.number)
    if memory.users.isEmpty, memories[handle.file] === memory { memories[handle.file] = nil }
  }

  /// Takes or lets go of locks on the memory.
  func lockMemory(_ handle: Handle, first: Int32, count: Int32, flags: Int32) -> Int32 {
    guard !handle.life.isOver, !isOff, let memory = handle.memory else { return SQLITE_IOERR }
    let bits = (UInt32(1) << UInt32(count) - 1) << UInt32(first)
    if flags & SQLITE_SHM_UNLOCK != 0 {
      memory.locks.release(handle.number, bits)
      return SQLITE_OK
    }
    let taken =
      flags & SQLITE_SHM_SHARED != 0
      ? memory.locks.share(handle.number, bits) : memory.locks.exclude(handle.number, bits)
    return taken ? SQLITE_OK : SQLITE_BUSY
  }
}
