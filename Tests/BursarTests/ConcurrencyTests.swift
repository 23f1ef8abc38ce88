import Foundation
import Glibc
import Testing

extension WorldTests {
  /// Many calls and many programs at once, on one ledger.
  struct ConcurrencyTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    @Test func aHundredEqualChargesOverOnePipeAreOne() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write((1...100).map { Wire.charge("inv-1", id: $0) }.joined())
      let said = try (1...100).map { _ in try Said(try binary.readLine()) }
      #expect(Set(said.map(\.id)).count == 100)
      #expect(said.allSatisfy { $0.verdict == "DONE" })
      #expect(Set(said.map(\.operation)).count == 1)
      binary.closeInput()
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures() == ["inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }

    @Test func aHundredEqualChargesOverTenProcessesAreOne() throws {
      let estate = try Estate()
      let binaries = try (0..<10).map { _ in try estate.start() }
      for binary in binaries {
        try binary.write(Wire.hello + (1...10).map { Wire.charge("inv-1", id: $0) }.joined())
      }
      var operations: Set<String?> = []
      for binary in binaries {
        _ = try binary.readLine()
        for _ in 1...10 {
          let said = try Said(try binary.readLine())
          #expect(said.verdict == "DONE", "\(said.message)")
          operations.insert(said.operation)
        }
        binary.closeInput()
      }
      for binary in binaries { #expect(try binary.exitCode() == 0) }
      #expect(operations.count == 1)
      #expect(try estate.captures() == ["inv-1": 1])
      #expect(try estate.unsoundness() == [])
    }

    @Test func fiftyProcessesTogetherSpendTheCapAndNotACentMore() throws {
      let estate = try Estate(
        policy: """
          {"caps": [{"name": "run", "per": "run", "amount": "100.00", "currency": "USD"}],
            "nearDuplicates": {"action": "allow"}, "rates": {"stopsPerRun": 1000},
            "respondWithin": "15s"}
          """)
      let binaries = try (0..<50).map { _ in try estate.start() }
      for (number, binary) in binaries.enumerated() {
        try binary.write(Wire.hello + Wire.charge("inv-\(number)"))
      }
      var verdicts: [String: Int] = [:]
      for binary in binaries {
        _ = try binary.readLine(patience: 60_000)
        let said = try Said(try binary.readLine(patience: 60_000))
        verdicts["\(said.verdict) \(said.code)", default: 0] += 1
        binary.closeInput()
      }
      for binary in binaries { #expect(try binary.exitCode() == 0) }
      #expect(verdicts == ["DONE captured": 10, "STOP spend_cap_exceeded": 40])
      // After a restart nothing is left either.
      let late = try estate.open()
      try late.write(Wire.charge("inv-late", amount: 50))
      #expect(try Said(try late.readLine()).code == "spend_cap_exceeded")
      late.closeInput()
      #expect(try late.exitCode() == 0)
      #expect(try estate.captures().values.sorted() == Array(repeating: 1, count: 10))
      #expect(try estate.unsoundness() == [])
    }

    @Test func theFirstAnswerIsFastAndAThousandChargesTakeLittleRoom() throws {
      let discover = """
        {"jsonrpc":"2.0","id":"d","method":"server/discover","params":{"_meta":\
        {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
        "io.modelcontextprotocol/clientCapabilities":{}}}}

        """
      var times: [Int64] = []
      for _ in 1...10 {
        let start = Stopwatch.now
        let binary = try Binary()
        try binary.write(discover)
        _ = try #require(try binary.readLine())
        times.append(Stopwatch.now - start)
        binary.closeInput()
      }
      times.sort()
      let estate = try Estate()
      let binary = try estate.open()
      let idle = try Kernel.memory(of: binary.number)
      let start = Stopwatch.now
      for hundred in 0..<10 {
        try binary.write(
          (1...100).map { Wire.charge("inv-\(hundred)-\($0)", id: $0) }.joined())
        for _ in 1...100 { #expect(try Said(try binary.readLine()).verdict == "DONE") }
      }
      let elapsed = Stopwatch.now - start
      let memory = try Kernel.memory(of: binary.number, peak: true)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      print(
        "first answer after \(times[0]) ms at best, \(times[5]) ms as a rule; "
          + "\(idle / 1024) MiB resident at the start, at most \(memory / 1024) MiB in 1,000 "
          + "charges, which took \(elapsed) ms")
      #expect(times[5] < 2_000)
      #expect(memory < 256 * 1024)
      #expect(try estate.captures().count == 1000)
    }
  }
}
