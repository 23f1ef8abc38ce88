import JSON
import Payments

/// A form whose names are all known, each given once, with a value.
struct SandboxParameters {
  private var values: [Form.Field] = []
  let metadata: JSONObject

  /// Checks the names. `metadata[…]` is taken only where `metadata` is among the known ones.
  init(_ form: Form, known: [String]) throws(SandboxReply) {
    var metadata = JSONObject()
    let takesMetadata = known.contains("metadata")
    for field in form.fields {
      if takesMetadata, let key = Self.metadataKey(field.name) {
        guard metadata[key] == nil else { throw Self.repeated(field.name) }
        guard !key.isEmpty, Self.has(key, atMost: 40), !key.utf8.contains(UInt8(ascii: "[")),
          Self.has(field.value, atMost: 500)
        else {
          throw .refusal(
            code: "parameter_invalid", param: "metadata",
            message: "Metadata keys have up to 40 characters and no brackets, values up to 500.")
        }
        // An empty value takes the key away, as at Stripe.
        metadata[key] = field.value.isEmpty ? nil : .string(field.value)
        continue
      }
      guard field.name != "metadata", known.contains(where: { same($0, field.name) }) else {
        throw Self.unknown(field.name)
      }
      guard !values.contains(where: { same($0.name, field.name) }) else {
        throw Self.repeated(field.name)
      }
      guard !field.value.isEmpty else {
        throw .refusal(
          code: "parameter_invalid_empty", param: field.name,
          message: "You passed an empty string for '\(field.name)'.")
      }
      values.append(field)
    }
    guard metadata.members.count <= 50 else {
      throw .refusal(
        code: "parameter_invalid", param: "metadata", message: "Metadata have up to 50 keys.")
    }
    self.metadata = metadata
  }

  /// A parameter's value, if it was given.
  subscript(_ name: String) -> String? { values.first { same($0.name, name) }?.value }

  /// Whether a text has at most so many characters, none of which has less than a byte.
  private static func has(_ text: String, atMost limit: Int) -> Bool {
    text.utf8.count <= limit || text.count <= limit
  }

  /// A parameter that has to be there.
  func required(_ name: String) throws(SandboxReply) -> String {
    guard let value = self[name] else {
      throw .refusal(
        code: "parameter_missing", param: name, message: "Missing required param: \(name).")
    }
    return value
  }

  /// A whole number in decimal digits.
  func integer(_ name: String) throws(SandboxReply) -> Int64? {
    guard let text = self[name] else { return nil }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else {
      throw .refusal(
        code: "parameter_invalid_integer", param: name, message: "Invalid integer: \(text)")
    }
    return number
  }

  /// One of a few words.
  func choice(_ name: String, of words: [String]) throws(SandboxReply) -> String? {
    guard let text = self[name] else { return nil }
    guard words.contains(text) else {
      throw .refusal(
        param: name, message: "Invalid \(name): must be one of \(words.joined(separator: ", "))")
    }
    return text
  }

  private static func metadataKey(_ name: String) -> String? {
    let name = name.utf8
    guard name.starts(with: "metadata[".utf8), name.last == UInt8(ascii: "]") else { return nil }
    return String(name.dropFirst("metadata[".utf8.count).dropLast())
  }

  private static func unknown(_ name: String) -> SandboxReply {
    .refusal(
      code: name.hasPrefix("payment_method_types")
        ? "payment_method_types_no_longer_supported" : "parameter_unknown",
      param: name, message: "Received unknown parameter: \(name)")
  }

  private static func repeated(_ name: String) -> SandboxReply {
    .refusal(param: name, message: "Received \(name) more than once.")
  }
}

/// A page of a list, newest first (`limit`, `starting_after`).
struct SandboxPage {
  private let limit: Int
  private let after: String?

  static let parameters = ["limit", "starting_after"]

  init(_ parameters: SandboxParameters) throws(SandboxReply) {
    let limit = try parameters.integer("limit") ?? 10
    guard (1...100).contains(limit) else {
      throw .refusal(
        code: "parameter_invalid_integer", param: "limit", message: "limit is 1 to 100.")
    }
    self.limit = Int(limit)
    after = parameters["starting_after"]
  }

  /// The list Stripe sends: those of the elements, oldest first as given, that are wanted.
  ///
  /// - Parameter place: where the element of a name stands.
  func list<Element>(
    _ elements: [Element], at path: String, placed place: (String) -> Int?,
    where wanted: (Element) -> Bool, as body: (Element) -> JSONValue
  ) throws(SandboxReply) -> SandboxReply {
    var end = elements.count
    if let after {
      guard let index = place(after) else {
        throw .missing("object", after, param: "starting_after", status: 400)
      }
      end = index
    }
    var found: [JSONValue] = []
    var more = false
    for element in elements[..<end].reversed() where wanted(element) {
      if found.count == limit {
        more = true
        break
      }
      found.append(body(element))
    }
    return .result(
      .object(
        JSONObject([
          ("object", .string("list")), ("data", .array(found)), ("has_more", .bool(more)),
          ("url", .string(path)),
        ])))
  }
}
