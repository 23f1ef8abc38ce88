import Foundation
import Payments
import Testing

@testable import PaymentServer
@testable import bursar

extension WorldTests {
  struct HTTPClientTests {
    private let key = "sk_test_Zq9Zq9"

    private func client(
      _ port: Int, scheme: String = "http", prefix: String = "",
      _ change: (inout ProcessorSetting) -> Void = { _ in }
    ) throws -> HTTPClient {
      var setting = ProcessorSetting()
      setting.kind = .stripe
      setting.requestsPerSecond = 1000
      change(&setting)
      return HTTPClient(
        try BaseAddress("\(scheme)://127.0.0.1:\(port)\(prefix)"), key: try APIKey(key),
        setting: setting)
    }

    private func dispatch(_ attempt: Int = 1, reads: Bool = false, path: String = "/v1/x")
      -> Dispatch
    {
      let request = Request(
        method: reads ? .get : .post, path: path,
        headers: [
          Header("Content-Type", "application/x-www-form-urlencoded"),
          Header("Idempotency-Key", "b1_k:create"),
        ],
        body: reads ? [] : Array("amount=4999&note=%C3%A9".utf8))
      return Dispatch(
        id: DispatchID(operation: OperationID("op_1"), attempt: attempt), request: request,
        reads: reads)
    }

    /// Goes round until that many answers are there, or for a generous while.
    private func answers(
      _ count: Int, from client: HTTPClient, _ server: LoopbackServer?
    ) -> [(DispatchID, Answer)] {
      var clock = Clock()
      var answers: [(DispatchID, Answer)] = []
      let end = clock.now().advanced(by: .seconds(60))
      while answers.count < count, clock.now() < end {
        answers += client.answers(at: clock.now())
        server?.advance()
        if answers.count >= count { break }
        var interests = server?.descriptors.map { Interest($0, .reading) } ?? []
        client.wait(for: &interests, milliseconds: 20)
        server?.advance()
      }
      return answers
    }

    private func answer(
      to dispatch: Dispatch, from client: HTTPClient, _ server: LoopbackServer?
    ) -> Answer? {
      client.send(dispatch, at: Instant(milliseconds: 0))
      return answers(1, from: client, server).first?.1
    }

    private func http(_ status: String, _ body: String, _ headers: String...) -> [UInt8] {
      let head = ["HTTP/1.1 " + status, "Content-Length: \(body.utf8.count)"] + headers
      return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private func failure(_ cause: TransportFailure.Cause, sent: Bool) -> Answer {
      .failure(TransportFailure(cause: cause, sent: sent))
    }

    @Test func whatIsSentIsExactlyTheRequestAndTheKey() throws {
      let server = try LoopbackServer(
        .answer(http("200 OK", "{}", "Request-Id:  req_1 "), keep: false))
      let client = try client(server.port, prefix: "/stripe/")
      let answer = answer(to: dispatch(path: "/v1/x?a[]=b"), from: client, server)
      guard case .response(let response) = answer else {
        Issue.record("no response: \(String(describing: answer))")
        return
      }
      #expect(response.status == 200)
      #expect(response.body == Array("{}".utf8))
      #expect(response.headers.contains(Header("Request-Id", "req_1")))
      let request = try #require(server.requests.first)
      let lines = request.components(separatedBy: "\r\n")
      #expect(lines.first == "POST /stripe/v1/x?a[]=b HTTP/1.1")
      #expect(lines.last == "amount=4999&note=%C3%A9")
      #expect(lines.contains("Authorization: Bearer \(key)"))
      #expect(lines.contains("Idempotency-Key: b1_k:create"))
      let names = lines.dropFirst().prefix { !$0.isEmpty }
        .map { $0.split(separator: ":")[0].lowercased() }.sorted()
      #expect(
        names == [
          "accept", "authorization", "content-length", "content-type", "host", "idempotency-key",
        ])
    }

    @Test func anEmptyBodyIsSentAsAnEmptyBody() throws {
      let server = try LoopbackServer(.answer(http("200 OK", "{}"), keep: false))
      let client = try client(server.port)
      let request = Request(method: .post, path: "/v1/pi/cancel", headers: [], body: [])
      let id = DispatchID(operation: OperationID("op_1"), attempt: 1)
      let answer = answer(
        to: Dispatch(id: id, request: request, reads: false), from: client, server)
      guard case .response = answer else {
        Issue.record("no response")
        return
      }
      #expect(server.requests.first?.contains("Content-Length: 0") == true)
    }

    @Test func aRefusedConnectionProvesThatNothingWasSent() throws {
      let client = try client(try LoopbackServer.closedPort())
      #expect(answer(to: dispatch(), from: client, nil) == failure(.connection, sent: false))
    }

    @Test func aResetAfterTheRequestProvesNothing() throws {
      let server = try LoopbackServer(.reset)
      let client = try client(server.port)
      #expect(answer(to: dispatch(), from: client, server) == failure(.interrupted, sent: true))
      #expect(server.connections == 1)
    }

