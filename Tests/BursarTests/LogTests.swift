import Glibc
import Testing

@testable import bursar

/// A log whose reader is slow: what does not fit is dropped, and every dropped line is counted.
@Suite struct LogTests {
  /// What can be read of a pipe now.
  private func read(_ end: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = unsafe Glibc.read(end, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  private func line(_ letter: Character, _ length: Int) -> [UInt8] {
    Array(String(repeating: letter, count: length - 1).utf8) + [UInt8(ascii: "\n")]
  }

  @Test func whatDoesNotFitIsDroppedAndCounted() throws {
    var ends: [Int32] = [0, 0]
    let made = unsafe pipe(&ends)
    try #require(made == 0)
    defer { close(ends[0]) }
    for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
    // F_SETPIPE_SZ, which Glibc's module lacks: one page is the least.
    try #require(fcntl(ends[1], 1031, 4096) == 4096)
    var log = Log(Descriptor(number: ends[1]))

    // Two lines fit, the third breaks off, and of the next two not a byte is written.
    for letter in ["a", "b", "c"] as [Character] { log.write(line(letter, 2000)) }
    log.flush()
    log.write(line("d", 10))
    log.write(line("e", 10))
    log.flush()
    #expect(read(ends[0]) == line("a", 2000) + line("b", 2000) + line("c", 2000).prefix(96))

    // Once there is room the torn line ends, and what is missing is said before what comes next.
    log.write(line("f", 10))
    log.flush()
    let notice = "\n{\"event\":\"log_lines_dropped\",\"count\":3}\n"
    #expect(read(ends[0]) == Array(notice.utf8) + line("f", 10))

    log.write(line("g", 10))
    log.flush()
    #expect(read(ends[0]) == line("g", 10))
  }
}
