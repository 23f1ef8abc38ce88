import Foundation
import Glibc
import Testing
import TranscriptFormat

extension WorldTests {
  /// The conversations the pure server is held to, had with the real binary over pipes.
  struct PipeTranscriptTests {
    /// Those that need neither a clock nor a network of their own.
    static func conversations() throws -> [URL] {
      try TranscriptFile.all().filter { url in
        try !TranscriptFile(url).lines().contains { entry in
          switch entry.line {
          case .at, .answer, .operated, .faults, .network(manual: true): true
          case .remark, .policy, .run, .network(manual: false), .heard, .end, .restart, .said,
            .sent, .toolsByName:
            false
          }
        }
      }
    }

    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    @Test(arguments: try conversations())
    func aConversationIsTheSameOverPipes(_ url: URL) throws {
      let file = try TranscriptFile(url)
      let (said, sent) = try play(file)
      var writtenSaid: [String] = []
      var writtenSent: [String] = []
      for (_, line) in try file.lines() {
        if case .said(let text) = line { writtenSaid.append(timeless(text)) }
        if case .sent(let text) = line { writtenSent.append(text) }
      }
      #expect(said.count == writtenSaid.count)
      for (said, written) in zip(said, writtenSaid) where said != written {
        Issue.record("\(url.lastPathComponent)\nwritten \(written)\nsaid    \(said)")
        return
      }
      // `! 1 POST /path key -> 200`: what left, in that order.
      #expect(sent == writtenSent.map { $0.split(separator: " ")[1...3].joined(separator: " ") })
    }

    @Test func mostConversationsAreHadOverPipes() throws {
      #expect(try Self.conversations().count >= 7)
    }

    /// What it says, and what leaves it.
    private func play(_ file: TranscriptFile) throws -> (said: [String], sent: [String]) {
      let home = try TemporaryDirectory()
      var policy: String?
      var run = "run-1"
      var binary: Binary?
      var said: [String] = []
      var isByName = false
      let lines = try file.lines().map(\.line)
      for (index, line) in lines.enumerated() {
        switch line {
        case .policy(let text): policy = try home.write(text, to: "policy.jsonc")
        case .run(let name): run = name
        case .heard(let text):
          var environment = ["BURSAR_RUN": run]
          if let policy { environment["BURSAR_POLICY"] = policy }
          let talking =
            try binary
            ?? Binary("--transcript", home.path("talk"), environment: environment, home: home)
          binary = talking
          try talking.write(text + "\n")
          for _ in 0..<answers(after: index, in: lines) {
            said.append(timeless(try #require(try talking.readLine())))
          }
        case .restart:
          try binary?.slay()
          binary = nil
        case .end: binary?.closeInput()
        case .toolsByName: isByName = true
        case .remark, .network, .at, .answer, .operated, .faults, .said, .sent: break
        }
      }
      binary?.closeInput()
      said += try binary?.readToEnd().map(timeless) ?? []
      #expect(try binary?.exitCode() == 0)
      return (isByName ? said.map(TranscriptFile.byName) : said, try sent(home))
    }

    /// How many lines follow before the agent goes on.
    private func answers(after index: Int, in lines: [TranscriptFile.Line]) -> Int {
      var count = 0
      for line in lines[(index + 1)...] {
        switch line {
        case .said: count += 1
        case .sent, .remark: continue
        case .policy, .run, .network, .at, .heard, .end, .restart, .answer, .operated, .faults,
          .toolsByName:
          return count
        }
      }
      return count
    }

    /// What the binary's own transcript says has left: method, path and key.
    private func sent(_ home: TemporaryDirectory) throws -> [String] {
      try String(decoding: home.read("talk"), as: UTF8.self).split(separator: "\n")
        .filter { $0.hasPrefix("! ") }
        .map { line in
          let words = line.split(separator: " ")
          return words[2...].joined(separator: " ").replacing("key=", with: "")
        }
    }

    /// A line without what differs from one day, and one version, to the next. What is listed was
    /// made at one moment where the clock stands still, and then the list has another order: such a
    /// line is compared as its letters.
    private func timeless(_ line: String) -> String {
      let line = line.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "TIME")
        .replacing(/elapsed_seconds\\?":\d+(\.\d+)?/, with: "ELAPSED")
        .replacing(/after \d+\.\d+ s/, with: "after ELAPSED")
        .replacing(/"version":"\d+\.\d+\.\d+"/, with: "VERSION")
      guard line.contains("\"operations\":[") else { return line }
      return String(decoding: line.utf8.sorted(), as: UTF8.self)
    }
  }
}
