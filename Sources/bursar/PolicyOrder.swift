/// What `bursar policy` is asked for.
enum PolicyOrder: Equatable {
  case diff(String, String, json: Bool)
  case explain(PolicyInquiry, policy: String?, json: Bool)
  case simulate(policy: String?, since: String?, json: Bool)
  case usage(policy: String?, json: Bool)
  case size(batch: Int64, amount: String, currency: String, json: Bool)

  /// The options that take a value, of all of these together.
  static let valued = [
    "--policy", "--reference", "--amount", "--currency", "--customer", "--run", "--since",
    "--batch",
  ]

  /// The words that may follow `policy`, with the options each takes besides --json.
  private static let known: [(name: String, options: [String])] = [
    ("diff", []),
    (
      "explain", ["--policy", "--reference", "--amount", "--currency", "--customer", "--run"]
    ),
    ("simulate", ["--policy", "--since"]), ("usage", ["--policy"]),
    ("size", ["--batch", "--amount", "--currency"]),
  ]

  /// Makes sense of the names and options after `policy`.
  init(
    names: [String], values: [String: String], number: Int64?, json: Bool
  ) throws(UsageMistake) {
    let listed = Self.known.map(\.name).joined(separator: ", ")
    guard let name = names.first, let word = Self.known.first(where: { $0.name == name }) else {
      throw UsageMistake(
        message: names.first.map { "policy knows \(listed), not \"\($0)\"." }
          ?? "policy needs one of \(listed) after it.")
    }
    for option in Self.valued where values[option] != nil && !word.options.contains(option) {
      throw UsageMistake(message: "policy \(name) does not take \(option).")
    }
    let taken = name == "diff" ? 3 : 1
    if names.count > taken {
      throw UsageMistake(message: "policy \(name) does not take \"\(names[taken])\".")
    }
    func needed(_ option: String) throws(UsageMistake) -> String {
      guard let value = values[option] else {
        throw UsageMistake(message: "policy \(name) needs \(option).")
      }
      return value
    }
    let policy = values["--policy"]
    switch name {
    case "diff":
      guard names.count == 3 else {
        throw UsageMistake(message: "policy diff needs two policy files: the old and the new one.")
      }
      self = .diff(names[1], names[2], json: json)
    case "explain":
      let inquiry = PolicyInquiry(
        reference: try needed("--reference"), amount: try needed("--amount"),
        currency: try needed("--currency"), customer: try needed("--customer"),
        run: values["--run"])
      self = .explain(inquiry, policy: policy, json: json)
    case "simulate": self = .simulate(policy: policy, since: values["--since"], json: json)
    case "size":
      guard let number else { throw UsageMistake(message: "policy size needs --batch.") }
      self = .size(
        batch: number, amount: try needed("--amount"), currency: values["--currency"] ?? "USD",
        json: json)
    default: self = .usage(policy: policy, json: json)
    }
  }
}

/// The charge `bursar policy explain` is asked about, as the command line gives it.
struct PolicyInquiry: Equatable {
  let reference: String
  let amount: String
  let currency: String
  let customer: String
  let run: String?
}
