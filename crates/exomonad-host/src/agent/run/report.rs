//! Tells of a run: in the log of events, and to the guest's policy.
//!
//! Rule: the run is recorded already; what fails here is logged and changes nothing.

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use crate::agent::{AgentName, ProcessIdentity, Site};
use crate::engine::GuestSource;
use crate::harness::{Harness, worker_exit};
use crate::store::{AgentRow, Exit};
use crate::{drop_logged, hook};

/// The harness runs.
pub(super) fn started(site: &Site, row: &AgentRow, process: &ProcessIdentity, conversation: &str) {
    let data = json!({"harness": row.harness, "pid": process.pid, "conversation": conversation});
    event(site, "agent.started", &row.name, &data);
}

/// The harness could not be started.
pub(super) fn failed(site: &Site, name: &AgentName, why: &str) {
    event(site, "agent.failed", name, &json!({"error": why}));
}

/// The harness ended, and all it started.
pub(in crate::agent) fn exited(site: &Site, row: &AgentRow, exit: Exit, ms: u64) {
    let mut data = match exit {
        Exit::Code(code) => json!({"code": code}),
        Exit::Signal(signal) => json!({"signal": signal}),
        Exit::Unseen => json!({"unseen": true}),
    };
    if let Value::Object(fields) = &mut data {
        fields.insert("ms".to_owned(), json!(ms));
    }
    event(site, "agent.exited", &row.name, &data);
    ask_the_guest(site, row, exit);
}

fn event(site: &Site, kind: &str, name: &AgentName, data: &Value) {
    let recorded = site.store.record_event(site.clock.now_ms(), kind, name.as_str(), &data.to_string());
    drop_logged(recorded, "record an event");
}

/// Our own hook: no harness can tell of its own end.
fn ask_the_guest(site: &Site, row: &AgentRow, exit: Exit) {
    let status = match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
        Exit::Unseen => "unseen".to_owned(),
    };
    let session = site.store.latest_session(row.name.as_str()).ok().flatten();
    let session = session.map(|session| session.id).unwrap_or_default();
    let payload = worker_exit(&session, row.workspace.as_str(), &status);
    let outcome = hook::answer(&hook::Request {
        // A harness of the configuration has no wire of its own; ours is the same in every one.
        harness: Some(row.harness.parse().unwrap_or(Harness::Claude)),
        event: "worker-exit",
        payload: payload.as_bytes(),
        project_dir: None,
        messaging_socket: None,
        dir: &row.workspace,
        claimed: Some(row.name.as_str()),
        traceparent: None,
        search_path: site.surroundings.search_path(),
        home: site.surroundings.home(),
        user_config: user_config(site).as_deref(),
        clock: site.clock,
        guest: &GuestSource::Builtin,
    });
    for warning in outcome.warnings {
        tracing::warn!("{warning}");
    }
    if outcome.wants_checkpoint.is_some() {
        drop_logged(site.store.checkpoint(), "tidy the database up");
    }
}

/// The user's own configuration file.
fn user_config(site: &Site) -> Option<Utf8PathBuf> {
    let set = site.surroundings.variable("XDG_CONFIG_HOME").map(Utf8PathBuf::from);
    let dir = set.filter(|dir| dir.is_absolute());
    let dir = dir.or_else(|| site.surroundings.home().map(|home| home.join(".config")))?;
    Some(dir.join("exomonad/config.toml"))
}
