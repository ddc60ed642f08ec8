//! The database's schema, step by step. A step, once released, never changes.

use rusqlite::Connection;

use super::StoreError;

/// Each entry takes the schema one version further.
const STEPS: &[&str] = &[
    "
    CREATE TABLE agents (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        harness TEXT NOT NULL,
        parent TEXT REFERENCES agents (name),
        workspace_kind TEXT NOT NULL,
        workspace TEXT NOT NULL,
        depth INTEGER NOT NULL,
        state TEXT NOT NULL,
        created_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agents_by_workspace ON agents (workspace);
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        agent TEXT NOT NULL,
        harness TEXT NOT NULL,
        transcript TEXT,
        started_ms INTEGER NOT NULL,
        ended_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_by_agent ON sessions (agent, started_ms);
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        time_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        agent TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT;
    CREATE TABLE kv (
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE guests (
        hash TEXT PRIMARY KEY,
        info TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE messages (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        sender TEXT NOT NULL,
        recipient TEXT NOT NULL,
        kind TEXT NOT NULL,
        reply_to TEXT,
        state TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        handed_ms INTEGER,
        handed_by TEXT,
        seen_ms INTEGER,
        acked_ms INTEGER,
        failure TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX messages_unacked ON messages (recipient, acked_ms) WHERE acked_ms IS NULL;
    CREATE INDEX messages_by_recipient ON messages (recipient);
    CREATE TABLE descriptions (
        hash TEXT PRIMARY KEY,
        info TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sidecars (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        agent TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        client TEXT,
        began_ms INTEGER NOT NULL,
        beat_ms INTEGER NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE spawns (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        mark TEXT NOT NULL UNIQUE,
        step TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        branch TEXT,
        base TEXT,
        base_sha TEXT,
        launch TEXT NOT NULL,
        failure TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE panes (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        pane TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        agent TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        launcher_pid INTEGER NOT NULL,
        launcher_started TEXT NOT NULL,
        machine TEXT NOT NULL,
        pid INTEGER,
        started TEXT,
        begun_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        code INTEGER,
        signal INTEGER
    ) STRICT;
    CREATE INDEX runs_by_agent ON runs (agent, id);
    CREATE TABLE terminal (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        address TEXT NOT NULL
    ) STRICT;
    CREATE TABLE approvals (
        hash TEXT PRIMARY KEY,
        what TEXT NOT NULL,
        approved_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE messages_4 (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        sender TEXT NOT NULL,
        recipient TEXT NOT NULL,
        kind TEXT NOT NULL,
        reply_to TEXT,
        state TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        handed_ms INTEGER,
        handed_by TEXT,
        seen_ms INTEGER,
        acked_ms INTEGER,
        failure TEXT,
        human INTEGER NOT NULL,
        receipt TEXT,
        body TEXT NOT NULL
    ) STRICT;
    INSERT INTO messages_4
        SELECT seq, id, sender, recipient, kind, reply_to, state, sent_ms, handed_ms, handed_by, seen_ms, acked_ms, failure,
            0, NULL, body
        FROM messages;
    DROP TABLE messages;
    ALTER TABLE messages_4 RENAME TO messages;
    CREATE INDEX messages_unread ON messages (recipient, seq, acked_ms, state, handed_by)
        WHERE acked_ms IS NULL AND (state <> 'seen' OR handed_by = 'tool');
    CREATE INDEX messages_by_recipient ON messages (recipient);
    CREATE INDEX messages_queued ON messages (recipient, seq) WHERE state = 'queued';
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message INTEGER NOT NULL,
        recipient TEXT NOT NULL,
        transport TEXT NOT NULL,
        session TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        handed_ms INTEGER NOT NULL,
        written_ms INTEGER,
        transcript TEXT,
        transcript_bytes INTEGER,
        outcome TEXT,
        ended_ms INTEGER
    ) STRICT;
    CREATE INDEX deliveries_open ON deliveries (recipient, id) WHERE outcome IS NULL;
    CREATE INDEX deliveries_by_message ON deliveries (message, id);
    CREATE TABLE activity (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        session TEXT NOT NULL,
        doing TEXT NOT NULL,
        since_ms INTEGER NOT NULL,
        socket TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE verifications (
        agent TEXT NOT NULL REFERENCES agents (name) ON DELETE CASCADE,
        command TEXT NOT NULL,
        failed INTEGER NOT NULL,
        tree TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        PRIMARY KEY (agent, command)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pulls (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        state TEXT NOT NULL,
        head TEXT NOT NULL,
        base TEXT NOT NULL,
        author TEXT NOT NULL,
        head_sha TEXT NOT NULL,
        base_sha TEXT NOT NULL,
        own_sha TEXT,
        merge_sha TEXT,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        receipt TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX pulls_open ON pulls (head) WHERE state = 'open';
    CREATE INDEX pulls_by_head ON pulls (head, number);
    CREATE INDEX pulls_by_state ON pulls (state, number);
    CREATE TABLE reviews (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pull INTEGER NOT NULL REFERENCES pulls (number),
        author TEXT NOT NULL,
        human INTEGER NOT NULL,
        state TEXT NOT NULL,
        commit_sha TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX reviews_by_pull ON reviews (pull, id);
    CREATE TABLE review_comments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pull INTEGER NOT NULL REFERENCES pulls (number),
        review INTEGER REFERENCES reviews (id),
        author TEXT NOT NULL,
        human INTEGER NOT NULL,
        path TEXT NOT NULL,
        line INTEGER,
        commit_sha TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX review_comments_by_pull ON review_comments (pull, id);
    CREATE TABLE merges (
        pull INTEGER PRIMARY KEY REFERENCES pulls (number),
        base TEXT NOT NULL,
        old_sha TEXT NOT NULL,
        new_sha TEXT NOT NULL,
        head_sha TEXT NOT NULL,
        base_sha TEXT NOT NULL,
        merger TEXT,
        step TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        begun_ms INTEGER NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE requests (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        asker TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        form TEXT NOT NULL,
        opened_ms INTEGER NOT NULL,
        deadline_ms INTEGER NOT NULL,
        state TEXT NOT NULL,
        answer TEXT,
        viewer_pid INTEGER,
        viewer_started TEXT,
        viewer_machine TEXT,
        ended_by TEXT,
        ended_ms INTEGER
    ) STRICT;
    CREATE INDEX requests_open ON requests (seq) WHERE state = 'open';
",
    "
    ALTER TABLE pulls ADD COLUMN conflict_sha TEXT;
    ALTER TABLE pulls ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX pulls_unproven ON pulls (number) WHERE unproven > 0;
    CREATE TABLE remote_pulls (
        repository TEXT NOT NULL,
        number INTEGER NOT NULL,
        author TEXT NOT NULL,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        state TEXT NOT NULL,
        head TEXT NOT NULL,
        head_sha TEXT NOT NULL,
        base TEXT NOT NULL,
        base_sha TEXT,
        merge_sha TEXT,
        conflict_sha TEXT,
        checks TEXT,
        touched_ms INTEGER NOT NULL,
        PRIMARY KEY (repository, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remote_pulls_by_head ON remote_pulls (head, number);
    CREATE INDEX remote_pulls_open ON remote_pulls (touched_ms) WHERE state = 'open';
    CREATE TABLE remote_reviews (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        id TEXT NOT NULL,
        author TEXT NOT NULL,
        human INTEGER NOT NULL,
        ours INTEGER NOT NULL,
        state TEXT NOT NULL,
        commit_sha TEXT NOT NULL,
        UNIQUE (repository, pull, id)
    ) STRICT;
    CREATE TABLE remote_comments (
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (repository, pull, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE remote_checks (
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        id TEXT NOT NULL,
        head_sha TEXT NOT NULL,
        failed INTEGER NOT NULL,
        PRIMARY KEY (repository, pull, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE remote_acts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        repository TEXT NOT NULL,
        head TEXT,
        number INTEGER,
        agent TEXT,
        body TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        machine TEXT NOT NULL,
        begun_ms INTEGER NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE reactions (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        guest TEXT NOT NULL,
        after INTEGER NOT NULL,
        failures INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE caused (
        event INTEGER PRIMARY KEY,
        depth INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE reaction_mail (
        recipient TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        window_ms INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        held_kind TEXT,
        held INTEGER NOT NULL,
        held_body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX reaction_mail_held ON reaction_mail (window_ms) WHERE held > 0;
    CREATE TABLE stop_blocks (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        times INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE stuck (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        why TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE spans (
        id INTEGER PRIMARY KEY,
        trace TEXT NOT NULL,
        span TEXT NOT NULL,
        parent TEXT,
        sampled INTEGER NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        agent TEXT NOT NULL,
        begin_us INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        failure TEXT,
        attributes TEXT NOT NULL,
        moments TEXT,
        link TEXT
    ) STRICT;
    CREATE TABLE traces (
        agent TEXT PRIMARY KEY REFERENCES agents (name) ON DELETE CASCADE,
        trace TEXT NOT NULL,
        span TEXT NOT NULL,
        parent TEXT,
        sampled INTEGER NOT NULL,
        begun_us INTEGER NOT NULL,
        run INTEGER,
        ended INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE telemetry (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        settings TEXT,
        exporting INTEGER NOT NULL,
        exported INTEGER NOT NULL,
        dropped INTEGER NOT NULL,
        dropped_told INTEGER NOT NULL,
        caught_up INTEGER NOT NULL,
        failure TEXT
    ) STRICT;
    INSERT INTO telemetry VALUES (1, NULL, 0, 0, 0, 0, (SELECT coalesce(max(id), 0) FROM events), NULL);
",
    "
    CREATE TABLE notices (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        event INTEGER NOT NULL
    ) STRICT;
",
];

/// The version this program writes.
pub(super) fn latest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The version a database has.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings the schema up to date; several processes may try at once.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > latest() {
        return Err(StoreError::TooNew { found, known: latest() });
    }
    let done = usize::try_from(found).unwrap_or_default();
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", latest())?;
    transaction.commit()?;
    Ok(())
}
