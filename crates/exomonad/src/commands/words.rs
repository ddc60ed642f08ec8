//! How agents are put into words: for people in a line, for programs in JSON.

use exomonad_host::agent::{AgentView, exit_words};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::store::{AgentState, Exit};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

/// A time as `2026-11-21T09:31:50.602Z`.
pub(crate) fn time(ms: u64) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    timestamp.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()).unwrap_or_default()
}

/// How long ago, in its greatest unit: `4s`, `12m`, `3h`, `8d`.
pub(crate) fn age(now_ms: u64, then_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(then_ms) / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, _) => format!("{hours}h"),
        (_, _, _) => format!("{days}d"),
    }
}

/// What an agent does, and how it ended when it did not end well: `running`, `stopped`, `stopped (3)`.
pub(crate) fn state(view: &AgentView) -> String {
    let word = view.word();
    match view.exit().filter(|_| view.state == AgentState::Stopped) {
        Some(Exit::Code(code)) if code != 0 => format!("{word} ({code})"),
        Some(Exit::Signal(signal)) => format!("{word} (signal {signal})"),
        Some(Exit::Code(_) | Exit::Unseen) | None => word.to_owned(),
    }
}

/// How an agent ended, as a part of a sentence.
pub(crate) fn ended(exit: Option<Exit>) -> String {
    match exit {
        None => "it never ran".to_owned(),
        Some(exit) => exit_words(exit).unwrap_or_else(|| "nobody saw how it ended".to_owned()),
    }
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that fits.
pub(crate) fn cut(text: &str, room: usize) -> String {
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if width(&cut) > room {
            cut.pop();
            break;
        }
    }
    cut
}

/// Names in a sentence: `` `a`, `b` ``.
pub(crate) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// How a run ended, for programs.
pub(crate) fn exit_json(exit: Option<Exit>) -> Value {
    match exit {
        None => Value::Null,
        Some(Exit::Code(code)) => json!({ "code": code, "signal": null }),
        Some(Exit::Signal(signal)) => json!({ "code": null, "signal": signal }),
        Some(Exit::Unseen) => json!({ "code": null, "signal": null }),
    }
}

/// Everything about an agent, for programs.
pub(crate) fn agent_json(view: &AgentView) -> Value {
    let AgentView { row, spawn, run, pane, branch, sidecars, unread, last_seen_ms, state: _, activity: _ } =
        view;
    let spawn = spawn.as_ref();
    let harness =
        run.as_ref().filter(|_| view.state == AgentState::Running).and_then(|run| run.harness.as_ref());
    let terminal = pane.as_ref().map(|pane| {
        json!({
            "mux": pane.address.mux.name(), "session": pane.address.session, "tab": pane.tab, "pane": pane.pane,
        })
    });
    json!({
        "name": row.name.as_str(),
        "role": row.role,
        "harness": row.harness,
        "model": spawn.and_then(|spawn| spawn.launch.model.as_ref()),
        "parent": row.parent.as_ref().map(|parent| parent.as_str()),
        "depth": row.depth,
        "state": view.word(),
        "since": time(view.since_ms()),
        "created": time(row.created_ms),
        "exit": exit_json(view.exit()),
        "failure": view.failure(),
        "branch": branch,
        "base": spawn.and_then(|spawn| spawn.base.as_ref()),
        "workspace_kind": workspace_kind(row.workspace_kind),
        "workspace": row.workspace,
        "pid": harness.map(|harness| harness.pid),
        "terminal": terminal,
        "sidecars": sidecars,
        "unread": unread,
        "last_seen": last_seen_ms.map(time),
    })
}

fn workspace_kind(kind: WorkspaceKind) -> &'static str {
    match kind {
        WorkspaceKind::Main => "main",
        WorkspaceKind::Worktree => "worktree",
        WorkspaceKind::Standalone => "standalone",
        WorkspaceKind::Shared => "shared",
    }
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn an_age_is_told_in_its_greatest_unit() {
        let check = |seconds: u64, expect: &str| assert_eq!(age(seconds * 1000 + 999, 0), expect);
        check(0, "0s");
        check(59, "59s");
        check(60, "1m");
        check(3599, "59m");
        check(3600, "1h");
        check(86_399, "23h");
        check(86_400 * 400, "400d");
        assert_eq!(age(0, 5000), "0s", "a clock that was set back");
    }
}
