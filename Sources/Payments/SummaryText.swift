/// The sentence `status` gives of several operations.
public struct SummaryText: Sendable {
  private let texts: Texts

  /// A summary in the words of one processor and world.
  public init(texts: Texts) {
    self.texts = texts
  }

  /// `This session has 3 operations: 2 captured, 1 validated. Left of "run": 40.00 USD. …`
  ///
  /// - Parameters:
  ///   - scope: what the operations have in common.
  ///   - pending: those that are not at rest.
  ///   - left: caps with what is left of their amount, in minor units.
  public func text(
    _ scope: String, _ operations: [Operation], _ pending: [Operation], _ left: [(Cap, Int64)]
  ) -> String {
    var sentences = ["\(count(operations.count)) known for \(scope)\(byState(operations))."]
    for operation in pending.prefix(3) {
      sentences.append("Not resolved: \(texts.name(operation)) (operation \(operation.id.text)).")
    }
    for (cap, amount) in left where cap.limitsAmount {
      let money = texts.currencies.text(Money(amount, cap.amount.currency))
      sentences.append(
        "Left of cap \(quoted(cap.name)): \(money) of \(texts.currencies.text(cap.amount)).")
    }
    return sentences.joined(separator: " ")
  }

  private func count(_ number: Int) -> String {
    switch number {
    case 0: "No operation is"
    case 1: "1 operation is"
    default: "\(number) operations are"
    }
  }

  private func byState(_ operations: [Operation]) -> String {
    let parts = State.allCases.compactMap { state -> String? in
      let number = operations.count { $0.state == state }
      return number == 0 ? nil : "\(number) \(state.rawValue)"
    }
    return parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
  }
}
