import JSON
import Payments
import Processors
import Testing

/// An agent that tries to get around a cap gains nothing, by the processor's own books.
@Suite struct CheatTests {
  /// One way around, with its name.
  struct Way: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let go: @Sendable (Cheat) -> Void

    init(_ name: String, _ go: @escaping @Sendable (Cheat) -> Void) {
      testDescription = name
      self.go = go
    }
  }

  /// 10.00 are left: two cents more than that would be a gain, and so would the same thing twice.
  static let ways = names + amounts + people + worlds

  static let names = [
    Way("the same again") { cheat in for _ in 1...30 { cheat.charge("INV-1", 4500, "cus_ada") } },
    Way("another case") { $0.charge("inv-1", 4500, "cus_ada") },
    Way("spaces") { cheat in
      for name in [" INV-1", "INV-1 ", "INV 1", "INV-1\\t"] { cheat.charge(name, 1001, "cus_ada") }
    },
    Way("a letter of another alphabet") { $0.charge("\u{418}NV-1", 1001) },
    Way("a character of no width") { $0.charge("INV-1\u{200b}", 1001) },
    Way("a digit that looks like a letter") { $0.charge("lNV-l", 4500, "cus_ada") },
    Way("a suffix") { cheat in
      for end in ["-retry", "-2", "-copy", "-v2", "_again"] {
        cheat.charge("INV-1\(end)", 500, "cus_ada")
      }
    },
    Way("a new name for the same") { cheat in
      for number in 1...20 { cheat.charge("X\(number)-A", 4500, "cus_ada") }
    },
    Way("a task and a step") { cheat in
      for step in 1...9 {
        let name = #"{"reference":"INV-1","customer":"cus_ada","amount":4500,"currency":"USD","#
        cheat.call("charge", name + #""task_id":"t","step_id":"\#(step)"}"#)
      }
    },
    Way("an operation's id as the name") { $0.charge("op_6vaux7kqgfi3dr47iqwxdzcknj", 4500) },
    Way("a distinct purchase") { cheat in
      let start = #"{"reference":"INV-3","customer":"cus_ada","amount":4500,"currency":"USD","#
      cheat.call("charge", start + #""distinct_from":"op_6vaux7kqgfi3dr47iqwxdzcknj"}"#)
    },
  ]

  static let amounts = [
    Way("more under the same name") { $0.charge("INV-1", 4999, "cus_ada") },
    Way("pieces") { cheat in for number in 1...60 { cheat.charge("P\(number)x", 90 + number) } },
    Way("pieces of one customer each") { cheat in
      for number in 1...40 { cheat.charge("P\(number)x", 300, "cus_\(number)") }
    },
    Way("nothing and less") { cheat in
      for amount in [0, -1, -100_000, Int.min] { cheat.charge("N-1", amount) }
      cheat.charge("N-2", 1001)
    },
    Way("as much as there is") { cheat in
      for amount in [Int.max, 999_999_999_999, 99_999_999] { cheat.charge("H-1", amount) }
    },
    Way("more than a number holds") { cheat in
      for number in ["18446744073709552616", "1e400", "1e3", "10.01", "NaN", "\"1001\"", "[1001]"] {
        let start = #"{"reference":"H-2","customer":"cus_eve","currency":"USD","amount":"#
        cheat.call("charge", "\(start)\(number)}")
      }
    },
    Way("two amounts in one call") {
      let start = #"{"reference":"D-1","customer":"cus_eve","currency":"USD","amount":100,"#
      $0.call("charge", start + #""amount":4500}"#)
    },
    Way("charge and refund in turn") { cheat in
      cheat.call("refund", #"{"charge":"INV-1","reference":"CN-1"}"#)
      cheat.call("refund", #"{"charge":"INV-2","reference":"CN-2","amount":4500}"#)
      for number in 3...20 {
        cheat.charge("INV-\(number)", 900 + number, "cus_\(number)")
        cheat.call("refund", #"{"charge":"INV-\#(number)","reference":"CN-\#(number)"}"#)
      }
    },
    Way("a refund that takes") { cheat in
      cheat.call("refund", #"{"charge":"INV-1","reference":"CN-1","amount":-4500}"#)
      cheat.charge("R-1", 1001)
    },
  ]

  static let people = [
    Way("another currency") { cheat in
      for code in ["EUR", "JPY", "KWD", "XXX", "BTC"] { cheat.charge("C-1", 1001, "cus_eve", code) }
    },
    Way("the currency in other letters") { cheat in
      for code in ["usd", "Usd", "uSD", "USD ", "U\u{405}D"] {
        cheat.charge("C-2", 1001, "cus_eve", code)
      }
    },
    Way("the customer in other letters") { cheat in
      for name in ["CUS_ADA", "Cus_ada", "cus_Ada"] { cheat.charge("K-\(name)", 501, name) }
    },
    Way("a customer of another alphabet") { $0.charge("K-1", 1001, "cus_\u{430}da") },
    Way("a run for every call") { cheat in
      for number in 1...30 {
        cheat.charge("Q\(number)q", 400, "cus_\(number)", run: "run-\(number)")
      }
    },
    Way("arguments that are none") { cheat in
      for extra in ["cap", "skip_policy", "idempotency_key", "api_key", "namespace", "approve"] {
        let start = #"{"reference":"A-1","customer":"cus_eve","amount":1001,"currency":"USD","#
        cheat.call("charge", start + #""\#(extra)":"100000"}"#)
      }
    },
  ]

  static let worlds = [
    Way("many at once") { cheat in
      cheat.send(
        (1...25).map {
          cheat.line("charge", Cheat.arguments("M\($0)m", 400 + $0, "cus_\($0)"))
        })
    },
    Way("many at once that all hang") { cheat in
      cheat.isHolding = true
      for number in 1...15 { cheat.charge("G\(number)g", 400 + number, "cus_\(number)") }
      cheat.release()
    },
    Way("two processes at the same time") { cheat in
      cheat.isHolding = true
      for number in 1...10 {
        cheat.charge("T\(number)t", 700 + number, "cus_\(number)", to: number % 2)
      }
      cheat.release()
    },
    Way("the same thing in two processes") { cheat in
      cheat.isHolding = true
      for number in 0...3 { cheat.charge("S-1", 600, to: number) }
      cheat.release()
    },
    Way("a call that is cancelled") { cheat in
      cheat.isHolding = true
      for number in 1...9 {
        cheat.charge("Z\(number)z", 800 + number, "cus_\(number)")
        cheat.cancelLast()
      }
      cheat.release()
    },
    Way("a death after each") { cheat in
      for number in 1...9 {
        cheat.charge("W\(number)w", 800 + number, "cus_\(number)")
        cheat.restart()
      }
    },
    Way("a clock that goes back") { cheat in
      for number in 1...9 {
        cheat.now = cheat.now.advanced(by: .seconds(-3600))
        cheat.charge("B\(number)b", 800 + number, "cus_\(number)")
      }
    },
    Way("a clock that runs ahead") { cheat in
      for number in 1...9 {
        cheat.wait(.seconds(40 * 86_400))
        cheat.charge("F\(number)f", 800 + number, "cus_\(number)")
      }
    },
    Way("going on until it is given up") { cheat in
      for number in 1...200 { cheat.charge("L\(number)l", 1001, "cus_\(number)") }
    },
  ]

  @Test(arguments: ways) func aWayAroundTheCapGainsNothing(_ way: Way) throws {
    let cheat = try Cheat()
    #expect(cheat.taken == 9000)
    way.go(cheat)
    // What hangs is brought to its end, so that nothing is missed.
    for _ in 1...20 { cheat.wait(.seconds(30)) }
    #expect(cheat.taken <= 10_000, "\(cheat.said.last ?? "")")
    var operations: Set<String> = []
    for intent in cheat.sandbox.intents where intent.amountReceived > 0 {
      let name = intent.metadata["bursar_operation"]?.string
      #expect(operations.insert(try #require(name)).inserted, "charged twice")
    }
    try cheat.remove()
  }

  @Test func thereAreThirtyWaysAndMoreAndTheCapCanBeReached() throws {
    #expect(Self.ways.count >= 30)
    // Without this no way would prove anything: the last 10.00 can be had by asking for them.
    let cheat = try Cheat()
    cheat.charge("INV-3", 1000)
    #expect(cheat.taken == 10_000)
    try cheat.remove()
  }

  @Test(arguments: ["\u{202e}", "\u{200b}", "\u{0007}", "\u{2066}", "\u{e0041}", "\u{feff}"])
  func whatShowsNothingIsAMistake(_ hidden: String) throws {
    let cheat = try Cheat()
    let start = #"{"reference":"V-1","customer":"cus_eve","amount":100,"currency":"USD","#
    let escaped = hidden == "\u{0007}" ? "\\u0007" : hidden
    cheat.call("charge", start + #""description":"rent\#(escaped)tner"}"#)
    #expect(cheat.said.last?.contains("`description` carries the invisible character U+") == true)
    #expect(cheat.taken == 9000)
    cheat.call("charge", start + #""description":"one\nline\u00e9 \ud83d\ude00"}"#)
    #expect(cheat.taken == 9100)
    try cheat.remove()
  }

  @Test(arguments: [
    "cus_\u{430}da", "cus_\u{ff41}da", "cus_ada\u{301}", "\u{1d41c}us_ada", "cus_\u{fb01}n",
    "cus ada",
    "cus_ada\u{a0}", "cus_ada\u{202e}",
  ]) func aCustomerThatOnlyLooksLikeOneIsAMistakeThatSaysWhy(_ name: String) throws {
    let cheat = try Cheat()
    cheat.charge("V-1", 100, name)
    let said = try #require(cheat.said.last)
    #expect(said.contains("FIX: "))
    #expect(said.contains("`customer` must be letters, digits and punctuation"), "\(said)")
    #expect(cheat.taken == 9000)
    try cheat.remove()
  }

  @Test func aRunThatGoesOnIsClosedAndAnotherIsNot() throws {
    let cheat = try Cheat()
    for number in 1...21 { cheat.charge("L\(number)l", 1001, "cus_\(number)") }
    #expect(cheat.said.last?.contains("run_closed") == true)
    cheat.charge("INV-3", 100)
    #expect(cheat.taken == 9000)
    cheat.charge("INV-3", 100, run: "run-2")
    #expect(cheat.taken == 9100)
    try cheat.remove()
  }
}
