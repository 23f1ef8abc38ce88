import JSON
import PaymentServer
import Payments

let doctorHelp = """
  usage: bursar doctor [CLIENT] [--policy FILE] [--offline] [--json]

  Looks at a finished installation: the policy, who could change it, the ledger and the file system it
  is on, the clock, the processor's key and its mode, whether the processor answers one read, and how
  a client will start this program. Each finding says how to mend it. Writes nothing, moves nothing.

    CLIENT     looks into that client's configuration: claude-code, claude-desktop, cursor, vscode,
               codex, gemini, windsurf, zed
    --offline  does not ask the processor

  Exit code 0 when payments will work, 1 when something must be mended first; warnings are no failure.

  """

/// What `bursar doctor` is asked for.
struct DoctorOrder: Equatable {
  let policy: String?
  /// Whose way of starting Bursar is looked into; nil for that of any client.
  let client: Client?
  /// Whether the processor is left in peace.
  let isOffline: Bool
  let json: Bool

  /// Makes sense of the names and options after `doctor`.
  init(names: [String], values: [String: String], flags: Set<String>) throws(UsageMistake) {
    if names.count > 1 { throw UsageMistake(message: "doctor does not take \"\(names[1])\".") }
    client = names.first.flatMap(Client.init(rawValue:))
    if let name = names.first, client == nil {
      throw UsageMistake(message: "doctor does not know \"\(name)\"; it knows \(Client.listed).")
    }
    policy = values["--policy"]
    isOffline = flags.contains("--offline")
    json = flags.contains("--json")
  }
}

/// One thing that was looked at.
struct Symptom: Equatable {
  /// How bad it is.
  enum Grade: String {
    case ok
    /// It works, and may not stay so or was not meant.
    case warning
    /// Payments do not work, or are not safe.
    case failure
  }

  let grade: Grade
  /// What was looked at: `policy`, `ledger`, `clock` ...
  let area: String
  /// What was found; a sentence.
  let finding: String
  /// What to do about it; nil when nothing is to be done.
  let fix: String?

  static func ok(_ area: String, _ finding: String) -> Symptom {
    Symptom(grade: .ok, area: area, finding: finding, fix: nil)
  }

  static func warning(_ area: String, _ finding: String, fix: String) -> Symptom {
    Symptom(grade: .warning, area: area, finding: finding, fix: fix)
  }

  static func failure(_ area: String, _ finding: String, fix: String) -> Symptom {
    Symptom(grade: .failure, area: area, finding: finding, fix: fix)
  }
}

/// `bursar doctor`: whether a finished installation works, and how to mend what does not. Moves no
/// money and writes nothing.
func doctor(_ order: DoctorOrder) -> ExitCode {
  var examination = Examination(order, environment: System.environment())
  examination.look()
  let symptoms = examination.symptoms
  let isWell = !symptoms.contains { $0.grade == .failure }
  let text =
    order.json
    ? String(decoding: report(symptoms, isWell).compact, as: UTF8.self) + "\n"
    : symptoms.map { row($0) }.joined()
      + (isWell ? "Bursar is ready.\n" : "Bursar is not ready.\n")
  guard answer(text) else { return .inputOutput }
  return isWell ? .ok : .found
}

private func row(_ symptom: Symptom) -> String {
  let mark =
    switch symptom.grade {
    case .ok: "ok     "
    case .warning: "warning"
    case .failure: "FAILURE"
    }
  let fix = symptom.fix.map { "         fix: \($0)\n" } ?? ""
  return "\(mark)  \(symptom.area): \(symptom.finding)\n\(fix)"
}

private func report(_ symptoms: [Symptom], _ isWell: Bool) -> JSONValue {
  let list = symptoms.map { symptom -> JSONValue in
    [
      "grade": .string(symptom.grade.rawValue), "area": .string(symptom.area),
      "finding": .string(symptom.finding), "fix": symptom.fix.map { .string($0) } ?? .null,
    ]
  }
  return ["ok": .bool(isWell), "symptoms": .array(list)]
}
