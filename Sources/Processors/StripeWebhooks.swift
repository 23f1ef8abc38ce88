import JSON
public import Payments

extension Stripe {
  /// How old, or how far ahead, a signature may be.
  public static let signatureTolerance = Duration.seconds(300)

  /// Whether a webhook was signed by somebody who knows the secret, about now
  /// (docs.stripe.com/webhooks/signature).
  ///
  /// The signature is over the bytes as they came. Any of several `v1` may be right, because two
  /// secrets are in use while one is exchanged; other schemes (`v0`) count for nothing.
  ///
  /// - Parameters:
  ///   - header: the value of `Stripe-Signature`.
  ///   - secret: the endpoint's; not empty.
  public static func isSigned(
    _ body: [UInt8], header: String, secret: String, at now: Instant
  ) -> Bool {
    var time: String?
    var signatures: [[UInt8]] = []
    for part in header.utf8.split(separator: UInt8(ascii: ",")) {
      let halves = part.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2 else { return false }
      switch String(halves[0])?.filter({ $0 != " " }) {
      case "t":
        guard time == nil else { return false }
        time = String(halves[1])
      case "v1": signatures.append(Array(halves[1]))
      default: continue
      }
    }
    guard let time, !time.isEmpty, time.utf8.count <= 12,
      time.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let seconds = Int64(time), signatures.count <= 16
    else { return false }
    let age = Instant(milliseconds: seconds * 1000).duration(to: now)
    guard age <= signatureTolerance, age >= .zero - signatureTolerance else { return false }
    let expected = Array(
      hexadecimal(hmacSHA256(Array("\(time).".utf8) + body, key: Array(secret.utf8))).utf8)
    // Each one is compared, so that the time does not say which was right.
    return signatures.reduce(false) { found, signature in
      isSameInConstantTime(signature, expected) || found
    }
  }

  /// What a webhook hints at; nil when it is no event of Stripe's.
  public static func hint(in body: [UInt8]) -> Hint? {
    guard let event = object(in: Response(status: 200, headers: [], body: body)),
      event["object"]?.string == "event", let id = event["id"]?.string,
      plausible(id, prefixes: ["evt_"])
    else { return nil }
    let named = event["data"]?["object"]
    for candidate in [named?["id"]?.string, named?["payment_intent"]?.string] {
      guard let candidate else { continue }
      if plausible(candidate, prefixes: ["pi_"]) {
        return Hint(id: id, kind: .charge, reference: candidate)
      }
      if plausible(candidate, prefixes: ["re_", "pyr_"]) {
        return Hint(id: id, kind: .refund, reference: candidate)
      }
    }
    return Hint(id: id, kind: .charge, reference: nil)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0\(digits)" : digits
    }.joined()
  }
}
