import Foundation
import JSON
import Payments
import Testing

@testable import Processors

/// The sandbox in a mood, as a value.
struct RoughSandboxTests {
  private let noon = Instant(milliseconds: 1_795_165_200_000)
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func schema() throws -> [UInt8] {
    Array(try Data(contentsOf: Self.package.appending(path: "schemas/faults.schema.json")))
  }

  private func plan(_ rules: String, seed: UInt64 = 0) throws -> FaultPlan {
    try FaultPlan(
      reading: Array("{\"rules\": [\(rules)]}".utf8), schema: try schema(), seed: seed)
  }

  private func sandbox(_ rules: String, seed: UInt64 = 0) throws -> RoughSandbox {
    RoughSandbox(try plan(rules, seed: seed), schema: try schema(), seed: seed)
  }

  private func visit(
    _ method: String, _ path: String, _ body: String = "", key: String? = nil
  ) -> SandboxVisit {
    var headers = [
      Header("authorization", "Bearer sk_test_Qx7Qx7"),
      Header("Content-Type", "application/x-www-form-urlencoded"),
    ]
    if let key { headers.append(Header("Idempotency-Key", key)) }
    return SandboxVisit(method: method, path: path, headers: headers, body: Array(body.utf8))
  }

  private func create(_ key: String) -> SandboxVisit {
    visit("POST", "/v1/payment_intents", "amount=500&currency=usd", key: key)
  }

  private func intents(_ sandbox: inout RoughSandbox, at now: Instant) throws -> Int {
    let books = try JSONValue(reading: sandbox.books(at: now))
    return try #require(books["payment_intents"]?.array).count
  }

  private func faults(_ plan: FaultPlan, of visits: [SandboxVisit]) -> [Fault?] {
    var plan = plan
    return visits.map { plan.next($0)?.fault }
  }

  @Test func theWordsOfTheSchemaAreTheFaultsThereAre() throws {
    let rule = try JSONValue(reading: schema())["properties"]?["rules"]?["items"]
    let words = rule?["properties"]?["fault"]?["enum"]?.array?.compactMap(\.string)
    #expect(words == Fault.allCases.map(\.rawValue))
  }

