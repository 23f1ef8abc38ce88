/// A number as it was written. Nobody turns it into a floating-point number, here or later.
public struct JSONNumber: Sendable, Equatable {
  /// The number's own characters, as RFC 8259 §6 allows them.
  public let text: String

  /// An integer in its shortest form.
  public init(_ value: Int64) {
    text = String(value)
  }

  /// A number from its characters; nil unless they are exactly one JSON number.
  public init?(text: String) {
    var scanner = Scanner(Array(text.utf8))
    do throws(JSONError) {
      try scanner.skipNumber()
    } catch {
      return nil
    }
    guard scanner.next == nil else { return nil }
    self.text = text
  }

  /// Takes characters the reader has checked.
  init(checked text: String) {
    self.text = text
  }

  /// Whether it is written without fraction and exponent, however many digits it has.
  public var isInteger: Bool {
    text.utf8.allSatisfy { $0 == .minus || (.zero ... .nine).contains($0) }
  }

  /// The number, when it is written as an integer (not `1.0`, not `1e3`) and is in `Int64`'s range.
  /// `-0` is 0.
  public var integer: Int64? {
    Int64(text)
  }
}
