import Foundation
import Glibc
import PaymentServer
import Payments
import Testing

@testable import bursar

struct PolicyWatchTests {
  private let home: TemporaryDirectory
  private let path: String

  init() throws {
    home = try TemporaryDirectory()
    path = try home.write(Self.policy("10.00"), to: "policy.jsonc")
  }

  private static func policy(_ amount: String) -> String {
    #"{"caps": [{"name": "run", "per": "run", "amount": "\#(amount)", "currency": "USD"}]}"#
  }

  private func watch() -> PolicyWatch {
    PolicyWatch(policy: path, run: nil, environment: ["HOME": home.path])
  }

  private func at(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1000) }

  private func amount(_ reading: PolicyReading?) -> Int64? {
    guard case .accepted(let policy)? = reading else { return nil }
    return policy.caps.first?.amount.amount
  }

  @Test func anEditIsReadOnceAndNoMoreThanOnceASecond() throws {
    var watch = watch()
    #expect(watch.reading(at: at(10), isAsked: false) == nil)
    try home.write(Self.policy("20.00"), to: "policy.jsonc")
    let early = Instant(milliseconds: 10_999)
    #expect(watch.reading(at: early, isAsked: false) == nil)
    #expect(amount(watch.reading(at: at(11), isAsked: false)) == 2000)
    #expect(watch.reading(at: at(20), isAsked: false) == nil)
    // Who asks is answered, whatever has changed and however lately it was looked.
    #expect(amount(watch.reading(at: at(20), isAsked: true)) == 2000)
  }

  @Test func aBrokenEditAndAMissingFileAreRead() throws {
    var watch = watch()
    try home.write("{", to: "policy.jsonc")
    guard case .broken? = watch.reading(at: at(10), isAsked: false) else {
      Issue.record("A broken edit was not noticed.")
      return
    }
    try FileManager.default.removeItem(atPath: path)
    guard case .broken(let mistakes)? = watch.reading(at: at(20), isAsked: false) else {
      Issue.record("A file that is gone was not noticed.")
      return
    }
    #expect(mistakes.first?.message.contains("no such file") == true)
  }

  @Test func aPolicyThatIsGoneFromItsUsualPlaceIsNotTheBuiltInOne() throws {
    try FileManager.default.createDirectory(
      atPath: home.path(".config/bursar"), withIntermediateDirectories: true)
    let path = home.path(".config/bursar/policy.jsonc")
    var watch = PolicyWatch(policy: nil, run: nil, environment: ["HOME": home.path])
    try home.write(Self.policy("30.00"), to: ".config/bursar/policy.jsonc")
    #expect(amount(watch.reading(at: at(5), isAsked: false)) == 3000)
    try FileManager.default.removeItem(atPath: path)
    for asked in [false, true] {
      guard case .broken(let mistakes)? = watch.reading(at: at(asked ? 20 : 10), isAsked: asked)
      else {
        Issue.record("The built-in rules came into force.")
        continue
      }
      #expect(mistakes.first?.message.contains("no such file") == true)
    }
    try home.write(Self.policy("40.00"), to: ".config/bursar/policy.jsonc")
    #expect(amount(watch.reading(at: at(30), isAsked: false)) == 4000)
  }

  @Test func aLinkThatIsTurnedToAFileOthersCanWriteFoolsNobody() throws {
    let good = try home.write(Self.policy("30.00"), to: "good.jsonc")
    let bad = try home.write(Self.policy("900.00"), to: "bad.jsonc", mode: 0o666)
    let link = home.path("link.jsonc")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: good)
    var watch = PolicyWatch(policy: link, run: nil, environment: ["HOME": home.path])
    #expect(amount(watch.reading(at: at(5), isAsked: true)) == 3000)
    // The link itself is the operator's, as it was; what it leads to is not.
    let turned = home.path("turned")
    try FileManager.default.createSymbolicLink(atPath: turned, withDestinationPath: bad)
    let moved = unsafe rename(turned, link)
    #expect(moved == 0)
    guard case .broken(let mistakes)? = watch.reading(at: at(10), isAsked: false) else {
      Issue.record("A file others can write was believed.")
      return
    }
    #expect(mistakes.first?.message.contains("0666") == true)
  }
}

extension WorldTests {
  struct EditTests {
    private let home: TemporaryDirectory
    private let path: String

    init() throws {
      signal(SIGPIPE, SIG_IGN)
      home = try TemporaryDirectory()
      path = try home.write(Self.policy("10.00"), to: "policy.jsonc")
    }

