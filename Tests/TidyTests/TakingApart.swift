/// Separates a Swift text into code and comments and drops string literals, byte by byte.
///
/// Code within `\( )` of a literal is code. Regular expression literals are not known: the house
/// has none.
struct TakingApart {
  private enum Place {
    /// In code; how many parentheses are open since an interpolation began.
    case code(open: Int)
    /// In a literal with that many `#`, on one line or on many.
    case literal(hashes: Int, quotes: Int)
  }

  private let bytes: [UInt8]
  private var index = 0
  private var places: [Place] = [.code(open: 0)]
  private(set) var code: [UInt8]
  private(set) var comments: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
    let blank = bytes.map { $0 == newline ? newline : UInt8(ascii: " ") }
    self.code = blank
    self.comments = blank
  }

  mutating func run() {
    while index < bytes.count {
      switch places[places.count - 1] {
      case .code(let open): stepInCode(open)
      case .literal(let hashes, let quotes): stepInLiteral(hashes, quotes)
      }
    }
  }

  private mutating func stepInCode(_ open: Int) {
    if byte(index) == UInt8(ascii: "/") {
      if byte(index + 1) == UInt8(ascii: "/") { return takeLine() }
      if byte(index + 1) == UInt8(ascii: "*") { return takeBlock() }
    }
    let hashes = run(of: UInt8(ascii: "#"), from: index)
    if byte(index + hashes) == UInt8(ascii: "\"") {
      // A literal on many lines begins on the next one: `#""""#` holds two quotes.
      let opens = run(of: UInt8(ascii: "\""), from: index + hashes) >= 3
      let quotes = opens && byte(index + hashes + 3) == newline ? 3 : 1
      index += hashes + quotes
      places.append(.literal(hashes: hashes, quotes: quotes))
      return
    }
    code[index] = bytes[index]
    switch bytes[index] {
    case UInt8(ascii: "("): places[places.count - 1] = .code(open: open + 1)
    case UInt8(ascii: ")"):
      if open > 0 {
        places[places.count - 1] = .code(open: open - 1)
      } else if places.count > 1 {
        code[index] = UInt8(ascii: " ")
        places.removeLast()
      }
    default: break
    }
    index += 1
  }

  private mutating func stepInLiteral(_ hashes: Int, _ quotes: Int) {
    if byte(index) == UInt8(ascii: "\\"), run(of: UInt8(ascii: "#"), from: index + 1) >= hashes {
      let next = index + 1 + hashes
      if byte(next) == UInt8(ascii: "(") { places.append(.code(open: 0)) }
      index = next + 1
      return
    }
    let ends =
      run(of: UInt8(ascii: "\""), from: index) >= quotes
      && run(of: UInt8(ascii: "#"), from: index + quotes) >= hashes
    if ends || (quotes == 1 && byte(index) == newline) {
      index += ends ? quotes + hashes : 0
      places.removeLast()
    } else {
      index += 1
    }
  }

  private mutating func takeLine() {
    while index < bytes.count, bytes[index] != newline {
      comments[index] = bytes[index]
      index += 1
    }
  }

  private mutating func takeBlock() {
    var depth = 0
    repeat {
      let opens = pair("/", "*")
      let closes = pair("*", "/")
      depth += opens ? 1 : closes ? -1 : 0
      for _ in 0..<(opens || closes ? 2 : 1) where index < bytes.count {
        comments[index] = bytes[index]
        index += 1
      }
    } while depth > 0 && index < bytes.count
  }

  private func byte(_ position: Int) -> UInt8 {
    position < bytes.count ? bytes[position] : 0
  }

  private func pair(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    byte(index) == UInt8(ascii: first) && byte(index + 1) == UInt8(ascii: second)
  }

  private func run(of wanted: UInt8, from start: Int) -> Int {
    var end = start
    while byte(end) == wanted { end += 1 }
    return end - start
  }
}
