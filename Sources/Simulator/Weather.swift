import PaymentServer
import Payments

/// What may happen in one world and how often, and how it is furnished: drawn before anything else,
/// so that worlds differ in kind and not only in order (swarm testing, `style.md` §4.3).
struct Weather {
  /// Of a thousand requests, how many meet each fault of the street.
  private(set) var ofRequests: [(Mischief, Int)] = []
  /// Of a thousand steps of the world, at how many each thing happens to everybody.
  private(set) var ofSteps: [(Mischief, Int)] = []
  /// How many server processes share the ledger.
  let seats: Int
  /// How many agents talk to them.
  let agents: Int
  /// How many things are there to be paid.
  let bills: Int
  /// Whether a server that died is started again while the world is wild; when not, another takes
  /// over what it left.
  let restarts: Bool
  /// Of a thousand faults of the disk, how many are the power's last.
  let fatalFaults: Int
  /// Whether each server has a clock of its own.
  let hasOwnClocks: Bool
  /// The longest an agent thinks between two acts, in milliseconds.
  let thinking: Int
  /// The rules.
  let policy: Policy

  init(_ random: inout Random) {
    seats = random.number(1...4)
    agents = random.number(1...5)
    bills = random.number(2...12)
    restarts = seats == 1 || random.happens(800)
    fatalFaults = random.one(of: [0, 0, 200, 700])
    hasOwnClocks = random.happens(300)
    thinking = random.one(of: [50, 400, 3000, 60_000])
    policy = Weather.policy(&random)
    for mischief in Mischief.ofTheStreet where random.happens(400) {
      ofRequests.append((mischief, random.one(of: [10, 40, 120])))
    }
    // A world in which nearly nothing gets through is a world too, but a dull one.
    if random.happens(30) { ofRequests = ofRequests.map { ($0.0, $0.1 * 2) } }
    for mischief in Mischief.ofTheWorld where random.happens(350) {
      ofSteps.append((mischief, Weather.frequency(of: mischief, &random)))
    }
  }

  /// The fault a request meets; nil for none.
  func fate(_ random: inout Random) -> Mischief? {
    var rest = random.below(1000)
    for (mischief, share) in ofRequests {
      if rest < share { return mischief }
      rest -= share
    }
    return nil
  }

  private static func frequency(of mischief: Mischief, _ random: inout Random) -> Int {
    switch mischief {
    case .clockAhead, .clockBack, .dayPassed: random.one(of: [2, 5])
    case .diskFull, .diskFailing: random.one(of: [5, 15])
    default: random.one(of: [5, 15, 40])
    }
  }
}

extension Weather {
  private static func policy(_ random: inout Random) -> Policy {
    var policy = Policy(hash: String(repeating: "0", count: 64))
    policy.namespace = "acme"
    policy.identity = random.happens(200) ? .taskStep : .reference
    policy.processor.timeout = .seconds(random.one(of: [2, 10, 80]))
    policy.processor.connectTimeout = .seconds(random.one(of: [1, 10]))
    policy.processor.attempts = random.number(1...4)
    policy.processor.timeoutAttempts = random.number(1...policy.processor.attempts)
    policy.processor.backoff = .milliseconds(random.one(of: [100, 1000, 5000]))
    policy.processor.jitter = .milliseconds(random.one(of: [0, 500]))
    policy.respondWithin = .milliseconds(random.one(of: [0, 500, 4000, 20_000]))
    policy.run.expiresIn = random.happens(150) ? .seconds(random.one(of: [600, 90_000])) : nil
    policy.rates.perMinute = random.one(of: [3, 60, 60, 1000])
    policy.rates.minimumGap = .milliseconds(random.one(of: [0, 0, 0, 700]))
    policy.rates.inFlight = random.one(of: [1, 2, 16, 16])
    policy.nearDuplicates.action = random.one(of: [.ask, .refuse, .allow, .allow])
    policy.nearDuplicates.window = .seconds(random.one(of: [5, 600]))
    policy.customers.refuse = random.happens(300) ? ["cus_eve"] : []
    if random.happens(200) { policy.currencies = [dollars] }
    policy.caps = caps(&random)
    if random.happens(300) {
      policy.refundCaps = [
        Cap(
          name: "refunds", extent: .namespace, window: window(&random), currency: dollars,
          amount: Int64(random.number(1...40)) * 500, count: nil)
      ]
    }
    return policy
  }

  /// Dollars always have a cap, euros sometimes, yen never.
  private static func caps(_ random: inout Random) -> [Cap] {
    var caps: [Cap] = []
    for extent in Cap.Extent.allCases where extent == .run || random.happens(450) {
      let limits = extent == .operation ? [1000, 2500] : [3000, 8000, 20_000, 1_000_000]
      let limit = Int64(random.one(of: limits))
      caps.append(
        Cap(
          name: extent.rawValue, extent: extent,
          window: extent == .operation ? .lifetime : window(&random), currency: dollars,
          amount: limit, count: random.happens(150) ? Int64(random.number(1...8)) : nil))
    }
    if random.happens(500) {
      caps.append(
        Cap(
          name: "euros", extent: .namespace, window: window(&random), currency: euros,
          amount: Int64(random.number(1...20)) * 1000, count: nil))
    }
    if random.happens(150) {
      caps.append(
        Cap(
          name: "number", extent: .namespace, window: window(&random), currency: dollars,
          amount: nil, count: Int64(random.number(1...12))))
    }
    return caps
  }

  private static func window(_ random: inout Random) -> Window {
    switch random.below(5) {
    case 0: .lifetime
    case 1: .rolling(.seconds(3600))
    case 2: .rolling(.seconds(86_400))
    case 3: .day(offset: random.one(of: [0, 60, -330, 720]))
    default: .month(offset: random.one(of: [0, 120, -480]))
    }
  }
}

let dollars = currency("USD")
let euros = currency("EUR")
let yen = currency("JPY")

private func currency(_ code: String) -> Currency {
  guard let currency = Currency(code) else {
    preconditionFailure("The currencies of the worlds are currencies.")
  }
  return currency
}
