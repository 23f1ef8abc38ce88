import Foundation

/// Rules about files of every kind, and about the package as a whole.
enum Whole {
  /// Words no kept file may hold: hosts of package registries, and folders of one machine. Put
  /// together here, so that this file does not hold them either.
  static let refusedTexts: [String] = [
    "pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "crates" + ".io",
    "ruby" + "gems.org", "proxy.golang" + ".org", "ghcr" + ".io", "docker" + ".io",
    "quay" + ".io", "deb.debian" + ".org", "download.swift" + ".org", "/wo" + "rk/",
  ]

  /// A file names no registry's host and no folder of one machine.
  static func refusedTexts(path: String, text: String) -> [Finding] {
    let lines = text.lowercased().split(separator: "\n", omittingEmptySubsequences: false)
    var findings: [Finding] = []
    for refused in refusedTexts where text.lowercased().contains(refused) {
      for (index, line) in lines.enumerated() where line.contains(refused) {
        findings.append(
          Finding(path: path, line: index + 1, sentence: "names \(refused)."))
      }
    }
    return findings
  }

  /// DESIGN §3: what may lie at the top of the package.
  static func strangers(among top: [String]) -> [Finding] {
    let allowed: Set = [
      "Package.swift", "Sources", "Tests", "schemas", "examples", "README.md", ".ci",
      ".swift-format", ".gitignore", ".editorconfig",
    ]
    return top.filter { !allowed.contains($0) && !Package.unkept.contains($0) }.map {
      Finding(path: $0, line: 1, sentence: "does not belong at the top of the package.")
    }
  }

  /// What a model reads is ASCII (DESIGN §6).
  static func beyondASCII(path: String, text: String) -> [Finding] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().filter { !$0.element.utf8.allSatisfy { $0 < 0x80 } }.map {
      Finding(path: path, line: $0.offset + 1, sentence: "holds a character beyond ASCII.")
    }
  }

  /// What is wrong with a tool's arguments: only the keywords every known client framework keeps.
  static func unportable(tool: [String: Any]) -> [String] {
    guard let schema = tool["inputSchema"] as? [String: Any],
      let properties = schema["properties"] as? [String: Any]
    else { return ["has no inputSchema with properties."] }
    var wrong: [String] = []
    if schema["type"] as? String != "object" { wrong.append("the root is no object.") }
    if schema["additionalProperties"] as? Bool != false { wrong.append("the root is open.") }
    let atRoot: Set = ["type", "properties", "required", "additionalProperties"]
    wrong += schema.keys.filter { !atRoot.contains($0) }.map { "\($0) at the root." }
    for (name, value) in properties {
      wrong += unportable(argument: value as? [String: Any] ?? [:]).map { "\(name): \($0)" }
    }
    return wrong.sorted()
  }

  private static func unportable(argument: [String: Any]) -> [String] {
    let known: Set = [
      "type", "description", "enum", "minimum", "maximum", "minLength", "maxLength",
    ]
    var wrong = argument.keys.filter { !known.contains($0) }.map { "\($0) is not portable." }
    let type = argument["type"] as? String ?? ""
    if !["string", "integer", "boolean"].contains(type) { wrong.append("type is \(type).") }
    if type == "string", argument["maxLength"] == nil { wrong.append("has no maxLength.") }
    if type == "integer", argument["maximum"] == nil { wrong.append("has no maximum.") }
    if argument["description"] == nil { wrong.append("has no description.") }
    return wrong
  }

  /// Every keyword used anywhere in a schema that the house's checker does not know.
  static func unknownKeywords(in schema: [String: Any]) -> [String] {
    let known: Set = [
      "$schema", "$id", "$comment", "title", "description", "default", "examples", "type",
      "properties", "required", "additionalProperties", "items", "enum", "const", "minimum",
      "maximum", "minLength", "maxLength", "minItems", "maxItems",
    ]
    var found = schema.keys.filter { !known.contains($0) }
    for value in (schema["properties"] as? [String: Any] ?? [:]).values {
      found += unknownKeywords(in: value as? [String: Any] ?? [:])
    }
    if let items = schema["items"] as? [String: Any] { found += unknownKeywords(in: items) }
    return found.sorted()
  }
}
