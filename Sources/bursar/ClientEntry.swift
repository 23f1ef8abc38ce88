import JSON

/// What a client's configuration says of Bursar.
struct ClientEntry {
  private let value: JSONValue

  /// Reads a client's file; nil when it has no entry that can be read.
  init?(in file: String, of client: Client) {
    let bytes: [UInt8]
    do throws(FileTrouble) {
      bytes = try System.read(file: file, limit: 1 << 20).bytes
    } catch {
      return nil
    }
    let found =
      switch client.format {
      case .json(let list): Self.value(json: bytes, list)
      case .toml(let list): Self.value(toml: bytes, list)
      }
    guard let found else { return nil }
    value = found
  }

  private static func value(json bytes: [UInt8], _ list: String) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(reading: bytes, comments: true)[list]?["bursar"]
    } catch {
      return nil
    }
  }

  private static func value(toml bytes: [UInt8], _ list: String) -> JSONValue? {
    do throws(MergeTrouble) {
      return try TOMLOutline(bytes).value(at: [list, "bursar"])
    } catch {
      return nil
    }
  }

  /// The program that is started.
  var command: String { value["command"]?.string ?? "" }

  /// What it is started with.
  var arguments: [String] { (value["args"]?.array ?? []).compactMap(\.string) }

  /// Whether the client leaves it alone: some say it is disabled, others that it is not enabled.
  var isOff: Bool { value["disabled"]?.bool == true || value["enabled"]?.bool == false }

  /// The variables it is told; one that stands for another variable is that of ours.
  func variables(_ environment: [String: String]) -> [String: String] {
    var told: [String: String] = [:]
    for member in value["env"]?.object?.members ?? [] {
      guard let text = member.value.string else { continue }
      told[member.key] = text.hasPrefix("${") ? environment[member.key] : text
    }
    return told
  }

  /// The variables that hold secrets, as far as one can tell: those that choose neither the policy
  /// nor where things are.
  func secrets(_ environment: [String: String]) -> [String: String] {
    variables(environment).filter { name, _ in
      !["BURSAR_", "XDG_", "HOME", "PATH"].contains { name.hasPrefix($0) }
    }
  }
}
