/// A stream of numbers that follows from its seed alone (SplitMix64, Steele, Lea and Flood 2014).
///
/// Ours, because the same seed must give the same world on every machine and with every compiler.
struct Random {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, the bound.
  mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "There is no number below zero to draw.")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number of the range, ends included.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// Whether something happens that happens that often in a thousand.
  mutating func happens(_ perMille: Int) -> Bool {
    below(1000) < perMille
  }

  /// One of several.
  mutating func one<Element>(of elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// One of several, each as often as its weight says.
  mutating func one<Element>(weighing elements: [(Element, Int)]) -> Element {
    var rest = below(elements.reduce(0) { $0 + $1.1 })
    for (element, weight) in elements {
      if rest < weight { return element }
      rest -= weight
    }
    preconditionFailure("The weights add up to what was drawn from.")
  }

  /// A length of time of the range, in milliseconds, ends included.
  mutating func duration(_ milliseconds: ClosedRange<Int>) -> Duration {
    .milliseconds(number(milliseconds))
  }
}

/// A checksum of everything that was said and done, in order (FNV-1a, 64 bits): two worlds of one
/// seed have the same.
struct Digest: Hashable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  }

  mutating func add(_ number: Int64) {
    value = (value ^ UInt64(bitPattern: number)) &* 0x0000_0100_0000_01b3
    value = (value ^ (value >> 29)) &* 0x0000_0100_0000_01b3
  }
}
