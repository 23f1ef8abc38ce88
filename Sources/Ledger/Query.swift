/// Every statement the books are kept with. Each is prepared once, by its case.
///
/// Every query that may return several rows says `ORDER BY`, and none reads a table from end to
/// end: a test asks SQLite for its plans. `*` stands for the columns in the order of ``Schema``.
enum Query: String, CaseIterable {
  case beginReading = "BEGIN DEFERRED"
  case beginWriting = "BEGIN IMMEDIATE"
  case commit = "COMMIT"
  case rollback = "ROLLBACK"
  case dataVersion = "PRAGMA data_version"

  case operation = "SELECT * FROM operations WHERE id = ?1 ORDER BY id"
  case operationsByReference = """
    SELECT * FROM operations WHERE namespace = ?1 AND reference = ?2 ORDER BY created, id
    """
  case stepsByRun = """
    SELECT id, step, state, dead_letter IS NOT NULL FROM operations \
    WHERE namespace = ?1 AND run = ?2 ORDER BY created DESC, rowid DESC LIMIT ?3
    """
  case stepsByTask = """
    SELECT id, step, state, dead_letter IS NOT NULL FROM operations \
    WHERE namespace = ?1 AND task = ?2 ORDER BY created DESC, rowid DESC LIMIT ?3
    """
  case refunds = "SELECT * FROM operations WHERE charge = ?1 ORDER BY created, id"
  /// Whether there is any of the next three, which sort, and that costs where nothing is found too.
  case hasLookalike = """
    SELECT EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 \
    AND normal_reference = ?3 AND kind = 'charge') \
    OR EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 \
    AND normal_reference = ?4 AND kind = 'charge') \
    OR EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?5 \
    AND amount = ?6 AND kind = 'charge' AND state = 'validated') \
    OR EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?5 \
    AND amount = ?6 AND kind = 'charge' AND state = 'authorised') \
    OR EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?5 \
    AND amount = ?6 AND kind = 'charge' AND state = 'captured' AND updated > ?7) \
    OR EXISTS (SELECT 1 FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?5 \
    AND amount = ?6 AND kind = 'charge' AND state = 'settled' AND updated > ?7 AND created > ?7)
    """
  case chargesByLikeness = """
    SELECT * FROM operations WHERE namespace = ?1 AND customer = ?2 AND normal_reference = ?3 \
    AND kind = 'charge' AND state IN ('validated', 'authorised', 'captured', 'settled') \
    AND id <> ?4 ORDER BY created DESC, id DESC LIMIT 1
    """
  case heldChargesByAmount = """
    SELECT * FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?3 \
    AND amount = ?4 AND kind = 'charge' AND state IN ('validated', 'authorised') \
    AND id <> ?5 ORDER BY created DESC, id DESC LIMIT 1
    """
  /// What is settled changed last when it was settled, days after it moved.
  case movedChargesByAmount = """
    SELECT * FROM operations WHERE namespace = ?1 AND customer = ?2 AND currency = ?3 \
    AND amount = ?4 AND kind = 'charge' AND state IN ('captured', 'settled') \
    AND updated > ?6 AND (state = 'captured' OR created > ?6) AND id <> ?5 \
    ORDER BY created DESC, id DESC LIMIT 1
    """
  case newest = "SELECT * FROM operations ORDER BY created DESC, id DESC LIMIT ?1"
  case following = """
    SELECT * FROM operations WHERE (created, id) > (?1, ?2) ORDER BY created, id LIMIT ?3
    """
  case doubledReferences = """
    SELECT processor_reference FROM operations WHERE processor_reference IS NOT NULL \
    AND state IN ('captured', 'settled', 'refunded') \
    GROUP BY processor_reference HAVING count(*) > 1 ORDER BY processor_reference
    """
  case due = """
    SELECT * FROM operations WHERE next IS NOT NULL AND due <= ?1 \
    AND (?3 IS NULL OR namespace = ?3) ORDER BY due, id LIMIT ?2
    """
  case nextDue = """
    SELECT due FROM operations WHERE next IS NOT NULL AND due IS NOT NULL \
    AND (?1 IS NULL OR namespace = ?1) ORDER BY due, id LIMIT 1
    """
  case foreignOwners = """
    SELECT DISTINCT owner FROM operations WHERE attempt IS NOT NULL AND owner <> ?1 \
    AND (?2 IS NULL OR namespace = ?2) ORDER BY owner
    """
  case inFlight = """
    SELECT * FROM operations WHERE attempt IS NOT NULL AND owner = ?1 \
    AND (?2 IS NULL OR namespace = ?2) ORDER BY owner, id
    """
  case operationsByProcessorReference = """
    SELECT * FROM operations WHERE processor_reference = ?1 ORDER BY created, id
    """
  case moved = """
    SELECT * FROM operations WHERE created >= ?1 AND (created, id) < (?2, ?3) \
    AND namespace = ?4 AND kind = ?5 AND state IN ('captured', 'settled', 'refunded') \
    ORDER BY created DESC, id DESC LIMIT ?6
    """
  case deadLetters = """
    SELECT * FROM operations WHERE dead_letter IS NOT NULL ORDER BY updated, id LIMIT ?1
    """
  case deadLetterCount = "SELECT count(*) FROM operations WHERE dead_letter IS NOT NULL"
  case pendingCount = "SELECT count(*) FROM operations WHERE next IS NOT NULL"
  case insertOperation = """
    INSERT INTO operations VALUES (?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?,  \
    ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?,  ?, ?) ON CONFLICT DO NOTHING
    """
  /// Without the columns that rarely change: an index is written anew for every column named.
  case updateOperation = """
    UPDATE operations SET ( \
    state, processor_reference, round, confirmation, next, due, \
    attempt, tries, attempts, unknown_since, first_sent, \
    code, detail, dead_letter, owner, livemode, \
    updated, policy, rule, version \
    ) = (?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?) \
    WHERE id = ? AND state = ? AND version = ?
    """
  case reviseOperation = """
    UPDATE operations SET ( \
    customer, amount, currency, payment_method, description, \
    charge, charge_reference, refund_reason, run, task, step, checkpoint, traceparent, \
    state, processor_reference, round, confirmation, next, due, \
    attempt, tries, attempts, unknown_since, first_sent, \
    code, detail, dead_letter, owner, livemode, \
    updated, policy, rule, version \
    ) = (?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  \
    ?, ?, ?, ?, ?,  ?, ?, ?, ?) \
    WHERE id = ? AND state = ? AND version = ?
    """

