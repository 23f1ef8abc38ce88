import JSON
import Ledger
import PaymentServer
import Payments
import Testing

/// What is wrong with a call's arguments is said in words that help, and repeats no secret.
@Suite struct ArgumentTests {
  static let sound = #""reference":"A","customer":"cus_1","amount":1000,"currency":"USD""#

  /// The problems of a call that was refused, each with its argument before it.
  private func problems(_ answer: JSONValue) throws -> [String] {
    #expect(answer["code"]?.string == "invalid_arguments", "\(text(answer))")
    return try #require(answer["problems"]?.array).map {
      "\($0["argument"]?.string ?? "") \($0["problem"]?.string ?? "")"
    }
  }

  static let cards = ["4242424242424242", "4242 4242 4242 4242", "card-4242-4242-4242-4242"]

  @Test(arguments: ["charge", "refund", "status"], cards)
  func aCardNumberAsAnArgumentsNameIsNeverRepeated(tool: String, card: String) throws {
    let shop = try Shop()
    let sound = ["charge": Self.sound, "refund": #""charge":"A","reference":"R""#][tool]
    for value in ["1", #""x""#, #"{"a":[1]}"#] {
      let members = [sound, #""\#(card)":\#(value)"#].compactMap { $0 }
      let answer = try shop.call(tool, "{\(members.joined(separator: ","))}")
      #expect(
        try problems(answer) == [
          "arguments have a name that looks like it carries a card number, which must never be sent "
            + "here. Leave it out; pay with a payment_method id such as pm_... instead."
        ])
      #expect(!text(answer).contains("4242"))
    }
  }

  @Test func aCardNumberAsANameHidesNoOtherMistake() throws {
    let answer = try Shop().call(
      "charge", #"{"4242424242424242":1,"reference":"A B","amount":1,"currency":"USD","tip":5}"#)
    #expect(
      try problems(answer).map { String($0.prefix { $0 != " " }) }
        == ["customer", "tip", "arguments", "reference", "amount"])
    #expect(!text(answer).contains("4242"))
  }

  static let keys = [
    "sk_live_51HabcQRST", "sk_test_51Habc", "rk_live_1", "rk_test_9Z", "sk_org_live_1",
    "whsec_MfKQ9r8G",
  ]

  @Test(arguments: keys) func aKeyOfTheProcessorIsRefusedInEveryArgument(key: String) throws {
    let shop = try Shop()
    let text =
      "looks like it carries a secret key of the processor, which must never be sent to a tool. "
      + "Leave it out, and tell the user that the key must be replaced."
    let members: [(tool: String, sound: String, names: [String])] = [
      ("charge", Self.sound, ["payment_method", "description", "task_id", "checkpoint", "tip"]),
      ("refund", #""charge":"A","reference":"R""#, ["reason", "step_id"]),
      ("status", #""wait_seconds":0"#, ["operation", "reference", "task_id"]),
    ]
    for (tool, sound, names) in members {
      for name in names {
        for value in [#""\#(key)""#, #""key: \#(key), ok""#, #"[{"\#(key)":1}]"#] {
          let answer = try shop.call(tool, #"{\#(sound),"\#(name)":\#(value)}"#)
          #expect(try problems(answer) == ["\(name) \(text)"])
          #expect(!self.text(answer).contains(key))
        }
      }
      let named = try shop.call(tool, #"{\#(sound),"\#(key)":"x"}"#)
      #expect(try problems(named) == ["arguments have a name that \(text)"])
      #expect(!self.text(named).contains(key))
    }
    #expect(shop.requests.isEmpty)
  }

  @Test func aCheckpointIsMeasuredInBytes() throws {
    let shop = try Shop()
    func checkpoint(_ letter: String, _ count: Int) -> String {
      #","checkpoint":"\#(String(repeating: letter, count: count))""#
    }
    for (letter, count) in [("x", 16_384), ("\u{e9}", 8192), ("\u{1f600}", 4096)] {
      let answer = try shop.charge("A\(letter.utf8.count)", 1000, checkpoint(letter, count))
      #expect(answer["code"]?.string == "captured")
      #expect(answer["checkpoint"]?.string?.utf8.count == 16_384)
    }
    let long: [(letter: String, count: Int, bytes: Int)] = [
      ("x", 16_385, 16_385), ("\u{e9}", 8193, 16_386), ("\u{1f600}", 4097, 16_388),
      ("\u{1f600}", 16_384, 65_536), ("\u{1f600}", 16_385, 65_540),
    ]
    for (letter, count, bytes) in long {
      let calls = [("charge", Self.sound), ("refund", #""charge":"A","reference":"R""#)]
      for (tool, sound) in calls {
        let answer = try shop.call(tool, "{\(sound)\(checkpoint(letter, count))}")
        #expect(
          try problems(answer) == [
            "checkpoint must be at most 16384 bytes of UTF-8; you sent \(bytes)."
          ])
      }
    }
  }

  private func charge(_ amount: String, _ currency: String) throws -> [String] {
    try problems(
      try Shop().call(
        "charge",
        #"{"reference":"A","customer":"cus_1","amount":\#(amount),"currency":"\#(currency)"}"#))
  }

  @Test func noNumberIsAdvisedThatIsRefusedNext() throws {
    func whole(_ sent: String, _ advice: String) -> String {
      "amount must be a whole number of minor units, at least 1; you sent \(sent). \(advice)."
    }
    let least = "but it must be at least 50 minor units, which is 0.50 USD"
    let tens = "but it must be a multiple of 10 minor units in this currency"
    let most = "must be at most 99999990 minor units, which is 99999.990 KWD"
    #expect(try charge("49.99", "USD") == [whole("49.99", "For 49.99 USD send 4999")])
    #expect(try charge("1.010", "KWD") == [whole("1.010", "For 1.010 KWD send 1010")])
    #expect(try charge("0.1", "USD") == [whole("0.1", "0.10 USD is 10 minor units, \(least)")])
    #expect(
      try charge("1.005", "KWD") == [whole("1.005", "1.005 KWD is 1005 minor units, \(tens)")])
    #expect(
      try charge("100000.005", "KWD") == [
        whole(
          "100000.005",
          "100000.005 KWD is 100000005 minor units, but it \(most), "
            + "and must be a multiple of 10 minor units in this currency")
      ])
    #expect(
      try charge(#""10""#, "USD") == [whole(#""10""#, "Send the number without quotes, \(least)")])
    #expect(try charge(#""1000""#, "USD") == [whole(#""1000""#, "Send the number without quotes")])
    #expect(try charge(#""10""#, "XXX").first == whole(#""10""#, "Send the number without quotes"))
  }

  @Test func everythingThatIsWrongWithAnAmountIsSaidAtOnce() throws {
    let most = "amount must be at most 99999990 minor units, which is 99999.990 KWD."
    let tens = "amount must be a multiple of 10 minor units in this currency."
    #expect(try charge("100000001", "KWD") == [most, tens])
    #expect(try charge("100000000", "KWD") == [most])
    #expect(try charge("1001", "KWD") == [tens])
    #expect(
      try charge("0", "USD") == [
        "amount must be a whole number of minor units, at least 1; you sent 0.",
        "amount must be at least 50 minor units, which is 0.50 USD.",
      ])
  }

  @Test func aRefundIsAMultipleOfWhatTheCurrencyTakes() throws {
    let caps = [("KWD", "9000.000"), ("ISK", "90000.00"), ("USD", "9000.00")].map {
      #"{"name":"\#($0.0)","per":"run","amount":"\#($0.1)","currency":"\#($0.0)"}"#
    }
    let shop = try Shop(ample(caps.joined(separator: ",")))
    func pay(_ reference: String, _ amount: Int64, _ currency: String) throws {
      let members = #""customer":"cus_1","amount":\#(amount),"currency":"\#(currency)""#
      let answer = try shop.call("charge", #"{"reference":"\#(reference)",\#(members)}"#)
      #expect(answer["code"]?.string == "captured")
    }
    try pay("K", 1000, "KWD")
    try pay("I", 20_000, "ISK")
    try pay("U", 1000, "USD")
    let sent = shop.requests.count
    for (charge, amount, multiple) in [("K", 5, 10), ("K", 995, 10), ("I", 50, 100)] {
      let answer = try shop.refund("R\(charge)", of: charge, Int64(amount))
      #expect(
        try problems(answer)
          == ["amount must be a multiple of \(multiple) minor units in this currency."])
    }
    #expect(shop.requests.count == sent)
    // The least of a charge does not bind what is given back.
    for (charge, amount) in [("K", 10), ("I", 100), ("U", 1)] {
      #expect(try shop.refund("R\(charge)", of: charge, Int64(amount))["code"] == "refunded")
      #expect(try shop.refund("R\(charge)", of: charge, Int64(amount))["code"] == "replayed")
    }
  }

  @Test func allThatIsLeftMayBeGivenBackWhateverItIs() throws {
    let shop = try Shop()
    let dinar = try #require(Currency("KWD"))
    // Taken by a server that knew no multiples.
    try shop.record("K") {
      $0.terms.money = Money(1005, dinar)
      $0.processorReference = "pi_1"
    }
    #expect(try shop.refund("R1", of: "K", 1004)["code"] == "invalid_arguments")
    #expect(shop.requests.isEmpty)
    #expect(try shop.refund("R2", of: "K", 1005)["code"] != "invalid_arguments")
    #expect(!shop.requests.isEmpty)
  }

  @Test func aReferenceOfSeveralChargesIsNeverGuessedAt() throws {
    let shop = try Shop(ample(Shop.wide, members: #", "identity": "task_step""#))
    func pay(_ step: String, _ amount: Int64, _ more: String = "") throws -> JSONValue {
      try shop.charge("A", amount, #","task_id":"T","step_id":"\#(step)"\#(more)"#)
    }
    func giveBack(_ charge: String, _ step: String) throws -> JSONValue {
      let task = #""task_id":"T","step_id":"\#(step)""#
      return try shop.call(
        "refund", #"{"charge":"\#(charge)","reference":"R-\#(step)","amount":60,\#(task)}"#)
    }
    let first = try #require(try pay("1", 100)["operation"]?.string)
    let declined = try pay("2", 150, #","payment_method":"pm_card_chargeDeclined""#)
    #expect(declined["code"] == "card_declined")
    // One charge of that reference moved money: that one is meant.
    #expect(try giveBack("A", "r1")["code"] == "refunded")
    let second = try #require(try pay("3", 200)["operation"]?.string)
    let sent = shop.requests.count
    let answer = try giveBack("A", "r2")
    #expect(answer["verdict"] == "FIX" && answer["code"] == "ambiguous_charge")
    let both = "\(first) (1.00 USD), \(second) (2.00 USD)"
    #expect(answer["message"]?.string?.contains(both) == true)
    // What was given back when there was one is that, and nothing moves again.
    #expect(try giveBack("A", "r1")["code"] == "replayed")
    #expect(shop.requests.count == sent)
    #expect(try giveBack(first, "r2")["code"] == "refund_too_large")
    #expect(try giveBack(second, "r2")["code"] == "refunded")
    #expect(try giveBack("A", "r2")["code"] == "replayed")
  }

  @Test func anExportShowsNoKeyThatIsInTheBooksAlready() throws {
    let shop = try Shop()
    for (number, key) in Self.keys.enumerated() {
      let kept = try shop.record("A\(number)") { $0.task = "paid (\(key))" }
      let pack = try Report.evidence(ledger: shop.ledger, id: kept.id.text, at: shop.now)
      let text = String(decoding: try #require(pack), as: UTF8.self)
      #expect(text.contains("paid ([redacted])") && !text.contains(key))
    }
  }

  @Test func aRunNamedByASecretIsNobodysRun() throws {
    let till = try Till(ample(Shop.wide))
    var sent: [String] = []
    till.answers = { dispatch in
      sent.append(String(decoding: dispatch.request.body, as: UTF8.self))
      return nil
    }
    #expect(try till.charge(1000, run: "4242424242424242", reference: "A") == "captured")
    #expect(try till.charge(1000, run: "run:4242-4242-4242-4242", reference: "B") == "captured")
    #expect(try till.charge(1000, run: "run-1764150000", reference: "C") == "captured")
    #expect(try till.charge(1000, run: "sk_live_51Hq9", reference: "D") == "captured")
    var ledger = try Ledger(path: till.ledger)
    let runs = try ["A", "B", "C", "D"].flatMap { reference in
      try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.operations(reference: reference, namespace: "default")
      }.map(\.run)
    }
    #expect(runs == ["run-0", "run-0", "run-1764150000", "run-0"])
    #expect(sent.contains { $0.contains("run-1764150000") })
    #expect(!sent.contains { $0.contains("4242") || $0.contains("51Hq9") })
  }

  private func text(_ answer: JSONValue) -> String {
    String(decoding: answer.compact, as: UTF8.self)
  }
}
