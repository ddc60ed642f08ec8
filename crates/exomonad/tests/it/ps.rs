//! `exomonad ps`.

use exomonad_host::store::{AgentState, Exit};
use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::agents::{add, alive, begin, end, fail, gone, name, send, store};
use crate::support::{exomonad, set_up, transcript};

/// A lead whose children do all that agents can do.
pub(crate) fn family() -> Project {
    let project = set_up();
    begin(&project, "root", &alive());
    add(&project, "api", "root", "tl");
    begin(&project, "api", &alive());
    add(&project, "api.parser", "api", "dev");
    end(&project, "api.parser", Exit::Code(0));
    add(&project, "api.tests", "api", "worker");
    end(&project, "api.tests", Exit::Signal(9));
    add(&project, "web", "root", "dev");
    fail(&project, "web", "`gemini` is not installed");
    send(&project, "root", "api", "how far are you?");
    project
}

#[test]
fn ps_has_a_line_for_every_agent() {
    let project = family();
    let output = exomonad(&project, &["ps"]).output();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        NAME        ROLE    HARNESS  STATE               SINCE  UNREAD  BRANCH
        root        tl      claude   running             2m     0       main
        api         tl      gemini   running             2m     1       main.api
        api.parser  dev     gemini   stopped             1m     0       main.api.parser
        api.tests   worker  gemini   stopped (signal 9)  1m     0       -
        web         dev     gemini   failed              0s     0       main.web
        --- stderr
    "#]]
    .assert_eq(&transcript(&project, &output));
}

#[test]
fn ps_as_json_has_everything_that_is_known() {
    let project = family();
    let output = exomonad(&project, &["ps", "--json"]).output().require_success();
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["schema"], 1);
    let agents = report["agents"].as_array().unwrap();
    let find = |name: &str| agents.iter().find(|agent| agent["name"] == name).unwrap();
    assert_eq!(agents.len(), 5);
    let root = find("root");
    assert_eq!((&root["pid"], &root["state"]), (&json!(std::process::id()), &json!("running")));
    assert_eq!((&root["branch"], &root["parent"], &root["depth"]), (&json!("main"), &Value::Null, &json!(0)));
    assert_eq!(find("api")["unread"], 1);
    let tests = find("api.tests");
    assert_eq!(tests["exit"], json!({"code": null, "signal": 9}));
    assert_eq!((&tests["pid"], &tests["branch"]), (&Value::Null, &Value::Null));
    assert_eq!(tests["workspace_kind"], "shared");
    assert_eq!(find("web")["failure"], "`gemini` is not installed");
    assert_eq!((&find("web")["model"], &find("web")["base"]), (&json!("pro"), &json!("main")));
}

#[test]
fn ps_takes_note_of_an_agent_that_died_unseen() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    begin(&project, "api", &gone());
    let output = exomonad(&project, &["ps"]).output().require_success();
    assert!(output.stdout.contains("api   dev   gemini   stopped"), "{}", output.stdout);
    let store = store(&project);
    assert_eq!(store.agent(&name("api")).unwrap().unwrap().state, AgentState::Stopped);
    assert!(store.open_runs().unwrap().is_empty());
}

#[test]
fn ps_lists_from_a_disk_that_takes_no_writes() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    begin(&project, "api", &gone());
    store(&project).checkpoint().unwrap();
    // SQLite cannot open the log that it would write to, as on such a disk, and for a root user too.
    let log = project.dir().join(".exomonad/state.db-wal");
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    let output = exomonad(&project, &["ps"]).output().require_success();
    assert!(output.stdout.contains("api   dev   gemini   stopped"), "{}", output.stdout);
}

#[test]
fn without_a_project_every_list_says_what_to_do() {
    let project = Project::new();
    for command in ["ps", "tree"] {
        let output = exomonad(&project, &[command]).output();
        assert_eq!(output.end, End::Code(1), "{command}");
        assert!(output.stderr.contains("hint: run `exomonad init`"), "{}", output.stderr);
    }
}
