import PaymentServer
import Testing

@testable import bursar

struct PolicyLocationTests {
  private let home = ["HOME": "/home/ann"]

  @Test func theCommandLineStandsBeforeTheEnvironmentBeforeTheUsualPlace() {
    var environment = home
    environment["BURSAR_POLICY"] = "/etc/b.jsonc"
    #expect(
      PolicySource(option: "/etc/a.jsonc", environment: environment) == .named("/etc/a.jsonc"))
    #expect(PolicySource(option: nil, environment: environment) == .named("/etc/b.jsonc"))
    environment["BURSAR_POLICY"] = ""
    #expect(
      PolicySource(option: nil, environment: environment)
        == .usual("/home/ann/.config/bursar/policy.jsonc"))
  }

  @Test func theConfigurationDirectoryIsTheUsersOrNone() {
    var environment = home
    environment["XDG_CONFIG_HOME"] = "/cfg"
    #expect(
      PolicySource(option: nil, environment: environment) == .usual("/cfg/bursar/policy.jsonc"))
    environment["XDG_CONFIG_HOME"] = "relative"
    #expect(
      PolicySource(option: nil, environment: environment)
        == .usual("/home/ann/.config/bursar/policy.jsonc"))
    #expect(PolicySource(option: nil, environment: [:]) == .builtIn)
  }

  @Test func aTildeIsTheUsersDirectoryAndARelativePathIsSeenFromItsBase() {
    #expect(absolute("~/x", environment: home) == "/home/ann/x")
    #expect(absolute("/x", environment: home, base: "/etc") == "/x")
    #expect(absolute("x/y", environment: home, base: "/etc") == "/etc/x/y")
    #expect(absolute("~ann/x", environment: home, base: "/etc") == "/etc/~ann/x")
    #expect(directory(of: "/etc/bursar/p.jsonc") == "/etc/bursar")
  }

  @Test func aUsualPolicyMayBeMissingAndANamedOneMayNot() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("none.jsonc")
    #expect(PolicyFile.read(.usual(path)) == .none)
    #expect(PolicyFile.read(.builtIn) == .none)
    #expect(
      PolicyFile.read(.named(path)) == .mistake("The policy cannot be read: there is no such file.")
    )
  }

  @Test func onlyARegularFileIsRead() throws {
    let directory = try TemporaryDirectory()
    for path in [directory.path, "/dev/zero", "/dev/null"] {
      guard case .mistake(let sentence) = PolicyFile.read(.named(path)) else {
        Issue.record("\(path) was read")
        continue
      }
      #expect(sentence.contains("regular file"))
    }
  }

  @Test func aPolicyOfMoreThanAMebibyteIsNotRead() throws {
    let directory = try TemporaryDirectory()
    let spaces = [UInt8](repeating: 0x20, count: PolicyFile.limit)
    let path = try directory.write(spaces, to: "p.jsonc")
    #expect(PolicyFile.read(.named(path)) == .bytes(spaces))
    try directory.write(spaces + [0x20], to: "p.jsonc")
    #expect(
      PolicyFile.read(.named(path))
        == .mistake("The policy cannot be read: it is larger than 1 MiB."))
  }

  @Test func aPolicyOthersCanChangeIsNotBelieved() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("{}", to: "p.jsonc", mode: 0o664)
    guard case .mistake(let sentence) = PolicyFile.read(.named(path)) else {
      Issue.record("it was believed")
      return
    }
    #expect(sentence.contains("0664") && sentence.contains("chmod go-w"))
    #expect(PolicyFile.mistake(mode: 0o644, owner: 7, user: 7) == nil)
    #expect(PolicyFile.mistake(mode: 0o644, owner: 0, user: 7) == nil)
    #expect(PolicyFile.mistake(mode: 0o644, owner: 8, user: 7)?.contains("another user") == true)
  }
}

struct RunNameTests {
  @Test func aParentsNameIsMadeOfItsBootNumberAndStart() {
    let fields = (4...24).map { String($0 * 100) }.joined(separator: " ")
    let facts = "77 (a) b (c) S \(fields)"
    #expect(
      RunName.parent(number: 77, boot: "0123456789-abc", facts: facts)
        == "parent-01234567-77-2200")
    #expect(RunName.parent(number: 77, boot: "0123456789", facts: "77 (a) S 1 2") == nil)
    #expect(RunName.parent(number: 77, boot: "", facts: facts) == nil)
  }

  @Test func ourOwnParentHasAName() {
    let name = RunName.parent()
    #expect(name?.hasPrefix("parent-") == true)
    #expect(name == RunName.parent())
  }

  @Test(arguments: [
    "4242424242424242", "run-4242-4242-4242-4242", "sk_live_51Hq9", "run:rk_test_51Hq9",
  ]) func aRunNamedByASecretIsRefusedAndNeverRepeated(name: String) {
    let given = [
      Arrangement(policy: nil, run: name, environment: ["HOME": "/home/ann"]),
      Arrangement(policy: nil, environment: ["HOME": "/home/ann", "BURSAR_RUN": name]),
    ]
    for arrangement in given {
      #expect(
        arrangement.mistakes.map(\.message) == [
          "The run's name (--run or BURSAR_RUN) holds what may be a card number or a key, which is "
            + "kept nowhere; give the run another name."
        ])
      #expect(arrangement.run == RunName.shared)
    }
  }
}
