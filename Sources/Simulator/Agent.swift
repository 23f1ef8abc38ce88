import JSON

/// Something to be paid, as the business knows it.
struct Bill {
  var reference: String
  var customer: String
  var amount: Int64
  var currency: String
  var method: String?

  init(number: Int, _ random: inout Random) {
    reference = "INV-\(number)"
    customer = random.one(weighing: [
      ("cus_ada", 6), ("cus_bob", 4), ("cus_eve", 1), ("cus_missing", 1),
    ])
    amount = Int64(random.number(1...60)) * 50
    currency = random.one(weighing: [("USD", 12), ("EUR", 3), ("JPY", 1)])
    method = random.one(weighing: [
      (nil, 6), ("pm_card_visa", 6), ("pm_card_chargeDeclined", 2),
      ("pm_card_chargeDeclinedInsufficientFunds", 1),
    ])
  }
}

/// One tool call, as an agent remembers it.
struct Ask {
  let tool: String
  let arguments: JSONObject
  let run: String?
}

/// What an agent does next.
enum Deed {
  case call(Ask)
  /// Does not wait any longer for one of its calls.
  case cancel
  /// Closes the pipe.
  case disconnect
  /// Says something that is no tool call.
  case babble
}

/// Somebody who pays bills and cannot be relied on: how often it does what is drawn once for it.
struct Agent {
  private enum Habit: CaseIterable {
    /// Pays one of the bills, whether or not it has before.
    case pays
    /// Makes its last call again, answered or not.
    case repeats
    /// Makes one of its calls again, from whenever.
    case forgets
    /// Changes what may not change.
    case drifts
    /// Gives the same thing a name of its own.
    case renames
    case refunds
    case asks
    case cancels
    case disconnects
    case babbles
  }

  /// What it calls its run.
  let run: String?
  /// Which server it talks to.
  let seat: Int
  private let habits: [(Habit, Int)]
  /// Whether it goes on calling after a STOP, which every other agent does rarely.
  private let isUnstoppable: Bool
  private(set) var wasStopped = false
  private var asked: [Ask] = []
  private var operations: [String] = []
  private var names = 0

  init(number: Int, seat: Int, _ random: inout Random) {
    run = random.happens(800) ? "run-\(number)" : nil
    self.seat = seat
    isUnstoppable = random.happens(300)
    var habits: [(Habit, Int)] = [(.pays, 10)]
    for habit in Habit.allCases where random.happens(500) {
      let usual = habit == .disconnects || habit == .cancels || habit == .babbles ? 2 : 8
      habits.append((habit, random.number(1...usual)))
    }
    self.habits = habits
  }

  /// What it does now.
  mutating func deed(_ bills: inout [Bill], _ random: inout Random) -> Deed {
    if wasStopped, !isUnstoppable, random.happens(700) { return .call(status(&random)) }
    switch random.one(weighing: habits) {
    case .pays: return .call(remember(charge(random.one(of: bills), &random)))
    case .repeats: return .call(asked.last ?? status(&random))
    case .forgets: return .call(asked.isEmpty ? status(&random) : random.one(of: asked))
    case .drifts: return .call(remember(drifted(bills, &random)))
    case .renames:
      var bill = random.one(of: bills)
      bill.reference = random.one(of: ["\(bill.reference)-retry", "INV-\(100 + bills.count)"])
      if bills.count < 40 { bills.append(bill) }
      return .call(remember(charge(bill, &random)))
    case .refunds: return .call(remember(refund(of: random.one(of: bills), &random)))
    case .asks: return .call(status(&random))
    case .cancels: return .cancel
    case .disconnects: return .disconnect
    case .babbles: return .babble
    }
  }

  /// What it was told.
  mutating func hear(verdict: String, operation: String?) {
    if verdict == "STOP" { wasStopped = true }
    if let operation, operations.count < 20 { operations.append(operation) }
  }

  private mutating func remember(_ ask: Ask) -> Ask {
    if asked.count < 12 { asked.append(ask) } else { asked[names % 12] = ask }
    names += 1
    return ask
  }

  private func charge(_ bill: Bill, _ random: inout Random) -> Ask {
    var arguments = JSONObject([
      ("reference", .string(bill.reference)), ("customer", .string(bill.customer)),
      ("amount", .integer(bill.amount)), ("currency", .string(bill.currency)),
      ("task_id", "task"), ("step_id", .string("pay-\(bill.reference)")),
    ])
    if let method = bill.method { arguments["payment_method"] = .string(method) }
    if !operations.isEmpty, random.happens(60) {
      arguments["distinct_from"] = .string(random.one(of: operations))
    }
    return Ask(tool: "charge", arguments: arguments, run: run)
  }

  private func drifted(_ bills: [Bill], _ random: inout Random) -> Ask {
    var bill = random.one(of: bills)
    switch random.below(5) {
    case 0: bill.amount += 50
    case 1: bill.amount = max(50, bill.amount - 100)
    case 2: bill.currency = bill.currency == "USD" ? "EUR" : "USD"
    case 3: bill.customer = "cus_carol"
    default: bill.method = random.one(of: ["pm_card_mastercard", "pm_card_chargeDeclined", nil])
    }
    return charge(bill, &random)
  }

  private func refund(of bill: Bill, _ random: inout Random) -> Ask {
    let number = random.number(1...3)
    let reference = "CN-\(bill.reference)-\(number)"
    let known = random.happens(200) ? operations : []
    var arguments = JSONObject([
      ("charge", .string(known.isEmpty ? bill.reference : random.one(of: known))),
      ("reference", .string(reference)), ("task_id", "task"),
      ("step_id", .string("refund-\(reference)")),
    ])
    switch random.below(5) {
    case 0: break
    case 1: arguments["amount"] = .integer(bill.amount)
    case 2: arguments["amount"] = .integer(bill.amount + 50)
    default: arguments["amount"] = .integer(max(1, bill.amount / Int64(number + 1)))
    }
    if random.happens(300) { arguments["reason"] = "duplicate" }
    return Ask(tool: "refund", arguments: arguments, run: run)
  }

  private func status(_ random: inout Random) -> Ask {
    var arguments = JSONObject()
    switch random.below(4) {
    case 0: break
    case 1: arguments["task_id"] = "task"
    case 2 where !operations.isEmpty: arguments["operation"] = .string(random.one(of: operations))
    default: arguments["reference"] = .string("INV-\(random.number(1...6))")
    }
    if random.happens(400) { arguments["wait_seconds"] = .integer(Int64(random.below(10))) }
    return Ask(tool: "status", arguments: arguments, run: run)
  }
}
