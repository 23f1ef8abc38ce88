/// The bytes of one file, in blocks that copies share until one of them changes: a photograph of a
/// disk costs a list of references.
struct Blocks: Equatable {
  static let size = 4096

  /// How many bytes there are.
  private(set) var count = 0
  /// Each of full size; zero beyond the end.
  private var blocks: [[UInt8]] = []

  private static let empty = [UInt8](repeating: 0, count: size)

  /// All of them.
  var bytes: [UInt8] { read(count, from: 0) }

  /// The bytes from an offset on; fewer than asked for at the end.
  func read(_ length: Int, from offset: Int) -> [UInt8] {
    let end = min(offset + length, count)
    var result: [UInt8] = []
    guard offset < end else { return result }
    result.reserveCapacity(end - offset)
    var position = offset
    while position < end {
      let start = position % Blocks.size
      let stop = min(Blocks.size, start + end - position)
      result.append(contentsOf: blocks[position / Blocks.size][start..<stop])
      position += stop - start
    }
    return result
  }

  /// Puts bytes at an offset; a gap before them is zero.
  mutating func write(_ bytes: [UInt8], at offset: Int) {
    if offset + bytes.count > count { resize(to: offset + bytes.count) }
    var written = 0
    while written < bytes.count {
      let position = offset + written
      let start = position % Blocks.size
      let stop = min(Blocks.size, start + bytes.count - written)
      let part = bytes[written..<(written + stop - start)]
      // In place, where no photograph shares it.
      blocks[position / Blocks.size].replaceSubrange(start..<stop, with: part)
      written += stop - start
    }
  }

  /// Cuts the bytes off at a length, or adds zeros up to it.
  mutating func resize(to length: Int) {
    let needed = (length + Blocks.size - 1) / Blocks.size
    if needed < blocks.count {
      blocks.removeLast(blocks.count - needed)
    } else {
      for _ in blocks.count..<needed { blocks.append(Blocks.empty) }
    }
    let rest = length % Blocks.size
    if length < count, rest > 0 {
      blocks[needed - 1] = Array(blocks[needed - 1][..<rest]) + Blocks.empty[rest...]
    }
    count = length
  }
}
