import CCurl
import PaymentServer
import Payments

// The one file that speaks to libcurl. Absent on purpose: redirects, proxies of the environment,
// netrc, compression, `Expect`, HTTP/2, and every retry; libcurl repeats a POST by itself on a
// reused connection, so a request that writes never gets one (`processors.md` §4, curl rules).

/// An event for an address, as it leaves.
struct Letter {
  let id: DeliveryID
  let url: String
  let headers: [Header]
  let body: [UInt8]
  let timeout: Duration
}

/// Carries requests to the processor and letters to sinks, many at once, and says of each what came
/// back or what is proven.
@safe final class HTTPClient {
  /// The largest body taken, in bytes.
  static let bodyLimit = 4 << 20
  /// The largest sum of headers taken, in bytes.
  static let headerLimit = 256 << 10

  private let processor: (address: BaseAddress, key: APIKey, setting: ProcessorSetting)?
  /// libcurl's own, from the first request on.
  private var multi: UnsafeMutableRawPointer?
  private var pace: Pace
  private var waiting: [Dispatch] = []
  private var transfers: [Transfer] = []
  private var answered: [(DispatchID, Answer)] = []
  private var delivered: [(DeliveryID, DeliveryOutcome)] = []

  /// A client of the processor at that address.
  convenience init(_ address: BaseAddress, key: APIKey, setting: ProcessorSetting) {
    self.init(processor: (address, key, setting))
  }

  /// A client for letters alone.
  convenience init() {
    self.init(processor: nil)
  }

  private init(processor: (address: BaseAddress, key: APIKey, setting: ProcessorSetting)?) {
    unsafe self.multi = nil
    self.processor = processor
    self.pace = Pace(perSecond: processor?.setting.requestsPerSecond ?? 1)
  }

  deinit {
    guard let multi = unsafe multi else { return }
    for transfer in transfers { unsafe transfer.end(in: multi) }
    unsafe curl_late_multi_cleanup(multi)
  }

  /// Whether libcurl is installed; it is loaded with the first request and not before.
  static var isAvailable: Bool { curl_is_there() }

  /// libcurl's own, begun when it is first needed; nil where it is not installed.
  private func begun() -> UnsafeMutableRawPointer? {
    if let multi = unsafe multi { return unsafe multi }
    guard Self.isAvailable else { return nil }
    let global = curl_late_global_init(Int(CURL_GLOBAL_DEFAULT))
    precondition(global == CURLE_OK, "libcurl starts, or there is no memory at all.")
    guard let multi = unsafe curl_late_multi_init() else {
      preconditionFailure("libcurl starts, or there is no memory at all.")
    }
    unsafe self.multi = multi
    return unsafe multi
  }

  /// Takes a request; it leaves as soon as the pace allows.
  func send(_ dispatch: Dispatch, at now: Instant) {
    waiting.append(dispatch)
    begin(at: now)
  }

  /// Takes a letter; it leaves at once.
  func post(_ letter: Letter) {
    guard let multi = unsafe begun(), let transfer = Transfer(letter) else {
      delivered.append((letter.id, .refused("address")))
      return
    }
    unsafe begin(transfer, in: multi)
  }

  /// What came of letters since.
  func outcomes(at now: Instant) -> [(DeliveryID, DeliveryOutcome)] {
    if !transfers.isEmpty { advance() }
    defer { delivered.removeAll() }
    return delivered
  }

  /// What has come back since.
  func answers(at now: Instant) -> [(DispatchID, Answer)] {
    begin(at: now)
    if !transfers.isEmpty { advance() }
    defer { answered.removeAll() }
    return answered
  }

  /// When the pace allows the next request; nil when none waits for it.
  func wake(after now: Instant) -> Instant? {
    if !answered.isEmpty || !delivered.isEmpty { return now }
    return waiting.isEmpty ? nil : pace.next(after: now)
  }

  /// Waits for the interests, for the network, or until the time is over.
  func wait(for interests: inout [Interest], milliseconds: Int32?) {
    guard let multi = unsafe multi else {
      return System.wait(for: &interests, milliseconds: milliseconds)
    }
    var watched = interests.filter { $0.descriptor >= 0 }.map { interest in
      let events: Int32 =
        switch interest.wish {
        case .reading: CURL_WAIT_POLLIN
        case .writing: CURL_WAIT_POLLOUT
        }
      return curl_waitfd(fd: interest.descriptor, events: Int16(events), revents: 0)
    }
    // Without end means a minute: libcurl takes no "for ever", and waking up once a minute is
    // nothing.
    let limit = milliseconds ?? 60_000
    let result = unsafe curl_late_multi_poll(multi, &watched, UInt32(watched.count), limit, nil)
    precondition(result == CURLM_OK, "Waiting on our own descriptors does not fail.")
    for index in interests.indices {
      interests[index].ready = watched.contains {
        $0.fd == interests[index].descriptor && $0.revents != 0
      }
    }
  }

