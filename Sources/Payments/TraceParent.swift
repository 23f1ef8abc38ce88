/// Which trace a call belongs to, as its client says it (W3C Trace Context, `traceparent`): carried
/// into the books, events and the processor's metadata, and never part of what an operation is.
public struct TraceParent: Hashable, Sendable {
  /// `00-` and 32, 16 and 2 lower-case hexadecimal digits, parted by dashes.
  public let text: String

  /// Nil when it is none by the grammar (W3C Trace Context, §3.2): of a later version only the part
  /// this one knows is kept.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.length else { return nil }
    let known = bytes[..<Self.length]
    let parts = known.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 32, 16, 2], parts.allSatisfy({ $0.allSatisfy(Self.isDigit) })
    else { return nil }
    let (version, trace, parent) = (parts[0], parts[1], parts[2])
    guard !version.elementsEqual("ff".utf8), !trace.allSatisfy({ $0 == Self.zero }),
      !parent.allSatisfy({ $0 == Self.zero })
    else { return nil }
    let isFirst = version.elementsEqual("00".utf8)
    guard bytes.count == Self.length || !isFirst && bytes[Self.length] == UInt8(ascii: "-") else {
      return nil
    }
    self.text = String(decoding: known, as: UTF8.self)
  }

  private static let length = 55
  private static let zero = UInt8(ascii: "0")

  private static func isDigit(_ byte: UInt8) -> Bool {
    (zero...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
