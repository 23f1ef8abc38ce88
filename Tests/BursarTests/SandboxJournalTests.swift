import Payments
import Processors
import Testing

@testable import bursar

struct SandboxJournalTests {
  private let now = Instant(milliseconds: 1_800_000_000_000)

  private func create(_ key: String) -> Request {
    Request(
      method: .post, path: "/v1/payment_intents",
      headers: [
        Header("Idempotency-Key", key), Header("Stripe-Version", Stripe.version),
        Header("Content-Type", "application/x-www-form-urlencoded"),
      ],
      body: Array("amount=4999&currency=usd&customer=cus_1&payment_method=pm_card_visa".utf8))
  }

  private func body(_ answer: Answer?) -> [UInt8]? {
    guard case .response(let response) = answer else { return nil }
    return response.body
  }

  @Test func everyByteOfAnEntrySurvivesItsLine() throws {
    let request = Request(
      method: .post, path: "/v1/\"x\\y,\u{e9}", headers: [Header("A", "b\"],[\""), Header("", "")],
      body: Array(0...255))
    let entry = SandboxEntry(now: now, request: request)
    #expect(entry.line.last == 0x0A)
    #expect(!entry.line.dropLast().contains(0x0A))
    #expect(SandboxEntry(line: entry.line.dropLast()) == entry)
  }

  @Test func aLineThatIsNoEntryIsNone() {
    for line in [
      "", "[", "[\"", "[\"\"]", "{}", "[\"1\",\"PUT\",\"/\",\"\"]", "[\"x\",\"GET\",\"/\",\"\"]",
      "[\"1\",\"GET\",\"/\"]", "[\"1\",\"GET\",\"/\",\"\\u00zz\"]", "[\"1\";\"GET\",\"/\",\"\"]",
    ] {
      #expect(SandboxEntry(line: Array(line.utf8)[...]) == nil, "\(line)")
    }
  }

  @Test func twoWhoShareAJournalShareOneSandbox() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("ledger.db.sandbox")
    let (one, other) = (try SandboxJournal(path: path), try SandboxJournal(path: path))
    let first = try one.answers(to: [create("k1")], at: now)
    let repeated = try other.answers(to: [create("k1")], at: now)
    let second = try other.answers(to: [create("k2")], at: now)
    #expect(body(first?.first) != nil)
    #expect(body(first?.first) == body(repeated?.first))
    #expect(body(first?.first) != body(second?.first))
    #expect(try directory.mode(of: "ledger.db.sandbox") == 0o600)
  }

  @Test func aSandboxRemembersAfterItsEnd() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("s")
    let before = try SandboxJournal(path: path).answers(to: [create("k1")], at: now)
    let after = try SandboxJournal(path: path).answers(to: [create("k1")], at: now)
    #expect(body(before?.first) == body(after?.first))
  }

  @Test func halfALineAtTheEndIsIgnoredAndCutOff() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("s")
    let before = try SandboxJournal(path: path).answers(to: [create("k1")], at: now)
    let whole = try directory.read("s")
    let torn = SandboxEntry(now: now, request: create("k2")).line.dropLast(9)
    try directory.write(whole + torn, to: "s")
    let after = try SandboxJournal(path: path).answers(to: [create("k1")], at: now)
    #expect(body(before?.first) == body(after?.first))
    #expect(try directory.read("s") == whole + SandboxEntry(now: now, request: create("k1")).line)
  }

  @Test func aDamagedJournalAnswersNothing() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("nonsense\n", to: "s")
    #expect(throws: FileTrouble.self) {
      try SandboxJournal(path: path).answers(to: [create("k1")], at: now)
    }
    #expect(try directory.read("s") == Array("nonsense\n".utf8))
  }

  @Test func whileAnotherIsAnsweredNobodyIs() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("s")
    let journal = try SandboxJournal(path: path)
    let holder = try System.openForAppending(path)
    let isHeld = System.lock(holder)
    #expect(isHeld)
    #expect(try journal.answers(to: [create("k1")], at: now) == nil)
    System.unlock(holder)
    #expect(try journal.answers(to: [create("k1")], at: now) != nil)
  }

  @Test func aJournalIsNeverWrittenThroughASymbolicLink() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileTrouble.self) { try SandboxJournal(path: directory.path) }
    #expect(throws: FileTrouble.self) { try SandboxJournal(path: "/proc/self/exe") }
  }
}
