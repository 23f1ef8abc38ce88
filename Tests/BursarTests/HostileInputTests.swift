import Foundation
import Glibc
import Testing

@testable import bursar

extension WorldTests {
  /// Lines no agent in its right mind would send, to the real binary.
  struct HostileInputTests {
    init() {
      signal(SIGPIPE, SIG_IGN)
    }

    /// Writes lines and then a ping, and reads up to its answer. Returns what came before it.
    private func send(_ lines: [[UInt8]], to binary: Binary) throws -> [String] {
      let ping = "{\"jsonrpc\":\"2.0\",\"id\":\"after\",\"method\":\"ping\"}\n"
      for line in lines { try binary.write(line + [0x0A]) }
      try binary.write(ping)
      var answers: [String] = []
      while true {
        let line = try #require(try binary.readLine(patience: 60_000), "it ended")
        if line.contains("\"id\":\"after\"") { return answers }
        answers.append(line)
      }
    }

    private func charge(_ arguments: String, id: String = "1") -> [UInt8] {
      Array(
        """
        {"jsonrpc":"2.0","id":\(id),"method":"tools/call","params":{"name":"charge",\
        "arguments":\(arguments)}}
        """.utf8)
    }

    /// Everything that can be wrong with a line or with its envelope.
    private var oddities: [[UInt8]] {
      let texts = [
        "", " ", "\r", "null", "true", "[]", "{}", "[[]]", "\"x\"", "123", "-", "{", "}", "]", "[",
        "{\"jsonrpc\":\"2.0\"}", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
        "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1e999999,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"x\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no/such/method\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/no/such\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"x\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":7}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"pay\"}}",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
        "\u{FEFF}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"\\ud800\",\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}",
        String(repeating: "1", count: 5000), String(repeating: "\\", count: 5000),
        String(repeating: "[", count: 1000), String(repeating: "[", count: 500_000),
        String(repeating: "{\"a\":", count: 100_000),
        "[" + String(repeating: "{},", count: 200_000) + "{}]",
      ]
      let bytes: [[UInt8]] = [
        [0], [0xFF, 0xFE], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        Array("{\"jsonrpc\":\"2.0\",\"id\":\"".utf8) + [0x80]
          + Array("\",\"method\":\"ping\"}".utf8),
      ]
      return texts.map { Array($0.utf8) } + bytes
    }

    /// Arguments of every wrong kind and size.
    private var arguments: [String] {
      let amounts = [
        "0", "-1", "-0", "1.5", "1e3", "1e400", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "1" + String(repeating: "0", count: 5000), "\"1000\"", "true",
        "null", "[1000]", "{}", "1000.0", "1000.00000000000000000001",
      ]
      let strange = (1...20_000).map { "\"a\($0)\":\($0)" }.joined(separator: ",")
      let long = String(repeating: "x", count: 900_000)
      return amounts.map {
        "{\"reference\":\"odd\",\"customer\":\"cus_1\",\"amount\":\($0),\"currency\":\"USD\"}"
      } + [
        // Three letters of another alphabet; this once ended the program.
        "{\"reference\":\"r\",\"customer\":\"cus_1\",\"amount\":1000,\"currency\":\"U\u{405}D\"}",
        "{\"reference\":\"r\u{301}\",\"customer\":\"cus_1\",\"amount\":1000,\"currency\":\"USD\"}",
        "{\(strange)}", "{\"reference\":\"\(long)\"}", "[]", "\"x\"", "null", "{}",
        "{\"reference\":\"../../etc/passwd\",\"customer\":\"'; DROP TABLE operations; --\","
          + "\"amount\":1000,\"currency\":\"USD\"}",
        "{\"reference\":\"%s%n\",\"customer\":\"\\u0000\",\"amount\":1000,\"currency\":\"USD\"}",
        String(repeating: "{\"a\":", count: 63) + "1" + String(repeating: "}", count: 63),
      ]
    }

