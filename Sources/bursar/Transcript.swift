import PaymentServer
import Payments

/// Mirrors both directions into a file, in the format of the transcripts under `Tests`: `at` the
/// clock, `>` a line in, `<` a line out, `!` what left for the network, `=` what came back.
///
/// Best effort: what cannot be written is lost. Bodies and credentials are never in it, and a line
/// in which a card number may be is replaced (DESIGN §4, invariant 8).
final class Transcript {
  /// What stands for a line that is not written down begins with this.
  static let leftOut = "(a line left out"

  private let outlet: Outlet
  private var told: Instant?

  /// Appends to the file at that path, 0600 when it is new.
  init(path: String) throws(FileTrouble) {
    outlet = Outlet(try System.openForAppending(path))
  }

  /// What goes into a step.
  func heard(_ inputs: [Input], at now: Instant) {
    for input in inputs {
      switch input {
      case .line(let line): write("> ", line, now)
      case .oversizedLine: write("# ", Array("a line longer than 1 MiB".utf8), now)
      case .answer(let id, let answer): write("= ", Array(words(id, answer).utf8), now)
      case .delivered(let id, let outcome):
        write("# ", Array("delivered \(id.sink) \(id.first): \(outcome.word)".utf8), now)
      case .policy(.accepted(let policy)):
        write("# ", Array("the policy \(policy.hash)".utf8), now)
      case .policy(.broken): write("# ", Array("a policy that is broken".utf8), now)
      case .ended: write("# ", Array("the end of input".utf8), now)
      case .tick: break
      }
    }
  }

  /// What comes out of a step.
  func said(_ output: Output, at now: Instant) {
    switch output {
    case .line(let line): write("< ", line.last == UInt8(ascii: "\n") ? line.dropLast() : line, now)
    case .send(let dispatch):
      let request = dispatch.request
      let key = request.headers.first { $0.name.lowercased() == "idempotency-key" }
      let words =
        "\(name(dispatch.id)) \(request.method.rawValue) \(request.path)"
        + (key.map { " key=\($0.value)" } ?? "")
      write("! ", Array(words.utf8), now)
    case .deliver(let delivery):
      let id = delivery.id
      write("# ", Array("deliver \(id.sink) \(id.first) to \(id.last)".utf8), now)
    case .log: break
    }
  }

  private func name(_ id: DispatchID) -> String {
    "\(id.operation.text)#\(id.attempt)"
  }

  private func words(_ id: DispatchID, _ answer: Answer) -> String {
    switch answer {
    case .response(let response): "\(name(id)) \(response.status)"
    case .failure(let failure):
      "\(name(id)) \(failure.cause.rawValue) \(failure.sent ? "sent" : "not sent")"
    }
  }

  private func write(_ mark: String, _ line: [UInt8], _ now: Instant) {
    var bytes: [UInt8] = []
    if told != now {
      bytes += Array("at \(preciseTimestamp(now))\n".utf8)
      told = now
    }
    bytes += Array(mark.utf8)
    let isSaid = mark == "> " || mark == "< "
    bytes +=
      isSaid && carriesSecret(inLine: line)
      ? Array("\(Self.leftOut): it may carry a card number or a key)".utf8) : line
    bytes.append(UInt8(ascii: "\n"))
    // Best effort: a full disk must not stop a payment.
    _ = outlet.write(bytes[...])
  }
}

/// Whether a line may carry a card number or a key, as it stands or with its escapes taken for what
/// they mean.
func carriesSecret(inLine line: [UInt8]) -> Bool {
  let text = String(decoding: line, as: UTF8.self)
  return Secret(in: text) != nil || Secret(in: unescaped(text)) != nil
}

/// A line with its escapes taken for what they mean, however often they are escaped themselves and
/// whether or not the line is JSON; every other backslash is a blank.
private func unescaped(_ text: String) -> String {
  let units = Array(text.utf16)
  var result: [UInt16] = []
  var place = 0
  while place < units.count {
    guard units[place] == 0x5c else {
      result.append(units[place])
      place += 1
      continue
    }
    let letter = place + 1 < units.count ? UInt8(truncatingIfNeeded: units[place + 1]) : 0
    let digits = String(decoding: units[(place + 1)...].dropFirst().prefix(4), as: UTF16.self)
    if letter == UInt8(ascii: "u"), digits.utf8.count == 4, let unit = UInt16(digits, radix: 16) {
      result.append(unit)
      place += 6
    } else {
      result.append(0x20)
      place += "bfnrt".utf8.contains(letter) ? 2 : 1
    }
  }
  return String(decoding: result, as: UTF16.self)
}
