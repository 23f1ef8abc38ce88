"""The books of the servers Bursar is compared with: durable, and nothing else.

Two commits for each charge, an operation row and an event row in each, as the raw limit has it
(raw.c). No policy, no processor, no recovery: what they lack makes them faster, not slower.
"""

import sqlite3
import threading


class Books:
    def __init__(self, path: str) -> None:
        # FastMCP calls from a pool of threads, the low-level server from one.
        self.lock = threading.Lock()
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, customer TEXT NOT NULL,"
            " amount INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, operation TEXT NOT NULL,"
            " state TEXT NOT NULL)",
        ):
            self.connection.execute(statement)

    def charge(
        self, reference: str, customer: str, amount: int, currency: str, payment_method: str = ""
    ) -> dict:
        with self.lock:
            return self.charge_alone(reference, customer, amount, currency)

    def charge_alone(self, reference: str, customer: str, amount: int, currency: str) -> dict:
        run = self.connection.execute
        known = run("SELECT state FROM operations WHERE id = ?", (reference,)).fetchone()
        if known is None:
            run("BEGIN IMMEDIATE")
            run(
                "INSERT INTO operations VALUES (?, ?, ?, ?, 'validated')",
                (reference, customer, amount, currency),
            )
            run("INSERT INTO events (operation, state) VALUES (?, 'validated')", (reference,))
            run("COMMIT")
            run("BEGIN IMMEDIATE")
            run("UPDATE operations SET state = 'captured' WHERE id = ?", (reference,))
            run("INSERT INTO events (operation, state) VALUES (?, 'captured')", (reference,))
            run("COMMIT")
        said = "DONE:" if known is None else "DONE: Already"
        return {"message": f"{said} charged {amount} {currency}.", "reference": reference}
