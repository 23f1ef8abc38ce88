/// What a world checks, each as the sentence that is printed when it does not hold.
enum Promise: String, CaseIterable {
  case chargedOnce = "an identity is captured at most once at the processor"
  case refundedOnce = "an identity is refunded at most once at the processor"
  case refundsWithinCharge = "no more is refunded of a charge than was captured"
  case withinCaps = "what was captured stays within every cap in every window"
  case asAsked = "what moved is what an agent asked for under that reference"
  case heldBeforeMoved = "money moves only for an operation that holds its budget in the books"
  case failureIsTrue = "nothing recorded as not executed was executed"
  case successIsTrue = "nothing recorded as executed was not executed"
  case recordedBeforeSent = "a request leaves only after its row was committed"
  case sameKey = "the same request never leaves under another key"
  case keyIsFresh = "no key is sent after the processor may have forgotten it"
  case answeredOnce = "each request is answered once, a cancelled one never"
  case answeredInTime = "a call is answered within the time the policy sets"
  case protocolKept = "every line conforms to the protocol and the tool's output schema"
  case answerIsTrue = "an answer says what the processor's books say"
  case historyKept = "history only grows and agrees with the rows"
  case exposureKept = "what the books hold and count is the sum of their operations"
  case timeKept = "the books' time goes neither back nor ahead of every clock"
  case comesToRest = "once nothing fails any more everything comes to rest"
  case staysAsleep = "a server that has nothing to do does not wake again and again"
  case booksStayOpen = "the books can be read whenever the disk works"
  case statementAgrees = "at the end the processor's own list and the books say the same"
  case repeatable = "the same seed gives the same books and the same transcript"
}

/// A promise that was not kept.
struct Breach: Error {
  let promise: Promise
  let detail: String

  init(_ promise: Promise, _ detail: String) {
    self.promise = promise
    self.detail = detail
  }

  /// What is printed.
  var sentence: String { "not kept: \(promise.rawValue): \(detail)" }
}
