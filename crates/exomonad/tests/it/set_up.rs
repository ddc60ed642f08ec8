//! `init`, `doctor`, `uninstall` and what they print.

use exomonad_host::agent::Step;
use exomonad_host::store::{MergeRow, MergeStep, PullDraft};
use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;

use crate::agents::{add, alive, begin, fail, gone, name, store};
use crate::support::{ask, bare, exomonad, set_up, succeed, transcript};

#[test]
fn init_says_what_it_made_and_how_to_undo_it() {
    let project = bare();
    let output = exomonad(&project, &["init", "--hooks-only", "--harness", "claude"]).output();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        --- stderr
        ✓ [project]/.exomonad/config.toml: made
        ✓ [project]/.exomonad/state.db: made
        ✓ git exclude: [project]/.git/info/exclude: our entries were added; yours are as they were
        ✓ Claude Code: [project]/.claude/settings.local.json: made
        ✓ Claude Code: [project]/.mcp.json: made
        ↳ see what the agents do: `exomonad events -f`; check the set-up: `exomonad doctor`
        ↳ undo: `exomonad uninstall`
    "#]]
    .assert_eq(&transcript(&project, &output));
}

#[test]
fn init_a_second_time_changes_nothing() {
    let project = set_up();
    let settings = project.read(".claude/settings.local.json");
    let arguments = ["init", "--hooks-only", "--harness", "claude"];
    let output = exomonad(&project, &arguments).output().require_success();
    assert_eq!(project.read(".claude/settings.local.json"), settings);
    assert!(!output.stderr.contains('✓'), "{}", output.stderr);
}

#[test]
fn a_dry_run_prints_the_difference_and_writes_nothing() {
    let project = bare();
    let output = exomonad(&project, &["init", "--hooks-only", "--dry-run", "--harness", "claude"])
        .output()
        .require_success();
    assert!(output.stdout.contains("+++ "), "{}", output.stdout);
    assert!(output.stdout.contains("PreToolUse"), "{}", output.stdout);
    assert!(!project.has(".exomonad") && !project.has(".claude"));
}

#[test]
fn uninstall_leaves_git_status_and_settings_as_they_were() {
    let project = bare();
    let mine = "{\n\t\"permissions\": {\"allow\": [\"Bash(ls)\"]}}\n\n";
    project.write(".claude/settings.local.json", mine);
    let status = || project.git(["status", "--porcelain", "--ignored"]).replace("!! .exomonad/\n", "");
    let (before, exclude) = (status(), project.read(".git/info/exclude"));
    succeed(&project, &["init", "--hooks-only", "--harness", "claude"]);
    assert_ne!(project.read(".claude/settings.local.json"), mine);
    drop(ask(&project, "ls"));
    succeed(&project, &["uninstall"]);
    assert_eq!(project.read(".claude/settings.local.json"), mine);
    assert_eq!(project.read(".git/info/exclude"), exclude);
    assert_eq!(status(), before);
    assert!(project.has(".exomonad/state.db"), "what was recorded is kept");
    succeed(&project, &["init", "--hooks-only", "--harness", "claude"]);
    assert!(!project.has(".exomonad/.gitignore"), "and used again");
    succeed(&project, &["uninstall", "--purge"]);
    assert!(!project.has(".exomonad"));
}

