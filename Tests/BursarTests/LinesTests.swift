import Testing

@testable import bursar

struct LinesTests {
  private func all(_ lines: inout Lines) -> [Lines.Line] {
    var found: [Lines.Line] = []
    while let line = lines.next() { found.append(line) }
    return found
  }

  private func whole(_ text: String) -> Lines.Line { .whole(Array(text.utf8)) }

  @Test func bytesAreSplitAtNewlinesHoweverTheyArrive() {
    let bytes = Array("one\ntwo\r\n\n\u{e9}e\u{301}\u{2028}x\n".utf8)
    let expected = [whole("one"), whole("two\r"), whole(""), whole("\u{e9}e\u{301}\u{2028}x")]
    for size in 1...bytes.count {
      var lines = Lines()
      var found: [Lines.Line] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        lines.append(Array(bytes[start..<min(start + size, bytes.count)]))
        found += all(&lines)
      }
      #expect(found == expected, "in pieces of \(size)")
    }
  }

  @Test func halfALineIsNeverHandedOut() {
    var lines = Lines()
    lines.append(Array("whole\nhal".utf8))
    #expect(all(&lines) == [whole("whole")])
    #expect(!lines.isPending)
    lines.append(Array("f\n".utf8))
    #expect(lines.isPending)
    #expect(all(&lines) == [whole("half")])
  }

  @Test func aLineOfExactlyTheLimitIsALine() {
    var lines = Lines()
    let longest = [UInt8](repeating: 0x78, count: Lines.limit)
    lines.append(longest + [0x0A])
    #expect(all(&lines) == [.whole(longest)])
    lines.append(longest + [0x78, 0x0A])
    #expect(all(&lines) == [.oversized])
  }

  @Test func anEndlessLineIsSaidOnceAndNotKept() {
    var lines = Lines()
    var found: [Lines.Line] = []
    let chunk = [UInt8](repeating: 0x78, count: 65536)
    for _ in 0..<64 {
      lines.append(chunk)
      found += all(&lines)
    }
    #expect(found == [.oversized])
    lines.append(Array("rest\nnext\n".utf8))
    #expect(all(&lines) == [whole("next")])
  }

  @Test func twoOversizedLinesAreSaidTwice() {
    var lines = Lines()
    let long = [UInt8](repeating: 0x78, count: Lines.limit + 1)
    lines.append(long)
    #expect(all(&lines) == [.oversized])
    lines.append([0x0A] + long + [0x0A] + Array("x\n".utf8))
    #expect(all(&lines) == [.oversized, whole("x")])
  }

  @Test func aBatchCountsAsAllTheMessagesItMayHold() {
    func counts(_ line: String, limit: Int) -> [Int] {
      var lines = Lines()
      lines.append(Array(String(repeating: line + "\n", count: 500).utf8))
      return (1...2).map { _ in lines.inputs(limit: limit).count }
    }
    #expect(counts("{}", limit: 256) == [256, 244])
    for batch in ["[]", " \t\r[{}]"] {
      #expect(counts(batch, limit: 256) == [3, 3])
      #expect(counts(batch, limit: 1) == [1, 1])
    }
  }
}
