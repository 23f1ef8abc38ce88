import CMicroHTTPD
import Payments
import Processors

// The one file that speaks to libmicrohttpd. Absent: its threads and its own waiting; it is driven
// through its epoll descriptor by the same poll as all else.

/// A request as it reached a face, from whichever client.
struct FaceRequest {
  let method: String
  /// Path and query, from the first slash.
  let path: String
  let headers: [Header]
  let body: [UInt8]
  /// Whether the body was larger than ``Face/bodyLimit``; then it is not whole.
  let isOversized: Bool
}

/// An HTTP face on 127.0.0.1: carries requests in, and answers out as they are to travel.
@safe final class Face {
  /// The largest body taken in, in bytes; what is beyond is not read into the request.
  static let bodyLimit = 1 << 20

  /// The port it listens on.
  private(set) var port: UInt16 = 0
  /// What answers: called once a request, when all of it is there.
  private let take: (FaceRequest, Instant) -> SandboxDeed

  /// Whether libmicrohttpd is installed.
  static var isAvailable: Bool { face_is_there() }

  /// Why there is no face on a port, as a sentence.
  static func refusal(port: UInt16) -> String {
    isAvailable
      ? "127.0.0.1:\(port) cannot be listened on."
      : "libmicrohttpd.so.12 is not installed; on Debian it is in the package libmicrohttpd12."
  }

  private var daemon: OpaquePointer?
  private var epoll: Int32 = -1
  fileprivate var now = Instant(milliseconds: 0)
  /// Exchanges whose connection waits for its time, or for its client to go.
  fileprivate var asleep: [Exchange] = []

  /// Listens on a port, or on a free one for 0; nil when that cannot be.
  init?(port: UInt16, _ take: @escaping (FaceRequest, Instant) -> SandboxDeed) {
    self.take = take
    guard Self.isAvailable else { return nil }
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe daemon = face_start(port, this, began, asked, ended)
    guard let daemon = unsafe daemon else { return nil }
    epoll = unsafe face_epoll(daemon)
    self.port = unsafe face_port(daemon)
  }

  // The daemon is not stopped: it lives as long as we do, and would wait for those it keeps
  // waiting.

  /// What to wait for.
  var interests: [Interest] {
    [Interest(epoll, .reading)] + asleep.map { Interest($0.socket, .reading) }
  }

  /// How long to wait at most, in milliseconds; nil without end.
  func timeout(at now: Instant) -> Int32? {
    let wakes = asleep.compactMap(\.wake).map { max(0, now.duration(to: $0).milliseconds) }
    var own: UInt64 = 0
    let hasOwn = unsafe face_timeout(daemon, &own) == .YES
    return (wakes + (hasOwn ? [Int64(clamping: own)] : [])).min().map { Int32(clamping: $0) }
  }

  /// Takes note of what happened while it waited: a client that waits says nothing, so that one who
  /// stirs has gone.
  func notice(_ interests: some Collection<Interest>) {
    for interest in interests.dropFirst() where interest.ready {
      for exchange in asleep where exchange.socket == interest.descriptor {
        exchange.isOver = true
      }
    }
  }

  fileprivate func deed(for request: FaceRequest) -> SandboxDeed { take(request, now) }

  /// Does what can be done now.
  func run(at now: Instant) {
    self.now = now
    let ready = asleep.filter { $0.isOver || ($0.wake.map { $0 <= now } ?? false) }
    asleep.removeAll { exchange in ready.contains { $0 === exchange } }
    for exchange in ready { exchange.resume() }
    unsafe face_run(daemon)
  }
}

/// One request and what becomes of it.
@safe private final class Exchange {
  let path: String
  let face: Face
  let connection: OpaquePointer
  let socket: Int32
  var body: [UInt8] = []
  /// Whether more came than is taken in.
  var isOversized = false
  /// Whether the head was announced; what follows is the body, and then the word to answer.
  var isAnnounced = false
  /// Whether the connection is to end.
  var isOver = false
  /// When it goes on; nil when only its client's going ends it.
  var wake: Instant?

  private var deed: SandboxDeed?
  private var rest: ArraySlice<UInt8> = []
  private var pause: Duration?
  private var lastWord = face_end

  init(_ path: String, _ connection: OpaquePointer, of face: Face) {
    self.path = path
    self.face = face
    unsafe self.connection = connection
    socket = unsafe face_socket(connection)
  }

  func suspend(until wake: Instant?) {
    self.wake = wake
    unsafe face_suspend(connection)
    face.asleep.append(self)
  }

  func resume() {
    wake = nil
    unsafe face_resume(connection)
  }

