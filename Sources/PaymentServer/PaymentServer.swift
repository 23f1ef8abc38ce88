import JSON
import Ledger
import MCP
public import Payments
import Schemas

/// Takes inputs, gives back what follows from them: one input, one step, one transaction; nothing
/// leaves before it is durable (DESIGN §1).
///
/// It never blocks on the network, never waits, never looks at a clock. A step that fails leaves
/// the value and the books as they were.
public struct PaymentServer: ~Copyable {
  /// The most messages one line can bring.
  public static let messagesPerLine = Connection.messagesPerLine

  private var desk: Desk
  private var books: LedgerDoor

  /// A server for one agent's connection. Touches nothing: the ledger is opened when it is needed.
  public init(_ setting: Setting) {
    self.desk = Desk(setting)
    self.books = LedgerDoor(path: setting.ledger, vfs: setting.vfs)
  }

  /// When to call `step([.tick], …)` at the latest, by the clock that steps are told; nil while
  /// nothing can fall due.
  public var wake: Instant? { desk.wake.map { $0.advanced(by: .zero - desk.ahead) } }

  /// Whether no call waits for an answer and no request is out.
  public var quiet: Bool {
    desk.calls.isEmpty && desk.questions.isEmpty && desk.waiting.isEmpty && desk.out.isEmpty
      && desk.unrecorded.isEmpty
  }

  /// Whether a sink is being told something.
  public var isDelivering: Bool { !desk.delivering.isEmpty || !desk.reported.isEmpty }

  /// How often somebody calls ``glance(at:)``, because others may be at work in the same books:
  /// soon while the agent watches resources, seldom while this server is idle, else not at all.
  public var glanceInterval: Duration? {
    guard books.isOpen else { return nil }
    if desk.isWatched { return .milliseconds(50) }
    return quiet ? .milliseconds(100) : nil
  }

  /// Looks whether another program has begun something, or has written what is watched or what a
  /// sink is to be told; then ``wake`` is now, and from there on it is watched until it is at rest,
  /// so that its death is noticed at once (DESIGN §5). Costs no transaction while nobody writes.
  public mutating func glance(at reading: Instant) {
    // Whoever waits for the first books finds them at once when they are there.
    if !books.isOpen, books.exists { desk.wake = reading.advanced(by: desk.ahead) }
    do throws(LedgerError) {
      guard try books.changedByOthers() else { return }
      let namespace = desk.rules.inForce?.namespace
      let isOurs =
        desk.isWatched ? true : try books.othersWork(in: namespace, sinks: desk.knownSinks)
      if isOurs { desk.wake = reading.advanced(by: desk.ahead) }
    } catch {
      // What is wrong with the books is told to whoever calls next.
    }
  }

  /// Carries out all inputs in one ledger transaction and says what leaves then, in order.
  ///
  /// When the books cannot be written the calls are answered so (RETRY or STOP), when somebody else
  /// is writing in them after a wait of several steps, and answers of the processor are kept until
  /// they can be recorded.
  ///
  /// - Parameters:
  ///   - inputs: everything that is ready.
  ///   - reading: the clock's reading; time never goes back from one step to the next, whatever it
  ///     says.
  public mutating func step(_ inputs: [Input], at reading: Instant) -> [Output] {
    var ready = desk
    ready.receive(inputs)
    guard ready.needsBooks(at: reading, exist: books.isOpen || books.exists) else {
      desk = ready
      return desk.handOut()
    }
    do throws(LedgerError) {
      desk = try commit(ready, at: reading)
    } catch .conflict {
      // Another process was faster between two reads of ours: the same step once more.
      do throws(LedgerError) {
        desk = try commit(ready, at: reading)
      } catch {
        goOn(ready, without: error, at: reading)
      }
    } catch {
      goOn(ready, without: error, at: reading)
    }
    return desk.handOut()
  }

  /// The books cannot be written. On a full disk they can be read: whoever only asks is answered.
  private mutating func goOn(
    _ ready: borrowing Desk, without error: LedgerError, at reading: Instant
  ) {
    desk = copy ready
    if case .full = error, desk.isAsked {
      var next = copy ready
      do throws(LedgerError) {
        try books.read { (books: borrowing Books) throws(LedgerError) in
          try next.lookUp(in: books, at: reading)
        }
        desk = next
      } catch {
        // Then they are told so, as everybody else is.
      }
    }
    desk.withoutBooks(error, at: reading)
  }

  private mutating func commit(
    _ ready: borrowing Desk, at reading: Instant
  ) throws(LedgerError) -> Desk {
    var next = copy ready
    try books.commit { (books: inout Books) throws(LedgerError) in
      try next.work(in: &books, at: reading)
    }
    return next
  }
}
