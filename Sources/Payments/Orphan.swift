/// The reference under which money is given back that the processor took for a charge after the
/// charge was given up here: made of the object's name, the same for the same object for ever.
///
/// The end of a name that is too long to be part of a reference stands for it.
public func orphanReference(of object: String) -> String {
  "orphan:" + String(decoding: object.utf8.suffix(57), as: UTF8.self)
}

extension Operation {
  /// Whether this refund gives back what the books never said was taken for its charge: all of a
  /// charge that ended without money moving, or another object than the charge's own. It takes
  /// nothing from what may be refunded of the charge, and gives no budget back.
  public func compensates(_ charge: Operation) -> Bool {
    guard kind == .refund, let object = terms.chargeReference,
      isSame(reference, orphanReference(of: object))
    else { return false }
    return !charge.state.moved || !isSame(object, charge.processorReference)
  }
}