  case attempts = "SELECT * FROM attempts WHERE operation = ?1 ORDER BY number"
  case attempt = "SELECT * FROM attempts WHERE operation = ?1 AND number = ?2 ORDER BY number"
  case lastAttempt = """
    SELECT * FROM attempts WHERE operation = ?1 AND key = ?2 ORDER BY number DESC LIMIT 1
    """
  case insertAttempt = """
    INSERT INTO attempts VALUES (?, ?, ?, ?,  ?, ?, ?, ?,  ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
    """
  case finishAttempt = """
    UPDATE attempts SET finished = ?3, outcome = ?4, status = ?5 \
    WHERE operation = ?1 AND number = ?2 AND finished IS NULL
    """

  case earlierAttempt = """
    SELECT number FROM attempts WHERE operation = ?1 AND key = ?2 AND number < ?3 \
    ORDER BY number LIMIT 1
    """
  case attemptedInstruction = """
    SELECT instruction FROM attempts WHERE operation = ?1 AND number = ?2 ORDER BY number
    """
  case tallies = "SELECT name, count FROM tallies ORDER BY name"
  case tally = """
    INSERT INTO tallies VALUES (?1, ?2) ON CONFLICT DO UPDATE SET count = count + excluded.count
    """
  case unknowns = """
    SELECT count(*), min(unknown_since) FROM operations \
    WHERE next IS NOT NULL AND unknown_since IS NOT NULL ORDER BY 1
    """

