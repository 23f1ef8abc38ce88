import JSON

/// The names of one conversation in the order they first appear, so that two conversations about
/// the same things read the same.
struct Evened {
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]

  /// Every value in an answer, except what no answer can repeat: the program's version, and whether
  /// real money moves.
  mutating func flatten(
    _ value: JSONValue, _ place: String, into leaves: inout [ReplayDiff.Leaf]
  ) {
    func leaf(_ text: String) { leaves.append(ReplayDiff.Leaf(place: place, text: text)) }
    switch value {
    case .object(let object):
      for member in object.members where !Self.isLeftOut(member.key, place) {
        flatten(member.value, place.isEmpty ? member.key : "\(place).\(member.key)", into: &leaves)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        flatten(element, "\(place)[\(index)]", into: &leaves)
      }
    case .string(let text):
      // The second line of a text is the structured content, which is compared by itself.
      leaf(even(place.hasSuffix(".text") ? String(text.prefix { $0 != "\n" }) : text))
    case .null, .bool, .number:
      leaf(String(decoding: value.compact, as: UTF8.self))
    }
  }

  private static func isLeftOut(_ key: String, _ place: String) -> Bool {
    switch key {
    case "livemode", "elapsed_seconds", "attempts": true
    case "version": place.hasSuffix("serverInfo")
    default: false
    }
  }

  /// A text with its ids numbered and its times left out.
  mutating func even(_ text: String) -> String {
    var result = ""
    var word = ""
    func isPart(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "_-:.".unicodeScalars.contains(scalar))
    }
    for scalar in text.unicodeScalars {
      if isPart(scalar) {
        word.unicodeScalars.append(scalar)
      } else {
        result += even(word: word)
        word = ""
        result.unicodeScalars.append(scalar)
      }
    }
    result += even(word: word)
    for world in [" Sandbox: no money moves.", " Test mode: no real money moves."]
    where result.hasSuffix(world) {
      result = String(result.dropLast(world.count))
    }
    return result
  }

  private mutating func even(word: String) -> String {
    // A sentence's full stop is no part of a name.
    let bare = String(word.reversed().drop { $0 == "." }.reversed())
    let tail = String(repeating: ".", count: word.count - bare.count)
    if bare.count >= 20, bare.hasSuffix("Z"), bare.first?.isNumber == true, bare.contains("T") {
      return "TIME" + tail
    }
    for prefix in ["op_", "pi_", "re_", "pyr_"]
    where bare.hasPrefix(prefix) && bare.count > prefix.count {
      return name(bare, prefix) + tail
    }
    // Seconds that passed, to the millisecond.
    let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 2, parts[1].count == 3,
      parts.allSatisfy({ $0.allSatisfy(\.isNumber) && !$0.isEmpty })
    {
      return "SECONDS" + tail
    }
    return word
  }

  private mutating func name(_ text: String, _ prefix: String) -> String {
    if let known = names[text] { return known }
    counts[prefix, default: 0] += 1
    let name = "\(prefix)\(counts[prefix, default: 0])"
    names[text] = name
    return name
  }
}
