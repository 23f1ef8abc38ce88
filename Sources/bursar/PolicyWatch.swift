import PaymentServer
import Payments

/// Notices that the policy's file is another than the one that was read, and reads it again.
struct PolicyWatch {
  /// How long it does not look again.
  static let pause = Duration.seconds(1)

  private let option: String?
  private let run: String?
  private let environment: [String: String]
  private let path: String?
  private var mark: FileMark?
  /// Whether there ever was a file: then it must be there. One that is gone for a moment, as while
  /// an editor saves it, must not put the rules in force that are built in.
  private var wasThere: Bool
  private var looked = Instant(milliseconds: 0)

  /// A watch over the policy a start goes by, beginning now.
  init(policy option: String?, run: String?, environment: [String: String]) {
    self.option = option
    self.run = run
    self.environment = environment
    self.path = PolicySource(option: option, environment: environment).path
    self.mark = path.flatMap { System.mark(of: $0) }
    self.wasThere = mark != nil
  }

  /// The policy read again, if its file changed or somebody asked; nil otherwise. Whether the file
  /// may be believed is decided on the very file that is read, never on this look.
  mutating func reading(at now: Instant, isAsked: Bool) -> PolicyReading? {
    guard let path, isAsked || looked.advanced(by: Self.pause) <= now else { return nil }
    looked = now
    let found = System.mark(of: path)
    guard isAsked || found != mark else { return nil }
    mark = found
    if found != nil { wasThere = true }
    return Arrangement(policy: wasThere ? path : option, run: run, environment: environment).reading
  }
}
