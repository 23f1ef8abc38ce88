public import Payments

/// One try at the processor; its exact request is durable before the first byte leaves (DESIGN §2).
public struct Attempt: Sendable, Equatable {
  /// For which operation.
  public let operation: OperationID
  /// Counted from 1 within the operation.
  public let number: Int
  /// What was asked for.
  public let instruction: Instruction.Kind
  /// The idempotency key as sent; nil when none was.
  public let key: String?
  /// The request as it left, or is about to; sent again byte for byte.
  public let request: Request
  /// When it was recorded, which is before it left.
  public let started: Instant
  /// When its outcome was recorded; nil until then.
  public let finished: Instant?
  /// The stable word for what the answer proved; nil until there is one.
  public let outcome: String?
  /// The HTTP status of the answer; nil when none came.
  public let status: Int?
  /// The process that sends it (its epoch in the ledger).
  public let owner: Int64

  /// An attempt; without the last three arguments it is under way.
  public init(
    operation: OperationID, number: Int, instruction: Instruction.Kind, key: String?,
    request: Request, started: Instant, owner: Int64, finished: Instant? = nil,
    outcome: String? = nil, status: Int? = nil
  ) {
    self.operation = operation
    self.number = number
    self.instruction = instruction
    self.key = key
    self.request = request
    self.started = started
    self.finished = finished
    self.outcome = outcome
    self.status = status
    self.owner = owner
  }
}

extension Attempt {
  var values: [Value] {
    [
      .text(operation.text), .integer(number), .text(instruction.rawValue), .maybe(key),
      .text(request.method.rawValue), .text(request.path), .text(lines(of: request.headers)),
      .blob(request.body), .instant(started), .maybe(finished), .maybe(outcome), .maybe(status),
      .integer(owner),
    ]
  }

  init(_ row: inout Row) throws(LedgerError) {
    let operation = OperationID(try row.text())
    let number = try row.number()
    let instruction: Instruction.Kind = try row.word()
    let key = try row.textOrNil()
    let request = Request(
      method: try row.word(), path: try row.text(), headers: try headers(in: row.text()),
      body: try row.bytes())
    let started = try row.instant()
    let finished = try row.instantOrNil()
    let outcome = try row.textOrNil()
    let status = try row.numberOrNil()
    self.init(
      operation: operation, number: number, instruction: instruction, key: key, request: request,
      started: started, owner: try row.integer(), finished: finished, outcome: outcome,
      status: status)
  }
}

/// Headers as they stand in a request, one to a line: `Name: value`.
private func lines(of headers: [Header]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(256)
  for header in headers {
    precondition(
      !header.name.utf8.contains(UInt8(ascii: ":")),
      "A header's name has no colon, or it could not be told from its value.")
    precondition(
      isOneLine(header.name) && isOneLine(header.value),
      "A header has no line break, or it would be two.")
    text += header.name.utf8
    text += ": ".utf8
    text += header.value.utf8
    text.append(UInt8(ascii: "\n"))
  }
  return String(decoding: text, as: UTF8.self)
}

private func isOneLine(_ text: String) -> Bool {
  let bytes = text.utf8.span
  for place in bytes.indices
  where bytes[place] == UInt8(ascii: "\n") || bytes[place] == UInt8(ascii: "\r") {
    return false
  }
  return true
}

private func headers(in text: String) throws(LedgerError) -> [Header] {
  var headers: [Header] = []
  for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
      let start = line.index(colon, offsetBy: 2, limitedBy: line.endIndex),
      let name = String(line[..<colon]), let value = String(line[start...])
    else { throw .damaged("A stored request's headers cannot be read.") }
    headers.append(Header(name, value))
  }
  return headers
}
