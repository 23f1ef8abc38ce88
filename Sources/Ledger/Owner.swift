public import Payments

/// What a process is in the books: a slot whose lock it holds, and the epoch it got for it.
struct Ownership {
  /// How many processes can own operations at the same time.
  static let slots = 64

  let number: Int
  let slot: Slot
  let epoch: Int64
}

extension Books {
  /// The epoch under which this process owns operations in flight (DESIGN §5): asked for the first
  /// time it takes a free slot, whose lock the kernel lets go of when the process dies.
  ///
  /// The epoch is good once the transaction is committed; if it is not, the next one gets another.
  /// - Throws: ``LedgerError/busy`` when 64 processes own operations already.
  public mutating func own(at now: Instant) throws(LedgerError) -> Int64 {
    if let ownership { return ownership.epoch }
    for number in 0..<Ownership.slots {
      let slot = try slot(number)
      guard try slot.take() else { continue }
      try change(.insertOwner, [.integer(number), .instant(now)])
      let epoch = connection.lastInsertedKey
      ownership = Ownership(number: number, slot: slot, epoch: epoch)
      return epoch
    }
    throw connection.failing(.busy)
  }

  /// Whether the process of that epoch still lives: it holds its slot, and nobody took it after it.
  public func isAlive(owner epoch: Int64) throws(LedgerError) -> Bool {
    if epoch == ownership?.epoch { return true }
    let number = try only(.ownerSlot, [.integer(epoch)]) { row throws(LedgerError) in
      try row.number()
    }
    guard let number else { return false }
    let newest = try only(.newestOwner, [.integer(number)]) { row throws(LedgerError) in
      try row.integer()
    }
    guard newest == epoch else { return false }
    return try slot(number).isTaken()
  }

  private func slot(_ number: Int) throws(LedgerError) -> Slot {
    let path = "\(connection.file)-owner-\(number)"
    if vfs == nil { try Files.prepare(path) }
    return try Slot(path: path, vfs: vfs)
  }
}
