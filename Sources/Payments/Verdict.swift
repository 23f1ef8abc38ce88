/// What a model reads: one word that decides, a stable code, and the sentence (DESIGN §6).
public struct Verdict: Hashable, Sendable {
  /// The word the model reads first.
  public enum Word: String, Sendable, CaseIterable {
    /// It happened, now or earlier.
    case done = "DONE"
    /// Accepted; the outcome is not known yet.
    case pending = "PENDING"
    /// Nothing was sent; the same call may be repeated after the given seconds.
    case retry = "RETRY"
    /// The arguments are wrong.
    case fix = "FIX"
    /// Do not call again.
    case stop = "STOP"
  }

  /// The word.
  public let word: Word
  /// Stable, snake_case; what programs branch on.
  public let code: String
  /// The word, a colon and what is true and what to do next. ASCII, one line.
  public let message: String
  /// After how many seconds to call again, where that makes sense.
  public let retryAfter: Int64?

  /// A verdict; `text` is the sentence without its word.
  init(_ word: Word, _ code: String, _ text: String, retryAfter: Int64? = nil) {
    self.word = word
    self.code = code
    self.message = "\(word.rawValue): " + text.prefix(1).uppercased() + text.dropFirst()
    self.retryAfter = retryAfter
  }

  /// The same verdict with one more sentence.
  func adding(_ sentence: String) -> Verdict {
    let text = message.dropFirst(word.rawValue.utf8.count + 2)
    return Verdict(word, code, "\(text) \(sentence)", retryAfter: retryAfter)
  }

  /// Whether the very same call may be repeated.
  public var isRetryable: Bool {
    switch word {
    case .retry, .pending: true
    case .done, .fix, .stop: false
    }
  }
}

/// Text of an argument or a processor as it may be quoted to a model: in double quotes, ASCII,
/// bounded.
public func quoted(_ text: String, limit: Int = 64) -> String {
  var result = "\""
  var count = 0
  for scalar in text.unicodeScalars {
    if count == limit {
      result += "..."
      break
    }
    count += 1
    if scalar == "\"" || scalar == "\\" {
      result += "\\" + String(scalar)
    } else if (0x20...0x7e).contains(scalar.value) {
      result.unicodeScalars.append(scalar)
    } else {
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }
  return result + "\""
}

/// An instant as people and logs read it: `2026-11-20T09:00:01Z`, seconds rounded down.
public func timestamp(_ instant: Instant) -> String {
  let seconds = floorDivision(instant.milliseconds, 1000)
  let day = floorDivision(seconds, 86_400)
  let date = CalendarDay(daysSince1970: day)
  let clock = seconds - day * 86_400
  func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return "\(date.year)-\(two(Int64(date.month)))-\(two(Int64(date.day)))"
    + "T\(two(clock / 3600)):\(two(clock / 60 % 60)):\(two(clock % 60))Z"
}

/// An instant as ISO 8601 in UTC, with its milliseconds: `2026-11-25T09:00:00.250Z`.
public func preciseTimestamp(_ instant: Instant) -> String {
  let rest = instant.milliseconds - floorDivision(instant.milliseconds, 1000) * 1000
  return "\(timestamp(instant).dropLast()).\(String(1000 + rest).dropFirst())Z"
}
