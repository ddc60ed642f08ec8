"""Fills a state.db with as many agents and events as the second argument says."""
import sqlite3
import sys

path, count = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(path)
with database:
    database.executemany(
        "INSERT INTO agents (name, role, harness, parent, workspace_kind, workspace, depth, state, created_ms)"
        " VALUES (?, 'dev', 'claude', 'root', 'worktree', ?, 1, 'stopped', ?)",
        ((f"agent-{n}", f"/nowhere/agent-{n}", n) for n in range(count)),
    )
    database.executemany(
        "INSERT INTO events (time_ms, kind, agent, data) VALUES (?, 'hook.pre-tool-use', ?, ?)",
        ((n, f"agent-{n}", '{"harness":"claude","tool":"Bash","verdict":"pass","micros":900}') for n in range(count)),
    )
database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
database.close()
