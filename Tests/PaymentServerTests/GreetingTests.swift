import JSON
import PaymentServer
import Payments
import Testing

/// What a server is asked first is answered first, however much it finds to do.
@Suite struct GreetingTests {
  private let hello = """
    {"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25",\
    "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
    """

  @Test func theFirstLineIsAnsweredBeforeWhatADeadServerLeftIsLookedAt() throws {
    let till = try Till(
      ample(#"{"name":"run","per":"run","amount":"100.00","currency":"USD"}"#))
    till.answers = { _ in .failure(TransportFailure(cause: .timeout, sent: true)) }
    try till.step([.line(Array(hello.utf8))])
    try till.step([
      .line(
        Array(
          """
          {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"charge","arguments":\
          {"reference":"A","customer":"cus_1","amount":100,"currency":"USD"}}}
          """.utf8))
    ])
    till.restart()
    till.now = till.now.advanced(by: .seconds(3600))
    let before = till.events("transition").count
    #expect(before > 0)
    let said = try till.step([.line(Array(hello.utf8))])
    #expect(said.map { $0["id"]?.string } == ["hello"])
    #expect(till.events("transition").count == before)
    try till.step([.tick])
    #expect(till.events("transition").count > before)
  }
}
