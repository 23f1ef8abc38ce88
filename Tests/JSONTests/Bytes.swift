import JSON

/// What a table's row is about: shown by the test's name when it fails.
struct Row: Sendable, CustomStringConvertible {
  let bytes: [UInt8]
  let kind: JSONError.Kind?
  let offset: Int

  /// A text that is read.
  init(_ text: String) {
    self.init(Array(text.utf8), nil, 0)
  }

  /// A text that is refused.
  init(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
    self.init(Array(text.utf8), kind, offset)
  }

  /// Bytes that are refused, or read when `kind` is nil.
  init(_ bytes: [UInt8], _ kind: JSONError.Kind?, _ offset: Int) {
    self.bytes = bytes
    self.kind = kind
    self.offset = offset
  }

  var description: String {
    String(decoding: bytes.prefix(60), as: UTF8.self)
  }
}

func ascii(_ character: Unicode.Scalar) -> UInt8 {
  UInt8(ascii: character)
}

/// `"` + bytes + `"`.
func string(of bytes: UInt8...) -> [UInt8] {
  [ascii("\"")] + bytes + [ascii("\"")]
}

func text(_ bytes: [UInt8]) -> String {
  String(decoding: bytes, as: UTF8.self)
}

func read(_ text: String, comments: Bool = false) throws(JSONError) -> JSONValue {
  try JSONValue(reading: Array(text.utf8), comments: comments)
}

func refusal(
  of bytes: [UInt8], comments: Bool = false, limits: JSONLimits = .message
) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONValue(reading: bytes, comments: comments, limits: limits)
    return nil
  } catch {
    return error
  }
}

func refusal(of text: String, comments: Bool = false) -> JSONError? {
  refusal(of: Array(text.utf8), comments: comments)
}
