import PaymentServer
import Payments

/// Where a ledger stands or is to stand.
enum LedgerPlace {
  /// Whether a ledger's payments are of the policy's environment; complains when they are not. What
  /// cannot be read is for who reads next to say.
  static func serves(_ policy: Policy, at ledger: String) -> Bool {
    do {
      guard let mistake = try Report.mistake(of: policy, ledger: ledger) else { return true }
      complain("\(mistake.path) \(mistake.message) (ledger \(ledger))")
      return false
    } catch {
      return true
    }
  }

  /// Says so when there is no ledger: that nothing was found may mean that it was looked for in the
  /// wrong place.
  static func mention(absent ledger: String) {
    if !System.exists(ledger) { complain("There is no ledger at \(ledger).") }
  }

  /// That a ledger is gone, as a sentence: it is not there, and what only a ledger leaves is. Nil
  /// when it is there, or never was. A new one would not know what the lost one paid.
  static func loss(of ledger: String) -> String? {
    if System.exists(ledger) { return nil }
    let traces = [ledger + "-owner-0", ledger + "-wal", SandboxBooks.journal(of: ledger)]
      .filter { System.exists($0) }
    if traces.isEmpty { return nil }
    return "\(ledger) is gone, and what it left is there: \(traces.joined(separator: ", "))."
  }

  /// What to do about it.
  static let lossRemedy =
    "restore it from a copy; to begin anew without it, remove the files beside it"

  /// The directory it is in, or the nearest to it that is there.
  static func nearest(to ledger: String) -> String {
    var place = directory(of: ledger) ?? ""
    while !place.isEmpty, System.facts(of: place) == nil { place = directory(of: place) ?? "" }
    return place.isEmpty ? "/" : place
  }

  /// Why no books can be made or kept there, as a sentence; nil when they can. SQLite writes files
  /// beside the ledger, so that the directory counts even when the ledger is there.
  static func trouble(of ledger: String) -> String? {
    let place = nearest(to: ledger)
    guard System.facts(of: place)?.isDirectory == true else {
      return "\(place) is no directory, so that no ledger can be in it."
    }
    return System.mayMakeFiles(in: place) ? nil : "\(place) cannot be written."
  }
}

extension PolicyOnPaper {
  /// Whether the ledger's payments are of the policy's environment; complains when they are not.
  func hasLedgerOfItsOwn() -> Bool { LedgerPlace.serves(policy, at: ledger) }
}

extension Arrangement {
  /// Whether the ledger's payments are of the policy's environment; complains when they are not.
  func hasLedgerOfItsOwn() -> Bool {
    policy.map { LedgerPlace.serves($0, at: ledger) } ?? true
  }

  /// Whether the ledger's file is whole; complains when it is not. A damaged page need not be one
  /// that is read, and what is read then is not all there is.
  func hasWholeLedger() -> Bool {
    guard let damage = Report.damage(ledger: ledger) else { return true }
    complain("The ledger \(ledger) cannot be used: \(damage)")
    return false
  }
}