  @Test func aRuleBeginsWithItsNthAndLastsItsTimes() throws {
    let plan = try plan(
      #"{"match": {"kind": "create", "nth": 2, "times": 2}, "fault": "drop_after"}"#)
    let visits = [create("a"), visit("GET", "/v1/refunds"), create("b"), create("c"), create("d")]
    #expect(faults(plan, of: visits) == [nil, nil, .dropAfter, .dropAfter, nil])
  }

  @Test func theFirstRuleDecidesAndTheOthersCountOn() throws {
    let plan = try plan(
      """
      {"match": {"method": "POST"}, "fault": "slow"},
      {"match": {"path": "/v1/payment"}, "fault": "reset_before"},
      {"match": {"kind": "create", "nth": 2}, "fault": "html_200"}
      """)
    #expect(faults(plan, of: [create("a"), create("b"), create("c")]) == [.slow, .html200, nil])
  }

  @Test func chanceIsTheSeedsAndAboutAsOftenAsItSays() throws {
    let rule = #"{"match": {"probability": 30}, "fault": "drop_before"}"#
    let visits = (1...1000).map { create("\($0)") }
    let first = faults(try plan(rule, seed: 7), of: visits)
    #expect(first == faults(try plan(rule, seed: 7), of: visits))
    #expect(first != faults(try plan(rule, seed: 8), of: visits))
    #expect((250...350).contains(first.filter { $0 != nil }.count))
    #expect(
      faults(try plan(#"{"match": {"probability": 0}, "fault": "slow"}"#), of: visits)
        .allSatisfy { $0 == nil })
  }

  @Test func aMistakeIsNamedWithItsPlace() throws {
    for (text, words) in [
      ("{", "1:2: unexpected end"), ("{}", "The plan must have the key rules"),
      (#"{"rules": [{"fault": "slow", "after": "soon"}]}"#, "1:30: rules[0].after must be a dur"),
      (#"{"rules": [{"fault": "slow", "more": 1}]}"#, "1:30: rules[0].more is not a known key"),
    ] {
      let mistake = #expect(throws: FaultPlan.Mistake.self) {
        try FaultPlan(reading: Array(text.utf8), schema: try self.schema(), seed: 0)
      }
      let message = mistake?.message ?? ""
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test func whatIsLateIsExecutedOnceItsTimeHasCome() throws {
    var sandbox = try sandbox(#"{"fault": "late_effect", "after": "2s"}"#)
    #expect(sandbox.take(create("a"), at: noon) == .drop)
    #expect(sandbox.take(create("a"), at: noon).status == 409)
    #expect(try intents(&sandbox, at: noon.advanced(by: .milliseconds(1999))) == 0)
    #expect(try intents(&sandbox, at: noon.advanced(by: .seconds(2))) == 1)
    #expect(sandbox.take(create("a"), at: noon.advanced(by: .seconds(3))).status == 200)
    #expect(try intents(&sandbox, at: noon.advanced(by: .seconds(3))) == 1)
  }

  @Test func aLateAnswerIsToWhatWasExecutedAtOnce() throws {
    var sandbox = try sandbox(#"{"fault": "late_answer", "after": "2s"}"#)
    guard case .late(let response, by: .seconds(2)) = sandbox.take(create("a"), at: noon) else {
      Issue.record("the answer is not late")
      return
    }
    #expect(response.status == 200)
    #expect(try intents(&sandbox, at: noon) == 1)
    #expect(sandbox.take(create("a"), at: noon).status == 200)
    #expect(try intents(&sandbox, at: noon) == 1)
  }

  @Test func itsClockMayBePutForwardPastAKeysLife() throws {
    var sandbox = try sandbox("")
    _ = sandbox.take(create("a"), at: noon)
    _ = sandbox.take(create("a"), at: noon)
    #expect(try intents(&sandbox, at: noon) == 1)
    #expect(sandbox.take(visit("POST", "/_clock", #"{"by": "25h"}"#), at: noon).status == 200)
    _ = sandbox.take(create("a"), at: noon)
    #expect(try intents(&sandbox, at: noon) == 2)
    #expect(sandbox.take(visit("POST", "/_clock", "25h"), at: noon).status == 400)
  }

  @Test func aYoungObjectIsLeftOutOfAListThatLags() throws {
    var sandbox = try sandbox(#"{"match": {"kind": "list"}, "fault": "list_lag", "after": "5s"}"#)
    _ = sandbox.take(create("a"), at: noon)
    let list = visit("GET", "/v1/payment_intents")
    for count in [0, 1] {
      guard case .answer(let response) = sandbox.take(list, at: noon) else {
        Issue.record("a list is answered")
        return
      }
      #expect(try JSONValue(reading: response.body)["data"]?.array?.count == count)
    }
  }

  @Test func aDuplicateIsExecutedPastItsKey() throws {
    var sandbox = try sandbox(#"{"fault": "duplicate_effect"}"#)
    _ = sandbox.take(create("a"), at: noon)
    #expect(try intents(&sandbox, at: noon) == 2)
  }

  @Test func theLogHoldsEverythingButTheKeyThatAuthorizes() throws {
    var sandbox = try sandbox(#"{"fault": "error_502"}"#)
    _ = sandbox.take(create("a"), at: noon)
    _ = sandbox.take(
      SandboxVisit(method: "GET", path: "/v1/refunds", headers: [], body: []), at: noon)
    guard case .answer(let response) = sandbox.take(visit("GET", "/_log"), at: noon) else {
      Issue.record("the log is answered")
      return
    }
    let log = try #require(try JSONValue(reading: response.body).array)
    #expect(log.map { $0["status"]?.integer } == [502, 401])
    #expect(log.first?["idempotency_key"]?.string == "a")
    #expect(log.first?["body"]?.string == "amount=500&currency=usd")
    #expect(log.first?["fault"]?.string == "error_502")
    #expect(!String(decoding: response.body, as: UTF8.self).contains("Qx7"))
  }

  @Test func theExampleIsAPlan() throws {
    let text = try Data(contentsOf: Self.package.appending(path: "examples/faults.jsonc"))
    #expect(try FaultPlan(reading: Array(text), schema: try schema(), seed: 7).count == 3)
  }
}
