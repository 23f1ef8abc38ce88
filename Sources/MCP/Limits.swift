/// Bounds of this room. Depth and length of a line are bounded by its readers, and the number of
/// calls in flight by whoever answers them.
enum Limits {
  /// Messages in one batch. All of a line is done in one step, and meanwhile nothing else is.
  static let batch = 100
  /// Addresses that are watched at once on one connection.
  static let watched = 1000
  /// Characters quoted from a message in a text of ours.
  static let quotation = 64
}
