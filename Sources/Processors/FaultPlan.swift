import JSON
import Payments

/// What goes wrong in the sandbox, and when: rules, and how often each was asked.
///
/// A value: the same requests in the same order meet the same faults, by the seed.
public struct FaultPlan: Sendable {
  /// One rule of a plan.
  struct Rule: Sendable {
    let method: String?
    let path: String?
    let kind: String?
    /// The first request of its kind that goes wrong, from 1.
    let nth: Int64
    /// How many go wrong from there on; nil for all.
    let times: Int64?
    /// How many of a hundred.
    let probability: Int64
    let fault: Fault
    let after: Duration?
  }

  private let rules: [Rule]
  private let seed: UInt64
  /// How many requests each rule was about so far.
  private var counts: [Int64]

  /// How many rules there are.
  public var count: Int { rules.count }

  /// Nothing goes wrong.
  public static let none = FaultPlan([], seed: 0)

  init(_ rules: [Rule], seed: UInt64) {
    self.rules = rules
    self.seed = seed
    counts = rules.map { _ in 0 }
  }

  /// The fault a request meets and its `after`, and the count of it in every rule that is about it.
  mutating func next(_ visit: SandboxVisit) -> (fault: Fault, after: Duration?)? {
    var first: Rule?
    for (index, rule) in rules.enumerated() where rule.isAbout(visit) {
      counts[index] += 1
      let count = counts[index]
      let isInRange =
        count >= rule.nth && (rule.times.map { count - rule.nth < $0 } ?? true)
      if first == nil, isInRange, draw(index, count) < rule.probability { first = rule }
    }
    return first.map { ($0.fault, $0.after) }
  }

  /// A number from 0 to 99 that depends on seed, rule and count alone (SplitMix64).
  private func draw(_ index: Int, _ count: Int64) -> Int64 {
    var state = seed &+ UInt64(index) &* 0xd134_2543_de82_ef95
    state = state &+ UInt64(bitPattern: count) &* 0x9e37_79b9_7f4a_7c15
    state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
    return Int64((state ^ state >> 31) % 100)
  }
}

extension FaultPlan.Rule {
  func isAbout(_ visit: SandboxVisit) -> Bool {
    if let method, !same(method, visit.method) { return false }
    if let path, !visit.path.utf8.starts(with: path.utf8) { return false }
    guard let kind else { return true }
    return visit.kind.map { same($0, kind) } ?? false
  }
}

extension FaultPlan {
  /// What is wrong with a plan, as a sentence with line and column.
  public struct Mistake: Error, Equatable {
    /// `2:14: rules[0].fault must be one of …`
    public let message: String
  }

  /// Reads a plan: JSON with comments.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - schema: `schemas/faults.schema.json`.
  ///   - seed: what rules with a probability are drawn from.
  public init(reading bytes: [UInt8], schema: [UInt8], seed: UInt64) throws(Mistake) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(reading: bytes, comments: true)
    } catch {
      let position = JSONDocument.position(ofByte: error.offset, in: bytes)
      throw Mistake(message: "\(position.line):\(position.column): \(error.message).")
    }
    if let violation = Self.checker(schema).violations(in: document.value).first {
      throw Self.mistake(violation.path, violation.expectation, in: document)
    }
    var rules: [Rule] = []
    for (index, rule) in (document.value["rules"]?.array ?? []).enumerated() {
      let path: JSONDocument.Path = [.key("rules"), .index(index)]
      guard let fault = rule["fault"]?.string.flatMap(Fault.init(rawValue:)) else {
        throw Self.mistake(path + [.key("fault")], "is not known", in: document)
      }
      var after: Duration?
      if let text = rule["after"]?.string {
        after = duration(text)
        if after == nil {
          throw Self.mistake(
            path + [.key("after")], "must be a duration such as 500ms", in: document)
        }
      }
      let match = rule["match"]
      let probability = match?["probability"]?.integer
      rules.append(
        Rule(
          method: match?["method"]?.string, path: match?["path"]?.string,
          kind: match?["kind"]?.string, nth: match?["nth"]?.integer ?? 1,
          times: match?["times"]?.integer ?? (probability == nil ? 1 : nil),
          probability: probability ?? 100, fault: fault, after: after))
    }
    self.init(rules, seed: seed)
  }

  private static func mistake(
    _ path: JSONDocument.Path, _ words: String, in document: JSONDocument
  ) -> Mistake {
    let position = document.keyPosition(of: path) ?? document.position(of: path)
    let place = position.map { "\($0.line):\($0.column): " } ?? ""
    let name = path.isEmpty ? "The plan" : JSONDocument.text(of: path)
    return Mistake(message: "\(place)\(name) \(words).")
  }

  private static func checker(_ schema: [UInt8]) -> JSONSchema {
    do throws(JSONError) {
      let document = try JSONValue(reading: schema)
      do throws(JSONSchemaError) {
        return try JSONSchema(document)
      } catch {
        preconditionFailure("The schema of faults does not load: \(error.message)")
      }
    } catch {
      preconditionFailure("The schema of faults is not JSON: \(error.message)")
    }
  }
}

/// `500ms`, `2s`, `10m`, `25h`, `1d`; nil for anything else.
func duration(_ text: String) -> Duration? {
  let units: [(String, Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
  for (unit, milliseconds) in units where text.hasSuffix(unit) {
    let digits = text.dropLast(unit.utf8.count)
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.utf8.count <= 9,
      let number = Int64(digits)
    else { continue }
    return .milliseconds(number * milliseconds)
  }
  return nil
}
