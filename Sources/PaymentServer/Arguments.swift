import JSON
import MCP
import Payments

/// A call's arguments after everything that can be said about them without the books.
enum Reading<Demanded> {
  case sound(Demanded)
  case mistaken([Mistake])
}

/// What `charge` was called with.
struct ChargeArguments {
  let reference: String
  let terms: Terms
  let distinct: OperationID?
  let task: String?
  let step: String?
  let checkpoint: String?
}

/// What `refund` was called with.
struct RefundArguments {
  let charge: String
  let reference: String
  let amount: Int64?
  let reason: String?
  let task: String?
  let step: String?
  let checkpoint: String?
}

/// What `status` was called with.
struct StatusArguments {
  let operation: String?
  let reference: String?
  let task: String?
  var wait: Duration
}

/// Reads the arguments of one tool: schema, secrets, syntax, amounts; all mistakes at once.
struct ArgumentReader {
  let schema: JSONSchema
  let currencies: CurrencyTable

  /// The most arguments that are looked at one by one.
  static let most = 64

  /// The most bytes of a checkpoint, as the tools' schemas say it.
  static let mostCheckpoint = 16_384

  /// What is wrong with arguments that are too many to be looked at one by one.
  static func flood(_ arguments: JSONObject) -> Mistake? {
    guard arguments.members.count > most else { return nil }
    return Mistake(
      "arguments", "are \(arguments.members.count); send only those this tool describes.")
  }

  /// The arguments with `null` and `""` taken for absent where the tool does not require them.
  static func present(_ arguments: JSONObject, required: [String]) -> JSONObject {
    var present = JSONObject()
    for member in arguments.members {
      let isRequired = required.contains { isSame($0, member.key) }
      let isAbsent = member.value == .null || member.value == .string("")
      if isAbsent, !isRequired { continue }
      present[member.key] = member.value
    }
    return present
  }

  private var texts: ArgumentTexts { ArgumentTexts(currencies: currencies) }

  func charge(_ given: JSONObject, needsStep: Bool) -> Reading<ChargeArguments> {
    let arguments = Self.present(given, required: ["reference", "customer", "amount", "currency"])
    var mistakes = structural(arguments)
    mistakes += names(arguments, ["reference", "distinct_from", "task_id", "step_id"])
    if needsStep { mistakes += missingStep(arguments) }
    mistakes += token(arguments, "customer") + token(arguments, "payment_method")
    var money: Money?
    if let currency = currency(arguments, &mistakes), let amount = arguments["amount"]?.integer {
      money = Money(amount, currency)
      mistakes += texts.mistakes(in: Money(amount, currency))
    }
    guard mistakes.isEmpty, let money, let reference = arguments["reference"]?.string,
      let customer = arguments["customer"]?.string
    else { return .mistaken(unique(mistakes)) }
    let terms = Terms(
      customer: customer, money: money, paymentMethod: arguments["payment_method"]?.string,
      description: arguments["description"]?.string)
    return .sound(
      ChargeArguments(
        reference: reference, terms: terms,
        distinct: arguments["distinct_from"]?.string.map { OperationID($0) },
        task: arguments["task_id"]?.string,
        step: arguments["step_id"]?.string, checkpoint: arguments["checkpoint"]?.string))
  }

  /// A currency the processor takes, or the mistake that it is not one.
  private func currency(_ arguments: JSONObject, _ mistakes: inout [Mistake]) -> Currency? {
    // Of another length the schema has spoken already; it counts characters, not bytes.
    guard let code = arguments["currency"]?.string, code.unicodeScalars.count == 3 else {
      return nil
    }
    guard let currency = Currency(code) else {
      mistakes.append(
        Mistake("currency", "must be three letters such as USD; you sent \(quoted(code))."))
      return nil
    }
    guard currencies[currency] != nil else {
      mistakes.append(texts.mistake(.currency(currency)))
      return nil
    }
    return currency
  }

  func refund(_ given: JSONObject, needsStep: Bool) -> Reading<RefundArguments> {
    let arguments = Self.present(given, required: ["charge", "reference"])
    var mistakes = structural(arguments)
    mistakes += names(arguments, ["charge", "reference", "task_id", "step_id"])
    if needsStep { mistakes += missingStep(arguments) }
    guard mistakes.isEmpty, let charge = arguments["charge"]?.string,
      let reference = arguments["reference"]?.string
    else { return .mistaken(unique(mistakes)) }
    return .sound(
      RefundArguments(
        charge: charge, reference: reference, amount: arguments["amount"]?.integer,
        reason: arguments["reason"]?.string, task: arguments["task_id"]?.string,
        step: arguments["step_id"]?.string, checkpoint: arguments["checkpoint"]?.string))
  }

