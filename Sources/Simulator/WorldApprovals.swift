import Ledger
import PaymentServer
import Payments
import Processors

/// A person who lets pass what a cap on single operations stopped.
extension World {
  /// The process of that person; no server has this number.
  private static let person = 1_000_001

  /// Now and then a person looks at what waits for one, and approves something of it.
  func decide() throws(Breach) {
    guard persons.happens(30) else { return }
    let place = persons.number(0...oracle.books.count - 1)
    guard let operation = try oracle.hearApproval(in: place, &persons) else { return }
    tell("a person approves \(operation.id.text)")
    let word = Approvals.Word(
      operation: operation.id.text, customer: operation.terms.customer,
      money: operation.terms.money, why: "seen", length: persons.duration(1000...3_600_000))
    let disk = disks[place]
    disk.enter(process: Self.person)
    do throws(LedgerError) {
      let outcome = try Approvals.approve(
        word, under: weather.policy, ledger: WatchedBooks.path, vfs: disk.name,
        currencies: Stripe.currencies, at: now)
      switch outcome {
      case .done: probes.note("approval.given")
      case .refused: probes.note("approval.refused")
      }
    } catch {
      // The disk fails, or somebody else is writing: it is approved or it is not.
      probes.note("approval.failed")
    }
    disk.kill(process: Self.person)
  }
}
