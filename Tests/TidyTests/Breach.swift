import Testing

/// A text that breaks one rule on purpose, and where.
struct Breach: Sendable, CustomTestStringConvertible {
  let rule: String
  let path: String
  let text: String
  /// The line the finding must name.
  var line = 1

  var testDescription: String { "\(path): \(text.prefix(60))" }

  static let all: [Breach] = [
    Breach(rule: Rule.arrows.name, path: "Sources/Payments/A.swift", text: "import Ledger"),
    Breach(rule: Rule.arrows.name, path: "Sources/MCP/A.swift", text: "public import Foundation"),
    Breach(rule: Rule.arrows.name, path: "schemas/A.swift", text: "import struct JSON.Value"),
    Breach(rule: Rule.arrows.name, path: "Sources/Core/A.swift", text: "let a = 1"),
    Breach(
      rule: Rule.clocks.name, path: "Sources/Ledger/A.swift",
      text: "let a = 1\nlet now = ContinuousClock().now", line: 2),
    Breach(
      rule: Rule.clocks.name, path: "Sources/bursar/Serve.swift", text: "let now = Date()"),
    Breach(
      rule: Rule.chance.name, path: "Sources/Ledger/A.swift", text: "let a = Int.random(in: 0...9)"),
    Breach(rule: Rule.chance.name, path: "Sources/MCP/A.swift", text: "let id = UUID()"),
    Breach(
      rule: Rule.concurrency.name, path: "Sources/bursar/A.swift", text: "Task { await step() }"),
    Breach(rule: Rule.concurrency.name, path: "Sources/Ledger/A.swift", text: "actor Books {}"),
    Breach(
      rule: Rule.unsafeWords.name, path: "Sources/Ledger/Books.swift",
      text: "unsafe sqlite3_close(base)"),
    Breach(
      rule: Rule.operatingSystem.name, path: "Sources/PaymentServer/A.swift",
      text: "let a = \"\\(getenv(name))\""),
    Breach(
      rule: Rule.inexactMoney.name, path: "Sources/Payments/A.swift",
      text: "let amount: Double = 49.99"),
    Breach(rule: Rule.givingUp.name, path: "Tests/ATests/A.swift", text: "let a = try! b()"),
    Breach(rule: Rule.givingUp.name, path: "Sources/JSON/A.swift", text: "let a = try? b()"),
    Breach(rule: Rule.givingUp.name, path: "Sources/JSON/A.swift", text: "let a = b as! Int"),
    Breach(rule: Rule.givingUp.name, path: "Sources/JSON/A.swift", text: "fatalError()"),
    Breach(rule: Rule.printing.name, path: "Sources/bursar/A.swift", text: "print(line)"),
    Breach(rule: Rule.signposts.name, path: "Sources/JSON/A.swift", text: "/* a */ // MARK: - b"),
    Breach(rule: Rule.signposts.name, path: "Tests/ATests/A.swift", text: "/// TODO later"),
    Breach(
      rule: Rule.lineLength.name, path: "Sources/JSON/A.swift",
      text: "let a = 1\n//" + String(repeating: " ", count: 98) + "x", line: 2),
    Breach(
      rule: Rule.lineLength.name, path: "Sources/JSON/A.swift",
      text: "let a = \"" + String(repeating: "x", count: 102) + "\""),
    Breach(
      rule: Rule.fileLength.name, path: "Sources/JSON/A.swift",
      text: String(repeating: "\n", count: 401), line: 401),
    Breach(
      rule: Rule.functionLength.name, path: "Sources/JSON/A.swift",
      text: "func a(b: () -> Int = { 1 }) {" + String(repeating: "\n", count: 60) + "}"),
    Breach(
      rule: Rule.functionLength.name, path: "Sources/JSON/A.swift",
      text: "struct A {\n  init() {" + String(repeating: "\n", count: 60) + "}\n}", line: 2),
    Breach(
      rule: Rule.keptOutNames.name, path: "Sources/JSON/A.swift", text: "struct ChargeHandler {}"),
    Breach(
      rule: Rule.keptOutNames.name, path: "Sources/JSON/StringUtils.swift", text: "let a = 1"),
  ]

  /// Texts that look like breaches and are none; every rule must be silent about each.
  static let harmless: [Source] = [
    Source(
      path: "Sources/Payments/A.swift",
      text: """
        /// No Double, no Date(), no Task, no print(x) and no try! here: unsafe words in a comment.
        let a = "import Ledger; print(1); TODO fatalError() as! Double"
        let b = #"a " quote, UUID() and \\(Date())"# /* MutexManager /* nested */ Double */
        let c = \"\"\"
          struct Handler { actor } " Task
          \"\"\"
        """),
    Source(
      path: "Sources/Ledger/SQLite.swift",
      text: "import CSQLite\nfunc close() {\n  unsafe sqlite3_close(base)\n}\n"),
    Source(
      path: "Sources/Payments/Processor.swift",
      text:
        "struct Processor {\n  func step(at now: Instant) throws(Refusal) { try judge(now) }\n}\n"),
    Source(
      path: "Sources/JSON/Long.swift",
      text: "func a() {" + String(repeating: "\n", count: 59) + "}"
        + String(repeating: "\n", count: 340)),
    Source(path: "Tests/JSONTests/A.swift", text: "import Foundation\nlet a = Date()\n"),
    Source(path: "Sources/JSON/Wide.swift", text: "//" + String(repeating: "x", count: 98)),
    Source(
      path: "Sources/JSON/Wider.swift",
      text: "let a = \"" + String(repeating: "x", count: 100) + "\""),
  ]
}