#[test]
fn purge_refuses_while_a_workspace_is_there() {
    let project = set_up();
    project.write(".exomonad/worktrees/one/work.txt", "precious");
    let output = exomonad(&project, &["uninstall", "--purge"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("holds agents' workspaces"), "{}", output.stderr);
    assert_eq!(project.read(".exomonad/worktrees/one/work.txt"), "precious");
    assert!(project.read(".claude/settings.local.json").contains("hook"), "nothing was done by halves");
}

#[test]
fn uninstall_refuses_while_agents_run_and_names_them() {
    let project = set_up();
    add(&project, "api", "root", "dev");
    begin(&project, "api", &alive());
    let settings = project.read(".claude/settings.local.json");
    for arguments in [&["uninstall"][..], &["uninstall", "--purge"]] {
        let output = exomonad(&project, arguments).output();
        assert_eq!(output.end, End::Code(1));
        assert!(output.stderr.contains("run: `api`"), "{}", output.stderr);
        assert!(output.stderr.contains("hint: end them first: `exomonad stop api`"), "{}", output.stderr);
    }
    assert_eq!(project.read(".claude/settings.local.json"), settings);
}

#[test]
fn doctor_names_agents_that_died_spawns_that_were_cut_short_and_commands_to_approve() {
    let project = set_up();
    add(&project, "lost", "root", "dev");
    begin(&project, "lost", &gone());
    add(&project, "bad", "root", "dev");
    fail(&project, "bad", "why");
    add(&project, "half", "root", "dev");
    store(&project).set_spawn_step(&name("half"), Step::Workspace).unwrap();
    project.write(".exomonad/config.toml", "[agents]\nsetup = [\"make\", \"deps\"]\n");
    let output = exomonad(&project, &["doctor", "--json"]).output();
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let found = |check: &str| -> Vec<(String, String)> {
        let findings = report["findings"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        findings
            .filter(|finding| finding["check"] == check)
            .map(|finding| (text(&finding["what"]), text(&finding["fix"])))
            .collect()
    };
    let repair = "run `exomonad repair`".to_owned();
    let lost = "the process of `lost` is gone, and nobody recorded how it ended".to_owned();
    assert_eq!(found("agents"), [(lost, repair.clone())]);
    let [half, bad] = &found("spawns")[..] else { panic!("{report}") };
    assert_eq!(*half, ("the spawn of `half` was cut short".to_owned(), repair));
    assert_eq!(bad.0, "`bad` could not be started");
    assert!(found("approvals")[0].0.ends_with("wait for your word: `agents.setup`"), "{report}");
    assert_eq!(found("session")[0].0, "none yet; `exomonad init` makes it");
}

#[test]
fn doctor_names_merges_that_were_cut_short_until_they_are_repaired() {
    let project = set_up();
    let store = store(&project);
    let (author, sha) = (name("root"), "0".repeat(40));
    let draft = PullDraft {
        title: Some("the work"),
        body: None,
        head: "api",
        base: "gone",
        author: &author,
        head_sha: &sha,
        base_sha: &sha,
        own_sha: None,
        receipt: None,
    };
    store.file_pull(&draft, 1).unwrap();
    let shas = || sha.clone();
    let merge = |by| MergeRow {
        pull: 1,
        base: "gone".to_owned(),
        old_sha: shas(),
        new_sha: shas(),
        head_sha: shas(),
        base_sha: shas(),
        merger: None,
        step: MergeStep::Ref,
        by,
        begun_ms: 1,
    };
    let found = || {
        let output = exomonad(&project, &["doctor", "--json"]).output();
        let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let merges = findings.filter(|finding| finding["check"] == "merges");
        merges.map(|finding| format!("{}; {}", finding["what"], finding["fix"])).collect::<Vec<_>>()
    };
    store.begin_merge(&merge(alive())).unwrap();
    assert_eq!(found(), [] as [String; 0], "it is under way");
    store.end_merge(1).unwrap();
    store.begin_merge(&merge(gone())).unwrap();
    let cut = "\"the merge of pull request #1 into `gone` was cut short\"; \"run `exomonad repair`\"";
    assert_eq!(found(), [cut]);
    drop(exomonad(&project, &["repair"]).output().require_success());
    assert_eq!(found(), [] as [String; 0]);
}

#[test]
fn init_outside_a_repository_says_so() {
    let project = Project::new();
    let output = exomonad(&project, &["init"]).dir(project.temp()).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("is not inside a git repository"), "{}", output.stderr);
    assert!(output.stderr.contains("hint: run it inside a git repository"), "{}", output.stderr);
}

#[test]
fn init_in_a_worktree_names_the_main_checkout() {
    let project = set_up();
    let side = project.temp().join("side");
    project.git(["worktree", "add", "-q", "-b", "side", side.as_str()]);
    let output = exomonad(&project, &["init"]).dir(&side).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("run it in the main checkout"), "{}", output.stderr);
}

#[test]
fn broken_settings_stop_init_before_it_touches_anything() {
    let project = bare();
    project.write(".claude/settings.local.json", "{ \"hooks\": ");
    let output = exomonad(&project, &["init", "--harness", "claude"]).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("settings.local.json:1:"), "{}", output.stderr);
    assert_eq!(project.read(".claude/settings.local.json"), "{ \"hooks\": ");
    assert!(!project.has(".exomonad"));
}

