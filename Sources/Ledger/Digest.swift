// The only file of this room that speaks to libcrypto.
import CCrypto

/// The SHA-256 of some bytes: 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  var state = SHA256_CTX()
  let done =
    unsafe SHA256_Init(&state) + SHA256_Update(&state, bytes, bytes.count)
    + SHA256_Final(&digest, &state)
  precondition(done == 3, "libcrypto computes SHA-256, which needs nothing else.")
  return digest
}

/// Bytes as lower-case hexadecimal, two ASCII characters each.
public func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// Bytes as base32 in lower case without padding (RFC 4648, section 6).
public func base32(_ bytes: [UInt8]) -> String {
  let letters = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count * 8 + 4) / 5)
  var pending: UInt32 = 0
  var width = 0
  for byte in bytes {
    pending = pending << 8 | UInt32(byte)
    width += 8
    while width >= 5 {
      width -= 5
      text.append(letters[Int(pending >> UInt32(width) & 31)])
    }
    pending &= (1 << UInt32(width)) - 1
  }
  if width > 0 { text.append(letters[Int(pending << UInt32(5 - width) & 31)]) }
  return String(decoding: text, as: UTF8.self)
}
