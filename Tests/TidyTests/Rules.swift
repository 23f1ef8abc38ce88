import Testing

/// What a rule says about one place.
struct Finding: Hashable, CustomStringConvertible {
  let path: String
  let line: Int
  let sentence: String

  var description: String { "\(path):\(line): \(sentence)" }
}

/// One rule of the house: a pure function from a file to what is wrong with it.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let findings: @Sendable (Source) -> [Finding]

  var testDescription: String { name }

  /// Every rule that reads Swift.
  static let all: [Rule] = [
    .arrows, .clocks, .chance, .concurrency, .unsafeWords, .operatingSystem, .inexactMoney,
    .givingUp, .printing, .signposts, .lineLength, .fileLength, .functionLength, .keptOutNames,
  ]
}

extension Rule {
  /// DESIGN §3: an arrow means "may import", and there are no others. Tests may import what they
  /// like.
  static let arrows = Rule(name: "a room imports only what its arrows allow") { source in
    guard let room = source.room else { return [] }
    guard let allowed = arrows(of: room) else {
      return [Finding(path: source.path, line: 1, sentence: "\(room) is no room of DESIGN §3.")]
    }
    return imports(of: source).filter { !allowed.contains($0.text) }.map {
      Finding(
        path: source.path, line: $0.line, sentence: "\(room) may not import \($0.text).")
    }
  }

  /// The arrows of DESIGN §3; the standard library needs none.
  static func arrows(of room: String) -> Set<String>? {
    switch room {
    case "JSON", "Payments", "Schemas", "CSQLite", "CCrypto", "CCurl", "CMicroHTTPD": []
    case "MCP": ["JSON"]
    case "Ledger": ["Payments", "CSQLite", "CCrypto", "Glibc"]
    case "Processors": ["JSON", "Payments", "CCrypto"]
    case "PaymentServer": ["MCP", "JSON", "Ledger", "Schemas", "Payments"]
    case "bursar":
      [
        "PaymentServer", "Processors", "Payments", "JSON", "Schemas", "CCurl", "CMicroHTTPD",
        "Glibc",
      ]
    case "Simulator":
      [
        "PaymentServer", "Processors", "Ledger", "Payments", "JSON", "MCP", "CSQLite", "Glibc",
      ]
    default: nil
    }
  }

  /// The modules a file imports, each with its line; `import struct A.b` is an import of `A`.
  static func imports(of source: Source) -> [Word] {
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    var found: [Word] = []
    for (index, word) in source.words.enumerated() where word.text == "import" {
      let rest = source.words[(index + 1)...].prefix(2)
      guard let first = rest.first, let last = rest.last else { continue }
      found.append(kinds.contains(first.text) ? last : first)
    }
    return found
  }

  /// Time arrives as an argument named `now` (DESIGN §4, invariant 2).
  static let clocks = forbidden(
    "no clock is read outside the shell's system file",
    words: [
      "Date", "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "localtime",
      "gmtime", "nanosleep", "usleep", "sleep", "DispatchTime", "CFAbsoluteTimeGetCurrent",
      "timerfd_create",
    ],
    // The simulator's command says how fast its worlds went by.
    except: ["Sources/bursar/System.swift", "Sources/Simulator/Command.swift"],
    sentence: "reads a clock; time is an argument named now.")

  /// Randomness arrives as bytes at the ledger's creation (DESIGN §4, invariant 2); a hash seeded
  /// anew in each process is chance too.
  static let chance = forbidden(
    "nothing is left to chance",
    words: [
      "random", "SystemRandomNumberGenerator", "RandomNumberGenerator", "UUID", "arc4random",
      "rand", "srand", "getrandom", "shuffled", "shuffle", "randomElement", "hashValue",
    ],
    // The simulator draws from its seed; that nothing else gets in is shown by living worlds twice.
    except: ["Sources/Simulator/"],
    sentence: "is left to chance; random bytes come from libcrypto, once.")

  /// One thread, one poll (DESIGN §1).
  static let concurrency = forbidden(
    "there are no tasks, actors, threads and locks",
    words: [
      "Task", "TaskGroup", "actor", "async", "await", "MainActor", "DispatchQueue",
      "Thread", "Mutex", "NSLock", "Atomic", "pthread_create", "pthread_mutex_lock", "AsyncStream",
      "OperationQueue",
    ],
    except: [],
    sentence: "is concurrency; the house has one thread and one poll.")

  /// DESIGN §4, invariant 11: one file per C library.
  static let unsafeWords = forbidden(
    "only the files that speak C say unsafe",
    words: ["unsafe"],
    except: [
      "Sources/Ledger/SQLite.swift", "Sources/Ledger/Slot.swift", "Sources/Ledger/Digest.swift",
      "Sources/Ledger/Files.swift",
      "Sources/Processors/Crypto.swift", "Sources/bursar/System.swift",
      "Sources/bursar/Disk.swift", "Sources/bursar/Face.swift",
      "Sources/bursar/HTTPClient.swift", "Sources/Simulator/SimulatedDisk.swift",
      "Sources/Simulator/System.swift",
    ],
    sentence: "may appear only in the files that speak C.")

  /// DESIGN §4, invariants 1 and 9: only the ledger's and the shell's own files touch the machine.
  static let operatingSystem = forbidden(
    "only the shell touches the standard streams and the environment",
    words: [
      "stdout", "stderr", "stdin", "STDOUT_FILENO", "STDERR_FILENO", "STDIN_FILENO", "getenv",
      "setenv", "FileHandle", "FileManager", "ProcessInfo", "CommandLine", "readLine",
    ],
    except: ["Sources/bursar/", "Sources/Simulator/"],
    sentence: "touches the machine; only the shell may.")

  /// Money is whole minor units; a share of a cap is thousandths.
  static let inexactMoney = forbidden(
    "money is never a floating-point number",
    words: ["Double", "Float", "Float16", "Float80", "Decimal", "CGFloat"],
    except: ["Sources/JSON/", "Sources/bursar/", "Sources/Simulator/"],
    sentence: "is inexact; money is whole minor units.")

  /// A rule about words that no file under `Sources` or `schemas` may use, but those listed; an
  /// exception that ends in `/` is a folder.
  private static func forbidden(
    _ name: String, words: Set<String>, except: Set<String>, sentence: String
  ) -> Rule {
    Rule(name: name) { source in
      guard source.room != nil, !except.contains(source.path),
        !except.contains(where: { $0.hasSuffix("/") && source.path.hasPrefix($0) })
      else { return [] }
      return source.words.filter { words.contains($0.text) }.map {
        Finding(path: source.path, line: $0.line, sentence: "\($0.text) \(sentence)")
      }
    }
  }
}
