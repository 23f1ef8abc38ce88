import Payments
import Testing

@testable import Simulator

/// An owner's death is noticed within a tenth of a second, counted on the clock of a world: by
/// whoever is idle and looks around that often, and by whoever is at work (DESIGN §5).
@Suite struct TakeoverTests {
  static let soon = Duration.milliseconds(100)

  enum Other: CaseIterable {
    case idle
    case waitingForTheSame
    case atWork
  }

  @Test(arguments: Other.allCases, [1, 50, 99])
  func aDeadOwnersOperationIsTakenOverWithinATenthOfASecond(_ other: Other, _ moment: Int) {
    let stage = Stage(SimulatedDisk(), policy: Workload.widePolicy)
    defer { stage.abandon() }
    var looked = stage.now
    stage.follow(.say(2, [Workload.charge("INV-0", 500)]))
    stage.follow(.deliver)
    stage.follow(.say(1, [Workload.charge("INV-1", 4999)]))
    switch other {
    case .idle: #expect(stage.keepsWatch(2))
    case .waitingForTheSame: stage.follow(.say(2, [Workload.charge("INV-1", 4999)]))
    case .atWork: stage.follow(.say(2, [Workload.charge("INV-2", 700)]))
    }
    // The owner lives: it is watched, and nothing of its is touched.
    let begun = stage.outside.sent.count
    for _ in 0..<20 {
      look(stage, for: Self.soon, &looked)
      let next = stage.wake(of: 2).map { stage.now.duration(to: $0) }
      #expect(next.map { $0 <= Self.soon } ?? false, "it sleeps for \(next ?? .zero)")
    }
    #expect(stage.outside.sent.count == begun)
    stage.follow(.wait(.milliseconds(moment)))
    stage.follow(.kill(1))
    let died = stage.now
    while stage.outside.sent.count == begun, died.duration(to: stage.now) <= Self.soon {
      look(stage, for: .milliseconds(1), &looked)
    }
    #expect(stage.outside.sent.count == begun + 1)
    #expect(died.duration(to: stage.now) <= Self.soon)
    stage.follow(.deliver)
    #expect(stage.settle([2]))
    #expect(Record(stage.disk).states["charge INV-1"] == .captured)
  }

  /// Time passes for the second process as its loop lets it pass: it is woken when it asked to be,
  /// and looks around ten times a second while it is idle.
  private func look(_ stage: Stage, for length: Duration, _ looked: inout Instant) {
    let end = stage.now.advanced(by: length)
    let next = stage.wake(of: 2).map { min(end, max(stage.now, $0)) } ?? end
    stage.follow(.wait(stage.now.duration(to: next)))
    if stage.keepsWatch(2), looked.advanced(by: Self.soon) <= stage.now {
      looked = stage.now
      stage.follow(.glance(2))
    }
    if let wake = stage.wake(of: 2), wake <= stage.now { stage.follow(.tick(2)) }
  }
}
