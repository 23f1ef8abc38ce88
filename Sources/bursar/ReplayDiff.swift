import JSON

/// Two conversations held against each other, answer by answer: ids, times and what only tells the
/// processor's world are evened out first.
struct ReplayDiff {
  /// One question that was answered otherwise.
  struct Difference: Equatable {
    /// What was asked, in a few words.
    let question: String
    /// Each fact that differs: where it stands, what was recorded, what is said now.
    let facts: [Fact]
  }

  /// One fact.
  struct Fact: Equatable {
    let place: String
    let recorded: String?
    let now: String?
  }

  /// How many answers were compared.
  private(set) var compared = 0
  /// The questions that were answered otherwise, in the order they were asked.
  private(set) var differences: [Difference] = []

  /// Compares what was recorded with what is said now, by the requests' ids. Notifications, which
  /// depend on how long things take, are left out.
  init(asked: [String], recorded: [[UInt8]], now said: [[UInt8]]) {
    var before = Answers(recorded)
    var after = Answers(said)
    var unidentified = 0
    for text in asked {
      for question in Self.questions(text, &unidentified) {
        let old = before.next(question.id)
        let new = after.next(question.id)
        // The recording ended before this was answered.
        guard let old else { continue }
        compared += 1
        let facts =
          new.map { Self.facts(old, $0) }
          ?? [
            Fact(
              place: "the answer",
              recorded: old.first { $0.place.hasSuffix(".text") }?.text ?? "one", now: "none")
          ]
        if !facts.isEmpty {
          differences.append(Difference(question: question.words, facts: facts))
        }
      }
    }
  }

  /// The requests in a line: none, one, or those of a batch.
  private static func questions(
    _ line: String, _ unidentified: inout Int
  ) -> [(id: String, words: String)] {
    guard let value = read(Array(line.utf8)) else { return [("null", "a line that is no JSON")] }
    return (value.array ?? [value]).compactMap { request in
      guard let id = request["id"], let method = request["method"]?.string else { return nil }
      let name = String(decoding: id.compact, as: UTF8.self)
      let arguments = request["params"]?["arguments"]
      let tool = request["params"]?["name"]?.string
      let subject =
        ["reference", "operation", "charge"].compactMap { arguments?[$0]?.string }.first ?? ""
      let words = tool.map { "\($0) \(subject)" } ?? method
      return (name, "\(words) (id \(name))")
    }
  }

  private static func read(_ line: [UInt8]) -> JSONValue? {
    do throws(JSONError) { return try JSONValue(reading: line) } catch { return nil }
  }

  private static func facts(_ old: [Leaf], _ new: [Leaf]) -> [Fact] {
    var facts: [Fact] = []
    for leaf in old {
      let other = new.first { $0.place.utf8.elementsEqual(leaf.place.utf8) }
      if other?.text != leaf.text {
        facts.append(Fact(place: leaf.place, recorded: leaf.text, now: other?.text))
      }
    }
    for leaf in new where !old.contains(where: { $0.place.utf8.elementsEqual(leaf.place.utf8) }) {
      facts.append(Fact(place: leaf.place, recorded: nil, now: leaf.text))
    }
    return facts
  }

  /// One value of an answer, with where it stands in it.
  struct Leaf: Equatable {
    let place: String
    let text: String
  }

  /// The answers of one side, by the id they answer, each taken once.
  private struct Answers {
    private var byID: [String: [[Leaf]]] = [:]

    init(_ lines: [[UInt8]]) {
      var names = Evened()
      for line in lines {
        guard let value = ReplayDiff.read(line) else { continue }
        for answer in value.array ?? [value] where answer["method"] == nil {
          let id = String(decoding: (answer["id"] ?? .null).compact, as: UTF8.self)
          var leaves: [Leaf] = []
          names.flatten(answer, "", into: &leaves)
          byID[id, default: []].append(leaves)
        }
      }
    }

    mutating func next(_ id: String) -> [Leaf]? {
      guard let first = byID[id]?.first else { return nil }
      byID[id]?.removeFirst()
      return first
    }
  }
}

extension ReplayDiff {
  /// The comparison of one file for programs.
  func line(_ path: String) -> String {
    let list = differences.map { difference -> JSONValue in
      [
        "question": .string(difference.question),
        "facts": .array(
          difference.facts.map { fact in
            [
              "place": .string(fact.place),
              "recorded": fact.recorded.map { .string($0) } ?? .null,
              "now": fact.now.map { .string($0) } ?? .null,
            ]
          }),
      ]
    }
    let whole: JSONValue = [
      "file": .string(path), "compared": .integer(Int64(compared)), "differences": .array(list),
    ]
    return String(decoding: whole.compact, as: UTF8.self)
  }
}