    private static func policy(_ amount: String) -> String {
      #"{"caps": [{"name": "run", "per": "run", "amount": "\#(amount)", "currency": "USD"}]}"#
    }

    private func start() throws -> Binary {
      let binary = try Binary("--policy", path, "--run", "r", home: home)
      try binary.write(Wire.hello)
      _ = try binary.readLine()
      return binary
    }

    private func said(_ line: String, by binary: Binary) throws -> Said {
      try binary.write(line)
      return try Said(try binary.readLine())
    }

    @Test func aHangUpHasThePolicyReadAgain() throws {
      let binary = try start()
      #expect(try said(Wire.charge("inv-1"), by: binary).verdict == "DONE")
      #expect(try said(Wire.charge("inv-2", amount: 500), by: binary).code == "spend_cap_exceeded")
      try home.write(Self.policy("15.00"), to: "policy.jsonc")
      binary.signal(SIGHUP)
      let again = try said(Wire.charge("inv-2", amount: 500), by: binary)
      #expect(again.verdict == "DONE", "\(again.message)")
      binary.closeInput()
      #expect(try binary.exitCode() == 0)
      #expect(try binary.complaints().contains("policy_accepted"))
    }

    @Test(arguments: ["4242 4242 4242 4242 leaked", "sk_live_51Habc"])
    func aFreezeKeepsNoSecret(_ why: String) throws {
      let words = ["--all", "--why", why, "--policy", path]
      let thaw = try Binary(arguments: ["thaw"] + words, home: home)
      #expect(try thaw.exitCode() == 64)
      #expect(try thaw.complaints().contains("kept nowhere; leave it out"))
      // A stop does not fail over its reason.
      let freeze = try Binary(arguments: ["freeze"] + words, home: home)
      #expect(try freeze.exitCode() == 0)
      let complaint = try freeze.complaints()
      #expect(complaint.contains("it is not kept"))
      #expect(!complaint.contains("4242") && !complaint.contains("51H"))
      let list = try Binary("freeze", "--policy", path, home: home)
      #expect(
        try list.readToEnd().first?.hasSuffix(
          ": \"not kept: it may hold a card number or a key\"") == true)
      for name in try FileManager.default.contentsOfDirectory(
        atPath: home.path(".local/state/bursar"))
      {
        let bytes = try home.read(".local/state/bursar/" + name)
        #expect(!bytes.contains(Array(why.utf8)), "\(name)")
      }
    }

    @Test func nothingIsFrozenUnderANameThatMayBeASecret() throws {
      for command in ["freeze", "thaw"] {
        let binary = try Binary(
          command, "--customer", "4242424242424242", "--why", "fraud", "--policy", path, home: home)
        #expect(try binary.exitCode() == 64)
        let complaint = try binary.complaints()
        #expect(complaint.contains("kept nowhere; leave it out") && !complaint.contains("4242"))
      }
      let list = try Binary("freeze", "--policy", path, home: home)
      #expect(try list.readToEnd() == ["Nothing is frozen."])
    }

    @Test func aFreezeCountsAtOnceInEveryProcess() throws {
      let binaries = [try start(), try start()]
      #expect(try said(Wire.charge("inv-1", amount: 100), by: binaries[0]).verdict == "DONE")
      let freeze = try Binary(
        "freeze", "--all", "--why", "audit", "--policy", path, home: home)
      #expect(
        try freeze.readToEnd() == [
          "Frozen in \(home.path(".local/state/bursar/ledger.db")): everything in the ledger."
        ])
      #expect(try freeze.exitCode() == 0)
      for (number, binary) in binaries.enumerated() {
        let answer = try said(Wire.charge("inv-\(number + 2)", amount: 101 + number), by: binary)
        #expect(answer.code == "frozen", "\(answer.message)")
      }
      let list = try Binary("freeze", "--policy", path, home: home)
      #expect(try list.readToEnd().first?.hasSuffix(": \"audit\"") == true)
      let thaw = try Binary("thaw", "--all", "--policy", path, home: home)
      #expect(try thaw.exitCode() == 0)
      #expect(try said(Wire.charge("inv-2", amount: 101), by: binaries[1]).verdict == "DONE")
      let nothing = try Binary("thaw", "--all", "--policy", path, home: home)
      #expect(try nothing.exitCode() == 1)
      for binary in binaries { binary.closeInput() }
    }
  }
}
