//! What each harness is started with, and what is refused.

#![expect(clippy::disallowed_methods, reason = "a test writes the files it is about")]

use std::fs;

use serde_json::Value;

use super::*;
use crate::agent::{Conversation, Permissions};
use crate::harness::{Trust, is_session_variable};

/// A project on disk with a worktree in it.
struct Place {
    _root: tempfile::TempDir,
    root: Utf8PathBuf,
    workspace: Utf8PathBuf,
    launch: Launch,
    settings: SettingsFacts,
    surroundings: Surroundings,
    prompt: String,
    may_skip_permissions: bool,
}

impl Place {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(temp.path()).unwrap().canonicalize_utf8().unwrap();
        let workspace = root.join("project/.exomonad/worktrees/a");
        fs::create_dir_all(&workspace).unwrap();
        let launch = Launch {
            harness: "claude".to_owned(),
            model: None,
            permission_mode: None,
            permissions: Permissions::default(),
            dir: workspace.clone(),
            conversation: Conversation::New { id: "ID".to_owned() },
        };
        let settings = SettingsFacts {
            exe: "/bin/exomonad".into(),
            version: Some("2.1.329".to_owned()),
            project_root: root.join("project"),
        };
        let variables =
            vec![("HOME".to_owned(), root.to_string()), ("IS_SANDBOX".to_owned(), "1".to_owned())];
        let surroundings = Surroundings { exe: "/bin/exomonad".into(), variables };
        let prompt = "do it".to_owned();
        Self {
            _root: temp,
            root,
            workspace,
            launch,
            settings,
            surroundings,
            prompt,
            may_skip_permissions: false,
        }
    }

    fn facts(&self) -> LaunchFacts<'_> {
        LaunchFacts {
            agent: "a",
            launch: &self.launch,
            workspace: &self.workspace,
            settings: &self.settings,
            surroundings: &self.surroundings,
            files: Utf8Path::new("/own"),
            prompt: Some(&self.prompt),
            prompt_file: Utf8Path::new("/own/prompt.md"),
            has_settings: false,
            may_skip_permissions: self.may_skip_permissions,
        }
    }

    fn line(&self, harness: Harness) -> Vec<String> {
        harness.launch_line(&self.facts()).unwrap().argv
    }

    /// Claude Code's own settings.
    fn claude(&self) -> Value {
        let files = Harness::Claude.launch_files(&self.facts()).unwrap();
        serde_json::from_str(&files[0].text).unwrap()
    }
}

#[test]
fn claude_gets_its_own_files_a_pinned_mode_and_the_task_last() {
    let mut place = Place::new();
    place.prompt = "-x".to_owned();
    let expected = "claude --settings=/own/settings.json --mcp-config=/own/mcp.json --permission-mode=default --name=a --session-id=ID -- -x";
    assert_eq!(place.line(Harness::Claude).join(" "), expected);
    let conversation =
        Conversation::Fork { id: "NEW".to_owned(), transcript: "/t.jsonl".into(), of: "OLD".to_owned() };
    place.launch = Launch { conversation, model: Some("opus".to_owned()), ..place.launch };
    let line = place.line(Harness::Claude).join(" ");
    assert!(line.contains("--model=opus --resume=/t.jsonl --fork-session --session-id=NEW"), "{line}");
}

#[test]
fn gemini_gets_its_mode_in_its_own_words_and_no_mention_of_a_file() {
    let mut place = Place::new();
    place.prompt = "mail a@b.c, \\@d".to_owned();
    place.launch.permission_mode = Some("acceptEdits".to_owned());
    place.launch.permissions.gemini = "[[rule]]\n".to_owned();
    place.launch.permissions.directories = vec!["/data".to_owned()];
    let expected = "gemini --approval-mode=auto_edit --session-id=ID --policy=/own/policy.toml --include-directories=/data --prompt-interactive=mail a\\@b.c, \\@d";
    assert_eq!(place.line(Harness::Gemini).join(" "), expected);
}

#[test]
fn codex_gets_its_hooks_trusted_its_tools_and_a_sandbox_on_its_command_line() {
    let mut place = Place::new();
    place.launch.permission_mode = Some("acceptEdits".to_owned());
    let line = place.line(Harness::Codex);
    assert_eq!(line[..3], ["codex", "--ask-for-approval=on-request", "--sandbox=workspace-write"]);
    assert_eq!(line[line.len() - 2..], ["--", "do it"]);
    let configured: std::collections::BTreeMap<&str, toml::Value> = line
        .iter()
        .filter_map(|argument| argument.strip_prefix("--config=")?.split_once('='))
        .map(|(key, value)| (key, value.parse().unwrap()))
        .collect();
    let hook = configured["hooks.PreToolUse"][0]["hooks"][0]["command"].as_str().unwrap();
    assert!(hook.starts_with("'/bin/exomonad' hook pre-tool-use --harness codex"), "{hook}");
    let hooks = configured.keys().filter(|key| key.starts_with("hooks.") && **key != "hooks.state").count();
    assert_eq!(configured["hooks.state"].as_table().unwrap().len(), hooks);
    assert_eq!(configured["mcp_servers.exomonad"]["args"][1].as_str(), Some("--agent"));
    assert_eq!(configured["projects"][place.workspace.as_str()]["trust_level"].as_str(), Some("trusted"));
    assert_eq!(configured["features.unified_exec_tty"].as_bool(), Some(false));
}

