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

  @Test(arguments: [#"["charge"]"#, #"["charge", "status"]"#, #"["refund"]"#, "[]"])
  func onlyToolsThatMayBeCalledAreListed(_ tools: String) throws {
    let till = try Till(ample(Shop.wide, members: #", "tools": \#(tools)"#))
    try till.step([.line(Array(hello.utf8))])
    let said = try till.step([.line(Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.utf8))]
    )
    let listed = said.first?["result"]?["tools"]?.array?.compactMap { $0["name"]?.string }
    let wanted = ["charge", "refund"].filter { tools.contains($0) } + ["status"]
    #expect(listed == wanted)
    // One that is called all the same is told so in words, not by an error that is sent again.
    let refused = try ["charge", "refund"].filter { !tools.contains($0) }.map { tool in
      let charge = #"{"reference":"A","customer":"cus_1","amount":1000,"currency":"USD"}"#
      let refund = #"{"reference":"R","charge":"A"}"#
      return try till.call(tool, tool == "charge" ? charge : refund)["verdict"]
    }
    #expect(refused.allSatisfy { $0 == "STOP" || $0 == "FIX" })
  }
}
