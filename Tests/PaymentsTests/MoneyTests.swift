import Payments
import Testing

/// Amounts as text and as minor units, exactly.
@Suite struct MoneyTests {
  @Test func amountsReadAndWriteTheSame() {
    let cases: [(String, Currency, Int64)] = [
      ("0.00", Fixture.usd, 0), ("0.01", Fixture.usd, 1), ("0.99", Fixture.usd, 99),
      ("1.00", Fixture.usd, 100), ("750.00", Fixture.usd, 75_000),
      ("92233720368547758.07", Fixture.usd, .max), ("0", Fixture.jpy, 0), ("500", Fixture.jpy, 500),
      ("9223372036854775807", Fixture.jpy, .max), ("0.001", Fixture.kwd, 1),
      ("12.340", Fixture.kwd, 12_340), ("9223372036854775.807", Fixture.kwd, .max),
    ]
    for (text, currency, amount) in cases {
      #expect(Fixture.table.money(text, currency) == Money(amount, currency))
      #expect(Fixture.table.text(Money(amount, currency)) == "\(text) \(currency.code)")
    }
    for amount in Int64(0)...2500 {
      for currency in Fixture.table.currencies {
        let text = Fixture.table.text(Money(amount, currency)).dropLast(4)
        #expect(Fixture.table.money(String(text), currency)?.amount == amount)
      }
    }
  }

  @Test func fewerDecimalsThanTheCurrencyHasAreEnough() {
    #expect(Fixture.table.money("7", Fixture.usd)?.amount == 700)
    #expect(Fixture.table.money("7.5", Fixture.usd)?.amount == 750)
    #expect(Fixture.table.money("007.50", Fixture.usd)?.amount == 750)
    #expect(Fixture.table.money("7.5", Fixture.kwd)?.amount == 7500)
  }

  @Test func whatIsNoPlainDecimalIsNoAmount() {
    let junk = [
      "", " ", " 1", "1 ", "+1", "-1", "-0", "1.", ".5", ".", "1..0", "1.0.0", "1e3", "1E3", "0x10",
      "1,000", "1,00", "1_000", "१", "１", "٣", "NaN", "inf", "1.000", "1.001", "12.345", "$1",
      "1USD",
      "1\n", "\t1", "1\0", "1.0\u{301}", "92233720368547758.08", "92233720368547759",
      "99999999999999999999999999",
    ]
    for text in junk {
      #expect(Fixture.table.money(text, Fixture.usd) == nil, "\(text)")
    }
    #expect(Fixture.table.money("1.0", Fixture.jpy) == nil)
    #expect(Fixture.table.money("9223372036854775808", Fixture.jpy) == nil)
    #expect(Fixture.table.money("1.0001", Fixture.kwd) == nil)
    #expect(Fixture.table.money("1", Currency("XXX")!) == nil)
  }

  @Test func aCurrencyOutsideTheTableIsWrittenInMinorUnits() {
    let text = Fixture.table.text(Money(5, Currency("XXX")!))
    #expect(text == "5 minor units of XXX")
    #expect(Fixture.table.text(Money(-5, Fixture.usd)) == "-0.05 USD")
    #expect(Fixture.table.text(Money(.min, Fixture.usd)) == "-92233720368547758.08 USD")
  }

  @Test func theTableObjectsToTheMinorUnit() {
    func objection(_ amount: Int64, _ currency: Currency) -> AmountObjection? {
      Fixture.table.objection(to: Money(amount, currency))
    }
    let below = AmountObjection.below(Money(50, Fixture.usd))
    let above = AmountObjection.above(Money(99_999_999, Fixture.usd))
    #expect(objection(49, Fixture.usd) == below && objection(50, Fixture.usd) == nil)
    #expect(objection(51, Fixture.usd) == nil)
    #expect(objection(99_999_998, Fixture.usd) == nil)
    #expect(objection(99_999_999, Fixture.usd) == nil)
    #expect(objection(100_000_000, Fixture.usd) == above)
    #expect(objection(0, Fixture.usd) == below && objection(-100, Fixture.usd) == below)
    #expect(objection(.min, Fixture.usd) == below && objection(.max, Fixture.usd) == above)
    #expect(objection(1000, Fixture.kwd) == nil)
    #expect(objection(1001, Fixture.kwd) == .notMultiple(of: 10))
    #expect(objection(999, Fixture.kwd) == .notMultiple(of: 10))
    let unknown = Currency("XXX")!
    #expect(objection(1000, unknown) == .currency(unknown))
    let odd = CurrencyTable([
      Fixture.kwd: CurrencyTable.Rule(exponent: 3, multiple: 10, minimum: 100, maximum: 999)
    ])
    func objections(_ amount: Int64) -> [AmountObjection] {
      odd.objections(to: Money(amount, Fixture.kwd))
    }
    let most = AmountObjection.above(Money(990, Fixture.kwd))
    #expect(objections(100) == [] && objections(990) == [])
    #expect(objections(991) == [most, .notMultiple(of: 10)] && objections(1000) == [most])
    #expect(objections(99) == [.below(Money(100, Fixture.kwd)), .notMultiple(of: 10)])
  }

  @Test func aCurrencyIsThreeAsciiLettersInAnyCase() {
    for text in ["usd", "USD", "uSd"] { #expect(Currency(text)?.code == "USD") }
    let junk = [
      "", "US", "USDX", "U D", " USD", "US1", "U$D", "ＵＳＤ", "us\u{301}", "\u{131}sk", "ß1", "US\0",
    ]
    for text in junk { #expect(Currency(text) == nil, "\(text)") }
    #expect(Fixture.table.currencies.map(\.code) == ["JPY", "KWD", "USD"])
  }
}
