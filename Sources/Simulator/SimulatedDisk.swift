// The only file of this room that speaks C: SQLite sees a disk of byte arrays here.
import CSQLite

/// A disk that forgets: a `sqlite3_vfs` over byte arrays on which the real ledger runs by its
/// ``name``.
///
/// What was written and not synced is lost, kept or torn when the power fails; every act can be the
/// last one, or fail. Each file belongs to the process that opened it, so that one process can die
/// while others go on. Deterministic: the same calls give the same bytes, counted acts and faults.
///
/// One thread. Absent here: a real file, a clock, chance (the caller draws fates and faults).
@safe final class SimulatedDisk {
  /// What SQLite knows it by, while it exists.
  let name: String
  /// What is stored. A copy is a photograph from which another disk can be made.
  var platter: Platter
  /// The numbered acts so far: whatever changes what is stored or what survives.
  var acts = 0
  /// All acts so far, by kind, those that failed included.
  var counts: [Act: Int] = [:]
  /// How many acts a fault made fail.
  var faults = 0
  /// How long SQLite asked to wait, in microseconds; it was never made to.
  var slept: Int64 = 0
  /// Whether the power is off, until ``crash(_:)``: every call fails.
  var isOff = false
  /// Faults at known acts, until they are taken away.
  var overlays: [Overlay] = []
  /// A fault for an act that has none otherwise, or nil: drawn by whoever has a generator.
  var weather: ((Act) -> Fault?)?
  /// Told of every numbered act before it is carried out.
  var onAct: ((Act) -> Void)?
  /// A disk that lies: it says that it synced, and did not.
  var ignoresSyncs = false

  // Who uses it: see SimulatedDiskUse.swift.
  var stop: (act: Int, how: Stop)?
  var current = Life(number: 0)
  var lives: [Int: Life] = [:]
  var handles: [Int: Handle] = [:]
  var handlesMade = 0
  var locks: [Int: FileLocks] = [:]
  var memories: [Int: SharedMemory] = [:]
  var frozen: [(memory: SharedMemory, bytes: [[UInt8]])] = []

  private var chance: UInt64
  private let vfs: UnsafeMutablePointer<sqlite3_vfs>
  private let title: UnsafeMutablePointer<CChar>
  fileprivate let methods: UnsafeMutablePointer<sqlite3_io_methods>

  /// A disk, empty or as photographed, known to SQLite from here on. Its first process is number 0.
  ///
  /// - Parameter seed: what SQLite's own random numbers are drawn from; nil leaves the program's as
  ///   they are. SQLite has one generator for the whole program: give a seed only where no other
  ///   thread uses SQLite. Only the salts in its logs depend on it.
  init(_ platter: Platter = Platter(), seed: UInt64? = nil) {
    self.platter = platter
    chance = seed ?? 0
    unsafe vfs = .allocate(capacity: 1)
    unsafe methods = .allocate(capacity: 1)
    // The address, so that no two disks at the same time have the same name.
    let address = unsafe UInt(bitPattern: vfs)
    let name = "simulated-\(String(address, radix: 16))"
    self.name = name
    let characters = name.utf8CString
    unsafe title = .allocate(capacity: characters.count)
    for (index, character) in characters.enumerated() { unsafe title[index] = character }
    unsafe vfs.initialize(to: sqlite3_vfs())
    unsafe methods.initialize(to: SimulatedDisk.fileMethods())
    lives[0] = current
    describe()
    let code = unsafe sqlite3_vfs_register(vfs, 0)
    precondition(code == SQLITE_OK, "SQLite takes every disk.")
    if seed != nil { seedSQLite() }
  }

  deinit {
    unsafe sqlite3_vfs_unregister(vfs)
    unsafe vfs.deallocate()
    unsafe methods.deallocate()
    unsafe title.deallocate()
  }