  func status(_ given: JSONObject) -> Reading<StatusArguments> {
    let arguments = Self.present(given, required: [])
    let mistakes =
      structural(arguments) + names(arguments, ["operation", "reference", "task_id"])
    guard mistakes.isEmpty else { return .mistaken(unique(mistakes)) }
    return .sound(
      StatusArguments(
        operation: arguments["operation"]?.string, reference: arguments["reference"]?.string,
        task: arguments["task_id"]?.string,
        wait: .seconds(arguments["wait_seconds"]?.integer ?? 0)))
  }

  /// What the schema and the search for secrets say. A name that carries one is repeated nowhere:
  /// the rest is judged without it.
  private func structural(_ given: JSONObject) -> [Mistake] {
    let named = given.members.filter { Secret(in: $0.key) == nil }
    let arguments = JSONObject(named.map { ($0.key, $0.value) })
    var mistakes = schema.violations(in: .object(arguments)).map { violation in
      texts.mistake(violation, in: arguments)
    }
    if named.count < given.members.count {
      mistakes += given.members.compactMap { Secret(in: $0.key) }.map { secret in
        Mistake("arguments", ArgumentTexts.named(secret))
      }
    }
    mistakes += oversized(arguments)
    for member in arguments.members {
      guard let scalar = member.value.string?.unicodeScalars.first(where: isHidden)
      else { continue }
      let code = String(scalar.value, radix: 16, uppercase: true)
      mistakes.append(
        Mistake(
          quotedName(member.key),
          "carries the invisible character U+\(String(repeating: "0", count: max(0, 4 - code.count)))"
            + "\(code), which is not taken. Leave it out."))
    }
    for member in arguments.members {
      guard let secret = secret(in: member.value) else { continue }
      mistakes.append(Mistake(quotedName(member.key), ArgumentTexts.carrying(secret)))
    }
    return mistakes
  }

  /// The schema's limit of a checkpoint counts characters, and its words promise bytes.
  private func oversized(_ arguments: JSONObject) -> [Mistake] {
    guard let bytes = arguments["checkpoint"]?.string?.utf8.count, bytes > Self.mostCheckpoint
    else { return [] }
    return [Mistake("checkpoint", ArgumentTexts.oversized(bytes, most: Self.mostCheckpoint))]
  }

  private func secret(in value: JSONValue) -> Secret? {
    switch value {
    case .null, .bool: nil
    case .number(let number): Secret(in: number.text)
    case .string(let text): Secret(in: text)
    case .array(let items): items.lazy.compactMap { secret(in: $0) }.first
    case .object(let object):
      object.members.lazy.compactMap { Secret(in: $0.key) ?? secret(in: $0.value) }.first
    }
  }

  private func names(_ arguments: JSONObject, _ keys: [String]) -> [Mistake] {
    keys.compactMap { key in
      guard let text = arguments[key]?.string, !isReference(text) else { return nil }
      return Mistake(
        key,
        "must be 1-64 characters, letters and digits and . _ : / # - only, beginning with a letter or "
          + "digit; you sent \(quoted(text)).")
    }
  }

  /// Ids of the processor are printable ASCII without spaces; anything else cannot be one.
  private func token(_ arguments: JSONObject, _ key: String) -> [Mistake] {
    guard let text = arguments[key]?.string, !text.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return [] }
    return [
      Mistake(
        key,
        "must be letters, digits and punctuation of ASCII without spaces, as the processor's id is; a "
          + "letter that only looks like one of them is another; you sent \(quoted(text))."
      )
    ]
  }

  private func missingStep(_ arguments: JSONObject) -> [Mistake] {
    ["task_id", "step_id"].filter { arguments[$0] == nil }.map {
      Mistake($0, "is required here: the policy tells operations apart by task and step.")
    }
  }

  /// Each mistake once, in the order found. Of an argument that may carry a secret nothing else is
  /// said, so that it is never quoted (DESIGN §4, invariant 8).
  private func unique(_ mistakes: [Mistake]) -> [Mistake] {
    let texts = Secret.allCases.map { ArgumentTexts.carrying($0) }
    func isOfSecret(_ mistake: Mistake) -> Bool { texts.contains { isSame($0, mistake.text) } }
    let secret = mistakes.filter(isOfSecret).map(\.argument)
    var seen: Set<Mistake> = []
    return mistakes.filter { mistake in
      let isQuoting =
        !isOfSecret(mistake) && secret.contains { isSame($0, mistake.argument) }
      return !isQuoting && seen.insert(mistake).inserted
    }
  }
}

/// An argument's name as it may stand in a sentence.
func quotedName(_ name: String) -> String {
  isReference(name) ? name : quoted(name)
}

/// Whether a character shows nothing and may change how its neighbours are read: controls besides
/// tab and line ends, directions of writing, tags, marks of no width (`reliability.md` §3.7).
private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09, 0x0a, 0x0d: false
  case 0...0x1f, 0x7f...0x9f, 0x61c, 0x200b, 0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f,
    0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
    true
  default: false
  }
}
