import JSON

/// A string or whole number of the client's that goes back exactly as it came: an id or a progress
/// token.
///
/// Held and compared as its JSON text, so that 7 and "7" differ and 9007199254740993 survives
/// (§B.1). Whole numbers are echoed at any length; 1.0 and 1e0 are refused, because many clients
/// that wrote them would not recognise them.
struct Echo: Hashable, Sendable {
  /// As it stands in a line.
  let text: [UInt8]

  /// Nil when the value is neither a string nor a number written as a whole one.
  init?(_ value: JSONValue?) {
    switch value {
    case .string(_):
      text = value?.compact ?? []
    case .number(let number):
      guard number.text.utf8.allSatisfy(Self.isWritingWholeNumber) else { return nil }
      text = Array(number.text.utf8)
    case .null, .bool, .array, .object, nil:
      return nil
    }
  }

  private static func isWritingWholeNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