  /// Answers, or lets the connection end; called again after every sleep.
  func answer(method: String) -> MHD_Result {
    if deed == nil {
      deed = face.deed(
        for: FaceRequest(
          method: method, path: path, headers: headers, body: body, isOversized: isOversized))
    }
    switch deed {
    case .answer(let response): return unsafe send(response, whole(response.body))
    case .slow(let response, let pause):
      rest = response.body[...]
      self.pause = pause
      return unsafe send(response, measured(response.body.count))
    case .late(_, let by) where !isAwake:
      isAwake = true
      suspend(until: face.now.advanced(by: by))
      return .YES
    case .late where isOver: return .NO
    case .late(let response, _): return unsafe send(response, whole(response.body))
    case .truncated(let response, let isDeclared):
      rest = response.body.prefix(response.body.count / 2)
      if isDeclared { lastWord = face_broken }
      let this = unsafe Unmanaged.passUnretained(self).toOpaque()
      return unsafe send(
        response, isDeclared ? measured(response.body.count) : face_unmeasured(read, this))
    case .reset:
      unsafe face_reset(connection)
      return .NO
    case .hang where !isOver:
      suspend(until: nil)
      return .YES
    case .hang, .drop, nil: return .NO
    }
  }

  private var headers: [Header] {
    let list = HeaderList()
    let place = unsafe Unmanaged.passUnretained(list).toOpaque()
    unsafe face_headers(
      connection, .HEADER_KIND,
      { place, _, name, value in
        guard let place = unsafe place, let name = unsafe name else { return .YES }
        let list = unsafe Unmanaged<HeaderList>.fromOpaque(place).takeUnretainedValue()
        let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
        list.headers.append(Header(unsafe String(cString: name), text))
        return .YES
      }, place)
    return list.headers
  }

  private func whole(_ body: [UInt8]) -> OpaquePointer? {
    var body = body
    return unsafe face_whole(body.count, &body, .RESPMEM_MUST_COPY)
  }

  private func measured(_ size: Int) -> OpaquePointer? {
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    return unsafe face_by_piece(UInt64(size), 1024, read, this)
  }

  private func send(_ response: Response, _ made: OpaquePointer?) -> MHD_Result {
    guard let made = unsafe made else { return .NO }
    for header in response.headers {
      unsafe face_add_header(made, header.name, header.value)
    }
    defer { unsafe face_let_go(made) }
    return unsafe face_queue(connection, UInt32(response.status), made)
  }

  /// The next bytes of the body into a buffer: how many, none for now, or that it ends.
  func next(into buffer: UnsafeMutableBufferPointer<CChar>) -> Int {
    if isOver || rest.isEmpty { return isOver ? face_broken : lastWord }
    if let pause, wake == nil, !isAwake {
      isAwake = true
      suspend(until: face.now.advanced(by: pause))
      return 0
    }
    isAwake = false
    let count = pause == nil ? min(buffer.count, rest.count) : 1
    for index in 0..<count { unsafe buffer[index] = CChar(bitPattern: rest.removeFirst()) }
    return count
  }

  /// Whether its pause before the answer, or the next byte of it, has begun or is over.
  private var isAwake = false
}

/// Where headers are gathered.
private final class HeaderList {
  var headers: [Header] = []
}

/// A request line is there.
private func began(
  _ face: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let face = unsafe face, let path = unsafe path, let connection = unsafe connection else {
    return nil
  }
  let exchange = unsafe Exchange(
    String(cString: path), connection,
    of: Unmanaged<Face>.fromOpaque(face).takeUnretainedValue())
  return unsafe Unmanaged.passRetained(exchange).toOpaque()
}

/// The head is there, then pieces of the body, then all of it.
private func asked(
  _ face: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
  _ piece: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>?,
  _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let method = unsafe method, let size = unsafe size, let held = unsafe place?.pointee else {
    return .NO
  }
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
  if !exchange.isAnnounced {
    exchange.isAnnounced = true
    return .YES
  }
  let count = unsafe size.pointee
  guard count > 0 else { return unsafe exchange.answer(method: String(cString: method)) }
  let room = Face.bodyLimit - exchange.body.count
  if count > room { exchange.isOversized = true }
  let bytes = unsafe UnsafeRawBufferPointer(start: piece, count: min(count, room))
  unsafe exchange.body += bytes
  unsafe size.pointee = 0
  return .YES
}

/// A request is over, one way or the other.
private func ended(
  _ face: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
  guard let held = unsafe place?.pointee else { return }
  unsafe place?.pointee = nil
  unsafe Unmanaged<Exchange>.fromOpaque(held).release()
}

/// The connection has room for more of a body.
private func read(
  _ held: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ room: Int
) -> Int {
  guard let held = unsafe held else { return face_broken }
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
  return unsafe exchange.next(into: UnsafeMutableBufferPointer(start: buffer, count: room))
}
