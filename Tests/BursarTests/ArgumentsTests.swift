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
    let all = Command.operations(shown: nil, policy: nil, json: false)
    #expect(try command("operations") == all)
    #expect(try command("operations", "list") == all)
    #expect(
      try command("operations", "--json", "show", "op_1", "--policy=p")
        == .operations(shown: "op_1", policy: "p", json: true))
  }

  @Test func aFreezeNamesOneExtentAndAReason() throws {
    let run = try FreezeOrder(
      run: "r", customer: nil, all: false, why: "loop", policy: nil, isThaw: false)
    #expect(try command("freeze", "--run", "r", "--why", "loop") == .freeze(run))
    #expect(run.extent(in: "acme") == .run("r", namespace: "acme"))
    #expect(mistake("freeze", "--all")?.contains("--why") == true)
    #expect(mistake("freeze", "--all", "--run", "r", "--why", "x")?.contains("exactly one") == true)
    #expect(mistake("thaw")?.contains("exactly one") == true)
    #expect(mistake("thaw", "--all", "all")?.contains("\"all\"") == true)
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

  @Test func anOptionWithoutItsValueOrGivenTwiceIsRefused() {
    #expect(mistake("--policy")?.contains("needs a value") == true)
    #expect(mistake("--policy=")?.contains("needs a value") == true)
    #expect(mistake("--run", "")?.contains("needs a value") == true)
    #expect(mistake("--run", "a", "--run", "b")?.contains("twice") == true)
    #expect(mistake("operations", "show")?.contains("op_") == true)
    #expect(mistake("check", "--json=yes")?.contains("--json=yes") == true)
  }
}
