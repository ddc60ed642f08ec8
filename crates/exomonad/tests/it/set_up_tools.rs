//! How `init`, `doctor` and `uninstall` treat the MCP server.

use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::support::{bare, exomonad, set_up, succeed, transcript};

const FOREIGN: &str = "{\"mcpServers\": {\"exomonad\": {\"command\": \"./evil\"}}}\n";

fn json_file(project: &Project, path: &str) -> Value {
    serde_json::from_str(&project.read(path)).unwrap()
}

fn findings(output: &Output, check: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_check = findings.iter().filter(|finding| finding["check"] == check);
    of_check.map(|finding| (text(&finding["health"]), text(&finding["what"]))).collect()
}

#[test]
fn init_registers_the_server_and_approves_it_and_nothing_else() {
    let project = set_up();
    let exe = env!("CARGO_BIN_EXE_exomonad");
    assert_eq!(
        json_file(&project, ".mcp.json"),
        json!({"mcpServers": {"exomonad": {
            "type": "stdio", "command": exe, "args": ["mcp-stdio"], "alwaysLoad": true,
        }}})
    );
    let settings = json_file(&project, ".claude/settings.local.json");
    assert_eq!(settings["enabledMcpjsonServers"], json!(["exomonad"]));
    assert_eq!(settings["permissions"]["allow"], json!(["mcp__exomonad"]));
    assert_eq!(settings["enableAllProjectMcpServers"], Value::Null, "it would approve strangers");
    assert_eq!(project.git(["status", "--porcelain"]), "?? .exomonad/\n", "no file of ours shows up");
}

#[test]
fn gemini_trusts_the_server() {
    let project = Project::new();
    project.install_script("gemini", "echo 0.61.0");
    succeed(&project, &["init", "--hooks-only", "--harness", "gemini"]);
    assert_eq!(
        json_file(&project, ".gemini/settings.json")["mcpServers"],
        json!({"exomonad": {"command": env!("CARGO_BIN_EXE_exomonad"), "args": ["mcp-stdio"], "trust": true}})
    );
}

#[test]
fn codex_is_set_up_by_a_command_of_its_own() {
    let project = Project::new();
    project.install_script("codex", "echo codex-cli 0.169.0");
    let output =
        exomonad(&project, &["init", "--hooks-only", "--harness", "codex"]).output().require_success();
    let command = format!("`codex mcp add exomonad -- '{}' mcp-stdio`", env!("CARGO_BIN_EXE_exomonad"));
    assert!(output.stderr.contains(&command), "{}", output.stderr);
}

#[test]
fn a_tracked_file_is_changed_with_a_warning_that_says_how_to_keep_it_out() {
    let project = bare();
    let teams = "{\n  \"mcpServers\": {\n    \"db\": { \"command\": \"db-server\" }\n  }\n}\n";
    project.write(".mcp.json", teams);
    project.git(["add", ".mcp.json"]);
    project.git(["commit", "--quiet", "--message=servers"]);
    let output = exomonad(&project, &["init", "--hooks-only", "--harness", "claude"]).output();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        --- stderr
        ▲ `.mcp.json` is tracked by git, and our entries in it name this machine's exomonad: do not commit them; `git update-index --skip-worktree '.mcp.json'` keeps git from seeing them
        ✓ [project]/.exomonad/config.toml: made
        ✓ [project]/.exomonad/state.db: made
        ✓ git exclude: [project]/.git/info/exclude: our entries were added; yours are as they were
        ✓ Claude Code: [project]/.claude/settings.local.json: made
        ✓ Claude Code: [project]/.mcp.json: our entries were added; yours are as they were
        ↳ see what the agents do: `exomonad events -f`; check the set-up: `exomonad doctor`
        ↳ undo: `exomonad uninstall`
    "#]]
    .assert_eq(&transcript(&project, &output));
    project.git(["update-index", "--skip-worktree", ".mcp.json"]);
    assert_eq!(project.git(["status", "--porcelain"]), "?? .exomonad/\n");
    succeed(&project, &["uninstall"]);
    assert_eq!(project.read(".mcp.json"), teams);
    project.git(["update-index", "--no-skip-worktree", ".mcp.json"]);
    assert_eq!(project.git(["status", "--porcelain"]), "");
}

#[test]
fn a_server_of_the_users_is_left_alone_and_not_approved() {
    let project = bare();
    project.write(".mcp.json", FOREIGN);
    for arguments in [
        ["init", "--hooks-only", "--harness", "claude"].as_slice(),
        &["init", "--hooks-only", "--dry-run", "--harness", "claude"],
    ] {
        let output = exomonad(&project, arguments).output().require_success();
        assert!(output.stderr.contains("`mcpServers.exomonad` in `"), "{}", output.stderr);
        assert!(output.stderr.contains("is another server: it stays"), "{}", output.stderr);
    }
    assert_eq!(project.read(".mcp.json"), FOREIGN);
    assert!(!project.read(".claude/settings.local.json").contains("mcp__exomonad"));
    let output = exomonad(&project, &["doctor", "--json"]).output();
    assert_eq!(output.end, End::Code(1));
    let found = findings(&output, "tools");
    assert_eq!((found.len(), found[0].0.as_str()), (1, "bad"), "{found:?}");
    succeed(&project, &["uninstall"]);
    assert_eq!(project.read(".mcp.json"), FOREIGN);
}

#[test]
fn doctor_finds_a_server_that_is_gone_edited_or_of_another_exomonad() {
    let project = set_up();
    let exe = env!("CARGO_BIN_EXE_exomonad");
    let doctor = || exomonad(&project, &["doctor", "--json"]).output();
    let good = findings(&doctor(), "tools");
    assert_eq!(good.len(), 2);
    assert!(good.iter().all(|(health, _)| health == "good"), "{good:?}");
    let mcp = project.read(".mcp.json");

    project.write(".mcp.json", "{}");
    let gone = doctor();
    assert_eq!(gone.end, End::Code(1));
    assert!(
        findings(&gone, "tools")
            .contains(&("bad".to_owned(), "Claude Code: .mcp.json: not there".to_owned()))
    );

    project.write(".mcp.json", &mcp.replace(exe, "/gone/exomonad"));
    let moved = doctor();
    assert_eq!(moved.end, End::Code(1));
    assert!(findings(&moved, "tools")[1].1.contains("runs `/gone/exomonad`, not this program"), "{moved}");

    project.write(".mcp.json", &mcp.replace("\"alwaysLoad\": true", "\"alwaysLoad\": false"));
    let edited = doctor();
    assert_eq!(edited.end, End::Code(0), "what the user decided is no failure: {edited}");
    assert_eq!(findings(&edited, "tools")[0].0, "note");
}

#[test]
fn doctor_counts_the_tools_of_each_role() {
    let project = Project::new();
    let tools = exomonad(&project, &["tools", "--json"]).output().require_success().stdout;
    let tools: Value = serde_json::from_str(&tools).unwrap();
    let found = findings(&exomonad(&project, &["doctor", "--json"]).output(), "guest");
    for role in tools["roles"].as_array().unwrap() {
        let count = role["tools"].as_array().unwrap().len();
        let plural = if count == 1 { "" } else { "s" };
        let expected = format!("{} ({count} tool{plural})", role["name"].as_str().unwrap());
        assert!(found[0].1.contains(&expected), "{found:?}");
    }
}
