import Payments

/// What became of an operator's wish.
public enum WishOutcome: Sendable, Equatable {
  /// It is in the books; a sentence.
  case done(String)
  /// Nothing was changed; why, in a sentence.
  case refused(String)
}

/// The longest text of an operator that the history keeps, in UTF-8 bytes.
private let longestWord = 1000

/// What is wrong with a text of an operator that the history is to keep; nil when nothing is.
///
/// - Parameter name: what the text is, as it stands in a sentence.
func wordMistake(in text: String, called name: String) -> String? {
  if text.utf8.allSatisfy({ $0 <= 0x20 }) || text.utf8.count > longestWord {
    return "The \(name) must be a text of 1 to \(longestWord) bytes: what was seen, and where."
  }
  switch Secret(in: text) {
  case .cardNumber?:
    return "The \(name) holds what may be a card number, which is kept nowhere; leave it out."
  case .key?:
    return "The \(name) holds what may be a secret key, which is kept nowhere; leave it out."
  case nil: return nil
  }
}
