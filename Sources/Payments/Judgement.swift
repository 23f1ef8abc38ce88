/// What an agent asks for, before it is an operation: the part that the policy judges.
public struct Demand: Hashable, Sendable {
  /// Charge or refund.
  public let kind: Operation.Kind
  /// The namespace it is asked for in.
  public let namespace: String
  /// The run that asks.
  public let run: String
  /// Who pays, or gets back.
  public let customer: String
  /// How much.
  public let money: Money
  /// What a charge is to be paid with; nil for what the customer has on file, and for a refund.
  public let paymentMethod: String?

  /// A demand from its parts.
  public init(
    kind: Operation.Kind, namespace: String, run: String, customer: String, money: Money,
    paymentMethod: String? = nil
  ) {
    self.kind = kind
    self.namespace = namespace
    self.run = run
    self.customer = customer
    self.money = money
    self.paymentMethod = paymentMethod
  }
}

/// The policy's answer to a demand.
public enum Judgement: Hashable, Sendable {
  /// It may go ahead; the caps that it brings near their limit.
  case granted(warnings: [CapUsage])
  /// It may not.
  case refused(Denial)
}

/// Why the policy refuses a demand. Each is a stable code and a sentence of its own.
public enum Denial: Hashable, Sendable {
  /// The tool is not among those that may be called.
  case toolNotAllowed(String)
  /// The currency is not among those allowed.
  case currencyNotAllowed(Currency, allowed: [Currency])
  /// No cap limits this currency, so nothing may be spent in it.
  case currencyWithoutCap(Currency)
  /// The customer may not be charged.
  case customerNotAllowed
  /// The run is older than the policy lets it spend.
  case runExpired
  /// The payment method was declined as often as the rule allows.
  case declinedTooOften(String?, DeclineRule)
  /// One operation of this size is above a cap on single operations.
  case operationTooLarge(Cap)
  /// Together with what the customer was charged within `splitWindow` it is above a cap on single
  /// operations.
  case split(Cap, together: Int64)
  /// What is held and spent already leaves less than is asked for.
  case capExhausted(CapUsage)
}

/// A cap and what counts against it.
public struct CapUsage: Hashable, Sendable {
  /// The cap.
  public let cap: Cap
  /// What is held and spent, without what is asked for.
  public let used: Exposure

  /// A cap with its use.
  public init(cap: Cap, used: Exposure) {
    self.cap = cap
    self.used = used
  }

  /// What is left of the amount, in minor units; nil when the amount is not limited. Never
  /// negative.
  public var amountLeft: Int64? {
    cap.limitsAmount ? max(0, cap.amount.amount - used.amount) : nil
  }

  /// What is left of the number; nil when it is not limited. Never negative.
  public var countLeft: Int64? {
    cap.count.map { max(0, $0 - used.count) }
  }
}

extension Policy {
  /// Whether a tool may be called; `status`, which moves nothing, always may.
  public func allows(tool: String) -> Bool {
    isSame(tool, "status") || tools.contains { isSame($0, tool) }
  }

