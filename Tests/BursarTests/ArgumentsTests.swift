import Payments
import Testing

@testable import bursar

struct ArgumentsTests {
  private func command(_ words: String...) throws(UsageMistake) -> Command {
    try Command(arguments: words)
  }

  private func mistake(_ words: String...) -> String? {
    do throws(UsageMistake) {
      _ = try Command(arguments: words)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func withoutArgumentsItServes() throws {
    #expect(try command() == .serve(policy: nil, run: nil, transcript: nil))
    #expect(try command("serve") == .serve(policy: nil, run: nil, transcript: nil))
  }

  @Test func optionsOfServeWorkWithAndWithoutItsName() throws {
    let expected = Command.serve(policy: "p", run: "r", transcript: "t")
    #expect(try command("--policy", "p", "--run=r", "--transcript", "t") == expected)
    #expect(try command("serve", "--run", "r", "--transcript=t", "--policy=p") == expected)
  }

  @Test func checkAndOperationsTakeTheirOptionsInAnyOrder() throws {
    #expect(
      try command("check", "--json", "--policy", "p")
        == .check(policy: "p", json: true, strict: false))
    #expect(try command("check") == .check(policy: nil, json: false, strict: false))
    #expect(try command("check", "--strict") == .check(policy: nil, json: false, strict: true))
    let all = Command.operations(shown: nil, policy: nil, json: false)
    #expect(try command("operations") == all)
    #expect(try command("operations", "list") == all)
    #expect(
      try command("operations", "--json", "show", "op_1", "--policy=p")
        == .operations(shown: "op_1", policy: "p", json: true))
  }