  private func begin(at now: Instant) {
    while let dispatch = waiting.first, pace.take(at: now) {
      waiting.removeFirst()
      guard let processor else { preconditionFailure("A client for letters has no processor.") }
      if let multi = unsafe begun(),
        let transfer = Transfer(
          dispatch, address: processor.address, key: processor.key, setting: processor.setting)
      {
        unsafe begin(transfer, in: multi)
      } else {
        // libcurl is not there, refused an option or had no memory: nothing was begun.
        let failure = TransportFailure(cause: .address, sent: false)
        answered.append((dispatch.id, .failure(failure)))
      }
    }
  }

  private func begin(_ transfer: Transfer, in multi: UnsafeMutableRawPointer) {
    transfers.append(transfer)
    unsafe transfer.begin(in: multi)
  }

  private func advance() {
    guard let multi = unsafe multi else { return }
    var running: Int32 = 0
    unsafe curl_late_multi_perform(multi, &running)
    var left: Int32 = 0
    while let message = unsafe curl_late_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let (easy, code) = unsafe (message.pointee.easy_handle, curl_result(message))
      guard let index = transfers.firstIndex(where: { unsafe $0.easy == easy }) else { continue }
      let transfer = transfers.remove(at: index)
      let answer = transfer.answer(code)
      switch transfer.errand {
      case .attempt(let id): answered.append((id, answer))
      case .letter(let id): delivered.append((id, answer.outcome))
      }
      unsafe transfer.end(in: multi)
    }
  }
}

extension Answer {
  /// What an answer to a letter says of it: any 2xx is a yes (Standard Webhooks 1.0).
  fileprivate var outcome: DeliveryOutcome {
    switch self {
    case .response(let response):
      (200..<300).contains(response.status) ? .accepted : .refused("status_\(response.status)")
    case .failure(let failure): .refused(failure.cause.rawValue)
    }
  }
}

/// One request under way.
@safe private final class Transfer {
  /// What it is for.
  enum Errand {
    case attempt(DispatchID)
    case letter(DeliveryID)
  }

  let errand: Errand
  let reads: Bool
  let easy: UnsafeMutableRawPointer
  private var list: UnsafeMutablePointer<curl_slist>?
  private var headers: [Header] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  private var isOversize = false

  /// Prepares a request; nil when libcurl cannot.
  init?(_ dispatch: Dispatch, address: BaseAddress, key: APIKey, setting: ProcessorSetting) {
    guard let easy = unsafe curl_late_easy_init() else { return nil }
    unsafe self.easy = easy
    self.errand = .attempt(dispatch.id)
    self.reads = dispatch.reads
    unsafe self.list = nil
    let request = dispatch.request
    let isReady =
      request.path.hasPrefix("/")
      && restrict(to: address.scheme, setting.connectTimeout, setting.timeout)
      && describe(
        request.method, address.text + request.path, request.headers,
        ["Authorization: \(key.authorization)"], request.body)
      && collect()
    // From here on deinit frees what was made.
    if !isReady { return nil }
  }

  /// Prepares a letter; nil when libcurl cannot. A connection is used again for it: what is
  /// delivered at least once may be repeated.
  init?(_ letter: Letter) {
    guard let easy = unsafe curl_late_easy_init() else { return nil }
    unsafe self.easy = easy
    self.errand = .letter(letter.id)
    self.reads = true
    unsafe self.list = nil
    let scheme = letter.url.lowercased().hasPrefix("https:") ? "https" : "http"
    let isReady =
      restrict(to: scheme, letter.timeout, letter.timeout)
      && describe(.post, letter.url, letter.headers, [], letter.body) && collect()
    if !isReady { return nil }
  }

  deinit {
    unsafe curl_late_easy_cleanup(easy)
    unsafe curl_late_slist_free_all(list)
  }

  func begin(in multi: UnsafeMutableRawPointer) {
    let result = unsafe curl_late_multi_add_handle(multi, easy)
    precondition(result == CURLM_OK, "A fresh transfer can be added.")
  }

  func end(in multi: UnsafeMutableRawPointer) {
    unsafe curl_late_multi_remove_handle(multi, easy)
  }

  private func set(_ option: CURLoption, _ value: Int) -> Bool {
    unsafe curl_set_number(easy, option, value) == CURLE_OK
  }

  private func set(_ option: CURLoption, _ value: String) -> Bool {
    unsafe curl_set_text(easy, option, value) == CURLE_OK
  }