  /// Judges a demand. Reads exposures, writes nothing (DESIGN §8: judge, then write).
  ///
  /// - Parameters:
  ///   - demand: what is asked for.
  ///   - runStarted: when the run was first seen; `now` for a new one.
  ///   - isApproved: whether a person lets pass what caps on single operations stop.
  ///   - exposure: what is held and spent in a scope since an instant; nil for ever.
  /// - Throws: what `exposure` throws, nothing else.
  public func judge<Failure: Error>(
    _ demand: Demand, runStarted: Instant, isApproved: Bool = false, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> Judgement {
    if let denial = plainDenial(of: demand, runStarted: runStarted, at: now) {
      return .refused(denial)
    }
    var warnings: [CapUsage] = []
    for usage in try usages(for: demand, at: now, exposure: exposure) {
      let cap = usage.cap
      if cap.extent == .operation {
        if isApproved { continue }
        if let denial = try denial(of: demand, by: cap, at: now, exposure: exposure) {
          return .refused(denial)
        }
        continue
      }
      let (sum, overflow) = usage.used.amount.addingReportingOverflow(demand.money.amount)
      let together = Exposure(amount: overflow ? .max : sum, count: usage.used.count + 1)
      guard cap.allows(together) else { return .refused(.capExhausted(usage)) }
      if crossesWarning(cap, usage.used, together) {
        warnings.append(CapUsage(cap: cap, used: together))
      }
    }
    if try isDeclinedTooOften(demand, at: now, exposure: exposure) {
      return .refused(.declinedTooOften(demand.paymentMethod, declines))
    }
    return .granted(warnings: warnings)
  }

  /// What a cap on single operations has against a demand, whatever the other rules say; nil when
  /// none has anything.
  public func singleDenial<Failure: Error>(
    of demand: Demand, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> Denial? {
    for cap in caps(on: demand.kind)
    where cap.extent == .operation && cap.amount.currency == demand.money.currency {
      if let denial = try denial(of: demand, by: cap, at: now, exposure: exposure) {
        return denial
      }
    }
    return nil
  }

  private func denial<Failure: Error>(
    of demand: Demand, by cap: Cap, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> Denial? {
    guard cap.allows(Exposure(amount: demand.money.amount, count: 1)) else {
      return .operationTooLarge(cap)
    }
    return try splitSum(demand, cap, at: now, exposure: exposure)
      .map { .split(cap, together: $0) }
  }

  /// The caps that count this demand, in the order of the file, each with its use at `now`.
  ///
  /// Where refunds restore budget (``restoresBudget``), what was refunded of the charges in the
  /// window does not count, up to the amount of the cap: charges in a window never come to more
  /// than twice the cap, however often they are refunded, and what stayed charged never to more
  /// than the cap.
  public func usages<Failure: Error>(
    for demand: Demand, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> [CapUsage] {
    var usages: [CapUsage] = []
    for cap in caps(on: demand.kind) where cap.amount.currency == demand.money.currency {
      guard let scope = scope(of: cap, for: demand) else {
        usages.append(CapUsage(cap: cap, used: .zero))
        continue
      }
      let start = cap.window.start(at: now)
      var used = try exposure(scope, start)
      if restoresBudget, demand.kind == .charge, cap.limitsAmount {
        let returned = try exposure(scope.returned, start).amount
        used.amount = max(0, used.amount - min(returned, cap.amount.amount))
      }
      usages.append(CapUsage(cap: cap, used: used))
    }
    return usages
  }

  /// Whether the payment method has used up its declines.
  private func isDeclinedTooOften<Failure: Error>(
    _ demand: Demand, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> Bool {
    guard demand.kind == .charge else { return false }
    let scope = Scope.declines(
      of: demand.paymentMethod, customer: demand.customer, in: demand.namespace)
    // Ever is one sum, a window is several, and hardly any method was declined so often.
    guard try exposure(scope, nil).count >= declines.limit else { return false }
    return try exposure(scope, now.advanced(by: .zero - declines.window)).count >= declines.limit
  }

  /// What a charge and those of the same customer within the cap's `splitWindow` come to, if that
  /// is above the cap. A charge with none before it is judged by itself alone.
  private func splitSum<Failure: Error>(
    _ demand: Demand, _ cap: Cap, at now: Instant,
    exposure: (Scope, Instant?) throws(Failure) -> Exposure
  ) throws(Failure) -> Int64? {
    guard cap.extent == .operation, cap.limitsAmount, demand.kind == .charge,
      let window = cap.splitWindow
    else { return nil }
    let scope = Scope.customer(
      demand.customer, in: demand.namespace, demand.kind, demand.money.currency)
    let before = try exposure(scope, now.advanced(by: .zero - window)).amount
    let (sum, overflow) = before.addingReportingOverflow(demand.money.amount)
    guard before > 0, overflow || sum > cap.amount.amount else { return nil }
    return overflow ? .max : sum
  }

  /// The caps on one kind of operation.
  public func caps(on kind: Operation.Kind) -> [Cap] {
    switch kind {
    case .charge: caps
    case .refund: refundCaps
    }
  }

  /// The refusals that need no books.
  private func plainDenial(
    of demand: Demand, runStarted: Instant, at now: Instant
  ) -> Denial? {
    if !allows(tool: demand.kind.rawValue) {
      return .toolNotAllowed(demand.kind.rawValue)
    }
    if let lifetime = run.expiresIn, runStarted.duration(to: now) >= lifetime { return .runExpired }
    let currency = demand.money.currency
    switch demand.kind {
    case .refund: return nil
    case .charge:
      if let currencies, !currencies.contains(currency) {
        return .currencyNotAllowed(currency, allowed: currencies)
      }
      if !caps.contains(where: { $0.amount.currency == currency && $0.limitsAmount }) {
        return .currencyWithoutCap(currency)
      }
      return customers.allows(demand.customer) ? nil : .customerNotAllowed
    }
  }

  /// Where a cap counts; nil for a cap on single operations, which counts nothing but what is
  /// asked.
  private func scope(of cap: Cap, for demand: Demand) -> Scope? {
    let currency = demand.money.currency
    return switch cap.extent {
    case .operation: nil
    case .run: .run(demand.run, in: demand.namespace, demand.kind, currency)
    case .customer: .customer(demand.customer, in: demand.namespace, demand.kind, currency)
    case .namespace: .namespace(demand.namespace, demand.kind, currency)
    }
  }

  /// Whether one of the warning marks lies between what was used and what is used now.
  private func crossesWarning(_ cap: Cap, _ before: Exposure, _ after: Exposure) -> Bool {
    func crosses(_ limit: Int64, _ before: Int64, _ after: Int64) -> Bool {
      limit > 0
        && warnAt.contains { mark in
          let full = limit.multipliedFullWidth(by: Int64(mark))
          let (quotient, rest) = Int64(1000).dividingFullWidth(full)
          let threshold = rest > 0 ? quotient + 1 : quotient
          return before < threshold && after >= threshold
        }
    }
    return cap.limitsAmount && crosses(cap.amount.amount, before.amount, after.amount)
      || crosses(cap.count ?? 0, before.count, after.count)
  }
}
