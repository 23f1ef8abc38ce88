import Foundation
import Processors
import Testing

@testable import bursar

/// The real binary with a processor on the network; the network is this machine.
extension WorldTests.BinaryTests {
  private var key: String { "sk_test_Zq9Zq9Zq9" }

  /// A home with a policy for a processor at that port.
  private func home(port: Int)
    throws -> TemporaryDirectory
  {
    let home = try TemporaryDirectory()
    try home.write(
      """
      {
        "environment": "test",
        "processor": {
          "kind": "stripe",
          "baseURL": "http://127.0.0.1:\(port)/stripe/",  // a prefix, as proxies have
          "apiKey": { "env": "STRIPE_KEY" },
          "attempts": 1
        },
        "respondWithin": "1s",
        "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }]
      }
      """, to: "policy.jsonc")
    return home
  }

  private func start(_ home: TemporaryDirectory, _ variables: [String: String]) throws -> Binary {
    try Binary(
      "--policy", home.path("policy.jsonc"), "--transcript", home.path("talk"),
      environment: variables.merging([
        "http_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
      ]) { $1 }, home: home)
  }

  @Test func aChargeOverTheNetworkLeavesNoTraceOfTheKey() throws {
    let server = try LoopbackServer(.play(Sandbox()))
    let home = try home(port: server.port)
    let binary = try start(home, ["STRIPE_KEY": key])
    try binary.write(initialize + initialized + charge("inv-1"))
    _ = try binary.readLine(serving: server)
    let result = try structured(try binary.readLine(serving: server))
    #expect(result["verdict"] as? String == "DONE")
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
    #expect(server.requests.count == 2)
    for request in server.requests {
      #expect(request.hasPrefix("POST /stripe/v1/payment_intents"))
      #expect(request.contains("Authorization: Bearer \(key)\r\n"))
    }
    let files = try #require(FileManager.default.enumerator(atPath: home.path))
    var seen: [String] = []
    for case let name as String in files
    where !name.hasSuffix("bursar") && !name.hasPrefix(".local/share") {
      guard let bytes = FileManager.default.contents(atPath: home.path(name)) else { continue }
      seen.append(name)
      #expect(bytes.range(of: Data("Zq9Zq9".utf8)) == nil, "\(name) holds the key")
    }
    #expect(seen.contains("talk") && seen.contains("stderr"))
    #expect(seen.contains { $0.hasSuffix("ledger.db") })
    let talk = String(decoding: try home.read("talk"), as: UTF8.self)
    #expect(talk.contains("#1 POST /v1/payment_intents key=") && talk.contains("#2 200\n"))
  }

  @Test func aProcessorThatIsNotThereIsNoCharge() throws {
    let home = try home(port: try LoopbackServer.closedPort())
    let binary = try start(home, ["STRIPE_KEY": key])
    try binary.write(initialize + initialized + charge("inv-1"))
    _ = try binary.readLine()
    let result = try structured(try binary.readLine())
    #expect(result["verdict"] as? String != "DONE")
    #expect(try String(decoding: home.read("talk"), as: UTF8.self).contains("connection not sent"))
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
  }

  @Test func theEndOfInputIsHeardWhileARequestHangs() throws {
    let server = try LoopbackServer(.hang)
    let home = try home(port: server.port)
    let binary = try start(home, ["STRIPE_KEY": key])
    try binary.write(initialize + initialized + charge("inv-1"))
    _ = try binary.readLine(serving: server)
    let answer = try structured(try binary.readLine(serving: server))
    #expect(answer["verdict"] as? String == "PENDING")
    #expect(server.requests.count == 1)
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
    #expect(server.requests.count == 1)
  }

  @Test func aMissingKeyStopsAllMoneyAndIsNamedByCheck() throws {
    let home = try home(port: 1)
    let binary = try start(home, [:])
    try binary.write(initialize + initialized + charge("inv-1"))
    _ = try binary.readLine()
    #expect(try structured(try binary.readLine())["verdict"] as? String == "STOP")
    binary.closeInput()
    #expect(try binary.exitCode() == 0)
    let check = try Binary("check", "--policy", home.path("policy.jsonc"), home: home)
    let lines = try check.readToEnd()
    #expect(lines.count == 1 && lines[0].contains("STRIPE_KEY is not set"))
    #expect(try check.exitCode() == 1)
  }

  @Test func aLiveKeyInATestEnvironmentIsRefused() throws {
    let home = try home(port: 1)
    let check = try Binary(
      "check", "--json", "--policy", home.path("policy.jsonc"),
      environment: ["STRIPE_KEY": "rk_live_Zq9Zq9"], home: home)
    let report = try members(try check.readLine())
    #expect(report["ok"] as? Bool == false)
    let findings = try #require(report["findings"] as? [[String: String]])
    #expect(findings.count == 1)
    #expect(findings.first?["message"]?.contains("rk_live_...") == true)
    #expect(findings.first?["message"]?.contains("Zq9") == false)
    #expect(try check.exitCode() == 1)
  }
}
