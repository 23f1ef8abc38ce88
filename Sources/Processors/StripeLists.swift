import JSON
import Payments

extension Stripe {
  /// What a list proves about the one object in it that belongs to the operation.
  ///
  /// Of several, one that moved money or may still do so comes before the others, and then the
  /// newest. What an earlier round left behind without moving money has ended already and says
  /// nothing about this one. *Absent* needs the whole list: `has_more` must be there and false.
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
      let rank = Rank(moves: moves(element), created: element["created"]?.integer ?? 0)
      guard rank.moves || round(metadata) == String(instruction.operation.round) else { continue }
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

  /// The round an object was made in; the first one is not written down.
  private static func round(_ metadata: JSONValue) -> String {
    metadata["bursar_round"]?.string ?? "0"
  }

  private static func moves(_ object: JSONValue) -> Bool {
    switch object["status"]?.string {
    case "succeeded", "processing", "requires_capture", "requires_action", "pending": true
    default: false
    }
  }
}