  @Test func aFreezeNamesOneExtentAndAReason() throws {
    let run = try FreezeOrder(
      run: "r", customer: nil, flags: [], why: "loop", policy: nil, isThaw: false)
    #expect(try command("freeze", "--run", "r", "--why", "loop") == .freeze(run))
    #expect(run.subject == .run("r"))
    let whole = try FreezeOrder(
      run: nil, customer: nil, flags: ["--namespace", "--json"], why: nil, policy: "p", isThaw: true
    )
    #expect(try command("thaw", "--namespace", "--json", "--policy", "p") == .thaw(whole))
    #expect(whole.subject == .namespace && whole.json)
    let what = ["--amount", "60.00", "--currency", "USD", "--customer", "cus_1"]
    let word = try ApproveOrder(
      names: ["op_a"],
      values: [
        "--amount": "60.00", "--currency": "USD", "--customer": "cus_1", "--why": "seen",
        "--for": "30m",
      ])
    #expect(word.length == .seconds(1800))
    let approve = ["approve", "op_a"] + what
    #expect(
      try Command(arguments: approve + ["--why", "seen", "--for", "30m"]) == .approve(word))
    #expect(mistake("approve", "--why", "x")?.contains("the id of one operation") == true)
    #expect(mistake("approve", "op_a", "op_b", "--why", "x")?.contains("one operation") == true)
    #expect(mistake("approve", "op_a", "--why", "x")?.contains("--amount") == true)
    #expect(throws: UsageMistake.self) { try Command(arguments: approve) }
    for length in ["0s", "8d", "soon"] {
      #expect(throws: UsageMistake.self) {
        try Command(arguments: approve + ["--why", "x", "--for", length])
      }
    }
    #expect(mistake("freeze", "--all")?.contains("--why") == true)
    #expect(mistake("freeze", "--all", "--ledger", "l", "--why", "x") == nil)
    for words in [["--namespace", "--ledger", "l"], ["--all", "--ledger", "l", "--policy", "p"]] {
      #expect(throws: UsageMistake.self) {
        try Command(arguments: ["freeze", "--why", "x"] + words)
      }
    }
    // What could never hold anybody.
    #expect(mistake("freeze", "--all", "--why", " \t")?.contains("--why") == true)
    #expect(mistake("freeze", "--run", "a b", "--why", "x")?.contains("No run") == true)
    for customer in ["cus_*", "*", " "] {
      #expect(
        mistake("freeze", "--customer", customer, "--why", "x")?.contains("no pattern") == true)
      #expect(mistake("thaw", "--customer", customer) == nil)
    }
    #expect(mistake("freeze", "--all", "--run", "r", "--why", "x")?.contains("exactly one") == true)
    #expect(mistake("thaw")?.contains("exactly one") == true)
    #expect(mistake("thaw", "--all", "all")?.contains("\"all\"") == true)
  }

  @Test func metricsArePrintedOnceOrKeptInAFile() throws {
    let once = MetricsOrder(policy: nil, watch: nil, interval: .seconds(15))
    #expect(try command("metrics") == .metrics(once))
    let kept = MetricsOrder(policy: "p", watch: "f", interval: .seconds(3))
    #expect(
      try command("metrics", "--policy", "p", "--watch=f", "--every", "3") == .metrics(kept))
    #expect(mistake("metrics", "--every", "3")?.contains("--watch FILE") == true)
    #expect(mistake("metrics", "--watch", "f", "--every", "0")?.contains("from 1") == true)
    #expect(mistake("metrics", "x") == "metrics does not take \"x\".")
  }

  @Test func helpAndVersionAreFoundWhereverPeopleWriteThem() throws {
    #expect(try command("--version") == .version)
    #expect(try command("--help") == .help(nil))
    #expect(try command("-h") == .help(nil))
    #expect(try command("help") == .help(nil))
    #expect(try command("help", "check") == .help(.check))
    #expect(try command("operations", "--help") == .help(.operations))
  }

  @Test func whatIsNotUnderstoodIsNamedInOneSentence() {
    #expect(mistake("chekc")?.contains("\"chekc\"") == true)
    #expect(mistake("--polici", "x")?.contains("\"--polici\"") == true)
    #expect(mistake("check", "--run", "x")?.contains("\"--run\"") == true)
    #expect(mistake("--json")?.contains("\"--json\"") == true)
    #expect(mistake("serve", "now")?.contains("\"now\"") == true)
    #expect(mistake("help", "money")?.contains("\"money\"") == true)
    #expect(mistake("operations", "delete")?.contains("\"delete\"") == true)
    #expect(mistake("operations", "show", "a", "b")?.contains("\"b\"") == true)
  }

  @Test func settleAndSandboxTakeNumbers() throws {
    #expect(
      try command("settle", "--json", "--limit", "5")
        == .settle(SettleOrder(policy: nil, json: true, limit: .seconds(5))))
    #expect(
      try command("settle", "--policy", "p")
        == .settle(SettleOrder(policy: "p", json: false, limit: .seconds(60))))
    let order = SandboxOrder(port: 4242, faults: "f", seed: 7, books: "b")
    #expect(
      try command("sandbox", "--port", "4242", "--faults", "f", "--seed", "7", "--books", "b")
        == .sandbox(order))
    #expect(mistake("sandbox")?.contains("--port N") == true)
    #expect(mistake("sandbox", "--port", "65536")?.contains("from 0 to 65535") == true)
    #expect(mistake("sandbox", "--port", "0", "--seed", "x")?.contains("whole number") == true)
    #expect(mistake("settle", "--limit", "-1")?.contains("from 0 to 86400") == true)
  }

  @Test func anOptionWithoutItsValueOrGivenTwiceIsRefused() {
    #expect(mistake("--policy")?.contains("needs a value") == true)
    #expect(mistake("--policy=")?.contains("needs a value") == true)
    #expect(mistake("--run", "")?.contains("needs a value") == true)
    #expect(mistake("--run", "a", "--run", "b")?.contains("twice") == true)
    #expect(mistake("operations", "show")?.contains("op_") == true)
    #expect(mistake("check", "--json=yes")?.contains("--json=yes") == true)
  }

  @Test func everyToolForPoliciesTakesItsOwnOptions() throws {
    #expect(
      try command("policy", "simulate", "--policy", "n", "--since", "30d", "--json")
        == .policy(.simulate(policy: "n", since: "30d", json: true)))
    #expect(try command("policy", "usage") == .policy(.usage(policy: nil, json: false)))
    #expect(
      try command("policy", "diff", "--json", "a", "b") == .policy(.diff("a", "b", json: true)))
    #expect(
      try command("policy", "size", "--batch", "3", "--amount", "5.00")
        == .policy(.size(batch: 3, amount: "5.00", currency: "USD", json: false)))
    let inquiry = PolicyInquiry(
      reference: "r", amount: "1.00", currency: "EUR", customer: "c", run: nil)
    #expect(
      try command(
        "policy", "explain", "--reference=r", "--amount=1.00", "--currency=EUR", "--customer=c")
        == .policy(.explain(inquiry, policy: nil, json: false)))
  }

  @Test func aToolForPoliciesThatIsNotUnderstoodIsSaidSo() {
    #expect(mistake("policy")?.contains("needs one of diff") == true)
    #expect(mistake("policy", "guess")?.contains("\"guess\"") == true)
    #expect(mistake("policy", "diff", "a")?.contains("two policy files") == true)
    #expect(mistake("policy", "diff", "a", "b", "c")?.contains("\"c\"") == true)
    #expect(mistake("policy", "usage", "--since", "1d")?.contains("--since") == true)
    #expect(mistake("policy", "usage", "now")?.contains("\"now\"") == true)
    #expect(mistake("policy", "explain", "--amount", "1")?.contains("--reference") == true)
    #expect(mistake("policy", "size", "--amount", "1")?.contains("--batch") == true)
    #expect(mistake("policy", "size", "--batch", "0")?.contains("from 1") == true)
  }

  @Test func anOperatorsWordOnADeadLetterNeedsWhatItRestsOn() throws {
    #expect(
      try command("dead-letters")
        == .deadLetters(DeadLettersOrder(names: [], values: [:], json: false)))
    guard
      case .deadLetters(let order) = try command(
        "dead-letters", "resolve", "op_1", "--as", "failed", "--evidence", "ticket 7")
    else { throw UsageMistake(message: "no order") }
    #expect(order.wish == .resolve("op_1", as: .failed, evidence: "ticket 7"))
    let bare = mistake("dead-letters", "resolve", "op_1", "--as", "failed")
    #expect(bare?.contains("--evidence") == true)
    #expect(mistake("dead-letters", "resolve", "op_1", "--as", "maybe")?.contains("--as") == true)
    #expect(mistake("dead-letters", "retry", "op_1", "--as", "failed")?.contains("--as") == true)
    #expect(mistake("dead-letters", "retry")?.contains("op_") == true)
    #expect(mistake("dead-letters", "list", "op_1")?.contains("op_1") == true)
    #expect(mistake("dead-letters", "drop", "op_1")?.contains("\"drop\"") == true)
  }
}
