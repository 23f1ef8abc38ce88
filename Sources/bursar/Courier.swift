import PaymentServer
import Payments

/// Carries deliveries to their sinks: to a file at once, to an address over the network beside
/// everything else that is under way, to standard output when that is a sink.
final class Courier {
  private let environment: [String: String]
  /// The folder relative paths are seen from; nil for the one we are in.
  private let base: String?
  /// The way to the network; the processor's where there is one, made when it is needed elsewhere.
  private(set) var client: HTTPClient?
  private var arrived: [(DeliveryID, DeliveryOutcome)] = []
  /// Standard output, where that is a sink, and what waits in it to be read.
  private var mouth: Mouth?
  private var said: DeliveryID?

  /// A courier for the sinks of a policy that stands in that folder.
  init(
    environment: [String: String], base: String?, client: HTTPClient?,
    output: consuming Descriptor?
  ) {
    self.environment = environment
    self.base = base
    self.client = client
    if let output { mouth = Mouth(output) }
  }

  /// Whether standard output is a sink and nobody reads it any more.
  var isOutputGone: Bool { mouth?.isGone ?? false }

  /// What to wait for: that what was said on standard output is read.
  var interest: Interest { mouth?.interest ?? Interest(-1, .writing) }

  /// Takes a delivery; what came of it is told by ``outcomes(at:)``.
  func carry(_ delivery: Delivery, at now: Instant) {
    switch delivery.sink.place {
    case .file(let path):
      arrived.append((delivery.id, append(delivery, to: path)))
    case .output:
      mouth?.say(lines(of: delivery))
      said = delivery.id
    case .http(let url, let secret): post(delivery, to: url, secret, at: now)
    }
  }

  /// What came of deliveries since this was last asked.
  func outcomes(at now: Instant) -> [(DeliveryID, DeliveryOutcome)] {
    mouth?.flush()
    if let said, mouth?.isEmpty != false {
      arrived.append((said, mouth == nil || isOutputGone ? .refused("gone") : .accepted))
      self.said = nil
    }
    defer { arrived.removeAll() }
    return arrived + (client?.outcomes(at: now) ?? [])
  }

  /// When to ask for outcomes, whatever else happens; nil when none is there yet.
  func wake(after now: Instant) -> Instant? {
    let isReady = !arrived.isEmpty || said != nil && mouth?.isEmpty != false
    return isReady ? now : client?.wake(after: now)
  }

  private func lines(of delivery: Delivery) -> [UInt8] {
    delivery.events.flatMap { $0.line + [UInt8(ascii: "\n")] }
  }

  private func append(_ delivery: Delivery, to path: String) -> DeliveryOutcome {
    let path = absolute(path, environment: environment, base: base)
    do throws(FileTrouble) {
      try appendLines(lines(of: delivery), to: path)
      return .accepted
    } catch {
      return .refused("file_\(error.word)")
    }
  }

  private func post(
    _ delivery: Delivery, to url: String, _ place: ProcessorSetting.Secret, at now: Instant
  ) {
    guard let event = delivery.events.first else {
      preconditionFailure("A delivery has an event.")
    }
    let secret: SigningSecret
    do throws(KeyMistake) {
      secret = try SigningSecret(at: place, environment: environment, base: base)
    } catch {
      // It was there at the start, or bursar check would have said so.
      arrived.append((delivery.id, .refused("no_secret")))
      return
    }
    let client = self.client ?? HTTPClient()
    self.client = client
    let headers =
      [Header("Content-Type", "application/cloudevents+json; charset=utf-8")]
      + secret.headers(
        id: event.id, body: event.line, at: Instant(milliseconds: System.wallClock))
    client.post(
      Letter(
        id: delivery.id, url: url, headers: headers, body: event.line,
        timeout: delivery.sink.timeout))
  }
}

/// Appends whole lines to a file and waits until they are on the disk. Opened anew each time, so
/// that the file can be rotated. What a loss of power left of a line is ended, so that ours begin
/// on a new one.
func appendLines(_ lines: [UInt8], to path: String) throws(FileTrouble) {
  let isNew = !System.exists(path)
  let file = try System.openForAppending(path)
  let size = try System.size(of: file)
  let end = size == 0 ? [] : try System.contents(of: file, from: size - 1, limit: 1 << 20)
  let isTorn = !end.isEmpty && end != [UInt8(ascii: "\n")]
  let bytes = (isTorn ? [UInt8(ascii: "\n")] : []) + lines
  guard System.write(file.number, bytes[...], socket: false) == .wrote(bytes.count) else {
    // Half of it is worse than nothing.
    try System.truncate(file, to: size)
    throw .refused("the disk took only a part")
  }
  try System.sync(file)
  if isNew, let folder = directory(of: path) { try System.syncDirectory(folder) }
}

extension FileTrouble {
  /// The stable word for it.
  fileprivate var word: String {
    switch self {
    case .absent: "absent"
    case .notRegular: "not_regular"
    case .oversize: "oversize"
    case .refused: "refused"
    }
  }
}

extension SigningSecret {
  /// Finds the secret where the policy says it is.
  init(
    at place: ProcessorSetting.Secret, environment: [String: String], base: String?
  ) throws(KeyMistake) {
    let text = try place.text(environment: environment, base: base)
    guard let secret = SigningSecret(text) else { throw .notForSigning }
    self = secret
  }
}
