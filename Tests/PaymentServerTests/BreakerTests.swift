import JSON
import Payments
import Processors
import Testing

/// A processor that answers nothing reliable, before frameworks that start a server for each call:
/// what one process learned the next one knows.
@Suite struct BreakerTests {
  private static let dead = Answer.failure(
    TransportFailure(cause: .connection, sent: false))

  /// A shop before a processor that nobody reaches.
  private func shop() throws -> Shop {
    let shop = try Shop()
    shop.street = { _, _, _ in Self.dead }
    return shop
  }

  /// Asks for new charges, each of a process of its own, until one is not begun; gives back how
  /// many were.
  private func ask(_ shop: Shop, atMost count: Int) throws -> Int {
    for number in 1...count {
      shop.restart()
      let told = try shop.charge("INV-\(number)")
      if told["code"]?.string == "processor_unavailable" { return number - 1 }
    }
    return count
  }

  @Test func aProcessACallStopsBeginningAsOneProcessDoes() throws {
    let shop = try shop()
    #expect(try ask(shop, atMost: 9) <= 5)
    let creations = shop.requests.count { $0.path == "/v1/payment_intents" }
    shop.restart()
    let told = try shop.charge("INV-NEW")
    #expect(told["verdict"]?.string == "STOP" && told["code"]?.string == "processor_unavailable")
    #expect(shop.requests.count { $0.path == "/v1/payment_intents" } == creations)
  }

  @Test func whatIsAnsweredAgainLetsEveryProcessGoOn() throws {
    let shop = try shop()
    #expect(try ask(shop, atMost: 9) < 9)
    shop.street = { _, _, _ in nil }
    shop.pass(.seconds(120))
    shop.restart()
    #expect(try shop.charge("INV-NEW")["verdict"]?.string == "DONE")
    shop.restart()
    #expect(try shop.charge("INV-NEWER")["verdict"]?.string == "DONE")
  }

  @Test func afterARestOneProcessLetsOneThroughForAll() throws {
    let shop = try shop()
    #expect(try ask(shop, atMost: 9) < 9)
    // What was begun has come to its end, so that nobody asks the processor any more.
    shop.pass(.seconds(900))
    let creations = { shop.requests.count { $0.path == "/v1/payment_intents" } }
    let before = creations()
    shop.restart()
    #expect(try shop.charge("INV-A")["code"]?.string != "processor_unavailable")
    #expect(creations() > before)
    let after = creations()
    shop.restart()
    #expect(try shop.charge("INV-B")["code"]?.string == "processor_unavailable")
    shop.pass(.seconds(20))
    shop.restart()
    #expect(try shop.charge("INV-C")["code"]?.string == "processor_unavailable")
    #expect(creations() - after <= 2)
  }

  @Test func aClockThatIsCorrectedDoesNotKeepItShut() throws {
    let shop = try shop()
    shop.now = shop.now.advanced(by: .seconds(7200))
    #expect(try ask(shop, atMost: 9) < 9)
    shop.now = shop.now.advanced(by: .seconds(-7200))
    shop.street = { _, _, _ in nil }
    shop.restart()
    #expect(try shop.charge("INV-NEW")["code"]?.string != "processor_unavailable")
  }

  @Test func whileOneFindsOutTheOthersAreToldToComeBack() throws {
    let shop = try shop()
    #expect(try ask(shop, atMost: 9) < 9)
    shop.pass(.seconds(900))
    // The one that is let through waits for its answer; another one asks meanwhile.
    shop.street = { request, _, _ in
      request.path == "/v1/payment_intents"
        ? .response(Response(status: 429, headers: [], body: Array("{}".utf8))) : nil
    }
    shop.restart()
    _ = try shop.charge("INV-A")
    let told = try shop.charge("INV-B")
    #expect(told["verdict"]?.string == "RETRY" && told["code"]?.string == "processor_awaited")
    shop.street = { _, _, _ in nil }
    shop.pass(.seconds(60))
    #expect(try shop.charge("INV-B")["verdict"]?.string == "DONE")
  }

  @Test func lookUpsThatProveNothingKeepNobodyOut() throws {
    let shop = try Shop()
    // One charge is executed, and neither its answer nor its object can be read.
    shop.street = { request, sandbox, now in
      if request.path.hasSuffix("/confirm") {
        _ = sandbox.answer(request, at: now)
        return .response(Response(status: 504, headers: [], body: []))
      }
      let isRead = request.path == "/v1/payment_intents/pi_sandbox_000001"
      return isRead ? .response(Response(status: 500, headers: [], body: [])) : nil
    }
    try shop.charge("POISON")
    shop.street = { request, _, _ in
      let isRead = request.path == "/v1/payment_intents/pi_sandbox_000001"
      return isRead ? .response(Response(status: 500, headers: [], body: [])) : nil
    }
    for number in 1...6 {
      shop.pass(.seconds(40))
      // No charge in between that closes it: only look-ups were sent for a while.
      shop.restart()
      if number == 6 {
        #expect(try shop.charge("GOOD")["verdict"]?.string == "DONE")
      }
    }
  }

  @Test func thatNothingIsThereDoesNotSayThatAnythingCanBeDone() throws {
    let shop = try Shop()
    // Nothing can be begun, and lists can be read.
    shop.street = { request, _, _ in
      request.method == .post ? .response(Response(status: 504, headers: [], body: [])) : nil
    }
    var begun = 0
    for number in 1...12 {
      shop.restart()
      if try shop.charge("INV-\(number)")["code"]?.string == "processor_unavailable" { break }
      begun = number
    }
    #expect(begun < 12)
  }
}
