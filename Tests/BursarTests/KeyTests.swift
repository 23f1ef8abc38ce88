import Payments
import Testing

@testable import bursar

struct KeyTests {
  private func mistake(_ key: String, _ environment: Policy.Environment) throws -> String? {
    try APIKey(key).mistake(in: environment)
  }

  private func refusal(_ key: String) -> KeyMistake? {
    do throws(KeyMistake) {
      _ = try APIKey(key)
      return nil
    } catch {
      return error
    }
  }

  @Test func aLiveKeyNeedsTheLiveEnvironment() throws {
    for prefix in ["sk_live_", "rk_live_"] {
      #expect(try mistake(prefix + "Zq9", .live) == nil)
      for environment in [Policy.Environment.test, .sandbox] {
        let sentence = try #require(try mistake(prefix + "Zq9", environment))
        #expect(sentence.contains(prefix) && !sentence.contains("Zq9"))
      }
    }
  }

  @Test func aTestKeyIsGoodForAnythingButLive() throws {
    for prefix in ["sk_test_", "rk_test_"] {
      let sentence = try #require(try mistake(prefix + "Zq9", .live))
      #expect(sentence.contains(prefix) && !sentence.contains("Zq9"))
      #expect(try mistake(prefix + "Zq9", .test) == nil)
      #expect(try mistake(prefix + "Zq9", .sandbox) == nil)
    }
  }

  @Test(arguments: ["pk_live_", "pk_test_", "whsec_"], Policy.Environment.allCases)
  func whatIsNoSecretKeyIsRefused(_ prefix: String, _ environment: Policy.Environment) throws {
    let sentence = try #require(try mistake(prefix + "Zq9", environment))
    #expect(sentence.contains(prefix) && sentence.contains("a secret key (sk_...)"))
    #expect(!sentence.contains("Zq9"))
  }

  @Test func aProxysKeyIsGoodForAnyEnvironment() throws {
    for environment in Policy.Environment.allCases {
      #expect(try mistake("vault_abc", environment) == nil)
    }
  }

  @Test func anEmptyOrBlankKeyIsRefused() {
    #expect(refusal("") == .empty)
    #expect(refusal("\n") == .empty)
    #expect(refusal(" \t\r\n") == .empty)
  }

  @Test func whatWouldBreakAHeaderIsNoKey() {
    for key in ["a b", "a\nb", "a\r\nX: y", "a\u{0}", "k\u{e9}y", " a"] {
      #expect(refusal(key) == .unprintable, "\(key.debugDescription)")
    }
  }

  @Test func aLineBreakAtTheEndIsNoPartOfTheKey() throws {
    #expect(try APIKey("abc\r\n\n").authorization == "Bearer abc")
  }

  @Test func printingAKeyPrintsAWord() throws {
    let key = try APIKey("sk_test_Zq9")
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(describing: key), String(reflecting: key), dumped] {
      #expect(!text.contains("Zq9"))
    }
  }

  @Test func aKeyFileIsReadableByItsOwnerAlone() throws {
    let directory = try TemporaryDirectory()
    try directory.write("sk_test_1\n", to: "key")
    let key = try APIKey(at: .file("key"), environment: [:], base: directory.path)
    #expect(key.authorization == "Bearer sk_test_1")
    try directory.write("sk_test_1\n", to: "key", mode: 0o640)
    #expect(throws: KeyMistake.mode(0o640)) {
      try APIKey(at: .file("key"), environment: [:], base: directory.path)
    }
    #expect(throws: KeyMistake.file(.absent)) {
      try APIKey(at: .file("~/none"), environment: ["HOME": directory.path], base: nil)
    }
    #expect(throws: KeyMistake.file(.notRegular)) {
      try APIKey(at: .file(directory.path), environment: [:], base: nil)
    }
  }

  @Test func aKeyInTheEnvironmentHasToBeThere() throws {
    #expect(throws: KeyMistake.unset) {
      try APIKey(at: .environment("K"), environment: [:], base: nil)
    }
    #expect(throws: KeyMistake.empty) {
      try APIKey(at: .environment("K"), environment: ["K": ""], base: nil)
    }
    let key = try APIKey(at: .environment("K"), environment: ["K": "abc"], base: nil)
    #expect(key.authorization == "Bearer abc")
  }
}

struct BaseAddressTests {
  private func refusal(_ address: String) -> AddressMistake? {
    do throws(AddressMistake) {
      _ = try BaseAddress(address)
      return nil
    } catch {
      return error
    }
  }

  @Test func anAddressMayHaveAPortAndAPrefix() throws {
    #expect(try BaseAddress("https://api.stripe.com").text == "https://api.stripe.com")
    #expect(
      try BaseAddress("HTTPS://Proxy.Example:8443/Stripe/").text
        == "https://proxy.example:8443/Stripe")
  }

  @Test func plainHTTPIsForThisMachineAlone() throws {
    for host in ["127.0.0.1", "127.8.9.10:80", "localhost:12111", "[::1]:9", "LOCALHOST"] {
      #expect(refusal("http://" + host) == nil, "\(host)")
      #expect(try BaseAddress("http://" + host).scheme == "http")
    }
    for host in [
      "127.0.0.1.evil.com", "api.stripe.com", "127.1", "0.0.0.0", "localhost.evil.com", "[::2]",
      "127.0.0.01", "128.0.0.1", "127.0.0.256",
    ] {
      #expect(refusal("http://" + host) == .notEncrypted, "\(host)")
    }
  }

  @Test func anythingElseInAnAddressIsRefused() {
    #expect(refusal("ftp://x") == .scheme)
    #expect(refusal("api.stripe.com") == .scheme)
    #expect(refusal("https://user@host") == .character)
    #expect(refusal("https://host/a b") == .character)
    #expect(refusal("https://host/a\n") == .character)
    #expect(refusal("https://host?x=1") == .character)
    #expect(refusal("https://h\u{f6}st") == .character)
    #expect(refusal("https://") == .host)
    #expect(refusal("https://:80") == .host)
    #expect(refusal("https://a:b:c") == .host)
    #expect(refusal("https://a:") == .port)
    #expect(refusal("https://a:0") == .port)
    #expect(refusal("https://a:65536") == .port)
    #expect(refusal("https://a:+80") == .port)
  }
}
