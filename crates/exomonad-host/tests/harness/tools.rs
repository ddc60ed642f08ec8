//! What each harness's tools are to the policy.

use std::fmt::Write;

use exomonad_host::contract::{HookEvent, ToolUse};
use exomonad_host::harness::Harness;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn tool(harness: Harness, name: &str, input: &Value) -> ToolUse {
    let wire = harness.event("pre-tool-use").unwrap().wire;
    let payload = json!({"session_id": "s", "hook_event_name": wire, "tool_name": name, "tool_input": input});
    let asked = harness.decode("pre-tool-use", payload.to_string().as_bytes()).unwrap();
    let HookEvent::PreTool(tool) = asked.hook.event else { panic!("{:?}", asked.hook.event) };
    tool
}

#[expect(clippy::use_debug, reason = "the snapshot shows the values themselves")]
#[track_caller]
fn check(harness: Harness, uses: &[(&str, Value)], expect: &Expect) {
    let mut text = String::new();
    for (name, input) in uses {
        let tool = tool(harness, name, input);
        write!(text, "{name}: {:?}", tool.kind).unwrap();
        if let Some(command) = tool.command {
            write!(text, " `{command}`").unwrap();
        }
        for path in tool.paths {
            write!(text, " {path:?}").unwrap();
        }
        if let Some(mcp) = tool.mcp {
            write!(text, " {} {}", mcp.server, mcp.name).unwrap();
        }
        text.push('\n');
    }
    expect.assert_eq(&text);
}

#[test]
fn claude_tools_are_classified() {
    check(
        Harness::Claude,
        &[
            ("Bash", json!({"command": "ls -l"})),
            ("Bash", json!({})),
            ("BashOutput", json!({"bash_id": "1"})),
            ("Read", json!({"file_path": "/p/a"})),
            ("Write", json!({"file_path": "a/b", "content": "x"})),
            ("Edit", json!({"file_path": "../c"})),
            ("MultiEdit", json!({"file_path": "/p/d"})),
            ("NotebookEdit", json!({"notebook_path": "/p/n.ipynb"})),
            ("Glob", json!({"pattern": "**/*.rs", "path": "/p"})),
            ("Grep", json!({"pattern": "x"})),
            ("LS", json!({"path": "/p"})),
            ("WebFetch", json!({"url": "http://x"})),
            ("WebSearch", json!({"query": "x"})),
            ("Task", json!({})),
            ("Agent", json!({})),
            ("mcp__git_hub__get__issue", json!({})),
            ("mcp__broken", json!({})),
            ("Brand New", json!({"file_path": 3})),
        ],
        &expect![[r#"
            Bash: ToolKind::Shell `ls -l`
            Bash: ToolKind::Shell
            BashOutput: ToolKind::Other
            Read: ToolKind::Read "/p/a"
            Write: ToolKind::Write "a/b"
            Edit: ToolKind::Write "../c"
            MultiEdit: ToolKind::Write "/p/d"
            NotebookEdit: ToolKind::Write "/p/n.ipynb"
            Glob: ToolKind::Search "/p"
            Grep: ToolKind::Search
            LS: ToolKind::Search "/p"
            WebFetch: ToolKind::Web
            WebSearch: ToolKind::Web
            Task: ToolKind::Subagent
            Agent: ToolKind::Subagent
            mcp__git_hub__get__issue: ToolKind::Mcp git_hub get__issue
            mcp__broken: ToolKind::Other
            Brand New: ToolKind::Other
        "#]],
    );
}

#[test]
fn gemini_tools_are_classified() {
    check(
        Harness::Gemini,
        &[
            ("run_shell_command", json!({"command": "ls"})),
            ("read_file", json!({"file_path": "a"})),
            ("read_many_files", json!({"include": ["a/**", "b"]})),
            ("write_file", json!({"file_path": "a", "content": "x"})),
            ("replace", json!({"file_path": "a"})),
            ("list_directory", json!({"dir_path": "d"})),
            ("glob", json!({"pattern": "*", "dir_path": "d"})),
            ("search_file_content", json!({"pattern": "x"})),
            ("grep_search", json!({"dir_path": "d"})),
            ("web_fetch", json!({"prompt": "x"})),
            ("google_web_search", json!({"query": "x"})),
            ("mcp_github_get_issue", json!({})),
            ("mcp__github__get_issue", json!({})),
        ],
        &expect![[r#"
            run_shell_command: ToolKind::Shell `ls`
            read_file: ToolKind::Read "a"
            read_many_files: ToolKind::Read "a/**" "b"
            write_file: ToolKind::Write "a"
            replace: ToolKind::Write "a"
            list_directory: ToolKind::Search "d"
            glob: ToolKind::Search "d"
            search_file_content: ToolKind::Search
            grep_search: ToolKind::Search "d"
            web_fetch: ToolKind::Web
            google_web_search: ToolKind::Web
            mcp_github_get_issue: ToolKind::Mcp github get_issue
            mcp__github__get_issue: ToolKind::Mcp github get_issue
        "#]],
    );
}

#[test]
fn codex_tools_are_classified_and_patches_name_their_files() {
    let patch = "*** Begin Patch\n*** Update File: src/a.rs\n*** Move to: src/b.rs\n@@\n-x\n+*** not a header\n\
                 *** Add File: new file.txt\n+hi\n*** Delete File: /abs/c\n*** End Patch\n";
    check(
        Harness::Codex,
        &[
            ("Bash", json!({"command": "ls"})),
            ("exec_command", json!({"cmd": "ls"})),
            ("shell", json!({"command": ["bash", "-lc", "ls"]})),
            ("apply_patch", json!({"command": patch})),
            ("apply_patch", json!({"input": patch})),
            ("mcp__stub__echo", json!({})),
        ],
        &expect![[r#"
            Bash: ToolKind::Shell `ls`
            exec_command: ToolKind::Shell `ls`
            shell: ToolKind::Shell `bash -lc ls`
            apply_patch: ToolKind::Write "src/a.rs" "src/b.rs" "new file.txt" "/abs/c"
            apply_patch: ToolKind::Write "src/a.rs" "src/b.rs" "new file.txt" "/abs/c"
            mcp__stub__echo: ToolKind::Mcp stub echo
        "#]],
    );
}

#[test]
fn the_server_that_claude_names_settles_where_its_name_ends() {
    let payload = br#"{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"mcp__my__db__query","tool_input":{},
        "mcp_server":{"name":"my__db","source":"project"}}"#;
    let asked = Harness::Claude.decode("pre-tool-use", payload).unwrap();
    let HookEvent::PreTool(tool) = asked.hook.event else { panic!("not a pre-tool hook") };
    let mcp = tool.mcp.unwrap();
    assert_eq!((mcp.server.as_str(), mcp.name.as_str()), ("my__db", "query"));
}
