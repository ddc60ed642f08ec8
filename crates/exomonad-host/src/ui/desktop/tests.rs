//! Notices on a desktop that is a script.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::{Desktop, has_desktop};
use crate::agent::{AgentName, Site};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::WorkspaceKind;
use crate::duty::Duty as _;
use crate::git::Repository;
use crate::store::{Activity, AgentRow, AgentState, Doing, Mode, Store};
use crate::surroundings::Surroundings;

const NOW: u64 = 10_000_000;

struct Fixture {
    site: Site,
    log: Utf8PathBuf,
    _top: TempDir,
}

fn fixture(script: &str) -> Fixture {
    let top = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(top.path().canonicalize().unwrap()).unwrap();
    let (repo, log) = (root.join("repo"), root.join("log"));
    std::fs::create_dir_all(repo.join(".git")).unwrap();
    put(&repo.join(".git/HEAD"), "ref: refs/heads/main\n");
    put(&root.join("notify-send"), &format!("#!/bin/sh\n{script}\n").replace("LOG", log.as_str()));
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(root.join("notify-send"), executable).unwrap();
    let repository = Repository::find(&repo).unwrap();
    let store = Arc::new(Store::open(&repository.state_dir().join("state.db"), Mode::Create).unwrap());
    let path = format!("{root}:/usr/bin:/bin");
    let variables = [("PATH", path.as_str()), ("DBUS_SESSION_BUS_ADDRESS", "unix:x"), ("DISPLAY", ":0")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let surroundings = Arc::new(Surroundings { exe: "/exomonad".into(), variables });
    let site = Site { store, repository, surroundings, config: Arc::default(), clock: Clock::new(|| NOW) };
    Fixture { site, log, _top: top }
}

#[expect(clippy::disallowed_methods, reason = "a test's own file")]
fn put(path: &Utf8Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

impl Fixture {
    fn record(&self, age_ms: u64, kind: &str, data: &str) {
        self.site.store.record_event(NOW - age_ms, kind, "api", data).unwrap();
    }

    fn set_doing(&self, agent: &str, doing: Doing, since_ms: u64) {
        let name = AgentName::parse(agent).unwrap();
        let row = AgentRow {
            name: name.clone(),
            role: "dev".to_owned(),
            harness: "claude".to_owned(),
            parent: None,
            workspace_kind: WorkspaceKind::Main,
            workspace: self.site.repository.root.clone(),
            depth: 0,
            state: AgentState::Running,
            created_ms: 1,
        };
        self.site.store.add_agent(&row).unwrap();
        let activity = Activity { session: "s".to_owned(), doing, since_ms, socket: None };
        self.site.store.set_activity(&name, &activity).unwrap();
    }

    /// What was shown since the last look.
    fn shown(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        put(&self.log, "");
        text.lines().map(str::to_owned).collect()
    }
}

#[test]
fn a_reason_is_shown_once_whoever_holds_the_lease() {
    let fixture = fixture("printf '%s|' \"$@\" >>LOG; echo >>LOG");
    fixture.record(0, "request.opened", r#"{"title":"before"}"#);
    let mut desktop = Desktop::of(&fixture.site).unwrap();
    desktop.go().unwrap();
    assert_eq!(fixture.shown(), [""; 0], "what was before is no news");
    fixture.record(0, "request.opened", r#"{"title":"Deploy <b>?\u001b[2J\n$(id)"}"#);
    fixture.record(0, "hook.stop", "{}");
    fixture.record(0, "agent.stuck", r#"{"why":"failures","times":5,"tool":"Bash"}"#);
    desktop.go().unwrap();
    assert_eq!(
        fixture.shown(),
        [
            "--app-name=exomonad|--|api asks you|Deploy &lt;b&gt;?[2J $(id)|",
            "--app-name=exomonad|--|api is stuck|Bash failed 5 times|",
        ]
    );
    desktop.go().unwrap();
    fixture.record(0, "ui.notified", r#"{"text":"done"}"#);
    fixture.record(120_000, "ui.notified", r#"{"text":"long ago"}"#);
    // Another sidecar goes on where the last one ended.
    let mut next = Desktop::of(&fixture.site).unwrap();
    next.go().unwrap();
    next.go().unwrap();
    assert_eq!(fixture.shown(), ["--app-name=exomonad|--|api says|done|"]);
}

#[test]
fn an_open_dialog_and_a_lead_without_a_prompt_are_shown_once() {
    let fixture = fixture("printf '%s|' \"$@\" >>LOG; echo >>LOG");
    fixture.set_doing("root", Doing::Working, 1);
    fixture.set_doing("web", Doing::Idle, 1);
    let mut desktop = Desktop::of(&fixture.site).unwrap();
    desktop.go().unwrap();
    fixture.set_doing("root", Doing::Idle, 2);
    fixture.set_doing("web", Doing::Asking, 3);
    desktop.go().unwrap();
    desktop.go().unwrap();
    assert_eq!(
        fixture.shown(),
        [
            "--app-name=exomonad|--|root waits for you|its turn has ended|",
            "--app-name=exomonad|--|web waits for you|a dialog is open|",
        ]
    );
}

#[test]
fn a_desktop_that_fails_is_left_alone() {
    let fixture = fixture("echo tried >>LOG; exit 1");
    let mut desktop = Desktop::of(&fixture.site).unwrap();
    desktop.go().unwrap();
    for text in ["one", "two"] {
        fixture.record(0, "ui.notified", &format!(r#"{{"text":"{text}"}}"#));
        desktop.go().unwrap();
    }
    assert_eq!(fixture.shown(), ["tried"]);
}

#[test]
fn nothing_is_shown_where_there_is_no_desktop_or_where_it_is_not_wanted() {
    let fixture = fixture("exit 0");
    let check = |name: &str, value: &str, expect: bool| {
        let mut surroundings = (*fixture.site.surroundings).clone();
        surroundings.variables.retain(|(known, _)| known != name);
        surroundings.variables.push((name.to_owned(), value.to_owned()));
        assert_eq!(has_desktop(&surroundings), expect, "{name}={value}");
    };
    check("LANG", "C", true);
    check("DISPLAY", "", false);
    check("DBUS_SESSION_BUS_ADDRESS", "", false);
    check("SSH_CONNECTION", "1 2 3 4", false);
    let mut config = Config::default();
    config.notify.desktop = false;
    let quiet = Site { config: Arc::new(config), ..fixture.site.clone() };
    assert!(Desktop::of(&quiet).is_none());
}
