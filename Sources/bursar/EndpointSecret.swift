import Payments
import Processors

/// The secret webhooks are signed with. It is shown nowhere: printing it prints a word.
struct EndpointSecret: Sendable, CustomStringConvertible, CustomReflectable {
  private let key: APIKey

  var description: String { key.description }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// Finds the secret where the policy says it is; an empty one is refused, because anybody could
  /// sign with it.
  init(
    at secret: ProcessorSetting.Secret, environment: [String: String], base: String?
  ) throws(KeyMistake) {
    key = try APIKey(at: secret, environment: environment, base: base)
  }

  /// Whether a webhook was signed with it, about now.
  func signs(_ body: [UInt8], header: String, at now: Instant) -> Bool {
    Stripe.isSigned(body, header: header, secret: key.text, at: now)
  }
}
