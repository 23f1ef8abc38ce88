import Foundation
import Glibc
import Testing

extension WorldTests {
  /// `bursar events` as the real binary does it.
  struct EventsCommandTests {
    private func events(_ estate: Estate, _ arguments: String...) throws -> Binary {
      try Binary(
        arguments: ["events", "--policy", estate.home.path("policy.jsonc")] + arguments,
        home: estate.home)
    }

    private func charge(_ estate: Estate, _ reference: String) throws {
      let binary = try estate.open()
      try binary.write(Wire.charge(reference))
      #expect(try Said(try binary.readLine()).verdict == "DONE")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
    }

    @Test func whoFollowsIsToldWhatAnotherProgramDoes() throws {
      let estate = try Estate()
      // Begun before there is a ledger at all.
      let follower = try events(estate, "--follow", "--json")
      try charge(estate, "inv-1")
      var types: [String] = []
      while types.last != "payment.captured" {
        let line = try #require(try follower.readLine())
        let event = try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        types.append(try #require(event["type"] as? String))
      }
      #expect(types.contains("payment.requested"))
      #expect(kill(follower.number, SIGTERM) == 0)
      #expect(try follower.exitCode() == 0)
    }

    @Test(arguments: [true, false]) func whoFollowsIsToldThatTheLedgerIsGone(moved: Bool) throws {
      let estate = try Estate()
      try charge(estate, "inv-1")
      let follower = try events(estate, "--follow")
      _ = try #require(try follower.readLine())
      if moved {
        // Another one in its place is another one.
        try FileManager.default.moveItem(atPath: estate.ledger, toPath: estate.ledger + ".old")
        try Data().write(to: URL(fileURLWithPath: estate.ledger))
      } else {
        try FileManager.default.removeItem(atPath: estate.ledger)
      }
      _ = try follower.readToEnd()
      #expect(try follower.exitCode() == 74)
      #expect(try follower.complaints().contains("was moved away or deleted"))
    }

    @Test func aReaderGoesOnWhereItEnded() throws {
      let estate = try Estate()
      try charge(estate, "inv-1")
      let first = try events(estate)
      let seen = try first.readToEnd()
      #expect(try first.exitCode() == 0)
      let last = try #require(seen.last?.split(separator: " ").first.map(String.init))
      try charge(estate, "inv-2")
      let second = try events(estate, "--since", last)
      let news = try second.readToEnd()
      #expect(news.first?.hasPrefix("\(Int(last)! + 1)  ") == true)
      #expect(news.contains { $0.contains("payment.captured") })
      #expect(try events(estate, "--since", "-1").exitCode() == 64)
    }
  }
}
