import PaymentServer
import Payments
import Processors

/// The sandbox that all processes on one ledger share: what was asked of it is written down beside
/// the ledger, and whoever asks next reads it again first.
final class SandboxBooks {
  private let path: String
  private var journal: SandboxJournal?
  private var waiting: [Dispatch] = []
  private var isKeptWaiting = false
  /// What is wrong with the journal and was not told yet.
  private var trouble: FileTrouble?
  private var isTold = false

  /// Books beside that ledger; nothing is opened before the first request.
  init(ledger: String) {
    path = Self.journal(of: ledger)
  }

  /// Where the books beside a ledger are.
  static func journal(of ledger: String) -> String { ledger + ".sandbox" }

  /// When to ask for answers: at once, or in a moment when another process is being answered, which
  /// is never long.
  func wake(after now: Instant) -> Instant? {
    if waiting.isEmpty { return nil }
    return isKeptWaiting ? now.advanced(by: .milliseconds(1)) : now
  }

  /// What is wrong with the journal, as a sentence, the first time it is.
  func complaint() -> String? {
    guard let trouble, !isTold else { return nil }
    isTold = true
    return "\(path): \(trouble.sentence(limit: "1 GiB"))"
  }

  /// Takes a request; its answer comes from ``answers(at:)``.
  func send(_ dispatch: Dispatch) {
    waiting.append(dispatch)
  }

  /// The answers to what was sent; nothing while another process is being answered.
  func answers(at now: Instant) -> [(DispatchID, Answer)] {
    guard !waiting.isEmpty else { return [] }
    do throws(FileTrouble) {
      if journal == nil { journal = try SandboxJournal(path: path) }
      let answers = try journal?.answers(to: waiting.map(\.request), at: now)
      isKeptWaiting = answers == nil
      guard let answers else { return [] }
      defer { waiting.removeAll() }
      return Array(zip(waiting.map(\.id), answers))
    } catch {
      trouble = error
      // Out of order: whether the journal has the request is not known, so neither is the outcome.
      let failure = TransportFailure(cause: .sandboxJournal, sent: true)
      defer { waiting.removeAll() }
      return waiting.map { ($0.id, .failure(failure)) }
    }
  }
}

/// The sandbox's journal: every request that writes, in the order it was answered, replayed into a
/// ``Sandbox``.
///
/// The file's lock is held from catching up to appending, so that two processes cannot both be
/// answered from the same books. Nothing is flushed to the disk: no money is here.
final class SandboxJournal {
  /// The largest journal that is replayed, in bytes.
  static let limit = 1 << 30
  /// What to do about one that is damaged.
  static let remedy =
    "Restore it from a copy, or move it and the ledger away: no money is in either."

  private let file: Descriptor
  private var sandbox = Sandbox()
  /// Up to where the file is in the sandbox.
  private var size = 0
  private var last = Instant(milliseconds: 0)

  /// Opens the journal, or begins it.
  init(path: String) throws(FileTrouble) {
    file = try System.openForAppending(path)
  }

  /// What is wrong with the journal beside that ledger, as a sentence; nil when nothing is.
  static func damage(ledger: String) -> String? {
    let path = SandboxBooks.journal(of: ledger)
    guard System.exists(path) else { return nil }
    do throws(FileTrouble) {
      let lines = try System.read(file: path, limit: limit).bytes.split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      // What stands behind the last newline is a writer that died, and is cut off.
      if let line = lines.dropLast().firstIndex(where: { SandboxEntry(line: $0) == nil }) {
        return "The sandbox's journal is damaged in line \(line + 1)."
      }
      return System.mayWrite(path) ? nil : "The sandbox's journal cannot be written."
    } catch {
      return "The sandbox's journal cannot be read: \(error.sentence(limit: "1 GiB"))"
    }
  }

  /// Answers requests and writes them down; nil while another process is being answered.
  func answers(to requests: [Request], at now: Instant) throws(FileTrouble) -> [Answer]? {
    guard System.lock(file) else { return nil }
    defer { System.unlock(file) }
    try catchUp()
    var answers: [Answer] = []
    for request in requests { answers.append(try answer(request, at: now)) }
    return answers
  }

  /// Replays what was written since; half a line at the end is a writer that died, and is cut off.
  private func catchUp() throws(FileTrouble) {
    var rest = try System.contents(of: file, from: size, limit: Self.limit)[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      guard let entry = SandboxEntry(line: rest[..<end]) else {
        throw .refused("the sandbox's journal is damaged")
      }
      last = max(last, entry.now)
      sandbox.replay(entry.request, at: entry.now)
      size += end + 1 - rest.startIndex
      rest = rest[(end + 1)...]
    }
    if !rest.isEmpty { try System.truncate(file, to: size) }
  }

  private func answer(_ request: Request, at now: Instant) throws(FileTrouble) -> Answer {
    // Time in the journal never goes back, whatever the clocks of those who write it say.
    last = max(last, now)
    // What only reads changes nothing, and a long statement would make a long journal.
    if request.method == .get { return .response(sandbox.answer(request, at: last)) }
    let line = SandboxEntry(now: last, request: request).line
    guard System.write(file.number, line[...], socket: false) == .wrote(line.count) else {
      throw .refused("the sandbox's journal cannot be written")
    }
    size += line.count
    return .response(sandbox.answer(request, at: last))
  }
}
