/// What can go wrong between a client and a processor, or in it (`reliability.md` §3.4).
///
/// The raw values are the words of `schemas/faults.schema.json`.
public enum Fault: String, Sendable, CaseIterable {
  /// The connection ends without an answer; nothing was executed.
  case dropBefore = "drop_before"
  /// The connection ends without an answer; it was executed.
  case dropAfter = "drop_after"
  /// The connection is reset; nothing was executed.
  case resetBefore = "reset_before"
  /// The connection is reset; it was executed.
  case resetAfter = "reset_after"
  /// Nothing is said; nothing was executed.
  case hangBefore = "hang_before"
  /// Nothing is said; it was executed.
  case hangAfter = "hang_after"
  /// The answer comes byte by byte.
  case slow
  /// Executed at once, and answered later.
  case lateAnswer = "late_answer"
  /// Half of the answer's body comes, and its length said it would be whole.
  case truncated
  /// Half of the answer's body comes, and no length says so.
  case truncatedNoLength = "truncated_no_length"
  /// A page of somebody in between, with a status of success; nothing was executed.
  case html200 = "html_200"
  /// Not executed, and said so under the key for ever.
  case error500Stored = "error_500_stored"
  /// Neither executed nor kept under the key.
  case error500NotStored = "error_500_not_stored"
  /// Executed, and the error is kept under the key for ever.
  case error500ExecutedStored = "error_500_executed_stored"
  /// A page of somebody in between; nothing was executed.
  case error502 = "error_502"
  /// A page of somebody in between; nothing was executed.
  case error503 = "error_503"
  /// A page of somebody in between; nothing was executed.
  case error504 = "error_504"
  /// A page of somebody in between, who gave up waiting for what was executed.
  case error504Executed = "error_504_executed"
  /// The key is said to be in use.
  case conflict409 = "conflict_409"
  /// Too many requests.
  case rate429 = "rate_429"
  /// Too many requests, and when to come again.
  case rate429RetryAfter = "rate_429_retry_after"
  /// The object is said to be locked.
  case lock429 = "lock_429"
  /// The API key is refused.
  case unauthorized401 = "unauthorized_401"
  /// The API key may not do this.
  case forbidden403 = "forbidden_403"
  /// Somewhere else, with another method.
  case redirect302 = "redirect_302"
  /// Somewhere else, with the same body.
  case redirect307 = "redirect_307"
  /// A proxy's spend cap, in one of its shapes.
  case cap402 = "cap_402"
  /// A proxy's spend cap, in the other of its shapes.
  case cap429 = "cap_429"
  /// A person has to approve it, does so later, and then it is executed.
  case approvalRequired = "approval_required"
  /// The key was forgotten before this request came.
  case keyExpiry = "key_expiry"
  /// It is executed a second time, past the key. A refund is then given twice: no client can
  /// prevent that, only find it.
  case duplicateEffect = "duplicate_effect"
  /// The connection ends without an answer, and it is executed later.
  case lateEffect = "late_effect"
  /// A list leaves out what is young.
  case listLag = "list_lag"
  /// Executed, and answered with somebody else's object.
  case answerOfAnother = "answer_of_another"
  /// Executed, and answered with another amount.
  case wrongAmount = "wrong_amount"
}
