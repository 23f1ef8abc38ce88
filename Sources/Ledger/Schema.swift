/// How the books are laid out, as a list of named migrations that only ever grows.
///
/// A migration sees the schema its predecessors left and is never edited once it was released; each
/// runs in a transaction of its own together with the mark that it is done (`style.md` §5.2).
struct Migration: Sendable {
  let name: String
  let statements: [String]
}

enum Schema {
  /// `Burs`: what SQLite keeps in the file's header so that nobody takes the books for something
  /// else.
  static let applicationID: Int64 = 0x4275_7273

  static let migrations = [
    Migration(
      name: "books",
      statements: [operations, attempts, history, exposure, held, runs, owners, meta]
        + triggers + indexes),
    Migration(name: "likeness", statements: likeness),
    Migration(name: "freezes", statements: freezes),
    Migration(name: "chain", statements: chain),
    Migration(name: "statement", statements: statement),
    Migration(name: "traces", statements: ["ALTER TABLE operations ADD COLUMN traceparent TEXT"]),
    Migration(name: "tallies", statements: tallies),
    Migration(name: "sinks", statements: sinks),
    Migration(name: "approvals", statements: [approvals]),
  ]

  /// Where the migrations done are marked, `applied` counting them from 1; made with the first.
  static let marks = """
    CREATE TABLE migrations (
      name TEXT PRIMARY KEY NOT NULL,
      applied INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let operations = """
    CREATE TABLE operations (
      id TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL,
      namespace TEXT NOT NULL,
      reference TEXT NOT NULL,
      created INTEGER NOT NULL,
      customer TEXT NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      payment_method TEXT,
      description TEXT,
      charge TEXT,
      charge_reference TEXT,
      refund_reason TEXT,
      run TEXT NOT NULL,
      task TEXT,
      step TEXT,
      checkpoint TEXT,
      state TEXT NOT NULL,
      processor_reference TEXT,
      round INTEGER NOT NULL,
      confirmation INTEGER NOT NULL,
      next TEXT,
      due INTEGER,
      attempt INTEGER,
      tries INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      unknown_since INTEGER,
      first_sent INTEGER,
      code TEXT,
      detail TEXT,
      dead_letter TEXT,
      owner INTEGER,
      livemode INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      policy TEXT NOT NULL,
      rule TEXT,
      version INTEGER NOT NULL
    ) STRICT
    """

  private static let attempts = """
    CREATE TABLE attempts (
      operation TEXT NOT NULL REFERENCES operations (id),
      number INTEGER NOT NULL,
      instruction TEXT NOT NULL,
      key TEXT,
      method TEXT NOT NULL,
      path TEXT NOT NULL,
      headers TEXT NOT NULL,
      body BLOB NOT NULL,
      started INTEGER NOT NULL,
      finished INTEGER,
      outcome TEXT,
      status INTEGER,
      owner INTEGER NOT NULL,
      PRIMARY KEY (operation, number)
    ) STRICT
    """

  private static let history = """
    CREATE TABLE history (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      operation TEXT REFERENCES operations (id),
      version INTEGER,
      from_state TEXT,
      to_state TEXT,
      reason TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT
    """

  private static let exposure = """
    CREATE TABLE exposure (
      scope TEXT NOT NULL,
      width INTEGER NOT NULL,
      start INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (scope, width, start)
    ) STRICT, WITHOUT ROWID
    """

  /// What is held can be nothing, never less: a release without a hold is a mistake of ours.
  private static let held = """
    CREATE TABLE held (
      scope TEXT PRIMARY KEY NOT NULL,
      amount INTEGER NOT NULL CHECK (amount >= 0),
      count INTEGER NOT NULL CHECK (count >= 0)
    ) STRICT, WITHOUT ROWID
    """

  private static let runs = """
    CREATE TABLE runs (
      namespace TEXT NOT NULL,
      run TEXT NOT NULL,
      first_seen INTEGER NOT NULL,
      last_call INTEGER NOT NULL,
      stops INTEGER NOT NULL,
      PRIMARY KEY (namespace, run)
    ) STRICT, WITHOUT ROWID
    """

  private static let owners = """
    CREATE TABLE owners (
      epoch INTEGER PRIMARY KEY AUTOINCREMENT,
      slot INTEGER NOT NULL,
      started INTEGER NOT NULL
    ) STRICT
    """

  private static let meta = """
    CREATE TABLE meta (
      name TEXT PRIMARY KEY NOT NULL,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  /// History is append-only (DESIGN §4, invariant 3). The third is for `INSERT OR REPLACE`, which
  /// removes a row without asking the second.
  private static let triggers = [
    """
    CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
    """,
    """
    CREATE TRIGGER history_is_not_removed BEFORE DELETE ON history
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
    """,
    """
    CREATE TRIGGER history_is_not_replaced BEFORE INSERT ON history
    WHEN EXISTS (SELECT 1 FROM history WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
    """,
  ]

  private static let indexes = [
    """
    CREATE INDEX operations_by_reference ON operations (namespace, reference, created, id)
    """,
    "CREATE INDEX operations_by_run ON operations (namespace, run, created, id)",
    """
    CREATE INDEX operations_by_task ON operations (namespace, task, created, id)
    WHERE task IS NOT NULL
    """,
    "CREATE INDEX refunds_by_charge ON operations (charge, created, id) WHERE charge IS NOT NULL",
    "CREATE INDEX operations_by_age ON operations (created, id)",
    // With `next`, so that counting what is pending reads nothing else.
    "CREATE INDEX pending ON operations (due, id, next) WHERE next IS NOT NULL",
    "CREATE INDEX in_flight ON operations (owner, id, attempt) WHERE attempt IS NOT NULL",
    "CREATE INDEX history_by_operation ON history (operation, seq) WHERE operation IS NOT NULL",
    "CREATE INDEX owners_by_slot ON owners (slot, epoch)",
  ]

  /// What a charge may be taken for another one by: its reference without what drifts, which this
  /// room is given, and who was charged how much lately. Books from before have no normal forms.
  private static let likeness = [
    "ALTER TABLE operations ADD COLUMN normal_reference TEXT NOT NULL DEFAULT ''",
    """
    CREATE INDEX charges_by_likeness ON operations (namespace, customer, normal_reference, created)
    WHERE kind = 'charge'
    """,
    """
    CREATE INDEX charges_by_amount ON operations
    (namespace, customer, currency, amount, state, updated) WHERE kind = 'charge'
    """,
  ]

  /// What an operator froze, by the name of its extent; and the policies that were accepted, found
  /// without reading the whole history.
  private static let freezes = [
    """
    CREATE TABLE freezes (
      extent TEXT PRIMARY KEY NOT NULL,
      why TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE INDEX policies ON history (seq) WHERE reason = 'policy_accepted'
    """,
  ]

  /// What is held for a person, and what the processor's own list says: an object found by its
  /// name there, where it and the books differ, and who hinted that something changed.
  ///
  /// A discrepancy's subject is the processor's reference, or the operation's id where the
  /// processor has nothing; `created` says which spans of time cover it, `seen` when it was last
  /// found.
  private static let statement = [
    """
    CREATE INDEX dead_letters ON operations (updated, id) WHERE dead_letter IS NOT NULL
    """,
    """
    CREATE INDEX operations_by_processor_reference ON operations (processor_reference)
    WHERE processor_reference IS NOT NULL
    """,
    """
    CREATE TABLE discrepancies (
      subject TEXT NOT NULL,
      kind TEXT NOT NULL,
      operation TEXT,
      detail TEXT NOT NULL,
      created INTEGER NOT NULL,
      found INTEGER NOT NULL,
      seen INTEGER NOT NULL,
      PRIMARY KEY (subject, kind)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE INDEX discrepancies_by_operation ON discrepancies (operation, subject, kind)
    WHERE operation IS NOT NULL
    """,
    """
    CREATE TABLE hints (
      id TEXT PRIMARY KEY NOT NULL,
      at INTEGER NOT NULL,
      subject TEXT,
      checked INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX hints_by_age ON hints (at, id)",
    "CREATE INDEX hints_to_check ON hints (at, id) WHERE checked IS NULL AND subject IS NOT NULL",
  ]
}

extension Schema {
  /// What ties each line of the history to all before it, so that no line is changed, dropped or
  /// moved unnoticed; and apart from it what may name persons, so that it could be erased one day
  /// without breaking the chain (`requirements.md`, Decisions 12). For now nothing of it may be.
  ///
  /// A program from before this layout that has the books open still is refused its next line,
  /// rather than let write one without a link.
  private static let chain = [
    "ALTER TABLE history ADD COLUMN commitment BLOB",
    "ALTER TABLE history ADD COLUMN link BLOB",
    """
    CREATE TABLE particulars (
      seq INTEGER PRIMARY KEY NOT NULL REFERENCES history (seq),
      salt BLOB NOT NULL,
      text TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE chain (
      one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
      ledger BLOB NOT NULL,
      uncovered INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      link BLOB NOT NULL,
      ratchet BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER history_is_chained BEFORE INSERT ON history WHEN NEW.link IS NULL
    BEGIN SELECT RAISE(ABORT, 'history is chained'); END
    """,
    """
    CREATE TRIGGER particulars_are_not_changed BEFORE UPDATE ON particulars
    BEGIN SELECT RAISE(ABORT, 'particulars are append-only'); END
    """,
    """
    CREATE TRIGGER particulars_are_not_removed BEFORE DELETE ON particulars
    BEGIN SELECT RAISE(ABORT, 'particulars are append-only'); END
    """,
    """
    CREATE TRIGGER particulars_are_not_replaced BEFORE INSERT ON particulars
    WHEN EXISTS (SELECT 1 FROM particulars WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'particulars are append-only'); END
    """,
  ]

  /// What has happened and how often; from before it was counted, what the rows still tell.
  private static let tallies = [
    """
    CREATE TABLE tallies (
      name TEXT PRIMARY KEY NOT NULL,
      count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO tallies
    SELECT 'operations ' || kind || ' ' || state, count(*) FROM operations GROUP BY kind, state
    """,
    """
    INSERT INTO tallies
    SELECT 'calls ' || kind || ' miss', count(*) FROM operations GROUP BY kind
    """,
    """
    INSERT INTO tallies
    SELECT 'held ' || kind, count(*) FROM operations WHERE dead_letter IS NOT NULL GROUP BY kind
    """,
    """
    INSERT INTO tallies
    SELECT 'attempts ' || instruction || ' ' || substr(outcome, 1, instr(outcome || ':', ':') - 1),
      count(*)
    FROM attempts WHERE outcome IS NOT NULL AND outcome <> '' GROUP BY 1
    """,
  ]

  /// How far each sink was told, with a lease for whoever is telling it; and what was given up.
  private static let sinks = [
    """
    CREATE TABLE sinks (
      name TEXT PRIMARY KEY NOT NULL,
      cursor INTEGER NOT NULL,
      tries INTEGER NOT NULL,
      due INTEGER,
      lessee INTEGER,
      until INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE undelivered (
      sink TEXT NOT NULL REFERENCES sinks (name),
      seq INTEGER NOT NULL REFERENCES history (seq),
      at INTEGER NOT NULL,
      tries INTEGER NOT NULL,
      why TEXT NOT NULL,
      asked INTEGER NOT NULL,
      PRIMARY KEY (sink, seq)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX asked_again ON undelivered (sink, seq) WHERE asked = 1",
  ]

  /// What a person lets pass that a cap on single operations stops: one operation, as it was asked
  /// for, until a time.
  private static let approvals = """
    CREATE TABLE approvals (
      operation TEXT PRIMARY KEY NOT NULL REFERENCES operations (id),
      customer TEXT NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      charge TEXT,
      environment TEXT NOT NULL,
      until INTEGER NOT NULL,
      why TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """
}
