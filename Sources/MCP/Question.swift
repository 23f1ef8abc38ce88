public import JSON

/// A question about resources, in good form; whoever knows them answers it.
public struct Question: Sendable, Equatable {
  /// What is asked.
  public enum Subject: Sendable, Equatable {
    /// Which resources there are.
    case list
    /// What one of them holds.
    case read(String)
    /// Which of these can be watched, to be told of their changes from the answer on.
    case watch([String])
  }

  /// What to answer it by.
  public let id: CallID
  /// What is asked; addresses as the client wrote them.
  public let subject: Subject
}

/// What there is to say to a question.
public enum Reply: Sendable, Equatable {
  /// Resource objects, in the order they are listed.
  case listed([JSONValue])
  /// What a resource holds, as JSON.
  case holds(JSONValue)
  /// Those of the addresses asked about that can be watched, as they were written.
  case watching([String])
  /// There is no such resource.
  case unknown
  /// Nothing can be said now; a sentence for the client's log.
  case unavailable(String)
}
