//! What patterns accept, and what each harness is told.

use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn sample() -> Permissions {
    Permissions::default()
        .allow(ToolPattern::bash("cargo test:*").unwrap())
        .allow(ToolPattern::bash("git status").unwrap())
        .allow(ToolPattern::gh("pr view").unwrap())
        .allow(ToolPattern::read("/usr/include/**").unwrap())
        .allow(ToolPattern::write("src/**").unwrap())
        .allow(ToolPattern::edit("src/**").unwrap())
        .allow(ToolPattern::web_fetch("docs.rs").unwrap())
        .allow(ToolPattern::mcp("exomonad").unwrap())
        .ask(ToolPattern::mcp_tool("my_server", "drop_table").unwrap())
        .ask(ToolPattern::mcp_tool("tracker", "close_issue").unwrap())
        .deny(ToolPattern::read("../**").unwrap())
        .deny(ToolPattern::write(".env").unwrap())
        .deny(ToolPattern::edit("**").unwrap())
        .deny(ToolPattern::read("~/.ssh/**/id_*").unwrap())
        .deny(ToolPattern::web_fetch("example.com").unwrap())
        .deny(ToolPattern::raw("WebSearch").unwrap())
        .directory("/srv/data")
        .unwrap()
}

#[test]
fn claude_is_told_everything() {
    let told = serde_json::to_string_pretty(&sample().to_claude()).unwrap();
    expect![[r#"
        {
          "allow": [
            "Bash(cargo test:*)",
            "Bash(git status)",
            "Bash(gh pr view:*)",
            "Read(//usr/include/**)",
            "Edit(src/**)",
            "WebFetch(domain:docs.rs)",
            "mcp__exomonad"
          ],
          "ask": [
            "mcp__my_server__drop_table",
            "mcp__tracker__close_issue"
          ],
          "deny": [
            "Read(../**)",
            "Edit(.env)",
            "Edit(**)",
            "Read(~/.ssh/**/id_*)",
            "WebFetch(domain:example.com)",
            "WebSearch"
          ],
          "additionalDirectories": [
            "/srv/data"
          ]
        }"#]]
    .assert_eq(&told);
}

#[test]
fn gemini_is_told_what_its_policy_file_can_say() {
    expect![[r#"
        [[rule]]
        toolName = ["write_file", "replace"]
        argsPattern = '"file_path":"([^"]*/|)\.env"'
        decision = "deny"
        priority = 300

        [[rule]]
        toolName = ["write_file", "replace"]
        decision = "deny"
        priority = 300

        [[rule]]
        toolName = "read_file"
        argsPattern = '"file_path":"([^"]*/|)\.ssh/([^"]*/|)id_[^"/]*"'
        decision = "deny"
        priority = 300

        [[rule]]
        toolName = "web_fetch"
        argsPattern = '(://|[.@])example\.com'
        decision = "deny"
        priority = 300

        [[rule]]
        mcpName = "tracker"
        toolName = "close_issue"
        decision = "ask_user"
        priority = 200

        [[rule]]
        toolName = "run_shell_command"
        commandPrefix = "cargo test"
        decision = "allow"
        priority = 100

        [[rule]]
        toolName = "run_shell_command"
        argsPattern = '"command":"git status"'
        decision = "allow"
        priority = 100

        [[rule]]
        toolName = "run_shell_command"
        commandPrefix = "gh pr view"
        decision = "allow"
        priority = 100

        [[rule]]
        mcpName = "exomonad"
        decision = "allow"
        priority = 100
    "#]]
    .assert_eq(&sample().to_gemini().toml);
}

#[test]
fn gemini_names_what_it_cannot_be_told() {
    let policy = sample().to_gemini();
    let lost = policy.unrepresentable.iter();
    let lines: Vec<String> =
        lost.map(|lost| format!("{:?} {}: {}", lost.access, lost.pattern, lost.loss)).collect();
    expect![[r#"
        Deny Read(../**): Gemini cannot tell what lies above the workspace
        Deny Write(.env): only file tools are stopped, not shell commands
        Deny Edit(**): only file tools are stopped, not shell commands
        Deny Read(~/.ssh/**/id_*): only `read_file` is stopped, not searches or shell commands
        Deny WebFetch(domain:example.com): only lowercase URLs in the prompt are stopped, not redirections
        Deny raw:WebSearch: a rule in Claude's own words means nothing to Gemini
        Ask mcp__my_server__drop_table: Gemini cannot name an MCP server with `_` in its name
        Allow Read(//usr/include/**): Gemini matches a path's text, and another spelling could lead elsewhere
        Allow Write(src/**): Gemini matches a path's text, and another spelling could lead elsewhere
        Allow Edit(src/**): Gemini matches a path's text, and another spelling could lead elsewhere
        Allow WebFetch(domain:docs.rs): Gemini fetches whatever its prompt names, so one domain cannot be allowed"#]].assert_eq(&lines.join("\n"));
    assert_eq!(policy.include_directories, ["/srv/data"]);
}

#[test]
fn nothing_said_is_nothing_written() {
    assert_eq!(Permissions::default().to_claude().to_string(), "{}");
    assert_eq!(Permissions::default().to_gemini().toml, "");
}

/// Makes a pattern from a text.
type Constructor = fn(&str) -> Result<ToolPattern, PatternError>;

#[test]
fn what_a_harness_would_ignore_or_misread_is_refused() {
    let refused: &[(Constructor, &[&str])] = &[
        (
            ToolPattern::bash,
            &[
                "",
                " ",
                ":*",
                " ls",
                "ls ",
                "a && b",
                "a|b",
                "a > b",
                "echo $(b)",
                "a\nb",
                "git * log",
                "FOO=1 ls",
            ],
        ),
        (ToolPattern::gh, &["", "pr:*", "gh pr", "pr; ls"]),
        (ToolPattern::read, &["", " ", "a\0b", "//etc", "~root/x", "src/", "a(b)", "a[b]", "a?", "!a"]),
        (ToolPattern::edit, &[""]),
        (ToolPattern::write, &[""]),
        (
            ToolPattern::web_fetch,
            &["", "https://docs.rs", "docs.rs/x", "docs.rs:80", "*.rs", "a..b", "-a.b", "a b"],
        ),
        (ToolPattern::mcp, &["", "*", "a__b", "a b", "a_", "a.b"]),
        (|tool| ToolPattern::mcp_tool("server", tool), &["", "*", "a__b", "_a"]),
        (ToolPattern::raw, &["", " a", "a\nb", "mcp__*", "Write(src/**)"]),
        (
            ToolPattern::parse,
            &["mcp__*", "mcp__a__", "Read(/etc/passwd)", "WebFetch(docs.rs)", "Bash()", "raw:"],
        ),
    ];
    for (constructor, texts) in refused {
        for text in *texts {
            assert!(constructor(text).is_err(), "`{text}` was accepted");
        }
    }
}

#[test]
fn an_error_names_the_pattern_and_what_was_expected() {
    let error = ToolPattern::bash("cargo test && rm x").unwrap_err().to_string();
    assert_eq!(
        error,
        "invalid shell command pattern `cargo test && rm x`: expected one simple command, without operators, \
         redirections or substitutions"
    );
    let error = ToolPattern::mcp("*").unwrap_err().to_string();
    assert_eq!(error, "invalid MCP server `*`: expected letters, digits, `-` and single `_` inside");
}

#[test]
fn other_spellings_are_read_as_the_same_pattern() {
    for (text, same) in [
        ("Bash(*)", "Bash"),
        ("Bash(cargo test *)", "Bash(cargo test:*)"),
        ("mcp__tracker__*", "mcp__tracker"),
        ("WebFetch(domain:Docs.RS)", "WebFetch(domain:docs.rs)"),
        ("WebSearch", "raw:WebSearch"),
        ("mcp__tracker__list_*", "raw:mcp__tracker__list_*"),
    ] {
        assert_eq!(ToolPattern::parse(text).unwrap().to_string(), same);
    }
}

#[test]
fn merge_keeps_order_and_drops_repetitions() {
    let pattern = |text: &str| ToolPattern::parse(text).unwrap();
    let one = Permissions::default().allow(pattern("Bash(ls)")).deny(pattern("Bash(rm:*)"));
    let two =
        Permissions::default().allow(pattern("Read(**)")).allow(pattern("Bash(ls)")).directory("/a").unwrap();
    let merged = one.clone().merge(two);
    let expected =
        r#"{"allow":["Bash(ls)","Read(**)"],"deny":["Bash(rm:*)"],"additionalDirectories":["/a"]}"#;
    assert_eq!(merged.to_claude().to_string(), expected);
    assert_eq!(one.clone().merge(one.clone()), one);
    assert_eq!(one.clone().merge(Permissions::default()), one);
}

#[test]
fn a_plan_has_each_harnesss_notation_and_no_permissions_are_empty_texts() {
    let plan = sample().to_plan();
    assert_eq!(plan.claude, sample().to_claude().to_string());
    assert_eq!(plan.gemini, sample().to_gemini().toml);
    assert_eq!(plan.gemini_lost.len(), sample().to_gemini().unrepresentable.len());
    let nothing = Permissions::default().to_plan();
    assert_eq!((nothing.claude.as_str(), nothing.gemini.as_str()), ("", ""));
}

fn any_pattern() -> impl Strategy<Value = ToolPattern> {
    let path = prop_oneof!["[ -~]{1,20}", "(/|~/|\\.\\./|\\./|)([a-z*.]{1,5}/){0,3}[a-zé*.'\"]{1,5}"];
    prop_oneof![
        ("[ -~]{1,20}(:\\*| \\*|)", any::<bool>()).prop_map(|(text, gh)| if gh {
            ToolPattern::gh(&text)
        } else {
            ToolPattern::bash(&text)
        }),
        (path, 0..3).prop_map(|(path, tool)| match tool {
            0 => ToolPattern::read(&path),
            1 => ToolPattern::edit(&path),
            _ => ToolPattern::write(&path),
        }),
        "[a-zA-Z0-9.-]{1,12}".prop_map(|domain| ToolPattern::web_fetch(&domain)),
        ("[a-z_-]{1,8}", "[a-z_]{0,8}").prop_map(|(server, tool)| if tool.is_empty() {
            ToolPattern::mcp(&server)
        } else {
            ToolPattern::mcp_tool(&server, &tool)
        }),
        "[ -~]{1,20}".prop_map(|rule| ToolPattern::raw(&rule)),
    ]
    .prop_filter_map("refused", Result::ok)
}

proptest! {
    #[test]
    fn the_notation_says_all_of_a_pattern(pattern in any_pattern()) {
        prop_assert_eq!(ToolPattern::parse(&pattern.to_string()), Ok(pattern));
    }

    #[test]
    fn parse_refuses_or_keeps_any_text(text in ".{0,40}") {
        if let Ok(pattern) = ToolPattern::parse(&text) {
            prop_assert_eq!(ToolPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn gemini_s_policy_is_toml_with_every_field_it_needs(patterns in prop::collection::vec(any_pattern(), 0..6)) {
        let permissions = patterns.into_iter().fold(Permissions::default(), Permissions::deny);
        let policy = permissions.to_gemini();
        let read: toml::Table = policy.toml.parse().unwrap();
        let rules = read.get("rule").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for rule in rules {
            prop_assert_eq!(rule.get("decision").and_then(toml::Value::as_str), Some("deny"));
            prop_assert!(rule.get("toolName").is_some() || rule.get("mcpName").is_some());
            if let Some(pattern) = rule.get("argsPattern").and_then(toml::Value::as_str) {
                prop_assert!(!looks_slow(pattern), "Gemini would refuse `{pattern}`");
            }
        }
    }
}

/// Gemini refuses a regular expression with a group that has a quantifier in it and one after it.
fn looks_slow(pattern: &str) -> bool {
    let Some((_, inside)) = pattern.split_once('(') else { return false };
    let Some((_, after)) = inside.split_once(['*', '+', '?', '{']) else { return false };
    [")*", ")+", ")?", "){"].iter().any(|end| after.contains(end))
}
