/// Why the books could not be read or written; each case says what the caller should do.
///
/// The texts are for the operator. They name tables and files, never what is in a row: statement
/// arguments stay out of them (`style.md` §4.2).
public enum LedgerError: Error, Equatable, Sendable {
  /// Another process holds the books. Nothing was written: try again.
  case busy
  /// The disk is full, read-only or failing. Nothing was written: mend the disk, then try again.
  ///
  /// When it was the sync of a commit that failed, a crash before the next commit can still bring
  /// the transaction back. Nothing was sent for it, so it is then like any other that is due.
  case full(String)
  /// Not a ledger, corrupt, moved away, or from the future. Refuse money until a person has looked.
  case damaged(String)
  /// It cannot be opened: the path, the permissions or a setting that did not take. Mend and
  /// restart.
  case unusable(String)
  /// The books are not what was read when the change was decided. Nothing was written: decide
  /// again.
  case conflict(String)

  /// Why, in a sentence for the operator.
  public var reason: String {
    switch self {
    case .busy: "Another process holds the ledger."
    case .full(let reason), .damaged(let reason), .unusable(let reason), .conflict(let reason):
      reason
    }
  }
}
