import Payments

/// Operations as they were last written here, while something is left to be done: each is read
/// again soon, when the processor answers.
struct KnownOperations {
  /// The most that are kept.
  private static let bound = 2048

  private var operations: [OperationID: Operation] = [:]

  /// The operation of that name, if it is kept.
  subscript(id: OperationID) -> Operation? { operations[id] }

  /// Keeps an operation as it now stands, if anything is left to be done.
  mutating func keep(_ operation: Operation) {
    guard operation.next != nil else { return }
    if operations.count >= Self.bound { operations = [:] }
    operations[operation.id] = operation
  }

  /// Forgets one operation.
  mutating func forget(_ id: OperationID) {
    operations[id] = nil
  }

  /// Forgets all.
  mutating func forget() {
    if !operations.isEmpty { operations = [:] }
  }
}
