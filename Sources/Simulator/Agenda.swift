import Payments
import Processors

/// What is going to happen.
enum Happening {
  /// An agent does something.
  case deed(agent: Int)
  /// A request reaches the processor.
  case arrival(Transit, Journey, execution: Duration)
  /// The processor carries a request out.
  case execution(Transit, Journey, Sandbox.Ticket)
  /// An answer, or the news that there is none, reaches the server that asked.
  case answer(Transit, Answer)
  /// A server is started where one died.
  case start(seat: Int)
  /// The time a server has to finish after its pipe was closed is over.
  case eviction(seat: Int, tenant: Int)
}

/// What is going to happen and when: a heap, the earliest first, and of one instant the first
/// entered.
struct Agenda {
  private struct Entry {
    let at: Instant
    let number: Int
    let happening: Happening

    func comesBefore(_ other: Entry) -> Bool {
      at != other.at ? at < other.at : number < other.number
    }
  }

  private var heap: [Entry] = []
  private var number = 0

  /// When the next thing happens; nil when nothing will.
  var next: Instant? { heap.first?.at }

  mutating func enter(_ happening: Happening, at instant: Instant) {
    number += 1
    heap.append(Entry(at: instant, number: number, happening: happening))
    var child = heap.count - 1
    while child > 0, heap[child].comesBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes out what happens next.
  mutating func takeNext() -> Happening? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.happening }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].comesBefore(heap[least]) { least = child }
      if least == parent { return first.happening }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
