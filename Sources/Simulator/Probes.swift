import JSON

/// How often each rare branch of the product was taken, by the words the product has for it:
/// reasons of transitions, events of the log, codes of answers (FoundationDB's CodeProbe,
/// `style.md` §4.11).
struct Probes {
  private var counts: [String: Int] = [:]

  subscript(name: String) -> Int { counts[name, default: 0] }

  /// What was noted, in order.
  var names: [String] { counts.keys.sorted() }

  /// What was noted and has no name here, in order.
  var others: [String] { names.filter { name in !Self.named.contains(name) } }

  /// What was never taken, in order.
  var missing: [String] { Self.named.filter { self[$0] == 0 } }

  mutating func note(_ name: String, times: Int = 1) {
    counts[name, default: 0] += times
  }

  mutating func add(_ other: Probes) {
    for (name, count) in other.counts { counts[name, default: 0] += count }
  }

  /// Takes note of a line of the operator's log; gives back the event it tells of.
  mutating func note(_ line: [UInt8]) -> String {
    do throws(JSONError) {
      let entry = try JSONValue(reading: line)
      let event = entry["event"]?.string ?? ""
      switch event {
      case "transition": note("transition.\(entry["reason"]?.string ?? "")")
      case "answer": break
      default: note("event.\(event)")
      }
      return event
    } catch {
      return "unreadable"
    }
  }
}
