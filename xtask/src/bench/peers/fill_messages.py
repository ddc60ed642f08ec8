"""Fills a state.db with as many acknowledged messages as the second argument says."""
import sqlite3
import sys

path, count = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(path)
with database:
    database.executemany(
        "INSERT INTO messages (id, sender, recipient, kind, state, sent_ms, handed_ms, handed_by, seen_ms, acked_ms, human, body)"
        " VALUES (?, ?, ?, 'message', 'acked', ?, ?, 'hook', ?, ?, 0, ?)",
        (
            (f"{n:032x}", f"agent-{n % 20}", f"agent-{(n + 1) % 20}", n, n, n, n, "an old message " * 4)
            for n in range(count)
        ),
    )
database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
database.close()
