/// One thing to be done at the processor for an operation.
public struct Instruction: Hashable, Sendable {
  /// What is to be done.
  public enum Kind: String, Sendable, CaseIterable {
    /// Create the charge's object, unconfirmed: moves no money.
    case create
    /// Confirm it: moves the money, at most once however often it is asked for.
    case confirm
    /// Read the charge's object by its id.
    case retrieve
    /// Cancel it, so that *unknown* becomes *certainly not* (or proves that it did happen).
    case cancel
    /// Look for the charge's object by customer, time and metadata.
    case find
    /// Give money back.
    case refund
    /// Read the refund by its id.
    case retrieveRefund = "retrieve_refund"
    /// Look for the refund among those of its charge, by metadata.
    case findRefund = "find_refund"

    /// Whether it can have an effect at the processor; what cannot needs no idempotency key.
    public var writes: Bool {
      switch self {
      case .create, .confirm, .cancel, .refund: true
      case .retrieve, .find, .retrieveRefund, .findRefund: false
      }
    }
  }

  /// What is to be done.
  public let kind: Kind
  /// For which operation, as it is now.
  public let operation: Operation
  /// What the operation's keys are derived from: at most 34 ASCII characters.
  public let key: IdempotencyKey
  /// Whether the configured credentials move real money; answers must agree.
  public let livemode: Bool

  /// An instruction for an operation as it is now.
  public init(kind: Kind, operation: Operation, key: IdempotencyKey, livemode: Bool) {
    self.kind = kind
    self.operation = operation
    self.key = key
    self.livemode = livemode
  }
}

/// What a key sent to the processor begins with: derived from the identity by SHA-256, never from
/// the amount, never from the model, never made anew (DESIGN §2).
public struct IdempotencyKey: Hashable, Sendable {
  /// 30 ASCII characters: `bursar` would say whose, so the prefix is `b1_`, the version of the
  /// rule.
  public let text: String

  /// Takes the text as derived.
  public init(_ text: String) {
    self.text = text
  }
}

/// One processor's language, as pure functions and a table (DESIGN §2).
public struct Dialect: Sendable {
  /// What the processor promises; the engine reads this and has no `if` on a processor's name.
  public let profile: Profile
  /// The request for an instruction: the same instruction gives the same bytes for ever.
  public let request: @Sendable (Instruction) -> Request
  /// What an answer to that instruction's request proves; its body is read once.
  public let proof: @Sendable (Instruction, Answer) -> Proof
  /// How its own list is asked for and read.
  public let statement: StatementDialect

  /// A language made of its parts.
  public init(
    profile: Profile,
    request: @escaping @Sendable (Instruction) -> Request,
    proof: @escaping @Sendable (Instruction, Answer) -> Proof,
    statement: StatementDialect
  ) {
    self.profile = profile
    self.request = request
    self.proof = proof
    self.statement = statement
  }

  /// What an answer to that instruction's request proves of the operation.
  public func finding(_ instruction: Instruction, _ answer: Answer) -> Finding {
    proof(instruction, answer).finding
  }
}

/// What an answer proves.
public struct Proof: Sendable {
  /// What it proves of the operation.
  public let finding: Finding
  /// The rule about money that it shows broken, whatever it proves besides; nil as a rule.
  public let violation: Violation.Kind?

  /// A proof from its parts.
  public init(_ finding: Finding, violation: Violation.Kind? = nil) {
    self.finding = finding
    self.violation = violation
  }
}

/// What a processor promises, as data (`processors.md` §3).
public struct Profile: Sendable {
  /// The processor's name in results and books (`stripe`, `sandbox`).
  public let name: String
  /// What amounts it takes in which currency.
  public let currencies: CurrencyTable
  /// The longest idempotency key it takes, in characters.
  public let keyLength: Int
  /// How long after its first use a key may safely be sent again.
  public let keyRetention: Duration
  /// How long a request whose answer was lost may still be executing: before that, absence in a
  /// list proves nothing.
  public let quiescence: Duration

  /// A profile from its figures.
  public init(
    name: String, currencies: CurrencyTable, keyLength: Int, keyRetention: Duration,
    quiescence: Duration
  ) {
    self.name = name
    self.currencies = currencies
    self.keyLength = keyLength
    self.keyRetention = keyRetention
    self.quiescence = quiescence
  }
}

/// A request to the processor, exactly as it leaves; stored with its attempt and resent verbatim.
///
/// The credentials are absent: the executable adds them when it sends (DESIGN §4, invariant 8).
public struct Request: Hashable, Sendable {
  /// The methods in use.
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// How.
  public let method: Method
  /// Path and query, from the first slash; appended to the configured base URL.
  public let path: String
  /// In the order they are sent; never an authorisation.
  public let headers: [Header]
  /// The body; empty for a GET.
  public let body: [UInt8]

  /// A request from its parts.
  public init(method: Method, path: String, headers: [Header], body: [UInt8]) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }
}

/// One header of a request or a response. Names are compared without regard to ASCII case.
public struct Header: Hashable, Sendable {
  /// The name as sent.
  public let name: String
  /// The value as sent.
  public let value: String

  /// A header from its parts.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What came back for a request.
public enum Answer: Hashable, Sendable {
  /// A complete response.
  case response(Response)
  /// No complete response.
  case failure(TransportFailure)
}

/// A complete HTTP response.
public struct Response: Hashable, Sendable {
  /// The status code.
  public let status: Int
  /// In the order they arrived.
  public let headers: [Header]
  /// The whole body, uninterpreted.
  public let body: [UInt8]

  /// A response from its parts.
  public init(status: Int, headers: [Header], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no complete response, in the terms that decide whether anything can have happened.
public struct TransportFailure: Hashable, Sendable {
  /// What went wrong.
  public enum Cause: String, Sendable, CaseIterable {
    /// No address for the host's name.
    case nameResolution = "name_resolution"
    /// No connection.
    case connection
    /// The handshake or the certificate.
    case security
    /// The time allowed ran out.
    case timeout
    /// The connection broke, or what came was no HTTP.
    case interrupted
    /// The answer was larger than allowed.
    case oversize
    /// The address is not one that may be used.
    case address
    /// The process that sent it died before an answer was recorded.
    case ownerDied = "owner_died"
    /// The sandbox's own books cannot be read or written.
    case sandboxJournal = "sandbox_journal"
  }

  /// What went wrong.
  public let cause: Cause
  /// Whether any byte of the request can have left. False only with proof (`PRETRANSFER_TIME_T ==
  /// 0` on a fresh connection); when in doubt, true.
  public let sent: Bool

  /// A failure from its facts.
  public init(cause: Cause, sent: Bool) {
    self.cause = cause
    self.sent = sent
  }
}
