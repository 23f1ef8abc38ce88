import PaymentServer
import Payments

/// A recorded conversation: what `bursar serve --transcript` writes, and what the transcripts under
/// `Tests` are written in.
struct ReplayFile {
  /// One line of it.
  enum Line: Equatable {
    /// A line from the agent; nil where a recorder left it out, because of what was in it.
    case heard(String?)
    /// A line for the agent.
    case said(String)
    /// The clock moves to an instant, or by a length of time.
    case at(Instant)
    case later(Duration)
    /// What came back for a request: its name (`op_...#2`, or its number), and what.
    case answered(String, Result)
    case policy(String)
    case run(String)
    /// Whether requests wait until the file answers them.
    case network(manual: Bool)
    case frozen(Freeze.Extent, why: String)
    case thawed(Freeze.Extent)
    case restart
    /// No more lines came.
    case ended
    /// What follows from the lines before, and what is a comment.
    case left
  }

  /// What came back.
  enum Result: Equatable {
    /// What the sandbox answers.
    case sandbox
    /// Nothing came back; whether the request was executed.
    case lost(executed: Bool)
    /// Nothing was sent.
    case refused
    /// An answer of that status and body.
    case status(Int, String)
  }

  /// A line that is none of either format.
  struct Trouble: Error, Equatable {
    let line: Int
    let text: String
  }

  /// Its lines, in order.
  let lines: [Line]

  /// Reads a file's content.
  init(_ text: String) throws(Trouble) {
    var lines: [Line] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard let read = Self.read(String(line)) else {
        throw Trouble(line: number + 1, text: String(line.prefix(60)))
      }
      lines.append(read)
    }
    self.lines = lines
  }

  private static func read(_ text: String) -> Line? {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    let rest = words.count > 1 ? words[1] : ""
    switch words.first {
    case "end": return .ended
    // What a recorder notes of it.
    case "#" where rest == "the end of input": return .ended
    case nil, "#", "!": return .left
    case ">": return .heard(rest.hasPrefix(Transcript.leftOut) ? nil : rest)
    case "<": return rest.hasPrefix(Transcript.leftOut) ? .left : .said(rest)
    case "at": return time(rest)
    case "=": return answered(rest)
    case "policy": return .policy(rest)
    case "run": return .run(rest)
    case "network": return .network(manual: rest == "manual")
    case "operator": return operated(rest)
    case "restart": return .restart
    default: return nil
    }
  }

  /// `+4s`, or an instant in UTC with or without milliseconds.
  private static func time(_ text: String) -> Line? {
    if text.hasPrefix("+") { return readDuration(String(text.dropFirst())).map { .later($0) } }
    return Instant(timestamp: text).map { .at($0) }
  }

  /// `op_...#2 200`, `op_...#2 timeout sent`, `3 sandbox`, `3 200 {...}`.
  private static func answered(_ text: String) -> Line? {
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count >= 2 else { return nil }
    let rest = words.count > 2 ? words[2] : ""
    let result: Result
    switch words[1] {
    case "sandbox": result = .sandbox
    case "lost": result = .lost(executed: true)
    case "timeout" where rest.isEmpty: result = .lost(executed: false)
    case "refused" where rest.isEmpty: result = .refused
    default:
      if let status = Int(words[1]) {
        // A recorder keeps no bodies: what the sandbox says to that request stands in for them.
        let isServer = status >= 500 || status == 429 || status == 409
        result = rest.isEmpty && !isServer ? .sandbox : .status(status, rest)
      } else {
        result = rest == "not sent" ? .refused : .lost(executed: true)
      }
    }
    return .answered(words[0], result)
  }

  private static func operated(_ text: String) -> Line? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count >= 2 else { return nil }
    var why = words.dropFirst(2)
    let extent: Freeze.Extent
    switch words[1] {
    case "all": extent = .all
    case "namespace": extent = .namespace("")
    case "run":
      guard let name = why.popFirst() else { return nil }
      extent = .run(name, namespace: "")
    case "customer":
      guard let name = why.popFirst() else { return nil }
      extent = .customer(name, namespace: "")
    default: return nil
    }
    switch words[0] {
    case "freeze": return .frozen(extent, why: why.joined(separator: " "))
    case "thaw": return .thawed(extent)
    default: return nil
    }
  }
}

extension Freeze.Extent {
  /// The same in a namespace, which a transcript does not name.
  func within(_ namespace: String) -> Freeze.Extent {
    switch self {
    case .run(let run, _): .run(run, namespace: namespace)
    case .customer(let customer, _): .customer(customer, namespace: namespace)
    case .namespace: .namespace(namespace)
    case .all: .all
    }
  }
}

extension Instant {
  /// `2026-11-20T09:00:00Z` or `2026-11-20T09:00:00.250Z`, as ``timestamp(_:)`` and
  /// `preciseTimestamp` write it; nil for anything else.
  init?(timestamp text: String) {
    let digits = text.utf8.map { Int64($0) - 48 }
    let shape = "0000-00-00T00:00:00"
    guard text.hasSuffix("Z"), text.utf8.count == 20 || text.utf8.count == 24,
      zip(shape.utf8, text.utf8).allSatisfy({ $0 == 48 ? (48...57).contains($1) : $0 == $1 })
    else { return nil }
    func number(_ places: Range<Int>) -> Int64 { digits[places].reduce(0) { $0 * 10 + $1 } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    guard (1...12).contains(month), (1...31).contains(day), number(11..<13) < 24,
      number(14..<16) < 60, number(17..<19) < 60
    else { return nil }
    // Days since 1970-01-01, the year begun in March (``CalendarDay``, backwards).
    let shifted = month > 2 ? year : year - 1
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let era = shifted / 400
    let ofEra =
      (shifted - era * 400) * 365 + (shifted - era * 400) / 4
      - (shifted - era * 400) / 100 + ofYear
    let days = era * 146_097 + ofEra - 719_468
    let seconds = days * 86_400 + number(11..<13) * 3600 + number(14..<16) * 60 + number(17..<19)
    self.init(milliseconds: seconds * 1000 + (digits.count == 24 ? number(20..<23) : 0))
  }
}
