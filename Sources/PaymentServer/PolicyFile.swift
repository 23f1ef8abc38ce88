import JSON
import Ledger
public import Payments
import Schemas

/// Reads a policy file: JSON with comments, checked against `schemas/policy.schema.json`, then for
/// sense.
///
/// Every mistake is reported with line and column and what is expected; a file with a mistake is
/// refused whole (DESIGN §7).
///
/// - Parameters:
///   - bytes: the file.
///   - currencies: what the processor takes; amounts are converted by it.
public func readPolicy(_ bytes: [UInt8], currencies: CurrencyTable) -> PolicyReading {
  let document: JSONDocument
  do throws(JSONError) {
    document = try JSONDocument(reading: bytes, comments: true)
  } catch {
    let position = JSONDocument.position(ofByte: error.offset, in: bytes)
    return .broken([
      PolicyMistake(
        line: position.line, column: position.column, path: "",
        message: policySentence(error, in: bytes))
    ])
  }
  let violations = policySchema.violations(in: document.value)
  guard violations.isEmpty else {
    return .broken(violations.map { mistake($0, in: document) })
  }
  var reader = PolicyReader(document: document, currencies: currencies)
  let policy = reader.policy()
  return reader.mistakes.isEmpty ? .accepted(policy) : .broken(reader.mistakes)
}

/// The rules without any file: the sandbox, the user's state directory, small caps (DESIGN §7).
/// Nothing is held back as a near duplicate: no money moves, and who tries it out pays the same
/// twice.
public func defaultPolicy(currencies: CurrencyTable) -> Policy {
  let text = """
    {"nearDuplicates": {"action": "allow"}, "caps": [
      {"name": "one charge", "per": "operation", "amount": "50.00", "currency": "USD"},
      {"name": "run", "per": "run", "amount": "100.00", "currency": "USD"},
      {"name": "day", "per": "namespace", "window": "day", "amount": "200.00", "currency": "USD"}
    ]}
    """
  switch readPolicy(Array(text.utf8), currencies: currencies) {
  case .accepted(let policy): return policy
  case .broken(let mistakes):
    preconditionFailure("The built-in policy does not read: \(mistakes).")
  }
}

private let policySchema: JSONSchema = {
  do throws(JSONError) {
    let document = try JSONValue(reading: Schemas.policy)
    do throws(JSONSchemaError) {
      return try JSONSchema(document)
    } catch {
      preconditionFailure("The compiled-in policy schema does not load: \(error)")
    }
  } catch {
    preconditionFailure("The compiled-in policy schema is not JSON: \(error.message)")
  }
}()

private func mistake(
  _ violation: JSONSchema.Violation, in document: JSONDocument
) -> PolicyMistake {
  let position: TextPosition?
  switch violation.rule {
  case .unknownMember: position = document.keyPosition(of: violation.path)
  case .type, .required, .enumeration, .constant, .minimum, .maximum, .minLength, .maxLength,
    .minItems, .maxItems:
    position = document.position(of: violation.path)
  }
  return PolicyMistake(
    line: position?.line ?? 1, column: position?.column ?? 1,
    path: JSONDocument.text(of: violation.path), message: violation.policySentence)
}