  private func describe() {
    unsafe vfs.pointee.iVersion = 2
    unsafe vfs.pointee.szOsFile = Int32(MemoryLayout<OpenFile>.size)
    unsafe vfs.pointee.mxPathname = 512
    unsafe vfs.pointee.zName = UnsafePointer(title)
    unsafe vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
    unsafe vfs.pointee.xOpen = openFile
    unsafe vfs.pointee.xDelete = { vfs, name, synced in
      guard let name = unsafe name else { return SQLITE_MISUSE }
      return unsafe disk(vfs).delete(String(cString: name), synced: synced != 0)
    }
    unsafe vfs.pointee.xAccess = { vfs, name, _, found in
      guard let name = unsafe name else { return SQLITE_MISUSE }
      let disk = unsafe disk(vfs)
      guard !disk.isOff, !disk.current.isOver else { return SQLITE_IOERR }
      unsafe found?.pointee = disk.platter.file(String(cString: name)) == nil ? 0 : 1
      return SQLITE_OK
    }
    unsafe vfs.pointee.xFullPathname = { _, name, size, result in
      guard let name = unsafe name else { return SQLITE_MISUSE }
      unsafe copy(size, result, name)
      return SQLITE_OK
    }
    unsafe vfs.pointee.xRandomness = { vfs, count, bytes in
      let disk = unsafe disk(vfs)
      for index in 0..<Int(count) { unsafe bytes?[index] = disk.nextByte() }
      return count
    }
    unsafe vfs.pointee.xSleep = { vfs, microseconds in
      unsafe disk(vfs).slept += Int64(microseconds)
      return microseconds
    }
    unsafe vfs.pointee.xCurrentTime = { _, days in
      unsafe days?.pointee = 2_460_000.5
      return SQLITE_OK
    }
    unsafe vfs.pointee.xCurrentTimeInt64 = { _, milliseconds in
      unsafe milliseconds?.pointee = 2_460_000 * 86_400_000 + 43_200_000
      return SQLITE_OK
    }
  }

  /// Lets SQLite draw its next random numbers from this disk: it asks the default disk, once.
  private func seedSQLite() {
    let usual = unsafe sqlite3_vfs_find(nil)
    unsafe sqlite3_vfs_register(vfs, 1)
    sqlite3_randomness(0, nil)
    var byte: CChar = 0
    unsafe sqlite3_randomness(1, &byte)
    unsafe sqlite3_vfs_register(usual, 1)
  }

