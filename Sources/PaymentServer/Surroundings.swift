public import Payments

/// What reaches the server from the world (DESIGN §1).
public enum Input: Sendable {
  /// A line from the agent, without its newline.
  case line([UInt8])
  /// A line longer than the reader of bytes keeps; its content is gone.
  case oversizedLine
  /// What came back for a request that was sent.
  case answer(DispatchID, Answer)
  /// What came of a delivery.
  case delivered(DeliveryID, DeliveryOutcome)
  /// The policy was read again, because its file changed or somebody asked for it.
  case policy(PolicyReading)
  /// No more lines will come.
  case ended
  /// Time has passed.
  case tick
}

/// What leaves the server, in order, after everything it depends on is durable.
public enum Output: Sendable {
  /// A protocol line for the agent, newline included.
  case line([UInt8])
  /// A request for the network.
  case send(Dispatch)
  /// Events for a sink.
  case deliver(Delivery)
  /// One JSON line for the operator's log, newline included.
  case log([UInt8])
}

/// A request on its way to the processor. Its row is committed before this value exists outside.
public struct Dispatch: Sendable {
  /// Which attempt of which operation; comes back with the answer.
  public let id: DispatchID
  /// The exact bytes; the credentials are added where they leave.
  public let request: Request
  /// Whether it only reads, so that a connection may be used again for it.
  public let reads: Bool

  /// A request on its way, from its parts.
  public init(id: DispatchID, request: Request, reads: Bool) {
    self.id = id
    self.request = request
    self.reads = reads
  }
}

/// One attempt of one operation. A late answer to an earlier attempt is told apart by its number.
public struct DispatchID: Hashable, Sendable {
  /// Whose attempt.
  public let operation: OperationID
  /// Which one.
  public let attempt: Int

  /// An attempt's name from its parts.
  public init(operation: OperationID, attempt: Int) {
    self.operation = operation
    self.attempt = attempt
  }
}

/// Everything the server is told once, at its beginning.
public struct Setting: Sendable {
  /// The rules, or what is wrong with them: then no money moves.
  public let policy: PolicyReading
  /// The processor's language.
  public let dialect: Dialect
  /// Whether the configured credentials move real money.
  public let livemode: Bool
  /// The run's name where a call brings none of its own.
  public let run: String
  /// Whether that name stands before any a call brings.
  public let isRunFirm: Bool
  /// The ledger's file.
  public let ledger: String
  /// SQLite's name for the disk to use; nil for the real one.
  public let vfs: String?
  /// This program's version, as the protocol reports it.
  public let version: String

  /// A setting from its parts.
  public init(
    policy: PolicyReading, dialect: Dialect, livemode: Bool, run: String,
    isRunFirm: Bool = false, ledger: String, vfs: String? = nil, version: String
  ) {
    self.policy = policy
    self.dialect = dialect
    self.livemode = livemode
    self.run = run
    self.isRunFirm = isRunFirm
    self.ledger = ledger
    self.vfs = vfs
    self.version = version
  }
}

/// A policy file, read: either whole and in force, or refused with every mistake. Never half of it.
public enum PolicyReading: Sendable {
  /// In force.
  case accepted(Policy)
  /// Refused; never empty.
  case broken([PolicyMistake])
}

/// One mistake in a policy file, for the operator.
public struct PolicyMistake: Sendable, Equatable {
  /// Line in the file, from 1.
  public let line: Int
  /// Column in that line, in characters, from 1.
  public let column: Int
  /// The key it is about (`caps[0].amount`); empty for the whole file.
  public let path: String
  /// What is wrong and what is expected; a sentence.
  public let message: String

  /// `line 3, column 14: caps[0].amount must be …`
  public var sentence: String {
    "line \(line), column \(column): \(path.isEmpty ? message : "\(path) \(message)")"
  }

  /// A mistake from its parts. A key that stands in the file is not repeated: mistakes are read by
  /// models and kept in logs.
  public init(line: Int, column: Int, path: String, message: String) {
    self.line = line
    self.column = column
    self.path = withoutKeys(path)
    self.message = withoutKeys(message)
  }
}
