import Payments
import Testing

@testable import Ledger

@Suite struct OwnerTests {
  let scratch = Scratch()

  private func own(_ ledger: inout Ledger) throws(LedgerError) -> Int64 {
    try ledger.commit { books throws(LedgerError) in try books.own(at: at(1)) }
  }

  private func isAlive(_ epoch: Int64, _ ledger: inout Ledger) throws(LedgerError) -> Bool {
    try ledger.commit { books throws(LedgerError) in try books.isAlive(owner: epoch) }
  }

  @Test func anOwnerIsAliveUntilItsLedgerIsGone() throws {
    var watcher = try Ledger(path: scratch("ledger.db"))
    var ledger: Ledger? = try Ledger(path: scratch("ledger.db"))
    let epoch = try own(&ledger!)
    #expect(try own(&ledger!) == epoch)
    #expect(try isAlive(epoch, &ledger!))
    #expect(try isAlive(epoch, &watcher))
    ledger = nil
    #expect(try !isAlive(epoch, &watcher))
  }

  @Test func twoLedgersAreTwoOwners() throws {
    var first = try Ledger(path: scratch("ledger.db"))
    var second: Ledger? = try Ledger(path: scratch("ledger.db"))
    let (one, two) = (try own(&first), try own(&second!))
    #expect(one != two)
    for (epoch, alive) in [(one, true), (two, true)] {
      #expect(try isAlive(epoch, &first) == alive)
      #expect(try isAlive(epoch, &second!) == alive)
    }
    second = nil
    #expect(try isAlive(one, &first))
    #expect(try !isAlive(two, &first))
  }

  @Test func whoeverTakesTheSlotBuriesItsOldOwner() throws {
    var watcher = try Ledger(path: scratch("ledger.db"))
    var ledger: Ledger? = try Ledger(path: scratch("ledger.db"))
    let old = try own(&ledger!)
    ledger = nil
    var heir = try Ledger(path: scratch("ledger.db"))
    let new = try own(&heir)
    #expect(new > old)
    for alive in [try isAlive(old, &heir), try isAlive(old, &watcher)] { #expect(!alive) }
    for alive in [try isAlive(new, &heir), try isAlive(new, &watcher)] { #expect(alive) }
  }

  @Test func anEpochNobodyGotIsDead() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    #expect(try !isAlive(1, &ledger))
    _ = try own(&ledger)
    #expect(try !isAlive(2, &ledger))
  }

  @Test func anEpochThatWasNotCommittedIsNobodys() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    var watcher = try Ledger(path: scratch("ledger.db"))
    var dreamt: Int64 = 0
    #expect(throws: LedgerError.conflict("on purpose")) {
      try ledger.commit { books throws(LedgerError) in
        dreamt = try books.own(at: at(1))
        throw .conflict("on purpose")
      }
    }
    #expect(try !isAlive(dreamt, &watcher))
    let other = try own(&watcher)
    let real = try own(&ledger)
    #expect(other != real)
    #expect(try isAlive(real, &watcher))
    #expect(try isAlive(other, &ledger))
  }

  @Test func noMoreOwnersThanSlots() throws {
    var held: [Slot] = []
    var ledger = try Ledger(path: scratch("ledger.db"))
    for number in 0..<Ownership.slots {
      let slot = try Slot(path: scratch("ledger.db-owner-\(number)"), vfs: nil)
      #expect(try slot.take())
      held.append(slot)
    }
    #expect(throws: LedgerError.busy) { try own(&ledger) }
    held.removeLast()
    #expect(try own(&ledger) == 1)
    #expect(held.count == Ownership.slots - 1)
  }

  @Test func anOwnersFileIsItsOwnersOnly() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    _ = try own(&ledger)
    #expect(scratch.mode(scratch("ledger.db-owner-0")) == 0o600)
  }

  @Test func anOwnerWhoseFileWasTakenAwayIsRefused() throws {
    var ledger = try Ledger(path: scratch("ledger.db"))
    _ = try own(&ledger)
    scratch.remove(scratch("ledger.db-owner-0"))
    #expect(throws: LedgerError.damaged("The ledger was moved or deleted while in use.")) {
      try ledger.add(charge())
    }
  }

  @Test func ownersWorkOnADiskChosenByName() throws {
    var first = try Ledger(path: scratch("ledger.db"), vfs: "unix")
    var second: Ledger? = try Ledger(path: scratch("ledger.db"), vfs: "unix")
    let epoch = try own(&second!)
    #expect(try isAlive(epoch, &first))
    second = nil
    #expect(try !isAlive(epoch, &first))
  }
}
