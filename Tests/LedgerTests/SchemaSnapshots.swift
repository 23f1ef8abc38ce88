extension SchemaTests {
  static let tables = [
    "approvals", "attempts", "chain", "discrepancies", "exposure", "freezes", "held", "hints",
    "history", "meta", "migrations", "operations", "owners", "particulars", "runs", "sinks",
    "tallies", "undelivered",
  ]
  static let objects = [
    "index asked_again undelivered",
    "index charges_by_amount operations",
    "index charges_by_likeness operations",
    "index dead_letters operations",
    "index discrepancies_by_operation discrepancies",
    "index hints_by_age hints",
    "index hints_to_check hints",
    "index history_by_operation history",
    "index in_flight operations",
    "index operations_by_age operations",
    "index operations_by_processor_reference operations",
    "index operations_by_reference operations",
    "index operations_by_run operations",
    "index operations_by_task operations",
    "index owners_by_slot owners",
    "index pending operations",
    "index policies history",
    "index refunds_by_charge operations",
    "table approvals approvals",
    "table attempts attempts",
    "table chain chain",
    "table discrepancies discrepancies",
    "table exposure exposure",
    "table freezes freezes",
    "table held held",
    "table hints hints",
    "table history history",
    "table meta meta",
    "table migrations migrations",
    "table operations operations",
    "table owners owners",
    "table particulars particulars",
    "table runs runs",
    "table sinks sinks",
    "table tallies tallies",
    "table undelivered undelivered",
    "trigger history_is_chained history",
    "trigger history_is_not_changed history",
    "trigger history_is_not_removed history",
    "trigger history_is_not_replaced history",
    "trigger particulars_are_not_changed particulars",
    "trigger particulars_are_not_removed particulars",
    "trigger particulars_are_not_replaced particulars",
  ]

  /// Column by column with its type; `!` where it cannot be null.
  static let columns = [
    """
    approvals: operation TEXT!, customer TEXT!, amount INTEGER!, currency TEXT!, charge TEXT, \
    environment TEXT!, until INTEGER!, why TEXT!, at INTEGER!
    """,
    """
    attempts: operation TEXT!, number INTEGER!, instruction TEXT!, key TEXT, method TEXT!, \
    path TEXT!, headers TEXT!, body BLOB!, started INTEGER!, finished INTEGER, outcome \
    TEXT, status INTEGER, owner INTEGER!
    """,
    """
    chain: one INTEGER!, ledger BLOB!, uncovered INTEGER!, seq INTEGER!, link BLOB!, ratchet \
    BLOB!
    """,
    """
    discrepancies: subject TEXT!, kind TEXT!, operation TEXT, detail TEXT!, created \
    INTEGER!, found INTEGER!, seen INTEGER!
    """,
    "exposure: scope TEXT!, width INTEGER!, start INTEGER!, amount INTEGER!, count INTEGER!",
    "freezes: extent TEXT!, why TEXT!, at INTEGER!",
    "held: scope TEXT!, amount INTEGER!, count INTEGER!",
    "hints: id TEXT!, at INTEGER!, subject TEXT, checked INTEGER",
    """
    history: seq INTEGER, at INTEGER!, operation TEXT, version INTEGER, from_state TEXT, \
    to_state TEXT, reason TEXT!, detail TEXT!, commitment BLOB, link BLOB
    """,
    "meta: name TEXT!, value INTEGER!",
    "migrations: name TEXT!, applied INTEGER!",
    """
    operations: id TEXT!, kind TEXT!, namespace TEXT!, reference TEXT!, created INTEGER!, \
    customer TEXT!, amount INTEGER!, currency TEXT!, payment_method TEXT, description \
    TEXT, charge TEXT, charge_reference TEXT, refund_reason TEXT, run TEXT!, task TEXT, \
    step TEXT, checkpoint TEXT, state TEXT!, processor_reference TEXT, round INTEGER!, \
    confirmation INTEGER!, next TEXT, due INTEGER, attempt INTEGER, tries INTEGER!, \
    attempts INTEGER!, unknown_since INTEGER, first_sent INTEGER, code TEXT, detail TEXT, \
    dead_letter TEXT, owner INTEGER, livemode INTEGER!, updated INTEGER!, policy TEXT!, \
    rule TEXT, version INTEGER!, normal_reference TEXT!, traceparent TEXT
    """,
    "owners: epoch INTEGER, slot INTEGER!, started INTEGER!",
    "particulars: seq INTEGER!, salt BLOB!, text TEXT!",
    """
    runs: namespace TEXT!, run TEXT!, first_seen INTEGER!, last_call INTEGER!, stops \
    INTEGER!
    """,
    """
    sinks: name TEXT!, cursor INTEGER!, tries INTEGER!, due INTEGER, lessee INTEGER, until \
    INTEGER
    """,
    "tallies: name TEXT!, count INTEGER!",
    """
    undelivered: sink TEXT!, seq INTEGER!, at INTEGER!, tries INTEGER!, why TEXT!, asked \
    INTEGER!
    """,
  ]

  /// SCAN is all right where the index holds only what is asked for, or the limit ends it.
  static let plans = [
    "operation: SEARCH operations USING INDEX sqlite_autoindex_operations_1 (id=?)",
    """
    operationsByReference: SEARCH operations USING INDEX operations_by_reference \
    (namespace=? AND reference=?)
    """,
    """
    stepsByRun: SEARCH operations USING INDEX operations_by_run (namespace=? AND run=?); USE \
    TEMP B-TREE FOR RIGHT PART OF ORDER BY
    """,
    """
    stepsByTask: SEARCH operations USING INDEX operations_by_task (namespace=? AND task=?); \
    USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
    """,
    "refunds: SEARCH operations USING INDEX refunds_by_charge (charge=?)",
    """
    hasLookalike: SCAN CONSTANT ROW; \
    SCALAR SUBQUERY 1; SEARCH operations USING INDEX charges_by_likeness (namespace=? AND \
    customer=? AND normal_reference=?); \
    SCALAR SUBQUERY 2; SEARCH operations USING INDEX charges_by_likeness (namespace=? AND \
    customer=? AND normal_reference=?); \
    SCALAR SUBQUERY 3; SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=?); \
    SCALAR SUBQUERY 4; SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=?); \
    SCALAR SUBQUERY 5; SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=? AND updated>?); \
    SCALAR SUBQUERY 6; SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=? AND updated>?)
    """,
    """
    chargesByLikeness: SEARCH operations USING INDEX charges_by_likeness (namespace=? AND \
    customer=? AND normal_reference=?); USE TEMP B-TREE FOR RIGHT PART OF ORDER BY
    """,
    """
    heldChargesByAmount: SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=?); USE TEMP B-TREE FOR ORDER BY
    """,
    """
    movedChargesByAmount: SEARCH operations USING INDEX charges_by_amount (namespace=? AND \
    customer=? AND currency=? AND amount=? AND state=? AND updated>?); USE TEMP B-TREE FOR \
    ORDER BY
    """,
    "newest: SCAN operations USING INDEX operations_by_age",
    "following: SEARCH operations USING INDEX operations_by_age ((created,id)>(?,?))",
    """
    doubledReferences: SEARCH operations USING INDEX operations_by_processor_reference \
    (processor_reference>?)
    """,
    "due: SEARCH operations USING INDEX pending (due<?)",
    "nextDue: SEARCH operations USING INDEX pending (due>?)",
    "foreignOwners: SCAN operations USING INDEX in_flight",
    "inFlight: SEARCH operations USING INDEX in_flight (owner=?)",
    """
    operationsByProcessorReference: SEARCH operations USING INDEX \
    operations_by_processor_reference (processor_reference=?); USE TEMP B-TREE FOR ORDER BY
    """,
    """
    moved: SEARCH operations USING INDEX operations_by_age (created>? AND \
    (created,id)<(?,?))
    """,
    "deadLetters: SCAN operations USING INDEX dead_letters",
    "deadLetterCount: SCAN operations USING INDEX dead_letters",
    "pendingCount: SCAN operations USING COVERING INDEX pending",
    "updateOperation: SEARCH operations USING INDEX sqlite_autoindex_operations_1 (id=?)",
    "reviseOperation: SEARCH operations USING INDEX sqlite_autoindex_operations_1 (id=?)",
    "attempts: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (operation=?)",
    """
    attempt: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (operation=? AND \
    number=?)
    """,
    "lastAttempt: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (operation=?)",
    """
    finishAttempt: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (operation=? \
    AND number=?)
    """,
    """
    earlierAttempt: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (operation=? \
    AND number<?)
    """,
    """
    attemptedInstruction: SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 \
    (operation=? AND number=?)
    """,
    "tallies: SCAN tallies",
    "unknowns: SCAN operations USING INDEX pending",
    "history: SEARCH history USING INDEX history_by_operation (operation=?)",
    "historyAfter: SEARCH history USING INTEGER PRIMARY KEY (rowid>?)",
    "lastSequence: SCAN history",
    "lastPolicy: SCAN history USING INDEX policies",
    """
    events: SEARCH h USING INTEGER PRIMARY KEY (rowid>?); CORRELATED SCALAR SUBQUERY 1; SEARCH \
    r USING COVERING INDEX history_by_operation (operation=? AND seq<?); SEARCH p USING \
    INTEGER PRIMARY KEY (rowid=?)
    """,
    """
    auditLines: SEARCH h USING INTEGER PRIMARY KEY (rowid>?); SEARCH p USING INTEGER PRIMARY \
    KEY (rowid=?) LEFT-JOIN
    """,
    "particulars: SEARCH particulars USING INTEGER PRIMARY KEY (rowid=?)",
    """
    policiesInForce: SEARCH history USING INDEX policies (seq>? AND seq<?); SCALAR SUBQUERY \
    1; SEARCH history USING INDEX policies (seq<?)
    """,
    "chain: SEARCH chain USING INTEGER PRIMARY KEY (rowid=?)",
    "lastLine: SCAN sqlite_sequence; USE TEMP B-TREE FOR ORDER BY",
    "sinks: SCAN sinks",
    "updateSink: SEARCH sinks USING PRIMARY KEY (name=?)",
    "undelivered: SCAN undelivered",
    "askedAgain: SCAN undelivered USING INDEX asked_again",
    "askAgain: SEARCH undelivered USING PRIMARY KEY (sink=? AND seq=?)",
    "spent: SEARCH exposure USING PRIMARY KEY (scope=? AND width=? AND start>? AND start<?)",
    "held: SEARCH held USING PRIMARY KEY (scope=?)",
    "release: SEARCH held USING PRIMARY KEY (scope=?)",
    // The audit reads everything.
    "holds: SCAN held",
    "run: SEARCH runs USING PRIMARY KEY (namespace=? AND run=?)",
    "reopenRun: SEARCH runs USING PRIMARY KEY (namespace=? AND run=?)",
    "freezes: SCAN freezes",
    "hasFreezes: SCAN CONSTANT ROW; SCALAR SUBQUERY 1; SCAN freezes",
    "freeze: SEARCH freezes USING PRIMARY KEY (extent=?)",
    "approval: SEARCH approvals USING PRIMARY KEY (operation=?)",
    // Persons gave each of them.
    "approvals: SCAN approvals",
    "discrepancies: SCAN discrepancies",
    """
    discrepanciesOfOperation: SEARCH discrepancies USING INDEX discrepancies_by_operation \
    (operation=?)
    """,
    "discrepancy: SEARCH discrepancies USING PRIMARY KEY (subject=? AND kind=?)",
    "discrepanciesOfSubject: SEARCH discrepancies USING PRIMARY KEY (subject=?)",
    "goneDiscrepancies: SCAN discrepancies",
    "discrepancyCount: SCAN discrepancies",
    "discrepancyCounts: SCAN discrepancies; USE TEMP B-TREE FOR GROUP BY",
    "hintsToCheck: SCAN hints USING INDEX hints_to_check",
    "checkHints: SEARCH hints USING PRIMARY KEY (id=?)",
    "latest: SEARCH meta USING PRIMARY KEY (name=?)",
    "clock: SCAN CONSTANT ROW"
      + "; SCALAR SUBQUERY 1; SEARCH meta USING PRIMARY KEY (name=?)"
      + "; SCALAR SUBQUERY 2; SEARCH meta USING PRIMARY KEY (name=?)",
    "environment: SEARCH meta USING PRIMARY KEY (name=?)",
    "breaker: SCAN CONSTANT ROW"
      + "; SCALAR SUBQUERY 1; SEARCH meta USING PRIMARY KEY (name=?)"
      + "; SCALAR SUBQUERY 2; SEARCH meta USING PRIMARY KEY (name=?)",
    """
    openBreakers: SEARCH d USING PRIMARY KEY (name>? AND name<?); SEARCH l USING PRIMARY KEY \
    (name=?)
    """,
    "audited: SEARCH meta USING PRIMARY KEY (name=?)",
    "ownerSlot: SEARCH owners USING INTEGER PRIMARY KEY (rowid=?)",
    "newestOwner: SEARCH owners USING COVERING INDEX owners_by_slot (slot=?)",
  ]
}
