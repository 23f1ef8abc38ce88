/// A call or question that waits for its answer.
struct Waiting {
  let id: Echo
  let revision: Revision
  let token: Echo?
  /// Of a question: the addresses it is about, as they were written.
  let addresses: [String]
  /// How many of them count as watched already, so that the bound holds while they wait.
  let wished: Int
  var progress: Int64?
}

/// An open `subscriptions/listen`: a request that is answered when it ends.
struct Stream {
  let call: CallID
  let id: Echo
  /// What it is told of.
  let addresses: [String]
}

/// Whether two texts are the same to the byte.
func isSame(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

/// The texts, each once, where it first stood.
func unique(_ texts: [String]) -> [String] {
  var seen: Set<[UInt8]> = []
  return texts.filter { seen.insert(Array($0.utf8)).inserted }
}
