import JSON
import PaymentServer
import Payments
import Processors

/// A world that follows from its seed: agents, servers on one disk, a street, a processor, a clock.
///
/// Two phases, as in TigerBeetle's VOPR (`style.md` §4.3): while it is wild anything may fail and
/// nothing may be wrong; then nothing fails any more and everything must come to rest.
final class World {
  let seed: UInt64
  let canary: Canary?
  let weather: Weather
  var random: Random
  /// What persons do is drawn apart, so that it changes no draw of anything else.
  var persons: Random
  var now: Instant
  var agenda = Agenda()
  var agents: [Agent] = []
  var bills: [Bill] = []
  var seats: [Seat] = []
  var processor: Processor
  let disks: [SimulatedDisk]
  let oracle: Oracle
  let early = Early()
  let setting: Setting
  /// Everything said and done so far.
  var transcript = Digest()
  var tally = Tally()
  var probes = Probes()
  var steps = 0
  var ticks = 0
  var isWild = true
  /// What befalls the next server that is stepped.
  var doom: Mischief?
  /// What the disk does, to which acts (nil for all), and until when.
  var trouble: (fault: Fault, act: Act?, until: Instant)?
  /// By how much the clocks may be ahead of the true time by now, and how often they may go back.
  var lead = Duration.zero
  var stepsBack = 3
  /// Who is told what happens, line by line; nil for nobody.
  let listener: ((String) -> Void)?
  private var tenants = 0

  init(seed: UInt64, canary: Canary? = nil, listener: ((String) -> Void)? = nil) {
    self.seed = seed
    self.listener = listener
    self.canary = canary
    var random = Random(seed: seed)
    persons = Random(seed: ~seed)
    weather = Weather(&random)
    now = Instant(milliseconds: 1_795_165_200_000 + Int64(random.below(86_400_000)))
    processor = Processor(canary)
    let number = canary == .capsApart ? weather.seats : 1
    disks = (0..<number).map { _ in SimulatedDisk(seed: random.next()) }
    oracle = Oracle(weather.policy, disks.map { WatchedBooks($0) })
    setting = Setting(
      policy: .accepted(weather.policy), dialect: Canary.dialect(canary, early: early),
      livemode: false, run: "run-of-the-process", ledger: WatchedBooks.path, vfs: nil, version: "0")
    self.random = random
  }

  /// Lives through the world.
  ///
  /// - Parameter readingBooks: whether the chronicle tells the books' bytes apart, which takes a
  ///   while.
  func live(steps limit: Int, readingBooks: Bool = true) -> Chronicle {
    var breach: Breach?
    var deadLetters = 0
    do throws(Breach) {
      try begin()
      while steps < limit, ticks < 20 * limit, try advance() {}
      try calmDown()
      deadLetters = try end()
    } catch {
      breach = error
    }
    var books = Digest()
    if readingBooks { for disk in disks { disk.add(to: &books) } }
    tearDown()
    return Chronicle(
      seed: seed, steps: steps, breach: breach, transcript: transcript.value, books: books.value,
      tally: tally, probes: probes, deadLetters: deadLetters, captures: oracle.captured.count,
      refunds: oracle.refunded.count)
  }

  private func begin() throws(Breach) {
    for number in 0..<weather.bills { bills.append(Bill(number: number, &random)) }
    for number in 0..<weather.seats {
      let skew = weather.hasOwnClocks ? random.number(-1_200_000...3_600_000) : 0
      seats.append(Seat(number: number, skew: .milliseconds(skew)))
      lead = max(lead, .milliseconds(skew + 1_200_000))
    }
    if !weather.hasOwnClocks { lead = .zero }
    for seat in seats { try start(seat) }
    for number in 0..<weather.agents {
      agents.append(Agent(number: number, seat: number % weather.seats, &random))
      agenda.enter(.deed(agent: number), at: now.advanced(by: random.duration(0...2000)))
    }
  }

  /// Does what happens next; false when nothing ever will.
  func advance() throws(Breach) -> Bool {
    lookAround()
    var earliest: (seat: Seat, at: Instant)?
    for seat in seats {
      guard let wake = seat.wake(after: now), earliest.map({ wake < $0.at }) ?? true else {
        continue
      }
      earliest = (seat, wake)
    }
    if let (seat, wake) = earliest, agenda.next.map({ wake <= $0 }) ?? true {
      now = max(now, wake)
      ticks += 1
      try tick(seat)
    } else {
      guard let next = agenda.next, let happening = agenda.takeNext() else { return false }
      now = max(now, next)
      steps += 1
      try carryOut(happening)
      if isWild {
        try stirUp()
        try decide()
      }
    }
    return true
  }

  private func carryOut(_ happening: Happening) throws(Breach) {
    switch happening {
    case .deed(let agent): try act(agent)
    case .arrival(let transit, let journey, let execution):
      try arrive(transit, journey, execution)
    case .execution(let transit, let journey, let ticket):
      try execute(transit, journey, ticket)
    case .answer(let transit, let answer): try deliver(answer, to: transit)
    case .start(let number):
      if seats[number].tenant == nil { try start(seats[number]) }
    case .eviction(let number, let tenant):
      if seats[number].tenant?.number == tenant { try leave(seats[number]) }
    }
  }

  /// A new server takes the seat.
  func start(_ seat: Seat) throws(Breach) {
    tenants += 1
    tell("server \(seat.number): process \(tenants) starts, clock \(seat.skew)")
    var pipe = Pipe(&random)
    let greeting = pipe.greeting(at: now)
    seat.pausedUntil = nil
    let setting = Setting(
      policy: setting.policy, dialect: setting.dialect, livemode: false, run: setting.run,
      ledger: setting.ledger, vfs: disk(of: seat).name, version: setting.version)
    seat.tenant = Tenant(number: tenants, setting, pipe)
    if !greeting.isEmpty { try step(seat, greeting.map { .line($0) }) }
  }

  /// Tells what happens, if anybody listens.
  func tell(_ sentence: @autoclosure () -> String) {
    listener?("\(now.milliseconds) \(sentence())")
  }

  func place(of seat: Seat) -> Int { canary == .capsApart ? seat.number : 0 }

  func disk(of seat: Seat) -> SimulatedDisk { disks[place(of: seat)] }

  private func tearDown() {
    for seat in seats { bury(seat) }
    for books in oracle.books { books.close() }
  }
}

/// What became of a world.
struct Chronicle {
  let seed: UInt64
  let steps: Int
  let breach: Breach?
  let transcript: UInt64
  let books: UInt64
  let tally: Tally
  let probes: Probes
  let deadLetters: Int
  let captures: Int
  let refunds: Int
}
