public import Payments

/// Stripe's API v1, spoken in two phases: create a PaymentIntent, keep its id, confirm it.
///
/// Everything here is pure: the same instruction gives the same bytes for ever, and no clock is
/// asked. Absent on purpose: `error_on_requires_action`, `payment_method_types`,
/// `statement_descriptor`, `description` and every free text of an agent (`processors.md`
/// §2.1–2.2).
public enum Stripe {
  /// The version every request is pinned to; without it the account's default decides the shapes
  /// (`processors.md` §2.1).
  public static let version = "2026-10-28.endive"

  /// Stripe's language, under the name by which results and books call the processor.
  ///
  /// The sandbox speaks the same language under the name `sandbox`.
  public static func dialect(profileName: String = "stripe") -> Dialect {
    Dialect(
      profile: Profile(
        name: profileName, currencies: currencies, keyLength: 255,
        keyRetention: .seconds(20 * 3600), quiescence: .seconds(10 * 60)),
      request: { instruction in request(for: instruction) },
      proof: { instruction, answer in proof(by: answer, of: instruction) },
      statement: statement)
  }
}
