import JSON
import Payments

extension Stripe {
  /// What a list proves about the one object in it that belongs to the operation.
  ///
  /// Of several, one that moved money or may still do so comes before the others, and then the
  /// newest: a repeated beginning leaves the objects of the earlier ones behind. *Absent* needs the
  /// whole list: `has_more` must be there and false.
  static func list(_ body: JSONValue, to instruction: Instruction) -> Finding {
    guard body["object"]?.string == "list", let elements = body["data"]?.array else {
      return unreadable
    }
    var best: (rank: Rank, object: JSONValue)?
    for element in elements {
      guard element["id"]?.string != nil, element["object"]?.string != nil else {
        return unreadable
      }
      guard let metadata = element["metadata"],
        belongs(metadata, to: instruction.operation)
      else { continue }
      let rank = Rank(
        moves: moves(element), created: element["created"]?.integer ?? 0)
      if let best, !(best.rank < rank) { continue }
      best = (rank, element)
    }
    guard let best else {
      if body["has_more"]?.bool == false { return .absent }
      return .unknown(Doubt(reason: "list_incomplete", remedy: .lookUp))
    }
    switch instruction.kind {
    case .findRefund, .refund, .retrieveRefund:
      return refund(best.object, to: instruction)
    case .find, .create, .confirm, .retrieve, .cancel:
      return intent(best.object, to: instruction)
    }
  }

  private struct Rank: Comparable {
    let moves: Bool
    let created: Int64

    static func < (left: Rank, right: Rank) -> Bool {
      if left.moves != right.moves { return right.moves }
      return left.created < right.created
    }
  }

  private static func moves(_ object: JSONValue) -> Bool {
    switch object["status"]?.string {
    case "succeeded", "processing", "requires_capture", "pending": true
    default: false
    }
  }
}
