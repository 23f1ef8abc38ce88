/// Bounds of this room. Depth and length of a line are bounded by its readers, and the number of
/// calls in flight by whoever answers them.
enum Limits {
  /// Messages in one batch: a line holds half a million empty ones, and each would earn an error.
  static let batch = 10_000
  /// Addresses that are watched at once on one connection.
  static let watched = 1000
  /// Characters quoted from a message in a text of ours.
  static let quotation = 64
}
