import JSON

/// Many worlds shared out among cores, each share lived through by a copy of this program: SQLite
/// has one generator of random numbers for a whole program, and a world draws from it.
struct Shares {
  let arguments: Arguments

  /// Lives through all of them; nil when a share did not come to an end.
  func run() -> Simulation.Result? {
    var copies: [Copy] = []
    var next = 0
    for number in 0..<arguments.cores {
      let end = arguments.worlds * (number + 1) / arguments.cores
      guard end > next else { continue }
      guard let copy = Copy(words(from: next, to: end)) else { return nil }
      copies.append(copy)
      next = end
    }
    let endings = copies.map { $0.ending() }
    var whole = Simulation.Result()
    for ending in endings {
      guard let ending, let share = Simulation.Result(reading: ending) else { return nil }
      whole.add(share)
    }
    return whole
  }

  private func words(from first: Int, to end: Int) -> [String] {
    [
      "--share", "--seed", String(arguments.seed &+ UInt64(first)), "--worlds", String(end - first),
      "--steps", String(arguments.steps), "--twice", String(arguments.twice),
    ]
  }
}

extension Simulation.Result {
  /// All of it as a line that another copy of this program reads.
  var line: [UInt8] {
    var members = JSONObject([
      ("worlds", .integer(Int64(worlds))), ("steps", .integer(Int64(steps))),
      ("repeated", .integer(Int64(repeated))), ("captures", .integer(Int64(captures))),
      ("refunds", .integer(Int64(refunds))), ("deadLetters", .integer(Int64(deadLetters))),
      ("tally", .array(Mischief.allCases.map { .integer(Int64(tally[$0])) })),
    ])
    let names = probes.names
    members["probes"] = .object(
      JSONObject(names.map { ($0, .integer(Int64(probes[$0]))) }))
    if let breach {
      members["breach"] = .object(
        JSONObject([
          ("seed", .string(String(breach.seed))), ("step", .integer(Int64(breach.step))),
          ("promise", .string(breach.breach.promise.rawValue)),
          ("detail", .string(breach.breach.detail)),
        ]))
    }
    return JSONValue.object(members).compact
  }

  /// Reads such a line; nil when it is none.
  init?(reading line: [UInt8]) {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(reading: line) } catch { return nil }
    func number(_ name: String) -> Int? { value[name]?.integer.map { Int($0) } }
    guard let worlds = number("worlds"), let steps = number("steps"),
      let repeated = number("repeated"), let captures = number("captures"),
      let refunds = number("refunds"), let deadLetters = number("deadLetters"),
      let counts = value["tally"]?.array, let taken = value["probes"]?.object
    else { return nil }
    self.init()
    (self.worlds, self.steps, self.repeated) = (worlds, steps, repeated)
    (self.captures, self.refunds, self.deadLetters) = (captures, refunds, deadLetters)
    for (mischief, count) in zip(Mischief.allCases, counts) {
      tally.note(mischief, times: Int(count.integer ?? 0))
    }
    for member in taken.members {
      probes.note(member.key, times: Int(member.value.integer ?? 0))
    }
    guard let broken = value["breach"] else { return }
    guard let seed = broken["seed"]?.string.flatMap({ UInt64($0) }),
      let step = broken["step"]?.integer,
      let promise = broken["promise"]?.string.flatMap({ Promise(rawValue: $0) })
    else { return nil }
    breach = (seed, Int(step), Breach(promise, broken["detail"]?.string ?? ""))
  }
}
