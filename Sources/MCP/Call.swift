public import JSON

/// What a line from the client amounts to.
public enum Event: Sendable, Equatable {
  /// Write this line; its newline is included.
  case line([UInt8])
  /// A tool is called; it waits for `Connection.answer`.
  case call(Call)
  /// Something is asked about resources; it waits for `Connection.answer`.
  case question(Question)
  /// The client no longer waits: nothing more will be sent for this call or question. What a
  /// call asked for goes on.
  case cancelled(CallID)
}

/// A call's serial number on its connection; the client's own id never leaves this room.
public struct CallID: Hashable, Comparable, Sendable {
  let serial: UInt64

  /// Whether a call came before another.
  public static func < (earlier: CallID, later: CallID) -> Bool {
    earlier.serial < later.serial
  }
}

/// A call of a tool that exists; its arguments are unchecked.
public struct Call: Sendable, Equatable {
  /// What to answer it by.
  public let id: CallID
  /// The tool's name, as in the list given to the connection.
  public let tool: String
  /// The arguments as sent; empty when there were none, or they have a flaw.
  public let arguments: JSONObject
  /// `params._meta` as sent; empty when there was none, or it has a flaw.
  public let meta: JSONObject
  /// The revision the call is made in.
  public let revision: Revision
  /// Whether the client gave a token for progress notifications.
  public let wantsProgress: Bool
  /// What is wrong with the call's form. Unless empty, it is not known what was asked for, and the
  /// only answer is to say so: as a result, since clients send again what they hear is an error
  /// (DESIGN §6).
  public let flaws: [Flaw]

  /// The agent run the call belongs to, if the client's framework says so:
  /// `_meta["dev.bursar/run"]`.
  public var run: String? {
    meta["dev.bursar/run"]?.string
  }
}

/// What is wrong with the form of a member of a call's parameters.
public struct Flaw: Sendable, Equatable {
  /// The member's name.
  public let member: String
  /// What is wrong with it: the rest of a sentence that begins with its name, without the point.
  public let text: String

  /// A flaw from its parts.
  public init(_ member: String, _ text: String) {
    self.member = member
    self.text = text
  }
}

/// What a tool has to say: one text, and the same as an object.
public struct ToolResult: Sendable, Equatable {
  /// The only content block; what most models read.
  public let text: String
  /// What conforms to the tool's output schema, an object already rendered on one line; sent from
  /// 2025-06-18 on, errors included.
  public let structured: [UInt8]
  /// Whether the model should correct its arguments and call again.
  public let isError: Bool

  /// A result of its parts.
  ///
  /// - Parameter structured: one JSON object, rendered compactly: whoever puts it into the text too
  ///   renders it once.
  public init(text: String, structured: [UInt8], isError: Bool) {
    self.text = text
    self.structured = structured
    self.isError = isError
  }
}
