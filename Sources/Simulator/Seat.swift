import PaymentServer
import Payments

/// Where a server runs: one after another, each with a pipe to its agents, all on one disk.
final class Seat {
  let number: Int
  /// How far this seat's clock is ahead of the true time.
  var skew: Duration
  /// Until when whoever sits here is stopped, as by SIGSTOP.
  var pausedUntil: Instant?
  /// Whoever sits here; nil after a death.
  var tenant: Tenant?

  init(number: Int, skew: Duration) {
    self.number = number
    self.skew = skew
  }

  /// What its clock says.
  func reading(at now: Instant) -> Instant { now.advanced(by: skew) }

  /// When it has to be stepped, in true time; nil when never.
  func wake(after now: Instant) -> Instant? {
    guard let tenant, let wake = tenant.server.wake else { return nil }
    let due = max(now, wake.advanced(by: .zero - skew))
    return max(due, max(tenant.restUntil, pausedUntil ?? now))
  }

  func isPaused(at now: Instant) -> Bool { pausedUntil.map { $0 > now } ?? false }
}

/// One server, from its start to its death.
final class Tenant {
  /// Its process's number on the disk; never used again.
  let number: Int
  var server: PaymentServer
  var pipe: Pipe
  /// Requests whose answers it waits for.
  var transits: [Transit] = []
  /// Whether its agents closed the pipe.
  var isEnding = false
  /// Ticks in a row that led to nothing, and until when it is left alone for that: a patrol ten
  /// times a second would be all that happens in a world.
  var idleTicks = 0
  var restUntil = Instant(milliseconds: 0)

  init(number: Int, _ setting: Setting, _ pipe: Pipe) {
    self.number = number
    self.server = PaymentServer(setting)
    self.pipe = pipe
  }
}