  case history = "SELECT * FROM history WHERE operation = ?1 ORDER BY seq"
  case historyAfter = "SELECT * FROM history WHERE seq > ?1 ORDER BY seq LIMIT ?2"
  case lastSequence = "SELECT seq FROM history ORDER BY seq DESC LIMIT 1"
  case lastPolicy = """
    SELECT * FROM history WHERE reason = 'policy_accepted' ORDER BY seq DESC LIMIT 1
    """
  case insertHistory = """
    INSERT INTO history \
    (seq, at, operation, version, from_state, to_state, reason, detail, commitment, link) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    """
  case events = """
    SELECT h.seq, h.at, h.operation, h.version, h.from_state, h.to_state, h.reason, h.detail, \
    (SELECT p.text FROM history AS r JOIN particulars AS p ON p.seq = r.seq \
    WHERE r.operation = h.operation AND r.seq <= h.seq ORDER BY r.seq DESC LIMIT 1), \
    h.link FROM history AS h WHERE h.seq > ?1 ORDER BY h.seq LIMIT ?2
    """
  /// Texts as bytes, so that one that is none any more can be read.
  case auditLines = """
    SELECT h.seq, h.at, CAST(h.operation AS BLOB), h.version, CAST(h.from_state AS BLOB), \
    CAST(h.to_state AS BLOB), CAST(h.reason AS BLOB), CAST(h.detail AS BLOB), h.commitment, \
    h.link, p.salt, CAST(p.text AS BLOB) FROM history AS h \
    LEFT JOIN particulars AS p ON p.seq = h.seq WHERE h.seq > ?1 ORDER BY h.seq LIMIT ?2
    """
  case particulars = "SELECT text FROM particulars WHERE seq = ?1 ORDER BY seq"
  case policiesInForce = """
    SELECT * FROM history WHERE reason = 'policy_accepted' AND seq <= ?2 AND seq >= coalesce( \
    (SELECT max(seq) FROM history WHERE reason = 'policy_accepted' AND seq <= ?1), 0) ORDER BY seq
    """
  case insertParticulars = "INSERT INTO particulars VALUES (?1, ?2, ?3)"
  case chain = """
    SELECT ledger, uncovered, seq, link, ratchet FROM chain WHERE one = 1 ORDER BY one
    """
  case setChain = """
    INSERT INTO chain VALUES (1, ?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE \
    SET seq = excluded.seq, link = excluded.link, ratchet = excluded.ratchet
    """
  case lastLine = "SELECT seq FROM sqlite_sequence WHERE name = 'history' ORDER BY seq"

  case sinks = "SELECT name, cursor, tries, due, lessee, until FROM sinks ORDER BY name"
  case insertSink = """
    INSERT INTO sinks VALUES (?1, ?2, 0, NULL, NULL, NULL) ON CONFLICT DO NOTHING
    """
  case updateSink = """
    UPDATE sinks SET cursor = ?2, tries = ?3, due = ?4, lessee = ?5, until = ?6 WHERE name = ?1
    """
  case undelivered = """
    SELECT sink, seq, at, tries, why, asked FROM undelivered ORDER BY sink, seq
    """
  case askedAgain = """
    SELECT sink, seq, at, tries, why, asked FROM undelivered WHERE asked = 1 ORDER BY sink, seq
    """
  case insertUndelivered = """
    INSERT INTO undelivered VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO UPDATE \
    SET at = excluded.at, tries = tries + excluded.tries, why = excluded.why, asked = 0
    """
  case askAgain = "UPDATE undelivered SET asked = 1 WHERE sink = ?1 AND seq = ?2"
  case deleteUndelivered = "DELETE FROM undelivered WHERE sink = ?1 AND seq = ?2"

  case spent = """
    SELECT coalesce(sum(amount), 0), coalesce(sum(count), 0) FROM exposure \
    WHERE scope = ?1 AND width = ?2 AND start >= ?3 AND start < ?4
    """
  case spend = """
    INSERT INTO exposure VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE \
    SET amount = amount + excluded.amount, count = count + excluded.count
    """
  case held = "SELECT amount, count FROM held WHERE scope = ?1 ORDER BY scope"
  case hold = """
    INSERT INTO held VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE \
    SET amount = amount + excluded.amount, count = count + excluded.count
    """
  /// Not the same upsert: the table's CHECK would judge what is released by itself.
  case release = "UPDATE held SET amount = amount + ?2, count = count + ?3 WHERE scope = ?1"
  case holds = """
    SELECT scope, amount, count FROM held WHERE amount <> 0 OR count <> 0 ORDER BY scope
    """

