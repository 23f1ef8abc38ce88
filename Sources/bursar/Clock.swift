import Payments

/// The time, which in one life of this process never goes back (DESIGN §4, invariant 2).
///
/// It is the wall clock at the start and what has passed since; when the wall clock is ahead of
/// that (it was set, or was slow) it is followed, when it is behind it is not.
struct Clock {
  private var wall: Int64
  private var boot: Int64

  /// A clock that starts at the first readings, in milliseconds.
  init(wall: Int64 = System.wallClock, boot: Int64 = System.bootClock) {
    self.wall = wall
    self.boot = boot
  }

  /// Reads the clocks.
  mutating func now() -> Instant {
    now(wall: System.wallClock, boot: System.bootClock)
  }

  /// The time by these readings of the two clocks.
  mutating func now(wall reading: Int64, boot elapsed: Int64) -> Instant {
    let expected = wall + max(0, elapsed - boot)
    wall = max(expected, reading)
    boot = max(boot, elapsed)
    return Instant(milliseconds: wall)
  }
}
