import Foundation
import Testing

/// The files of `schemas/`, as clients and editors see them.
@Suite struct ContractTests {
  static let tools = ["charge", "refund", "status"]

  private func read(_ name: String) throws -> [String: Any] {
    let text = try Package.text(of: "schemas/\(name)")
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any])
  }

  @Test(arguments: tools) func aToolIsWhatEveryClientUnderstands(_ name: String) throws {
    let tool = try read("\(name).tool.json")
    #expect(tool["name"] as? String == name)
    #expect(Whole.unportable(tool: tool) == [])
    let keys: Set = ["name", "title", "description", "annotations", "inputSchema", "outputSchema"]
    #expect(Set(tool.keys) == keys)
    let text = try Package.text(of: "schemas/\(name).tool.json")
    #expect(Whole.beyondASCII(path: name, text: text) == [])
  }

  @Test(arguments: tools) func anAnswerNeedsFourFieldsAndRefusesNone(_ name: String) throws {
    let output = try #require(try read("\(name).tool.json")["outputSchema"] as? [String: Any])
    let required = try #require(output["required"] as? [String])
    #expect(required == ["verdict", "code", "retryable", "message"])
    #expect(output["additionalProperties"] == nil)
    #expect(Whole.unknownKeywords(in: output) == [])
  }

  @Test func theThreeAnswersHaveTheSameFields() throws {
    let fields = try Self.tools.map { name in
      let output = try #require(try read("\(name).tool.json")["outputSchema"] as? [String: Any])
      return try #require(output["properties"] as? [String: Any]).keys.sorted()
    }
    #expect(fields[0] == fields[1])
    #expect(fields[1] == fields[2])
    #expect(fields[0].count == 33)
  }

  @Test func thePolicySchemaIsClosedAndKnownWordByWord() throws {
    let schema = try read("policy.schema.json")
    #expect(Whole.unknownKeywords(in: schema) == [])
    #expect(open(schema, at: "policy") == [])
    #expect(schema["required"] as? [String] == ["caps"])
  }

  @Test func theSchemaOfFaultsIsClosedAndKnownWordByWord() throws {
    let schema = try read("faults.schema.json")
    #expect(Whole.unknownKeywords(in: schema) == [])
    #expect(open(schema, at: "faults") == [])
  }

  @Test func theSchemaOfEventsIsKnownWordByWordAndOpenOnlyInItsData() throws {
    let schema = try read("event.schema.json")
    #expect(Whole.unknownKeywords(in: schema) == [])
    #expect(open(schema, at: "event") == ["event.data"])
  }

  @Test func theContractIsSmallEnoughToBeCompiledIn() throws {
    let schemas = ["policy.schema.json", "faults.schema.json", "event.schema.json"]
    let files = Self.tools.map { "\($0).tool.json" } + schemas
    let bytes = try files.map { try Package.text(of: "schemas/\($0)").utf8.count }
    #expect(bytes.reduce(0, +) < 48 * 1024)
  }

  @Test func anUnportableToolIsFound() {
    let argument: [String: Any] = ["type": "number", "pattern": "a"]
    let schema: [String: Any] = [
      "type": "object", "properties": ["amount": argument], "additionalProperties": true,
    ]
    #expect(
      Whole.unportable(tool: ["inputSchema": schema]) == [
        "amount: has no description.", "amount: pattern is not portable.",
        "amount: type is number.", "the root is open.",
      ])
    #expect(Whole.unknownKeywords(in: ["items": ["oneOf": [schema]]]) == ["oneOf"])
    #expect(Whole.beyondASCII(path: "a", text: "a\n\u{2026}").map(\.line) == [2])
    #expect(open(["type": "object", "properties": ["a": schema]], at: "x") == ["x", "x.a"])
  }

  /// Every object of a schema that takes unknown keys, or has a key without a description.
  private func open(_ schema: [String: Any], at place: String) -> [String] {
    var found: [String] = []
    if schema["type"] as? String == "object", schema["additionalProperties"] as? Bool != false {
      found.append(place)
    }
    if let items = schema["items"] as? [String: Any] { found += open(items, at: place + "[]") }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
      guard let value = value as? [String: Any] else { continue }
      found += open(value, at: place + "." + name)
    }
    return found
  }
}