#[test]
fn doctor_names_what_is_wrong_and_the_fix() {
    let project = set_up();
    assert_eq!(exomonad(&project, &["doctor"]).output().end, End::Code(0));
    let settings = project.read(".claude/settings.local.json").replacen("PreToolUse", "PreTolUse", 1);
    project.write(".claude/settings.local.json", &settings);
    let output = exomonad(&project, &["doctor", "--json"]).output();
    assert_eq!(output.end, End::Code(1));
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let bad: Vec<_> = findings.iter().filter(|finding| finding["health"] == "bad").collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(bad[0]["check"], "hooks");
    assert!(bad[0]["what"].as_str().unwrap().contains("hooks.PreToolUse"), "{bad:?}");
    assert_eq!(bad[0]["fix"], "run `exomonad init`");
}

#[test]
fn config_show_prints_what_holds() {
    let project = set_up();
    project.write(".exomonad/config.local.toml", "[limits]\nguest_effects = 7\n");
    let output = exomonad(&project, &["config", "show", "--json"]).output().require_success();
    let shown: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(shown["limits"]["guest_effects"], 7);
    assert_eq!(shown["limits"]["guest_ms"], 2000);
}

#[test]
fn help_names_every_command_and_what_it_is_for() {
    let project = Project::new();
    let output = exomonad(&project, &["-h"]).output().require_success();
    expect_test::expect![[r#"
        Supervises the coding agents that work on a git repository

        Usage: exomonad <COMMAND>

        Commands:
          init         Sets the repository up, and takes you to its session: a terminal tab with the lead in
                       it
          hook         Answers one hook of a coding agent. Reads the question on stdin; coding agents call
                       this, people need not
          mcp-stdio    Serves an agent's tools to its MCP client on stdin and stdout; coding agents start
                       this, people need not
          demo         Shows the whole loop in a temporary repository, offline and without a model: agents,
                       hooks, messages, pull requests
          ps           Lists the agents: what each does, where, and since when
          tree         Shows the agents as a tree
          top          Shows the tree as it works, and lets you step in: attach, answer, send, stop, merge.
                       `?` lists the keys
          attach       Takes your terminal to an agent; without a name, to the project's session
          log          Prints what an agent did and was told, step by step
          messages     Lists the messages between agents, and what became of each
          send         Sends a message to an agent. The message says who sent it: you, or the agent that
                       runs this
          pr           Lists, shows, reviews and merges pull requests: what agents made, on its way into the
                       branch it came from
          screen       Prints what an agent's terminal shows
          stop         Ends an agent's coding agent, and everything it started
          cleanup      Removes agents that are done: their workspaces, not their branches. Refuses work that
                       would be lost
          repair       Mends what a crash left behind
          approve      Shows the commands that came with the repository, and lets you approve them
          events       Prints what the agents did, step by step
          trace        Shows what the agents did and how long it took, as a waterfall: a line each session,
                       hook, tool call and step
          requests     Lists the questions of agents that wait for your answer
          reply        Answers a question of an agent, or declines to
          ask          Shows a question of an agent in this terminal, to be answered there. The question
                       stays open when the terminal goes
          tools        Lists the tools that agents have, role by role
          call         Calls a tool as an agent would, and prints its result
          doctor       Checks the set-up and says how to mend it
          uninstall    Takes exomonad out of the repository and leaves your settings as they were
          config       Shows the configuration
          completions  Prints a completion script for your shell

        Options:
          -h, --help     Print help (see more with '--help')
          -V, --version  Print version
    "#]]
    .assert_eq(&output.stdout);
}

#[test]
fn every_command_has_help_and_every_shell_a_completion_script() {
    let project = Project::new();
    for command in [
        "init",
        "hook",
        "events",
        "tools",
        "call",
        "mcp-stdio",
        "ps",
        "tree",
        "attach",
        "log",
        "screen",
        "stop",
        "doctor",
        "uninstall",
        "config",
        "completions",
    ] {
        let output = exomonad(&project, &[command, "--help"]).output().require_success();
        assert!(output.stdout.contains("Usage: exomonad"), "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let output = exomonad(&project, &["completions", shell]).output().require_success();
        for command in ["uninstall", "tools", "call"] {
            assert!(output.stdout.contains(command), "{shell}");
        }
    }
}
