/// The syntax of references, task and step names: 1–64 characters of
/// `[A-Za-z0-9][A-Za-z0-9._:/#-]*` (`reliability.md`, Decisions 4). Nothing is trimmed or folded.
public func isReference(_ text: String) -> Bool {
  let bytes = text.utf8
  guard (1...64).contains(bytes.count), let first = bytes.first, isLetterOrDigit(first) else {
    return false
  }
  return bytes.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "/"),
      UInt8(ascii: "#"), UInt8(ascii: "-"):
      true
    default: isLetterOrDigit(byte)
    }
  }
}

/// Whether a text may be a run's name: a reference that carries no secret, because the name stands
/// in the books and goes to the processor with every charge.
public func isRunName(_ text: String) -> Bool {
  isReference(text) && Secret(in: text) == nil
}

func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}

/// Whether two texts are the same to the byte; Swift's `==` takes composed and decomposed letters
/// for equal.
public func isSame(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  let (left, right) = (left.utf8.span, right.utf8.span)
  for index in left.indices where left[index] != right[index] { return false }
  return true
}

/// Whether a text comes before another in the order of their UTF-8 bytes.
public func precedes(_ left: String, _ right: String) -> Bool {
  let (left, right) = (left.utf8.span, right.utf8.span)
  for index in 0..<min(left.count, right.count) where left[index] != right[index] {
    return left[index] < right[index]
  }
  return left.count < right.count
}

/// Whether two optional texts are the same to the byte, or both absent.
public func isSame(_ left: String?, _ right: String?) -> Bool {
  switch (left, right) {
  case (nil, nil): true
  case (let left?, let right?): isSame(left, right)
  case (nil, _?), (_?, nil): false
  }
}