  /// How it travels: `processors.md` §4, "Options".
  private func restrict(
    to scheme: String, _ connectTimeout: Duration, _ timeout: Duration
  ) -> Bool {
    let fresh = reads ? 0 : 1
    return set(CURLOPT_PROTOCOLS_STR, scheme)
      && set(CURLOPT_FOLLOWLOCATION, 0)
      && set(CURLOPT_PROXY, "")
      && set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
      && set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      && set(CURLOPT_HTTP09_ALLOWED, 0)
      && set(CURLOPT_FRESH_CONNECT, fresh)
      && set(CURLOPT_FORBID_REUSE, fresh)
      && set(CURLOPT_SSL_VERIFYPEER, 1)
      && set(CURLOPT_SSL_VERIFYHOST, 2)
      && set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
      && set(CURLOPT_NOSIGNAL, 1)
      && set(CURLOPT_QUICK_EXIT, 1)
      && set(CURLOPT_TCP_KEEPALIVE, 1)
      && set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connectTimeout))
      && set(CURLOPT_TIMEOUT_MS, milliseconds(timeout))
  }

  /// Zero would mean "no limit" to libcurl.
  private func milliseconds(_ duration: Duration) -> Int {
    Int(max(1, min(duration.milliseconds, Int64(Int32.max))))
  }

  /// What is sent: exactly this, and the credentials, which are added here and nowhere else.
  private func describe(
    _ method: Request.Method, _ url: String, _ headers: [Header], _ credentials: [String],
    _ body: [UInt8]
  ) -> Bool {
    let lines = headers.map { "\($0.name): \($0.value)" } + credentials + ["Expect:"]
    guard (lines + [url]).allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } })
    else { return false }
    for line in lines {
      guard let longer = unsafe curl_late_slist_append(list, line) else { return false }
      unsafe list = longer
    }
    guard unsafe curl_set_list(easy, CURLOPT_HTTPHEADER, list) == CURLE_OK,
      set(CURLOPT_URL, url), set(CURLOPT_PATH_AS_IS, 1)
    else { return false }
    switch method {
    case .get: return set(CURLOPT_HTTPGET, 1)
    case .post:
      // No body is an empty one; without any, libcurl would read standard input.
      if body.isEmpty {
        return set(CURLOPT_POSTFIELDSIZE, 0) && set(CURLOPT_COPYPOSTFIELDS, "")
      }
      let size = curl_off_t(body.count)
      return unsafe body.withUnsafeBytes { bytes in
        unsafe curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK
          && curl_set_pointer(
            easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            == CURLE_OK
      }
    }
  }

  /// Where what comes back goes: into this value, which outlives the transfer.
  private func collect() -> Bool {
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    return unsafe curl_set_pointer(easy, CURLOPT_WRITEDATA, this) == CURLE_OK
      && curl_set_pointer(easy, CURLOPT_HEADERDATA, this) == CURLE_OK
      && curl_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
        let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue()
        return transfer.take(body: unsafe Array(bytes)) ? size * count : 0
      } == CURLE_OK
      && curl_set_writer(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
        let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue()
        return transfer.take(header: unsafe Array(bytes)) ? size * count : 0
      } == CURLE_OK
  }

  private func take(body bytes: [UInt8]) -> Bool {
    isOversize = isOversize || body.count + bytes.count > HTTPClient.bodyLimit
    if !isOversize { body += bytes }
    return !isOversize
  }

  private func take(header bytes: [UInt8]) -> Bool {
    headerBytes += bytes.count
    isOversize = isOversize || headerBytes > HTTPClient.headerLimit
    if isOversize { return false }
    var line = bytes[...]
    while let last = line.last, last == 0x0D || last == 0x0A || last == 0x20 { line.removeLast() }
    if line.starts(with: Array("HTTP/".utf8)) {
      // A further status line: what came before belonged to an interim response.
      headers.removeAll()
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      headers.append(
        Header(
          String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }
    return true
  }

  /// What came of it, by libcurl's word and by what is proven.
  func answer(_ code: CURLcode) -> Answer {
    guard code == CURLE_OK else {
      return .failure(TransportFailure(cause: cause(code), sent: mayHaveLeft))
    }
    var status = 0
    unsafe curl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
    return .response(Response(status: status, headers: headers, body: body))
  }

  /// False only with proof: the request's turn never came. On a reused connection it always has,
  /// and libcurl's own repeats count as one; that is why what writes never gets one.
  private var mayHaveLeft: Bool {
    var pretransfer: curl_off_t = 0
    let known = unsafe curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer)
    return known != CURLE_OK || pretransfer != 0
  }

  /// `processors.md` §4, rows T01–T14.
  private func cause(_ code: CURLcode) -> TransportFailure.Cause {
    if isOversize { return .oversize }
    return switch code {
    case CURLE_URL_MALFORMAT: .address
    case CURLE_UNSUPPORTED_PROTOCOL where !mayHaveLeft: .address
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameResolution
    case CURLE_COULDNT_CONNECT: .connection
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_USE_SSL_FAILED, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
      .security
    default: .interrupted
    }
  }
}
