import Ledger
public import Payments

/// What deliveries are signed with (Standard Webhooks 1.0, symmetric): `whsec_` and 24 to 64 bytes
/// in base64. Printing it prints a word.
public struct SigningSecret: Sendable, CustomStringConvertible, CustomReflectable {
  /// What one begins with.
  private static let prefix = "whsec_"

  private let key: [UInt8]

  /// A word, never the secret.
  public var description: String { "(secret)" }
  /// Nothing: a dump shows no secret either.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Reads one; nil when it is none.
  public init?(_ text: String) {
    guard text.utf8.starts(with: Self.prefix.utf8),
      let key = bytes(base64: text.utf8.dropFirst(Self.prefix.utf8.count)),
      (24...64).contains(key.count)
    else { return nil }
    self.key = key
  }

  /// The headers that identify and sign a message, for a receiver to check: `webhook-id` is the
  /// same at every delivery, `webhook-timestamp` is when this one leaves.
  public func headers(id: String, body: [UInt8], at now: Instant) -> [Header] {
    let moment = String(now.milliseconds / 1000)
    let signed = Array("\(id).\(moment).".utf8) + body
    return [
      Header("webhook-id", id), Header("webhook-timestamp", moment),
      Header("webhook-signature", "v1,\(base64(hmac(key, signed)))"),
    ]
  }
}

/// HMAC-SHA256 (RFC 2104) with a key of at most one block, 64 bytes.
private func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  let block = key + Array(repeating: 0, count: 64 - key.count)
  return sha256(block.map { $0 ^ 0x5c } + sha256(block.map { $0 ^ 0x36 } + message))
}

private let letters = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Base64 with padding (RFC 4648, section 4).
private func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = bytes[start..<min(start + 3, bytes.count)]
    var group: UInt32 = 0
    for byte in part { group = group << 8 | UInt32(byte) }
    group <<= UInt32(8 * (3 - part.count))
    for place in 0..<4 {
      let isFilled = place <= part.count
      text.append(
        isFilled ? letters[Int(group >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes of a text in base64, padded or not; nil when it is none.
private func bytes(base64 text: some Collection<UInt8>) -> [UInt8]? {
  var digits = Array(text)
  while digits.last == UInt8(ascii: "=") { digits.removeLast() }
  var bytes: [UInt8] = []
  var pending: UInt32 = 0
  var width = 0
  for digit in digits {
    guard let value = letters.firstIndex(of: digit) else { return nil }
    pending = (pending << 6 | UInt32(value)) & 0xff_ffff
    width += 6
    if width >= 8 {
      width -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(width)))
    }
  }
  return bytes
}
