import Payments

/// What became of an operator's wish.
public enum WishOutcome: Sendable, Equatable {
  /// It is in the books; a sentence.
  case done(String)
  /// Nothing was changed; why, in a sentence.
  case refused(String)
}

/// The longest text of an operator that the history keeps, in UTF-8 bytes.
let longestWord = 1000

/// What is wrong with a text of an operator that the history is to keep; nil when nothing is.
///
/// - Parameters:
///   - name: what the text is, as it stands in a sentence.
///   - expected: what is asked for.
func wordMistake(
  in text: String, called name: String, expected: String = "why, for whoever asks later"
) -> String? {
  if text.utf8.allSatisfy({ $0 <= 0x20 }) || text.utf8.count > longestWord {
    return "The \(name) must be a text of 1 to \(longestWord) bytes: \(expected)."
  }
  switch Secret(in: text) {
  case .cardNumber?:
    return "The \(name) holds what may be a card number, which is kept nowhere; leave it out."
  case .key?:
    return "The \(name) holds what may be a secret key, which is kept nowhere; leave it out."
  case nil: return nil
  }
}

/// Why an operator's word under one policy is none on an operation of another namespace; nil when
/// it is of the same.
func foreignMistake(_ operation: Operation, to namespace: String) -> String? {
  if isSame(operation.namespace, namespace) { return nil }
  return "\(operation.id.text) is of namespace \(quoted(operation.namespace)), and the policy is "
    + "of \(quoted(namespace)); give the one it was asked for under."
}
