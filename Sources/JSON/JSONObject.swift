/// An object that keeps the order of its members. Keys are unique as UTF-8 bytes.
public struct JSONObject: Sendable {
  /// One key with its value.
  public struct Member: Sendable {
    /// The key, unescaped.
    public let key: String
    /// The value.
    public var value: JSONValue

    /// A member from its parts.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The members in the order in which they were written.
  public private(set) var members: [Member]

  /// An object without members.
  public init() {
    members = []
  }

  /// An object with these members. Of two with the same key the later gives the value.
  public init(_ members: [(String, JSONValue)]) {
    self.members = []
    self.members.reserveCapacity(members.count)
    for (key, value) in members {
      if let place = place(of: key) {
        self.members[place].value = value
      } else {
        self.members.append(Member(key: key, value: value))
      }
    }
  }

  /// Takes members whose keys the reader has found to be unique.
  init(unique members: [Member]) {
    self.members = members
  }

  /// The value of a key. Setting a new key appends a member, setting nil removes it.
  public subscript(key: String) -> JSONValue? {
    get {
      place(of: key).map { members[$0].value }
    }
    set {
      switch (place(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  private func place(of key: String) -> Int? {
    let sought = key.utf8.span
    for place in members.indices where members[place].key.hasBytes(of: sought) { return place }
    return nil
  }

  /// The members, keys ascending as UTF-8 bytes.
  var sorted: [Member] {
    members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}

extension JSONObject: Equatable {
  /// Whether both have the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.members.count == right.members.count else { return false }
    let sameOrder = zip(left.members, right.members).allSatisfy { $0.key.hasBytes(of: $1.key) }
    let pairs =
      sameOrder ? zip(left.members, right.members) : zip(left.sorted, right.sorted)
    return pairs.allSatisfy { $0.key.hasBytes(of: $1.key) && $0.value == $1.value }
  }
}
