import Foundation
import Testing

/// Whoever watches a resource in one process is told what another process does to it.
extension WorldTests {
  struct SubscriptionTests {
    /// The two ways to watch.
    enum Era: String, CaseIterable {
      case handshake, stateless

      func request(_ method: String, _ params: [String: Any], id: Int) throws -> String {
        var params = params
        if self == .stateless {
          params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": [String: Any](),
          ]
        }
        let request: [String: Any] = [
          "jsonrpc": "2.0", "id": id, "method": method, "params": params,
        ]
        let bytes = try JSONSerialization.data(withJSONObject: request)
        return String(decoding: bytes, as: UTF8.self) + "\n"
      }

      func watch(_ address: String) throws -> String {
        switch self {
        case .handshake: try request("resources/subscribe", ["uri": address], id: 1)
        case .stateless:
          try request(
            "subscriptions/listen", ["notifications": ["resourceSubscriptions": [address]]], id: 1)
        }
      }
    }

    private func charge(_ number: Int) -> String {
      Wire.charge("inv-\(number)", id: number).replacing(
        #""customer""#, with: #""task_id":"a/b","step_id":"\#(number)","customer""#)
    }

    /// Reads until the resource is what is wanted, going only by what is told.
    private func follow(
      _ watcher: Binary, _ era: Era, until wanted: [String], id: Int
    ) throws -> Int64 {
      while true {
        let told = try #require(try watcher.readLine())
        let time = Stopwatch.now
        #expect(told.contains(#""method":"notifications/resources/updated""#), "\(told)")
        #expect(told.contains(#""uri":"task://a%2Fb""#))
        try watcher.write(era.request("resources/read", ["uri": "task://a%2Fb"], id: id))
        var line = try #require(try watcher.readLine())
        while !line.contains("\"id\":\(id),") { line = try #require(try watcher.readLine()) }
        if wanted.allSatisfy({ line.contains($0) }) { return time }
      }
    }

    @Test(arguments: Era.allCases)
    func aChangeMadeByAnotherProcessIsToldAtOnce(_ era: Era) throws {
      let estate = try Estate()
      let watcher = try era == .handshake ? estate.open() : estate.start()
      let payer = try estate.open()
      try watcher.write(era.watch("task://a%2Fb"))
      _ = try #require(try watcher.readLine())
      var delays: [Int64] = []
      for number in 1...20 {
        try payer.write(charge(number))
        #expect(try Said(try payer.readLine()).verdict == "DONE")
        let paid = Stopwatch.now
        let told = try follow(
          watcher, era,
          until: [#"\"position\":\"after\",\"outcome\":\"done\""#, #"\"step_id\":\"\#(number)\""#],
          id: 1000 + number)
        delays.append(max(0, told - paid))
        // What is still on its way is about this charge too.
        _ = watcher.lines(within: 120)
      }
      delays.sort()
      print("told after \(delays[10]) ms as a rule, \(delays[19]) ms at most (\(era))")
      #expect(delays[10] <= 200)
      #expect(delays[19] < 5_000)
      watcher.closeInput()
      let last = try watcher.readToEnd()
      switch era {
      case .handshake: #expect(last == [])
      case .stateless: #expect(last.count == 1 && last[0].contains(#""id":1,"result":"#), "\(last)")
      }
      #expect(try watcher.exitCode() == 0)
    }

    @Test func whoDoesNotWatchIsToldNothing() throws {
      let estate = try Estate()
      let watcher = try estate.open()
      let payer = try estate.open()
      try watcher.write(Era.handshake.watch("task://another"))
      _ = try #require(try watcher.readLine())
      try payer.write(charge(1))
      #expect(try Said(try payer.readLine()).verdict == "DONE")
      #expect(watcher.lines(within: 400) == [])
      try watcher.write(
        Era.handshake.request("resources/unsubscribe", ["uri": "task://another"], id: 2))
      _ = try #require(try watcher.readLine())
      watcher.closeInput()
      #expect(try watcher.readToEnd() == [])
    }
  }
}
