import Testing

@testable import Ledger

@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256IsThatOfTheStandard(text: String, digest: String) {
    #expect(hexadecimal(sha256(Array(text.utf8))) == digest)
  }

  @Test(arguments: [
    ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"),
    ("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi"),
  ])
  func base32IsThatOfTheStandardInLowerCase(text: String, encoded: String) {
    #expect(base32(Array(text.utf8)) == encoded)
  }

  @Test func anyByteHasItsDigits() {
    #expect(hexadecimal([0, 1, 0x7f, 0x80, 0xff]) == "00017f80ff")
    #expect(base32([UInt8](repeating: 0xff, count: 32)) == String(repeating: "7", count: 51) + "q")
  }
}
