import JSON
import Payments

extension Launch {
  /// A file of TOML with this entry in it. What the file says of Bursar in a form that is not
  /// surely understood is left to a person.
  func merged(intoTOML bytes: [UInt8], _ list: String) throws(MergeTrouble) -> [UInt8] {
    let outline = try TOMLOutline(bytes)
    try outline.refuseOtherForms(of: list)
    var merge = TOMLMerge(bytes, outline, entry: [list, "bursar"])
    merge.set("command", to: command)
    try merge.set(variables)
    let merged = merge.merged
    // The file is changed only when what comes out says what was meant.
    let entry = try TOMLOutline(merged).value(at: [list, "bursar"])
    guard entry?["command"] == .string(command),
      variables.allSatisfy({ entry?["env"]?[$0.name] == .string($0.value) })
    else { throw MergeTrouble(message: "its bursar is not surely understood") }
    return merged
  }
}

extension TOMLOutline {
  /// Lets pass only what stands in tables of their own, each there once.
  fileprivate func refuseOtherForms(of list: String) throws(MergeTrouble) {
    let entry = [list, "bursar"]
    for statement in statements {
      let table = statement.path.dropLast(statement.own)
      let isOther =
        switch statement.kind {
        case .table: false
        case .element: statement.isAt([list]) || statement.isWithin(entry)
        case .value:
          table.isEmpty && statement.isWithin([list])
            || table.count < entry.count && statement.isWithin(entry)
        }
      if isOther {
        throw MergeTrouble(message: "its \(list) are not written as tables ([\(list).NAME])")
      }
    }
    if statements.count(where: { $0.isTable(entry) }) > 1 {
      throw MergeTrouble(message: "its table [\(list).bursar] is there twice")
    }
  }
}

extension TOMLOutline.Statement {
  fileprivate func isWithin(_ place: [String]) -> Bool {
    path.count >= place.count && zip(path, place).allSatisfy { isSame($0, $1) }
  }

  fileprivate func isAt(_ place: [String]) -> Bool {
    path.count == place.count && isWithin(place)
  }

  fileprivate func isTable(_ place: [String]) -> Bool {
    switch kind {
    case .table: isAt(place)
    case .element, .value: false
    }
  }
}

/// What is changed in a file, piece by piece: the rest stays as it is.
private struct TOMLMerge {
  private let bytes: [UInt8]
  private let outline: TOMLOutline
  private let entry: [String]
  private let newline: String
  /// Pieces of the file, and what stands there then.
  private var edits: [(place: Range<Int>, text: String)] = []
  /// Lines the table does not have yet.
  private var lines: [String] = []

  init(_ bytes: [UInt8], _ outline: TOMLOutline, entry: [String]) {
    self.bytes = bytes
    self.outline = outline
    self.entry = entry
    let end = bytes.firstIndex(of: 0x0A)
    newline = end.map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? "\r\n" : "\n"
  }

  /// The file as it is then.
  var merged: [UInt8] {
    var edits = edits
    let first =
      outline.statements.first { $0.isAt(entry + ["command"]) }
      ?? outline.statements.first { $0.isTable(entry) }
    if let first, !lines.isEmpty { edits.append(behind(first, lines)) }
    var merged = bytes
    for edit in edits.sorted(by: { $0.place.lowerBound > $1.place.lowerBound }) {
      merged.replaceSubrange(edit.place, with: edit.text.utf8)
    }
    if first == nil {
      let table = ["[\(entry.joined(separator: "."))]"] + lines
      merged += Array((gap(after: merged) + text(table)).utf8)
    }
    return merged
  }

  /// What stands between the last line and a new table.
  private func gap(after bytes: [UInt8]) -> String {
    let rest = bytes.suffix(4).filter { $0 != 0x0D }
    if rest.isEmpty || rest.suffix(2) == [0x0A, 0x0A] { return "" }
    return rest.last == 0x0A ? newline : newline + newline
  }

  private func text(_ lines: [String]) -> String { lines.map { $0 + newline }.joined() }

  private func behind(
    _ statement: TOMLOutline.Statement, _ lines: [String]
  ) -> (place: Range<Int>, text: String) {
    let isEnded = bytes[statement.end - 1] == 0x0A
    return (statement.end..<statement.end, (isEnded ? "" : newline) + text(lines))
  }

  private func value(at path: [String]) -> (value: JSONValue, place: Range<Int>)? {
    for statement in outline.statements where statement.isAt(path) {
      if case .value(let value, let place) = statement.kind { return (value, place) }
    }
    return nil
  }

  mutating func set(_ name: String, to value: String) {
    guard let present = self.value(at: entry + [name]) else {
      lines.append("\(name) = \(quoted(value))")
      return
    }
    if present.value != .string(value) { edits.append((present.place, quoted(value))) }
  }

  /// Puts variables into the environment, which may be a table of its own, a value, or names with
  /// a dot; those that are there stay.
  mutating func set(_ variables: [Launch.Variable]) throws(MergeTrouble) {
    let place = entry + ["env"]
    if let present = value(at: place) {
      guard var members = present.value.object,
        members.members.allSatisfy({ $0.value.string != nil })
      else { throw MergeTrouble(message: "the env of its bursar is not surely understood") }
      for variable in variables { members[variable.name] = .string(variable.value) }
      if present.value != .object(members) { edits.append((present.place, inline(members))) }
      return
    }
    var missing: [Launch.Variable] = []
    for variable in variables {
      guard let present = value(at: place + [variable.name]) else {
        missing.append(variable)
        continue
      }
      if present.value != .string(variable.value) {
        edits.append((present.place, quoted(variable.value)))
      }
    }
    if missing.isEmpty { return }
    if let table = outline.statements.first(where: { $0.isTable(place) }) {
      edits.append(behind(table, missing.map { "\($0.name) = \(quoted($0.value))" }))
    } else if outline.statements.contains(where: { $0.isWithin(place) }) {
      lines += missing.map { "env.\($0.name) = \(quoted($0.value))" }
    } else {
      let members = JSONObject(missing.map { ($0.name, .string($0.value)) })
      lines.append("env = \(inline(members))")
    }
  }

  private func inline(_ members: JSONObject) -> String {
    let pairs = members.members.map { member in
      let isBare = member.key.utf8.allSatisfy(TOMLOutline.isBare) && !member.key.isEmpty
      let name = isBare ? member.key : quoted(member.key)
      return "\(name) = \(quoted(member.value.string ?? ""))"
    }
    return "{ \(pairs.joined(separator: ", ")) }"
  }

  /// JSON's quoting is TOML's for a basic string.
  private func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).compact, as: UTF8.self)
  }
}