  case run = """
    SELECT first_seen, last_call, stops FROM runs WHERE namespace = ?1 AND run = ?2 ORDER BY run
    """
  case noteRun = """
    INSERT INTO runs VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT DO UPDATE \
    SET last_call = max(last_call, excluded.last_call), stops = stops + excluded.stops
    """
  case reopenRun = "UPDATE runs SET stops = 0 WHERE namespace = ?1 AND run = ?2 AND stops > 0"
  case freezes = "SELECT extent, why, at FROM freezes ORDER BY extent"
  /// A list of extents is sorted before it is looked up, which costs even where nothing is frozen.
  case hasFreezes = "SELECT EXISTS (SELECT 1 FROM freezes)"
  case freeze = """
    SELECT extent, why, at FROM freezes WHERE extent IN (?1, ?2, ?3, ?4) ORDER BY extent
    """
  case insertFreeze = """
    INSERT INTO freezes VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE \
    SET why = excluded.why, at = excluded.at
    """
  case deleteFreeze = "DELETE FROM freezes WHERE extent = ?1"
  case approval = """
    SELECT operation, customer, amount, currency, charge, environment, until, why, at \
    FROM approvals WHERE operation = ?1 ORDER BY operation
    """
  case approvals = """
    SELECT operation, customer, amount, currency, charge, environment, until, why, at \
    FROM approvals ORDER BY operation
    """
  case keepApproval = """
    INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET \
    customer = excluded.customer, amount = excluded.amount, currency = excluded.currency, \
    charge = excluded.charge, environment = excluded.environment, until = excluded.until, \
    why = excluded.why, at = excluded.at
    """
  case discrepancies = """
    SELECT * FROM discrepancies WHERE seen >= ?1 ORDER BY subject, kind LIMIT ?2
    """
  case discrepanciesOfOperation = """
    SELECT * FROM discrepancies WHERE operation = ?1 ORDER BY subject, kind
    """
  case discrepancy = """
    SELECT * FROM discrepancies WHERE subject = ?1 AND kind = ?2 ORDER BY subject
    """
  case discrepanciesOfSubject = """
    SELECT * FROM discrepancies WHERE subject = ?1 ORDER BY kind
    """
  case goneDiscrepancies = """
    SELECT * FROM discrepancies WHERE seen < ?1 AND created >= ?2 ORDER BY subject, kind
    """
  case discrepancyCount = "SELECT count(*) FROM discrepancies"
  case discrepancyCounts = """
    SELECT kind, count(*) FROM discrepancies GROUP BY kind ORDER BY kind
    """
  case noteDiscrepancy = """
    INSERT INTO discrepancies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE \
    SET operation = excluded.operation, detail = excluded.detail, seen = excluded.seen
    """
  case deleteDiscrepancy = "DELETE FROM discrepancies WHERE subject = ?1 AND kind = ?2"
  case insertHint = """
    INSERT INTO hints VALUES (?1, ?2, ?3, NULL) ON CONFLICT DO NOTHING
    """
  case hintsToCheck = """
    SELECT id, subject FROM hints WHERE checked IS NULL AND subject IS NOT NULL \
    ORDER BY at, id LIMIT ?1
    """
  case checkHints = "UPDATE hints SET checked = ?2 WHERE id = ?1 AND checked IS NULL"
  case deleteOldHints = """
    DELETE FROM hints WHERE at < ?1 AND (checked IS NOT NULL OR subject IS NULL)
    """
  case latest = "SELECT value FROM meta WHERE name = 'latest' ORDER BY name"
  case mark = """
    INSERT INTO meta VALUES ('latest', ?1) ON CONFLICT DO UPDATE \
    SET value = max(value, excluded.value)
    """
  case clock = """
    SELECT (SELECT value FROM meta WHERE name = 'latest'), \
    (SELECT value FROM meta WHERE name = 'distrusted')
    """
  case distrust = """
    INSERT INTO meta VALUES ('distrusted', ?1) ON CONFLICT DO UPDATE SET value = excluded.value
    """
  case environment = "SELECT value FROM meta WHERE name = ?1 ORDER BY name"
  case keepEnvironment = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO NOTHING"
  case breaker = """
    SELECT (SELECT value FROM meta WHERE name = ?1), (SELECT value FROM meta WHERE name = ?2)
    """
  case openBreakers = """
    SELECT substr(d.name, 8), d.value, l.value FROM meta AS d \
    JOIN meta AS l ON l.name = 'doubted ' || substr(d.name, 8) \
    WHERE d.name >= 'doubts ' AND d.name < 'doubts!' AND d.value >= ?1 ORDER BY d.name
    """
  case keepBreaker = """
    INSERT INTO meta VALUES (?1, ?3), (?2, ?4) ON CONFLICT DO UPDATE SET value = excluded.value
    """
  case audited = "SELECT value FROM meta WHERE name = 'audited' ORDER BY name"
  case markAudited = """
    INSERT INTO meta VALUES ('audited', ?1) ON CONFLICT DO UPDATE SET value = excluded.value
    """
  case ownerSlot = "SELECT slot FROM owners WHERE epoch = ?1 ORDER BY epoch"
  case newestOwner = "SELECT epoch FROM owners WHERE slot = ?1 ORDER BY epoch DESC LIMIT 1"
  case insertOwner = "INSERT INTO owners (slot, started) VALUES (?1, ?2)"
}