    @Test func anEmptyReplyProvesNothing() throws {
      let server = try LoopbackServer(.answer([], keep: false))
      let client = try client(server.port)
      #expect(answer(to: dispatch(), from: client, server) == failure(.interrupted, sent: true))
    }

    @Test func aBodyThatBreaksOffIsNoResponse() throws {
      let whole = http("200 OK", "{\"status\":\"succeeded\"}")
      let server = try LoopbackServer(.answer(whole.dropLast(5), keep: false))
      let client = try client(server.port)
      #expect(answer(to: dispatch(), from: client, server) == failure(.interrupted, sent: true))
    }

    @Test func whatIsNoHTTPIsNoResponse() throws {
      let server = try LoopbackServer(.answer(Array("hello\n".utf8), keep: false))
      let client = try client(server.port)
      #expect(answer(to: dispatch(), from: client, server) == failure(.interrupted, sent: true))
    }

    @Test func aRedirectIsAnAnswerAndNotFollowed() throws {
      let server = try LoopbackServer(
        .answer(http("302 Found", "", "Location: /elsewhere"), keep: false),
        .answer(http("200 OK", "{}"), keep: false))
      let client = try client(server.port)
      guard case .response(let response) = answer(to: dispatch(), from: client, server) else {
        Issue.record("no response")
        return
      }
      #expect(response.status == 302)
      #expect(server.requests.count == 1)
    }

    @Test func silenceAfterTheRequestIsATimeoutThatProvesNothing() throws {
      let server = try LoopbackServer(.hang)
      let client = try client(server.port) { $0.timeout = .milliseconds(100) }
      #expect(answer(to: dispatch(), from: client, server) == failure(.timeout, sent: true))
    }

    @Test func silenceInTheHandshakeProvesThatNothingWasSent() throws {
      let server = try LoopbackServer(.hang)
      let client = try client(server.port, scheme: "https") { $0.timeout = .milliseconds(100) }
      #expect(answer(to: dispatch(), from: client, server) == failure(.timeout, sent: false))
    }

    @Test func aHandshakeThatFailsProvesThatNothingWasSent() throws {
      let server = try LoopbackServer(.greet(Array("220 this is not TLS at all\r\n".utf8)))
      let client = try client(server.port, scheme: "https")
      #expect(answer(to: dispatch(), from: client, server) == failure(.security, sent: false))
    }

    @Test func anAnswerOfMoreThanFourMebibytesIsNotTaken() throws {
      let largest = String(repeating: "x", count: HTTPClient.bodyLimit)
      let server = try LoopbackServer(
        .answer(http("200 OK", largest), keep: false),
        .answer(http("200 OK", largest + "x"), keep: false))
      let client = try client(server.port)
      guard case .response(let response) = answer(to: dispatch(1), from: client, server) else {
        Issue.record("no response")
        return
      }
      #expect(response.body.count == HTTPClient.bodyLimit)
      #expect(answer(to: dispatch(2), from: client, server) == failure(.oversize, sent: true))
    }

    @Test func whatWritesGetsAConnectionOfItsOwnAndReadsMayShareOne() throws {
      let ok = LoopbackServer.Deed.answer(http("200 OK", "{}"), keep: true)
      let server = try LoopbackServer(ok, ok, ok, ok)
      let client = try client(server.port)
      for attempt in 1...2 { _ = answer(to: dispatch(attempt), from: client, server) }
      #expect(server.connections == 2)
      for attempt in 3...4 { _ = answer(to: dispatch(attempt, reads: true), from: client, server) }
      #expect(server.connections == 3)
      #expect(server.requests.count == 4)
    }

    @Test func aHeaderThatWouldBreakOutOfItsLineIsNotSent() throws {
      let client = try client(try LoopbackServer.closedPort())
      let request = Request(
        method: .post, path: "/v1/x", headers: [Header("A", "b\r\nC: d")], body: [])
      let id = DispatchID(operation: OperationID("op_1"), attempt: 1)
      let answer = answer(to: Dispatch(id: id, request: request, reads: false), from: client, nil)
      #expect(answer == failure(.address, sent: false))
    }

    @Test func whatExceedsThePaceWaitsItsTurn() throws {
      let ok = LoopbackServer.Deed.answer(http("200 OK", "{}"), keep: false)
      let server = try LoopbackServer(ok, ok)
      let client = try client(server.port) { $0.requestsPerSecond = 1 }
      let start = Instant(milliseconds: 0)
      client.send(dispatch(1), at: start)
      #expect(client.wake(after: start) == nil)
      client.send(dispatch(2), at: start)
      #expect(client.wake(after: start) == Instant(milliseconds: 1000))
      #expect(answers(2, from: client, server).map(\.0.attempt) == [1, 2])
    }
  }
}
