import JSON
import Ledger
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

  @Test func aRunNamedByACardNumberIsNobodysRun() throws {
    let till = try Till(ample(Shop.wide))
    var sent: [String] = []
    till.answers = { dispatch in
      sent.append(String(decoding: dispatch.request.body, as: UTF8.self))
      return nil
    }
    #expect(try till.charge(1000, run: "4242424242424242", reference: "A") == "captured")
    #expect(try till.charge(1000, run: "run:4242-4242-4242-4242", reference: "B") == "captured")
    #expect(try till.charge(1000, run: "run-1764150000", reference: "C") == "captured")
    var ledger = try Ledger(path: till.ledger)
    let runs = try ["A", "B", "C"].flatMap { reference in
      try ledger.read { (books: borrowing Books) throws(LedgerError) in
        try books.operations(reference: reference, namespace: "default")
      }.map(\.run)
    }
    #expect(runs == ["run-0", "run-0", "run-1764150000"])
    #expect(sent.contains { $0.contains("run-1764150000") })
    #expect(!sent.contains { $0.contains("4242") })
  }

  private func text(_ answer: JSONValue) -> String {
    String(decoding: answer.compact, as: UTF8.self)
  }
}
