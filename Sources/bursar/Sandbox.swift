import Payments
import Processors
import Schemas

/// What `bursar sandbox` is asked for.
struct SandboxOrder: Equatable {
  let port: UInt16
  /// The file of the plan; nil for none.
  let faults: String?
  let seed: Int64
  /// The file the books go to at the end; nil for standard output.
  let books: String?
}

/// `bursar sandbox`: a processor to practise on, over HTTP on this machine.
func sandbox(_ order: SandboxOrder) -> ExitCode {
  guard System.hasStandardOutput, let signals = System.catchSignals() else {
    complain("There is no standard output to answer on.")
    return .unavailable
  }
  var rough: RoughSandbox
  do throws(PlanTrouble) {
    rough = try RoughSandbox(
      plan(order), schema: Schemas.faults, seed: UInt64(bitPattern: order.seed))
  } catch {
    complain("The plan \(order.faults ?? ""): \(error.sentence)")
    return .configuration
  }
  let face = Face(port: order.port) { request, now in
    let visit = SandboxVisit(
      method: request.method, path: request.path, headers: request.headers, body: request.body)
    return rough.take(visit, at: now)
  }
  guard let face else {
    complain(Face.refusal(port: order.port))
    return .inputOutput
  }
  guard answer("listening on http://127.0.0.1:\(face.port)\n") else { return .inputOutput }
  var clock = Clock()
  while true {
    let now = clock.now()
    face.run(at: now)
    var interests = face.interests + [Interest(signals.number, .reading)]
    System.wait(for: &interests, milliseconds: face.timeout(at: now))
    face.notice(interests.dropLast())
    if interests[interests.count - 1].ready,
      case .bytes(let told) = System.read(signals.number, limit: 64), told.contains(1)
    {
      break
    }
  }
  return keep(rough.books(at: clock.now()) + [UInt8(ascii: "\n")], at: order.books)
}

/// Why there is no plan.
private struct PlanTrouble: Error {
  let sentence: String
}

private func plan(_ order: SandboxOrder) throws(PlanTrouble) -> FaultPlan {
  guard let path = order.faults else { return .none }
  let content: FileContent
  do throws(FileTrouble) {
    content = try System.read(file: path, limit: PolicyFile.limit)
  } catch {
    throw PlanTrouble(sentence: error.sentence(limit: "1 MiB"))
  }
  do throws(FaultPlan.Mistake) {
    return try FaultPlan(
      reading: content.bytes, schema: Schemas.faults, seed: UInt64(bitPattern: order.seed))
  } catch {
    throw PlanTrouble(sentence: error.message)
  }
}

private func keep(_ books: [UInt8], at path: String?) -> ExitCode {
  guard let path else { return write(books, to: 1) ? .ok : .inputOutput }
  do throws(FileTrouble) {
    let file = try System.openForAppending(path)
    try System.truncate(file, to: 0)
    if write(books, to: file.number) { return .ok }
    complain("The books cannot be written to \(path).")
  } catch {
    complain("The books cannot be written to \(path): \(error.sentence(limit: ""))")
  }
  return .inputOutput
}