  private func nextByte() -> CChar {
    // SplitMix64.
    chance &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (chance ^ (chance >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return CChar(truncatingIfNeeded: mixed ^ (mixed >> 31))
  }
}

/// The start of SQLite's own memory for an open file, and behind it what belongs to us.
@unsafe private struct OpenFile {
  var base: sqlite3_file
  var handle: Unmanaged<Handle>
}

private func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk {
  guard let own = unsafe vfs?.pointee.pAppData else {
    preconditionFailure("SQLite hands back the disk it was given.")
  }
  return unsafe Unmanaged<SimulatedDisk>.fromOpaque(own).takeUnretainedValue()
}

private func place(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafeMutablePointer<OpenFile> {
  guard let file = unsafe file else {
    preconditionFailure("SQLite hands back the file it was given.")
  }
  return unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
}

private func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Handle {
  unsafe place(file).pointee.handle.takeUnretainedValue()
}

private func openFile(
  _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
  _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
  _ granted: UnsafeMutablePointer<Int32>?
) -> Int32 {
  let disk = unsafe disk(vfs)
  unsafe file?.pointee.pMethods = nil
  let opened = unsafe disk.open(name.map { unsafe String(cString: $0) }, flags)
  guard let handle = opened.handle else { return opened.code }
  unsafe place(file).pointee.handle = Unmanaged.passRetained(handle)
  unsafe file?.pointee.pMethods = UnsafePointer(disk.methods)
  unsafe granted?.pointee = flags
  return SQLITE_OK
}

/// Copies a name as it stands: names here have no directories.
private func copy(
  _ size: Int32, _ result: UnsafeMutablePointer<CChar>?, _ name: UnsafePointer<CChar>
) {
  let bytes = unsafe String(cString: name).utf8CString
  for (index, byte) in bytes.enumerated() where index < size { unsafe result?[index] = byte }
}

extension SimulatedDisk {
  fileprivate static func fileMethods() -> sqlite3_io_methods {
    var methods = sqlite3_io_methods()
    methods.iVersion = 2
    unsafe methods.xClose = { file in
      let handle = unsafe handle(file)
      handle.disk.close(handle)
      unsafe place(file).pointee.handle.release()
      unsafe file?.pointee.pMethods = nil
      return SQLITE_OK
    }
    unsafe methods.xRead = readFile
    unsafe methods.xWrite = { file, bytes, count, offset in
      let handle = unsafe handle(file)
      if let code = handle.disk.refusal(of: .write, by: handle.life) { return code }
      let written = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      handle.disk.platter.change(.write(file: handle.file, offset: Int(offset), bytes: written))
      return SQLITE_OK
    }
    unsafe methods.xTruncate = { file, length in
      let handle = unsafe handle(file)
      if let code = handle.disk.refusal(of: .cut, by: handle.life) { return code }
      handle.disk.platter.change(.cut(file: handle.file, length: Int(length)))
      return SQLITE_OK
    }
    unsafe methods.xSync = { file, _ in
      let handle = unsafe handle(file)
      return handle.disk.sync(handle)
    }
    unsafe methods.xFileSize = { file, size in
      let handle = unsafe handle(file)
      guard !handle.life.isOver, !handle.disk.isOff else { return SQLITE_IOERR | 7 << 8 }
      unsafe size?.pointee = sqlite3_int64(handle.disk.platter.content(handle.file).count)
      return SQLITE_OK
    }
    lockMethods(&methods)
    memoryMethods(&methods)
    return methods
  }

  private static func lockMethods(_ methods: inout sqlite3_io_methods) {
    unsafe methods.xLock = { file, level in
      let handle = unsafe handle(file)
      return handle.disk.lock(handle, level)
    }
    unsafe methods.xUnlock = { file, level in
      let handle = unsafe handle(file)
      return handle.disk.unlock(handle, level)
    }
    unsafe methods.xCheckReservedLock = { file, taken in
      let handle = unsafe handle(file)
      guard !handle.life.isOver, !handle.disk.isOff else { return SQLITE_IOERR | 14 << 8 }
      unsafe taken?.pointee = handle.disk.locks[handle.file]?.isReserved == true ? 1 : 0
      return SQLITE_OK
    }
    unsafe methods.xFileControl = { file, question, answer in
      let handle = unsafe handle(file)
      guard question == SQLITE_FCNTL_HAS_MOVED else { return SQLITE_NOTFOUND }
      let moved = handle.name.map { handle.disk.platter.file($0) != handle.file } ?? false
      unsafe answer?.assumingMemoryBound(to: Int32.self).pointee = moved ? 1 : 0
      return SQLITE_OK
    }
    // As SQLite takes every disk of Linux to be: a write changes no byte outside it.
    unsafe methods.xSectorSize = { _ in 4096 }
    unsafe methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
  }

  private static func memoryMethods(_ methods: inout sqlite3_io_methods) {
    unsafe methods.xShmMap = { file, number, size, isExtending, region in
      let handle = unsafe handle(file)
      unsafe region?.pointee = nil
      guard !handle.life.isOver, !handle.disk.isOff else { return SQLITE_IOERR }
      let memory = handle.disk.join(handle)
      let found = unsafe memory.region(Int(number), size: Int(size), isExtending: isExtending != 0)
      unsafe region?.pointee = found
      return SQLITE_OK
    }
    unsafe methods.xShmLock = { file, first, count, flags in
      let handle = unsafe handle(file)
      return handle.disk.lockMemory(handle, first: first, count: count, flags: flags)
    }
    unsafe methods.xShmBarrier = { _ in }
    unsafe methods.xShmUnmap = { file, _ in
      let handle = unsafe handle(file)
      if let memory = handle.memory { handle.disk.leave(memory, handle) }
      handle.memory = nil
      return SQLITE_OK
    }
  }
}

private func readFile(
  _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeMutableRawPointer?, _ count: Int32,
  _ offset: sqlite3_int64
) -> Int32 {
  let handle = unsafe handle(file)
  let fault = handle.disk.refusal(of: .read, by: handle.life)
  let isShort = fault == Fault.short.code(for: .read)
  if let fault, !isShort { return fault }
  let wanted = isShort ? Int(count) / 2 : Int(count)
  let content = handle.disk.platter.content(handle.file).read(wanted, from: Int(offset))
  let target = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
  unsafe target.copyBytes(from: content)
  guard content.count < Int(count) else { return SQLITE_OK }
  // What is not there is read as zero: SQLite relies on it.
  let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[content.count...])
  for index in rest.indices { unsafe rest[index] = 0 }
  return Fault.short.code(for: .read)
}

/// The memory live connections to one file share: regions that never move while anybody uses them.
@safe final class SharedMemory {
  var users: [Handle] = []
  var locks = MemoryLocks()
  private var regions: [UnsafeMutableRawBufferPointer] = unsafe []

  deinit {
    unsafe regions.forEach { unsafe $0.deallocate() }
  }

  /// A region, made with those before it when extending; nil when it is not there.
  func region(_ number: Int, size: Int, isExtending: Bool) -> UnsafeMutableRawPointer? {
    while unsafe isExtending && regions.count <= number {
      let region = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      unsafe region.initializeMemory(as: UInt8.self, repeating: 0)
      unsafe regions.append(region)
    }
    return unsafe number < regions.count ? regions[number].baseAddress : nil
  }

  /// What is in it now.
  func photograph() -> [[UInt8]] {
    unsafe regions.map { unsafe Array($0) }
  }

  /// Puts back what was in it.
  func restore(_ photograph: [[UInt8]]) {
    for (index, bytes) in photograph.enumerated() { unsafe regions[index].copyBytes(from: bytes) }
  }
}
