import JSON
import Payments

/// Why Bursar's entry cannot be put into a configuration; a sentence.
struct MergeTrouble: Error, Equatable {
  let message: String
}

extension Launch {
  /// A client's configuration with this entry in it. Everything else stays as it is, byte for byte,
  /// comments included; an entry that says the same already stays too.
  func merged(into bytes: [UInt8], of client: Client) throws(MergeTrouble) -> [UInt8] {
    let isEmpty = bytes.allSatisfy { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
    if isEmpty { return Array(whole(for: client).utf8) }
    return switch client.format {
    case .json(let list): try merged(intoJSON: bytes, list, client)
    case .toml(let list): try merged(intoTOML: bytes, list)
    }
  }

  private func merged(
    intoJSON bytes: [UInt8], _ list: String, _ client: Client
  ) throws(MergeTrouble) -> [UInt8] {
    let document = try read(bytes)
    guard let root = document.value.object else {
      throw MergeTrouble(message: "it is no JSON object")
    }
    let unit = indentation(of: bytes)
    guard let servers = document.value[list] else {
      let inner = member(for: client, indent: unit + unit, unit: unit)
      let text = "\"\(list)\": {\n\(unit)\(unit)\(inner)\n\(unit)}"
      return insert(
        text, after: document.position(of: []), indent: unit, outer: "",
        isFirst: root.members.isEmpty, in: bytes)
    }
    guard let known = servers.object else {
      throw MergeTrouble(message: "its \(list) is no object")
    }
    let text = member(for: client, indent: unit + unit, unit: unit)
    let path: JSONDocument.Path = [.key(list), .key("bursar")]
    if let present = servers["bursar"] {
      if let members = present.object {
        return try amended(bytes, members, at: [list, "bursar"], client, unit: unit)
      }
      guard let key = document.keyPosition(of: path), let value = document.position(of: path) else {
        preconditionFailure("A member that is there has a place.")
      }
      let end = endOfValue(at: value.offset, in: bytes)
      return bytes[..<key.offset] + Array(text.utf8) + bytes[end...]
    }
    return insert(
      text, after: document.position(of: [.key(list)]), indent: unit + unit, outer: unit,
      isFirst: known.members.isEmpty, in: bytes)
  }

  private func read(_ bytes: [UInt8]) throws(MergeTrouble) -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(reading: bytes, comments: true)
    } catch {
      let place = JSONDocument.position(ofByte: error.offset, in: bytes)
      throw MergeTrouble(
        message: "it cannot be read (line \(place.line), column \(place.column)): \(error.message)")
    }
  }

  /// An entry that is there, saying what this one says; what else it has, its arguments and
  /// variables among it, stays.
  private func amended(
    _ bytes: [UInt8], _ present: JSONObject, at path: [String], _ client: Client, unit: String
  ) throws(MergeTrouble) -> [UInt8] {
    var bytes = bytes
    // The last first, because each new one is put in front.
    for member in entry(for: client).members.reversed() {
      if isSame(member.key, "args"), present["args"] != nil { continue }
      if isSame(member.key, "env"), present["env"]?.object != nil {
        for variable in variables.reversed() {
          let place = path + ["env", variable.name]
          bytes = try set(.string(variable.value), at: place, in: bytes, unit: unit)
        }
      } else {
        bytes = try set(member.value, at: path + [member.key], in: bytes, unit: unit)
      }
    }
    return bytes
  }

  private func set(
    _ value: JSONValue, at names: [String], in bytes: [UInt8], unit: String
  ) throws(MergeTrouble) -> [UInt8] {
    let document = try read(bytes)
    let path = names.map { PathElement.key($0) }
    let outer = names.dropLast().reduce(document.value as JSONValue?) { $0?[$1] }
    if let present = outer?[names.last ?? ""], let place = document.position(of: path) {
      if present == value { return bytes }
      let end = endOfValue(at: place.offset, in: bytes)
      return bytes[..<place.offset] + Array(inline(value).utf8) + bytes[end...]
    }
    let indent = String(repeating: unit, count: names.count)
    return insert(
      "\(text(.string(names.last ?? ""))): \(inline(value))",
      after: document.position(of: path.dropLast()), indent: indent,
      outer: String(repeating: unit, count: names.count - 1),
      isFirst: outer?.object?.members.isEmpty ?? true, in: bytes)
  }

  /// Puts a member first into the object that begins at a place.
  private func insert(
    _ text: String, after place: TextPosition?, indent: String, outer: String, isFirst: Bool,
    in bytes: [UInt8]
  ) -> [UInt8] {
    guard let place else { preconditionFailure("An object that was read has a place.") }
    let tail = isFirst ? "\n\(outer)" : ","
    return bytes[...place.offset] + Array("\n\(indent)\(text)\(tail)".utf8)
      + bytes[(place.offset + 1)...]
  }

  /// What the first member is indented by, or two blanks.
  private func indentation(of bytes: [UInt8]) -> String {
    for line in bytes.split(separator: 0x0A) {
      let blanks = line.prefix { $0 == 0x20 || $0 == 0x09 }
      if !blanks.isEmpty, line.dropFirst(blanks.count).first == UInt8(ascii: "\"") {
        return String(decoding: blanks, as: UTF8.self)
      }
    }
    return "  "
  }

  /// Where a value ends that was read: the byte after it.
  private func endOfValue(at start: Int, in bytes: [UInt8]) -> Int {
    var end = start
    var depth = 0
    var isText = false
    while end < bytes.count {
      let byte = bytes[end]
      if isText {
        if byte == UInt8(ascii: "\\") { end += 1 }
        if byte == UInt8(ascii: "\"") {
          isText = false
          if depth == 0 { return end + 1 }
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return end }
          depth -= 1
          if depth == 0 { return end + 1 }
        case _ where depth == 0 && ", \t\r\n/".utf8.contains(byte): return end
        case UInt8(ascii: "/"): end = endOfComment(at: end, in: bytes) - 1
        default: break
        }
      }
      end += 1
    }
    return end
  }

  private func endOfComment(at start: Int, in bytes: [UInt8]) -> Int {
    let isLine = start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "/")
    var end = start + 2
    while end < bytes.count {
      if isLine, bytes[end] == 0x0A { return end }
      if !isLine, bytes[end] == UInt8(ascii: "/"), bytes[end - 1] == UInt8(ascii: "*"),
        end > start + 2
      {
        return end + 1
      }
      end += 1
    }
    return bytes.count
  }
}
