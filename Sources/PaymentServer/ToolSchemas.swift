import JSON
import Payments
import Schemas

/// The contract, read once: the tools as published, and their input schemas ready to check.
struct ToolSchemas {
  let documents: [JSONValue]
  let charge: JSONSchema
  let refund: JSONSchema
  let status: JSONSchema

  /// What a client may show the model about the server as a whole; most do not.
  static let instructions =
    "Bursar moves money at most once per reference. Reuse the same reference on every retry. "
    + "Read the first word of each answer: DONE, PENDING, RETRY, FIX or STOP, and do what it says. "
    + "After STOP, do not call that tool again; tell the user."

  /// The contract that is compiled in.
  static let standard = ToolSchemas()

  private init() {
    let charge = Self.document(Schemas.charge)
    let refund = Self.document(Schemas.refund)
    let status = Self.document(Schemas.status)
    self.documents = [charge, refund, status]
    self.charge = Self.input(of: charge)
    self.refund = Self.input(of: refund)
    self.status = Self.input(of: status)
  }

  private static func document(_ bytes: [UInt8]) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(reading: bytes)
    } catch {
      preconditionFailure("A compiled-in contract file is not JSON: \(error.message)")
    }
  }

  private static func input(of document: JSONValue) -> JSONSchema {
    do throws(JSONSchemaError) {
      return try JSONSchema(document["inputSchema"] ?? .null)
    } catch {
      preconditionFailure("A compiled-in input schema does not load: \(error)")
    }
  }
}
