import JSON
import PaymentServer
import Payments

@testable import Simulator

/// Somebody a sink tells, with books of its own made of nothing but what it is told. It fails,
/// answers too late and is told again; a copy is a photograph of it.
struct Consumer {
  /// What it does with the next deliveries, over and over: takes them, is down, or takes them and
  /// its answer is lost.
  private enum Mood {
    case takes, down, mute
  }

  private static let moods: [Mood] = [
    .takes, .down, .mute, .takes, .takes, .down, .down, .mute, .mute, .takes,
  ]

  private var calls: Int
  /// What it was told, by id, in the order of first hearing.
  private(set) var events: [(id: String, line: [UInt8])] = []
  private var known: [String: [UInt8]] = [:]
  /// Its own books: how far each operation has come.
  private(set) var operations: [String: (version: Int64, state: String)] = [:]
  /// What cannot be.
  private(set) var faults: [String] = []
  /// How often it was told what it knew.
  private(set) var repeats = 0

  /// One that begins its moods at that place.
  init(mood: Int) {
    calls = mood
  }

  /// Hears a delivery, or does not.
  mutating func hear(_ delivery: Delivery) -> DeliveryOutcome {
    defer { calls += 1 }
    switch Consumer.moods[calls % Consumer.moods.count] {
    case .down: return .refused("connection")
    case .takes:
      for event in delivery.events { take(event.id, event.line) }
      return .accepted
    case .mute:
      for event in delivery.events { take(event.id, event.line) }
      return .refused("timeout")
    }
  }

  private mutating func take(_ id: String, _ line: [UInt8]) {
    if let before = known[id] {
      repeats += 1
      if before != line { faults.append("\(id) was told again and is another") }
      return
    }
    known[id] = line
    events.append((id, line))
    do throws(JSONError) {
      book(try JSONValue(reading: line))
    } catch {
      faults.append("\(id) is not JSON: \(error)")
    }
  }

  private mutating func book(_ event: JSONValue) {
    // What counts no changes of an operation is no part of these books.
    guard let subject = event["subject"]?.string, let text = event["sequence"]?.string,
      let version = Int64(text), let state = event["data"]?["state"]?.string
    else { return }
    let last = operations[subject]
    if version != (last?.version ?? 0) + 1 {
      faults.append("\(subject) came to \(version) after \(last?.version ?? 0)")
    }
    if event["data"]?["from"]?.string != last?.state {
      faults.append("\(subject) came from another state than it was in")
    }
    operations[subject] = (version, state)
  }

  /// What is wrong when everything is at rest: an event of the books that was not heard, one that
  /// is in no books, an operation that stands elsewhere.
  func faults(against told: [(id: String, line: [UInt8])], _ record: Record) -> [String] {
    var found = faults
    let missing = told.filter { known[$0.id] != $0.line }.map(\.id)
    if !missing.isEmpty { found.append("never told as it is: \(missing)") }
    let ids = Set(told.map(\.id))
    let invented = events.map(\.id).filter { !ids.contains($0) }
    if !invented.isEmpty { found.append("in no books: \(invented)") }
    if events.map(\.id) != told.map(\.id).filter({ known[$0] != nil }) {
      found.append("told in another order than it happened")
    }
    for (id, operation) in record.operations {
      let own = operations[id]
      if own?.version != operation.version || own?.state != operation.state.rawValue {
        found.append("\(id) is \(operation.state) and was told to be \(own?.state ?? "nothing")")
      }
    }
    return found
  }
}

extension Stage {
  /// Every event of the books, as it is told.
  func told() -> [(id: String, line: [UInt8])] {
    disk.enter(process: 91)
    defer { disk.kill(process: 91) }
    var reader = EventReader(ledger: Stage.path, vfs: disk.name, since: 0, json: true)
    var told: [(id: String, line: [UInt8])] = []
    do {
      while true {
        let lines = try reader.read()
        if lines.isEmpty { return told }
        for line in lines.split(separator: 0x0A).map(Array.init) {
          told.append((try JSONValue(reading: line)["id"]?.string ?? "", line))
        }
      }
    } catch {
      return [("unreadable: \(error)", [])]
    }
  }
}
