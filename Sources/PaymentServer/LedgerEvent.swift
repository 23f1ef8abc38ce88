import JSON
import Ledger
import Payments

/// A line of the history as a CloudEvent (CloudEvents 1.0, JSON format), as `event.schema.json` has
/// it.
///
/// The same line is the same event for ever, byte for byte, as long as its particulars are not
/// erased: whoever is given one twice knows it by its `id`. `head` is where the history's chain
/// ends with it, for `bursar audit verify --head`; `sequence` counts within the operation.
struct LedgerEvent {
  /// The longest text of anything but a checkpoint, in UTF-8 bytes.
  static let textLimit = 2048
  /// What books are called that have no line since there are chains.
  static let unchained = "unchained"

  let sequence: Int64
  let type: EventType
  let id: String
  /// What it is about: an operation; empty when it is about none.
  let subject: String
  let object: JSONObject

  /// - Parameters:
  ///   - ledger: what the books are called.
  init(_ event: EventEntry, ledger: String) {
    let entry = event.entry
    sequence = entry.sequence
    type = EventType(from: entry.from, to: entry.to, reason: entry.reason)
    id = "\(ledger)-\(entry.sequence)"
    let note = entry.operation == nil ? Self.object(entry.detail) : nil
    subject = entry.operation?.text ?? note?["operation"]?.string ?? ""
    var object = JSONObject([
      ("specversion", "1.0"), ("id", .string(id)), ("source", .string("urn:bursar:\(ledger)")),
      ("type", .string(type.rawValue)), ("time", .string(preciseTimestamp(entry.at))),
      ("datacontenttype", "application/json"),
    ])
    if !subject.isEmpty { object["subject"] = .string(subject) }
    if let version = entry.version {
      object["sequence"] = .string(String(version))
      object["sequencetype"] = "Integer"
    }
    if let head = event.head { object["head"] = .string(head.text) }
    let particulars = event.particulars.flatMap(Self.object)
    if let parent = particulars?["traceparent"] { object["traceparent"] = parent }
    object["data"] = .object(
      entry.operation == nil
        ? Self.data(of: entry, note) : Self.data(of: entry, particulars, type))
    self.object = object
  }

  /// The event on one line, without a newline.
  var line: [UInt8] { JSONValue.object(object).compact }

  /// Of a change to an operation: what changed, and what it is.
  private static func data(
    of entry: HistoryEntry, _ particulars: JSONObject?, _ type: EventType
  ) -> JSONObject {
    var data = JSONObject([("reason", .string(entry.reason))])
    if let from = entry.from { data["from"] = .string(from.rawValue) }
    if let to = entry.to { data["state"] = .string(to.rawValue) }
    let words = entry.detail.split(separator: " ", maxSplits: 1).map(String.init)
    if let code = words.first { data["code"] = .string(bounded(code)) }
    if words.count > 1 { data["detail"] = .string(bounded(words[1])) }
    for member in particulars?.members ?? [] where member.key != "traceparent" {
      switch member.key {
      case "checkpoint":
        if type == .requested { data["checkpoint"] = member.value }
      case "idempotency_key", "description", "payment_method":
        if type == .requested { data[member.key] = bounded(member.value) }
      default: data[member.key] = bounded(member.value)
      }
    }
    return data
  }

  /// Of anything else: what was written down; of a policy its hash and what changed, not the whole.
  private static func data(of entry: HistoryEntry, _ note: JSONObject?) -> JSONObject {
    var data = JSONObject([("reason", .string(entry.reason))])
    guard let note else {
      data["detail"] = .string(bounded(entry.detail))
      return data
    }
    for member in note.members where member.key != "policy" {
      data[member.key] = bounded(member.value)
    }
    return data
  }

  private static func object(_ text: String) -> JSONObject? {
    guard text.utf8.first == UInt8(ascii: "{") else { return nil }
    do throws(JSONError) {
      return try JSONValue(reading: Array(text.utf8)).object
    } catch {
      // A text that only looks like an object is told as it stands.
      return nil
    }
  }

  private static func bounded(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(bounded(text))
    case .array(let elements): .array(elements.prefix(64).map(bounded))
    case .null, .bool, .number, .object: value
    }
  }

  private static func bounded(_ text: String) -> String {
    guard text.utf8.count > textLimit else { return text }
    // Cut between characters, so that what is left is text.
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: textLimit)
    while String(text.utf8[..<end]) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
  }
}
