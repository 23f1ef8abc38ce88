import JSON
import Payments

/// The sandbox's idempotency layer: one key space for the whole account, as Stripe keeps it
/// (`processors.md` §1.1–1.2).
struct SandboxKeys: Sendable {
  /// What a key says about a request that comes with it.
  enum Admission {
    /// It is new, and in use from now on.
    case first
    /// Its first request was answered like this.
    case stored(SandboxReply)
    /// It may not be used for this request, or not now.
    case refused(SandboxReply)
  }

  private struct Entry {
    let path: String
    /// The parameters as they came.
    let body: [UInt8]
    let firstUse: Instant
    let number: Int
    var reply: SandboxReply?
  }

  /// Stripe may forget a key once it is this old; the sandbox does, because that is the dangerous
  /// case.
  static let lifetime = Duration.seconds(24 * 3600)

  /// By the key's bytes.
  private var entries: [[UInt8]: Entry] = [:]
  private var sweepAt = 1024

  /// Says what a key means for a request, and marks it in use if it is new.
  mutating func admit(
    _ key: String, for call: SandboxCall, number: Int, at now: Instant
  ) -> Admission {
    let name = Array(key.utf8)
    if let entry = entries[name], !expired(entry, at: now) {
      guard same(entry.path, call.path) else { return .refused(otherEndpoint(entry, call, key)) }
      guard isSame(entry.body, call) else { return .refused(otherParameters(key)) }
      guard let reply = entry.reply else { return .refused(inUse(key)) }
      return .stored(reply)
    }
    sweep(at: now)
    entries[name] = Entry(
      path: call.path, body: call.request.body, firstUse: now, number: number)
    return .first
  }

  /// Stores the answer to a key's first request; nil frees the key, as if it had never been used.
  mutating func settle(_ key: String, number: Int, with reply: SandboxReply?) {
    let name = Array(key.utf8)
    guard entries[name]?.number == number else { return }
    if let reply {
      entries[name]?.reply = reply
    } else {
      entries[name] = nil
    }
  }

  /// Forgets a key before its time, as Stripe may once it is a day old.
  mutating func forget(_ key: String) {
    entries[Array(key.utf8)] = nil
  }

  private func expired(_ entry: Entry, at now: Instant) -> Bool {
    entry.firstUse.duration(to: now) >= Self.lifetime
  }

  /// Forgets expired keys whenever their number has doubled since the last time.
  private mutating func sweep(at now: Instant) {
    guard entries.count >= sweepAt else { return }
    entries = entries.filter { !expired($0.value, at: now) }
    sweepAt = max(1024, entries.count * 2)
  }

  /// Whether a body has the parameters of a call; the order they came in does not matter.
  private func isSame(_ body: [UInt8], _ call: SandboxCall) -> Bool {
    if body == call.request.body { return true }
    guard let form = Form(reading: body) else { return false }
    return sorted(form).elementsEqual(sorted(call.form)) { left, right in
      same(left.name, right.name) && same(left.value, right.value)
    }
  }

  private func sorted(_ form: Form) -> [Form.Field] {
    form.fields.sorted { left, right in precedes(left.name, right.name) }
  }

  private func otherParameters(_ key: String) -> SandboxReply {
    .refusal(
      type: "idempotency_error",
      message: "Keys for idempotent requests can only be used with the same parameters they were"
        + " first used with. Try using a key other than '\(key)' if you meant to execute a"
        + " different request.")
  }

  private func otherEndpoint(_ entry: Entry, _ call: SandboxCall, _ key: String) -> SandboxReply {
    .refusal(
      type: "idempotency_error",
      message: "Keys for idempotent requests can only be used for the same endpoint they were"
        + " first used for ('\(call.path)' vs '\(entry.path)'). Try using a key other than"
        + " '\(key)' if you meant to execute a different request.")
  }

  private func inUse(_ key: String) -> SandboxReply {
    .refusal(
      status: 409, code: "idempotency_key_in_use",
      message: "There is currently another in-progress request using this Idempotent Key: \(key)."
        + " Please try again later.")
  }
}