#[test]
fn codex_may_write_what_a_commit_in_a_worktree_writes_and_no_hook_of_git() {
    let place = Place::new();
    let git = place.root.join("project/.git");
    let own = git.join("worktrees/a");
    for dir in ["worktrees/a", "objects", "refs", "hooks"] {
        fs::create_dir_all(git.join(dir)).unwrap();
    }
    fs::write(place.workspace.join(".git"), format!("gitdir: {own}\n")).unwrap();
    fs::write(own.join("commondir"), "../..\n").unwrap();
    let roots = |place: &Place| {
        let line = place.line(Harness::Codex);
        line.iter()
            .find_map(|word| word.strip_prefix("--config=sandbox_workspace_write.writable_roots="))
            .map(str::to_owned)
    };
    let expected = format!("[\"{own}\", \"{git}/objects\", \"{git}/refs\"]");
    assert_eq!(roots(&place), Some(expected));
    fs::remove_file(place.workspace.join(".git")).unwrap();
    assert_eq!(roots(&place), None);
}

#[test]
fn codex_trusts_the_hooks_of_a_hooks_file_by_their_place_and_takes_no_half_of_them() {
    let place = Place::new();
    let artefact = Harness::Codex.settings(&place.settings).remove(0);
    let path = place.workspace.join(&artefact.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let known = crate::install::Known::nothing();
    let (text, _) = crate::install::add("", artefact.dialect, &artefact.hooks, &known).unwrap();
    fs::write(&path, &text).unwrap();
    let line = place.line(Harness::Codex).join(" ");
    assert!(line.contains(&format!("{path}:pre_tool_use:0:0")), "{line}");
    assert!(!line.contains("hooks.PreToolUse="), "{line}");
    let (half, _) = crate::install::add("", artefact.dialect, &artefact.hooks[..2], &known).unwrap();
    fs::write(&path, half).unwrap();
    let refused = Harness::Codex.launch_line(&place.facts()).unwrap_err();
    assert_eq!(refused.kind(), EffectErrorKind::PermissionDenied, "{refused}");
}

#[test]
fn skipping_permissions_needs_the_user_s_leave_and_as_root_a_sandbox() {
    let mut place = Place::new();
    place.launch.permission_mode = Some("bypassPermissions".to_owned());
    for harness in [Harness::Claude, Harness::Gemini] {
        let refused = harness.launch_line(&place.facts()).unwrap_err();
        assert_eq!(refused.kind(), EffectErrorKind::PermissionDenied, "{refused}");
    }
    place.may_skip_permissions = true;
    assert!(place.line(Harness::Gemini).contains(&"--approval-mode=yolo".to_owned()));
    assert!(place.line(Harness::Claude).contains(&"--permission-mode=bypassPermissions".to_owned()));
    assert_eq!(place.claude()["skipDangerousModePermissionPrompt"], true);
}

#[test]
fn what_a_harness_does_not_have_is_refused_with_what_it_has() {
    let mut place = Place::new();
    place.launch.permission_mode = Some("auto".to_owned());
    let refused = Harness::Gemini.launch_line(&place.facts()).unwrap_err();
    assert!(refused.hint().unwrap().ends_with("default, acceptEdits, plan, bypassPermissions"));
    place.launch.permission_mode = Some("yolo".to_owned());
    assert!(Harness::Claude.launch_files(&place.facts()).is_err());
    place.launch.permission_mode = None;
    place.launch.permissions.claude = r#"{"defaultMode":"bypassPermissions"}"#.to_owned();
    assert!(Harness::Claude.launch_files(&place.facts()).is_err(), "a mode among the rules");
    place.launch.permission_mode = Some("auto".to_owned());
    assert!(Harness::Codex.launch_line(&place.facts()).is_err());
}

#[test]
fn a_hook_that_the_workspace_has_is_repeated_letter_for_letter() {
    let place = Place::new();
    let hook = r#"{"hooks":[{"type":"command","command":"/old/exomonad hook stop"}]}"#;
    fs::create_dir_all(place.workspace.join(".claude")).unwrap();
    let there = format!(r#"{{"hooks":{{"Stop":[{hook}]}}}}"#);
    fs::write(place.workspace.join(".claude/settings.local.json"), there).unwrap();
    let own = place.claude();
    assert_eq!(own["hooks"]["Stop"], serde_json::from_str::<Value>(&format!("[{hook}]")).unwrap());
    assert_eq!(own["hooks"]["SessionStart"][0]["hooks"][0]["command"], "/bin/exomonad");
}

#[test]
fn servers_that_nobody_approved_are_off_and_ours_is_never_approved_by_name() {
    let place = Place::new();
    let project = &place.settings.project_root;
    let servers = r#"{"mcpServers":{"exomonad":{},"good":{},"new":{}}}"#;
    fs::write(project.join(".mcp.json"), servers).unwrap();
    fs::create_dir_all(project.join(".claude")).unwrap();
    let approved = r#"{"enabledMcpjsonServers":["exomonad","good"]}"#;
    fs::write(project.join(".claude/settings.local.json"), approved).unwrap();
    let own = place.claude();
    assert_eq!(own["enabledMcpjsonServers"], serde_json::json!(["good"]));
    assert_eq!(own["disabledMcpjsonServers"], serde_json::json!(["exomonad", "new"]));
    assert!(
        own["claudeMdExcludes"]
            .as_array()
            .unwrap()
            .contains(&project.join("CLAUDE.local.md").as_str().into())
    );
}

#[test]
fn a_long_task_goes_by_its_file_which_may_be_read() {
    let mut place = Place::new();
    place.prompt = "x".repeat(PROMPT_ARGUMENT + 1);
    assert!(place.line(Harness::Claude).last().unwrap().contains("`/own/prompt.md`"));
    let allowed = place.claude()["permissions"]["allow"].clone();
    assert!(allowed.as_array().unwrap().contains(&"Read(//own/prompt.md)".into()), "{allowed}");
    assert!(place.line(Harness::Gemini).contains(&"--include-directories=/own".to_owned()));
}

#[test]
fn gemini_s_settings_keep_what_the_user_wrote_and_are_written_once() {
    let place = Place::new();
    let path = place.workspace.join(".gemini/settings.json");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{\n  // mine\n  \"ui\": {}\n}\n").unwrap();
    let files = Harness::Gemini.launch_files(&place.facts()).unwrap();
    assert!(
        files[0].in_workspace && files[0].text.contains("// mine") && files[0].text.contains("mcp-stdio")
    );
    fs::write(&path, &files[0].text).unwrap();
    assert_eq!(Harness::Gemini.launch_files(&place.facts()).unwrap(), files);
    let main = LaunchFacts { has_settings: true, ..place.facts() };
    assert!(Harness::Gemini.launch_files(&main).unwrap().is_empty(), "what is there serves");
    fs::write(&path, "{}").unwrap();
    assert!(Harness::Gemini.launch_files(&main).unwrap_err().hint().unwrap().contains("init"));
}

#[test]
fn a_directory_is_trusted_and_forgotten_without_another_byte_changed() {
    let place = Place::new();
    let state = place.root.join(".claude.json");
    let before = "{\"numStartups\":3,\n \"projects\": {\"/other\": {\"lastCost\": 0.00030000000000000003}}}";
    fs::write(&state, before).unwrap();
    let trust = Trust { workspace: &place.workspace, worktree_of: Some(&place.settings.project_root) };
    assert!(Harness::Claude.trust(&place.surroundings, &trust).unwrap());
    assert!(!Harness::Claude.trust(&place.surroundings, &trust).unwrap(), "once is enough");
    assert!(fs::read_to_string(&state).unwrap().contains("hasTrustDialogAccepted"));
    assert!(Harness::Claude.untrust(&place.surroundings, &place.workspace).unwrap());
    assert_eq!(fs::read_to_string(&state).unwrap(), before);
    assert!(!place.root.join(".claude.json.lock").exists());
}

#[test]
fn a_worktree_of_a_trusted_checkout_needs_no_entry() {
    let place = Place::new();
    let project = &place.settings.project_root;
    let state = format!("{{\"projects\":{{\"{project}\":{{\"hasTrustDialogAccepted\":true}}}}}}");
    fs::write(place.root.join(".claude.json"), state).unwrap();
    let elsewhere = place.root.join("elsewhere");
    let trust = Trust { workspace: &elsewhere, worktree_of: Some(project) };
    assert!(!Harness::Claude.trust(&place.surroundings, &trust).unwrap());
    assert!(Harness::Claude.trust(&place.surroundings, &Trust { worktree_of: None, ..trust }).unwrap());
}

#[test]
fn variables_of_a_session_go_and_those_of_the_user_stay() {
    let gone = [
        "CLAUDECODE",
        "CLAUDE_CODE_CHILD_SESSION",
        "CLAUDE_CODE_MESSAGING_TOKEN",
        "CLAUDE_CODE_SESSION_ID",
        "GEMINI_SESSION_ID",
        "GIT_DIR",
        "GIT_CONFIG_KEY_0",
        "TMUX_PANE",
        "ZELLIJ_SESSION_NAME",
        "EXOMONAD_AGENT",
        "PWD",
        "_",
    ];
    let kept = [
        "ANTHROPIC_API_KEY",
        "CLAUDE_CODE_USE_BEDROCK",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "CLAUDE_CONFIG_DIR",
        "GEMINI_API_KEY",
        "GEMINI_MODEL",
        "GIT_AUTHOR_NAME",
        "GIT_SSH_COMMAND",
        "IS_SANDBOX",
        "EXOMONAD_LOG_FORMAT",
        "PATH",
        "HOME",
        "TERM",
    ];
    for name in gone {
        assert!(is_session_variable(name), "{name}");
    }
    for name in kept {
        assert!(!is_session_variable(name), "{name}");
    }
}
