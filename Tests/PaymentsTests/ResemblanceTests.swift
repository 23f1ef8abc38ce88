import Payments
import Testing

/// What models make of a reference when they write it down again, and what they do not.
@Suite struct ResemblanceTests {
  @Test(arguments: [
    "INV-7", "inv-7", "INV7", "inv_7", "INV.7", "INV/7", "INV#7", "INV:7", "INV--7", "INV-007",
    "INV-7-retry", "INV-7-retry-2", "INV-7_Retry3", "INV-7-copy", "INV-7-v2", "INV-7-again",
    "retry-INV-7", "INV-7-copy-retry", "lNV-7", "INV-7-attempt-11",
  ])
  func aReferenceThatDriftedHasTheSameNormalForm(_ drifted: String) {
    #expect(normalForm(of: drifted) == normalForm(of: "INV-7"))
    #expect(likenesses(of: drifted).contains(normalForm(of: "INV-7")))
  }

  @Test(arguments: [
    "INV-8", "INV-70", "INV-77", "INV-7-A", "CN-7", "7", "INV-1-7", "INV-7-17", "INV-7-v", "INV",
  ])
  func anotherReferenceDoesNotResemble(_ other: String) {
    #expect(!likenesses(of: other).contains(normalForm(of: "INV-7")))
  }

  @Test func aCounterResemblesWhatItCountsAndNothingElse() {
    #expect(likenesses(of: "INV-7-2") == ["inv 7 2", "inv 7"])
    #expect(likenesses(of: "INV-2026-2") == ["inv 2026 2", "inv 2026"])
    // The numbers of two invoices of a year are no repetition of each other.
    #expect(!likenesses(of: "INV-2026-2").contains(normalForm(of: "INV-2026-1")))
    #expect(likenesses(of: "INV-2026-12") == ["inv 2026 12"])
    #expect(likenesses(of: "INV-7-retry-2") == ["inv 7"])
    #expect(likenesses(of: "INV-7-2").contains(normalForm(of: "INV-7-3")) == false)
    #expect(likenesses(of: "1-11") != likenesses(of: "11-1"))
  }

  @Test func lookAlikesOfDigitsAreTheDigits() {
    #expect(normalForm(of: "INV-1O0") == normalForm(of: "INV-100"))
    #expect(normalForm(of: "INV-l00") == normalForm(of: "INV-100"))
    #expect(normalForm(of: "INV-I00") == normalForm(of: "inv-0100"))
    #expect(normalForm(of: "oil") == "oii")
  }

  @Test func somethingAlwaysRemains() {
    #expect(normalForm(of: "retry") == "retry")
    #expect(normalForm(of: "retry-copy-2") == "retry")
    #expect(normalForm(of: "000") == "0")
    #expect(normalForm(of: "v2") == "v 2")
    #expect(normalForm(of: "A") == "a")
    #expect(normalForm(of: String(repeating: "A1", count: 32)).utf8.count == 127)
  }
}