    @Test func noLineEndsItAndTheNextOneIsAnswered() throws {
      let estate = try Estate()
      let binary = try estate.open()
      for oddity in oddities { _ = try send([oddity], to: binary) }
      for argument in arguments {
        try binary.write(charge(argument) + [0x0A])
        let answer = try #require(try binary.readLine(patience: 60_000))
        // Whatever they are: once the tool is known it speaks, and not the protocol.
        #expect(
          answer.contains("\"verdict\":\"FIX\""),
          "\(argument.prefix(80)): \(answer.prefix(300))")
      }
      for size in [Lines.limit, Lines.limit + 1, 8 << 20] {
        let answers = try send([[UInt8](repeating: UInt8(ascii: "x"), count: size)], to: binary)
        #expect(answers.count == 1)
      }
      let memory = try Kernel.memory(of: binary.number, peak: true)
      print("at most \(memory / 1024) MiB resident over lines of every kind")
      #expect(memory < 256 * 1024)
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures() == ["inv-1": 1])
    }

    @Test func aLineWithABrokenByteIsAnsweredOrRefusedAndPaysAtMostOnce() throws {
      let estate = try Estate()
      let binary = try estate.open()
      var draw = Draw(seed: 7)
      for _ in 0..<10 {
        var lines: [[UInt8]] = []
        for _ in 0..<40 {
          var line = Array(Wire.charge("inv-1", id: 1).utf8.dropLast())
          for _ in 0..<draw.number(1...3) {
            let place = draw.number(0...(line.count - 1))
            switch draw.number(1...4) {
            case 1: line[place] = UInt8(draw.number(0...255))
            case 2: line.remove(at: place)
            case 3: line.insert(line[draw.number(0...(line.count - 1))], at: place)
            default: line.removeSubrange(place...)
            }
            if line.isEmpty { line = [0x20] }
          }
          lines.append(line.map { $0 == 0x0A ? 0x20 : $0 })
        }
        _ = try send(lines, to: binary)
      }
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try estate.captures().values.allSatisfy { $0 == 1 })
    }

    @Test func twoThousandQuestionsAtOnceAreEachAnsweredOnce() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      _ = try binary.readLine()
      let text = Array((1...2000).map { Wire.status("inv-1", id: $0) }.joined().utf8)
      var taken = 0
      var ids: Set<String> = []
      while ids.count < 2000 {
        if taken < text.count { taken += try binary.writeWhatItTakes(Array(text[taken...])) }
        let lines = taken < text.count ? binary.lines(within: 0) : [try binary.readLine() ?? ""]
        for line in lines {
          #expect(ids.insert(try Said(line).id).inserted)
        }
      }
      let memory = try Kernel.memory(of: binary.number, peak: true)
      print("at most \(memory / 1024) MiB resident over 2,000 questions at once")
      #expect(memory < 256 * 1024)
      binary.closeInput()
      #expect(try binary.readToEnd() == [])
      #expect(try binary.exitCode() == 0)
    }

    @Test func batchesWithoutEndAreWorkedOffAFewAtATime() throws {
      let estate = try Estate()
      let binary = try estate.start()
      try binary.write(Wire.hello.replacing("2025-11-25", with: "2025-03-26"))
      _ = try binary.readLine()
      func batch(_ ids: ClosedRange<Int>) -> String {
        let calls = ids.map { String(Wire.status("inv-1", id: $0).dropLast()) }
        return "[\(calls.joined(separator: ","))]\n"
      }
      // What one line may hold, and one message more, which is refused as a whole.
      let start = Stopwatch.now
      try binary.write(batch(1...100))
      for _ in 0..<100 { #expect(try binary.readLine()?.contains("\"result\"") == true) }
      #expect(Stopwatch.now - start < 5_000)
      try binary.write(batch(1...101))
      #expect(try binary.readLine()?.contains("at most 100 messages") == true)
      let text = Array((0..<40).map { batch($0 * 100...$0 * 100 + 99) }.joined().utf8)
      var taken = 0
      var count = 0
      while count < 4000 {
        if taken < text.count { taken += try binary.writeWhatItTakes(Array(text[taken...])) }
        let lines = taken < text.count ? binary.lines(within: 0) : [try binary.readLine() ?? ""]
        count += lines.count { $0.contains("\"result\"") }
      }
      let memory = try Kernel.memory(of: binary.number, peak: true)
      print("at most \(memory / 1024) MiB resident over 4,000 questions in batches")
      #expect(memory < 256 * 1024)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func withNothingToDoItDoesNothing() throws {
      let estate = try Estate()
      let binary = try estate.open()
      try binary.write(Wire.charge("inv-1"))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      let before = try Kernel.work(of: binary.number)
      Stopwatch.pass(1_000)
      let work = try Kernel.work(of: binary.number) - before
      print("an idle second costs \(work) hundredths of a second")
      #expect(work < 20)
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }
  }
}
