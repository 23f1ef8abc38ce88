import Foundation
import JSON
import Testing

/// `bursar policy` as the real binary does it.
@Suite struct PolicyToolsTests {
  private static let old = """
    { "ledger": { "path": "ledger.db" },
      "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }] }
    """

  /// A home with two policies and a ledger in which 60.00 were charged and 60.00 were refused.
  private func home() throws -> TemporaryDirectory {
    let home = try TemporaryDirectory()
    try home.write(Self.old, to: "old.jsonc")
    try home.write(
      Self.old.replacingOccurrences(of: "100.00", with: "130.00"), to: "new.jsonc")
    let agent = try Binary(
      "--policy", home.path("old.jsonc"), "--run", "run-1", home: home)
    try agent.write(Self.hello)
    for reference in ["A", "B"] {
      let arguments =
        #"{"reference":"\#(reference)","customer":"cus_1","amount":6000,"currency":"USD","#
        + #""distinct_from":"-"}"#
      _ = arguments
      try agent.write(call(reference))
      while let line = try agent.readLine(), !line.contains(#""id":"\#(reference)""#) {}
    }
    agent.closeInput()
    #expect(try agent.exitCode() == 0)
    return home
  }
}
