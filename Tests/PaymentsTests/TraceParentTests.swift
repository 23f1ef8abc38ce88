import Payments
import Testing

/// The grammar of W3C Trace Context, §3.2.
@Suite struct TraceParentTests {
  private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test(arguments: [good, "00-\(String(repeating: "a", count: 32))-0000000000000001-00"])
  func whatIsOneIsKeptToTheByte(_ text: String) {
    #expect(TraceParent(text)?.text == text)
  }

  @Test func ofALaterVersionTheKnownPartIsKept() {
    let later = "cc" + Self.good.dropFirst(2)
    #expect(TraceParent(later)?.text == later)
    #expect(TraceParent(later + "-what-the-future-will-be-like")?.text == later)
    #expect(TraceParent(later + ".what") == nil)
  }

  @Test(arguments: [
    "", "00", good.uppercased(), good + "-00", good + "0", String(good.dropLast()),
    "ff" + good.dropFirst(2), good.replacing("-01", with: "_01"), " " + good, good + "\n",
    "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473\u{e9}-0f067aa0ba902b7-01",
    "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  ])
  func whatIsNoneIsNotKept(_ text: String) {
    #expect(TraceParent(text) == nil)
  }
}
