// The only file of this room that speaks to libcrypto.
import CCrypto

/// HMAC-SHA-256 of some bytes (RFC 2104): 32 bytes. An empty key is a mistake: anybody could sign.
func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
  precondition(!key.isEmpty, "A signature is made with a secret.")
  var digest = [UInt8](repeating: 0, count: 32)
  var length: UInt32 = 0
  let made = unsafe HMAC(
    EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &digest, &length)
  precondition(unsafe made != nil && length == 32, "libcrypto computes HMAC, which needs no more.")
  return digest
}

/// Whether two texts are the same bytes, in a time that does not depend on where they differ.
func isSameInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}
