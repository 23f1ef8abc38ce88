/// Metrics as Prometheus reads them (text exposition format 0.0.4): families in the order they are
/// added, samples in the order they are given.
struct Exposition {
  /// What kind of numbers a family holds.
  enum Kind: String {
    case counter
    case gauge
    case histogram
  }

  /// One label and its value, which may be any text.
  typealias Label = (name: String, value: String)

  private(set) var bytes: [UInt8] = []

  /// Begins a family; its samples follow.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    add("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
  }

  /// One sample; the value is a number as text.
  mutating func sample(_ name: String, _ labels: [Label], _ value: String) {
    var line = name
    if !labels.isEmpty {
      line += "{"
      line += labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
      line += "}"
    }
    add("\(line) \(value)\n")
  }

  mutating func sample(_ name: String, _ labels: [Label], _ value: Int64) {
    sample(name, labels, String(value))
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Milliseconds as seconds.
  static func seconds(_ milliseconds: Int64) -> String {
    let rest = String(milliseconds % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.utf8.count)
    return "\(milliseconds / 1000).\(zeros)\(rest)"
  }

  /// A part of a whole, in millionths; nil where there is no whole.
  static func share(_ part: Int64, of whole: Int64) -> String? {
    guard whole > 0, part >= 0 else { return nil }
    let millionths = whole.dividingFullWidth(part.multipliedFullWidth(by: 1_000_000)).quotient
    let rest = String(millionths % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - rest.utf8.count)
    return "\(millionths / 1_000_000).\(zeros)\(rest)"
  }
}
